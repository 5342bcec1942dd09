package antedate.bench.join;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All that is known of one message. Kept in the store as bytes; one object serves for all messages of a task. */
final class MessageState {
  static final int ACCEPTED = 0, DEFERRED = 1, BOUNCED = 2, EXPIRED = 3;
  static final int STAGE_UNKNOWN = 0, END_OF_DATA = 6;
  static final long NONE = Long.MIN_VALUE;

  boolean closed;
  long firstAppend;
  /** Tenant, campaign, time, domain and hash as they stand in the send; null before it. */
  byte[] send;
  long sendAppend;
  int outcome;
  long outcomeAt;
  int outcomePrecision;
  long outcomeAppend;
  /** Place of the acceptance among the attempts, −1 without one. */
  int acceptedIndex;
  byte[] mxHost;

  /** Sorted by (time, partition order). */
  int attempts;
  long[] attemptAt = new long[8];
  int[] attemptPrecision = new int[8];
  long[] attemptStart = new long[8];
  byte[] attemptOutcome = new byte[8];
  byte[] attemptStage = new byte[8];

  /** Hashes of (kind, event ID). */
  int seen;
  long[] seenHash = new long[16];
  final List<byte[]> parked = new ArrayList<>();

  void begin(long appendTime) {
    closed = false;
    firstAppend = appendTime;
    send = null;
    outcome = -1;
    acceptedIndex = -1;
    mxHost = null;
    attempts = 0;
    seen = 0;
    parked.clear();
  }

  boolean addSeen(long hash) {
    for (int index = 0; index < seen; index++) if (seenHash[index] == hash) return false;
    if (seen == seenHash.length) seenHash = Arrays.copyOf(seenHash, seen * 2);
    seenHash[seen++] = hash;
    return true;
  }

  /** Returns its place. */
  int addAttempt(long at, int precision, long start, int ofOutcome, int stage) {
    if (attempts == attemptAt.length) grow();
    int place = attempts;
    while (place > 0 && attemptAt[place - 1] > at) place--;
    int moved = attempts - place;
    if (moved > 0) {
      System.arraycopy(attemptAt, place, attemptAt, place + 1, moved);
      System.arraycopy(attemptPrecision, place, attemptPrecision, place + 1, moved);
      System.arraycopy(attemptStart, place, attemptStart, place + 1, moved);
      System.arraycopy(attemptOutcome, place, attemptOutcome, place + 1, moved);
      System.arraycopy(attemptStage, place, attemptStage, place + 1, moved);
    }
    attemptAt[place] = at;
    attemptPrecision[place] = precision;
    attemptStart[place] = start;
    attemptOutcome[place] = (byte) ofOutcome;
    attemptStage[place] = (byte) stage;
    attempts++;
    return place;
  }

  private void grow() {
    int size = attempts * 2;
    attemptAt = Arrays.copyOf(attemptAt, size);
    attemptPrecision = Arrays.copyOf(attemptPrecision, size);
    attemptStart = Arrays.copyOf(attemptStart, size);
    attemptOutcome = Arrays.copyOf(attemptOutcome, size);
    attemptStage = Arrays.copyOf(attemptStage, size);
  }

  byte[] toBytes(ByteWriter writer) {
    writer.reset();
    writer.putByte(closed ? 1 : 0);
    writer.putLong(firstAppend);
    writer.putBlock(send);
    if (send != null) writer.putLong(sendAppend);
    writer.putByte(outcome);
    if (outcome >= 0) {
      writer.putLong(outcomeAt);
      writer.putInt(outcomePrecision);
      writer.putLong(outcomeAppend);
      writer.putByte(acceptedIndex);
    }
    writer.putBlock(mxHost);
    writer.putInt(attempts);
    for (int index = 0; index < attempts; index++) {
      writer.putLong(attemptAt[index]);
      writer.putInt(attemptPrecision[index]);
      writer.putLong(attemptStart[index]);
      writer.putByte(attemptOutcome[index]);
      writer.putByte(attemptStage[index]);
    }
    writer.putInt(seen);
    for (int index = 0; index < seen; index++) writer.putLong(seenHash[index]);
    writer.putInt(parked.size());
    for (byte[] engagement : parked) writer.putBlock(engagement);
    return writer.toBytes();
  }

  void fromBytes(byte[] bytes) {
    ByteBuffer reader = ByteBuffer.wrap(bytes);
    closed = reader.get() != 0;
    firstAppend = reader.getLong();
    send = block(reader);
    if (send != null) sendAppend = reader.getLong();
    outcome = reader.get();
    acceptedIndex = -1;
    if (outcome >= 0) {
      outcomeAt = reader.getLong();
      outcomePrecision = reader.getInt();
      outcomeAppend = reader.getLong();
      acceptedIndex = reader.get();
    }
    mxHost = block(reader);
    int attemptCount = reader.getInt();
    attempts = 0;
    while (attemptCount > attemptAt.length) {
      attempts = attemptAt.length;
      grow();
    }
    attempts = attemptCount;
    for (int index = 0; index < attempts; index++) {
      attemptAt[index] = reader.getLong();
      attemptPrecision[index] = reader.getInt();
      attemptStart[index] = reader.getLong();
      attemptOutcome[index] = reader.get();
      attemptStage[index] = reader.get();
    }
    seen = reader.getInt();
    if (seen > seenHash.length) seenHash = new long[seen * 2];
    for (int index = 0; index < seen; index++) seenHash[index] = reader.getLong();
    parked.clear();
    for (int count = reader.getInt(); count > 0; count--) parked.add(block(reader));
  }

  private static byte[] block(ByteBuffer reader) {
    int length = reader.getInt();
    if (length < 0) return null;
    byte[] block = new byte[length];
    reader.get(block);
    return block;
  }
}
