package antedate.bench.join;

import java.util.ArrayList;
import java.util.List;

/**
 * Antedate's join for one task of a framework: a message's bytes and a record in, its new bytes and rows out. Same
 * classes, same exposure, same waits as services/join/src/domain with its default settings; no parked rows, no vendor.
 */
public final class Join {
  public static final int SENDS = 0, DELIVERIES = 1, ENGAGEMENTS = 2;
  public static final long WINDOW_MS = 35L * 86_400_000;
  static final long SEND_HOLD_MS = 120_000;
  private static final long NEAR_BEFORE_MS = 5_000, NEAR_AFTER_MS = 60_000, TOLERANCE_MS = 1_000;
  private static final long TRANSACTION_MS = 30_000, EARLIEST_START = 946_684_800_000L;
  private static final int PRE = 0, NEAR = 1, POST = 2, NEVER = 3, UNKNOWN = 4;

  /** Rows of the last call. */
  public final List<byte[]> rows = new ArrayList<>();
  /** Append time after which `timeIsUp` is to be called with this message; 0 for none. */
  public long wakeAfter;

  private final MessageState message = new MessageState();
  private final AvroReader reader = new AvroReader();
  private final ByteWriter writer = new ByteWriter();

  /** Takes a record. Returns the message's new bytes. */
  public byte[] apply(int input, byte[] id, byte[] value, long appendTime, byte[] state) {
    rows.clear();
    wakeAfter = 0;
    Books.records.increment();
    if (state == null || appendTime > beganAt(state) + WINDOW_MS) message.begin(appendTime);
    else message.fromBytes(state);
    boolean isNew = switch (input) {
      case SENDS -> absorbSend(value, appendTime);
      case DELIVERIES -> absorbDelivery(value, appendTime);
      default -> absorbEngagement(value);
    };
    if (!isNew) {
      Books.duplicates.increment();
      return state;
    }
    if (input != ENGAGEMENTS) closeIfDue(id);
    return message.toBytes(writer);
  }

  /** Time has passed `wakeAfter`. Returns the message's new bytes. */
  public byte[] timeIsUp(byte[] id, byte[] state) {
    rows.clear();
    message.fromBytes(state);
    if (message.closed || message.outcome < 0) return state;
    close(id);
    return message.toBytes(writer);
  }

  /** The window has passed: what is parked goes out, and the message may be forgotten. */
  public void expire(byte[] id, byte[] state) {
    rows.clear();
    message.fromBytes(state);
    if (!message.closed) close(id);
  }

  /** When the message's window began. */
  public static long beganAt(byte[] state) {
    long began = 0;
    for (int index = 1; index <= 8; index++) began = began << 8 | (state[index] & 0xff);
    return began;
  }

  private boolean absorbSend(byte[] value, long appendTime) {
    reader.read(value);
    long identity = reader.hashBytes(SENDS);
    if (!message.addSeen(identity) || message.send != null) return false;
    reader.skipBytes();
    int from = reader.position();
    reader.skipBytes();
    reader.skipOptionalBytes();
    int afterCampaign = reader.position();
    reader.skipBytes();
    int fromTime = reader.position();
    reader.readLong();
    int afterTime = reader.position();
    reader.readInt();
    int fromDomain = reader.position();
    reader.skipBytes();
    reader.skipBytes();
    int end = reader.position();
    writer.reset();
    writer.put(value, from, afterCampaign - from);
    writer.put(value, fromTime, afterTime - fromTime);
    writer.put(value, fromDomain, end - fromDomain);
    message.send = writer.toBytes();
    message.sendAppend = appendTime;
    return true;
  }

  private boolean absorbDelivery(byte[] value, long appendTime) {
    reader.read(value);
    if (!message.addSeen(reader.hashBytes(DELIVERIES))) return false;
    if (message.outcome >= 0) return true;
    reader.skipBytes();
    reader.skipBytes();
    reader.skipBytes();
    long at = reader.readLong();
    int precision = Math.max(0, reader.readInt());
    long start = reader.readPresent() ? reader.readLong() : MessageState.NONE;
    int outcome = reader.readInt();
    int stage = reader.readInt();
    reader.skipOptionalLong();
    reader.skipOptionalLong();
    reader.skipOptionalBytes();
    reader.skipOptionalBytes();
    byte[] mxHost = reader.readPresent() ? reader.copyBytes() : null;
    if (start > at || start < EARLIEST_START) start = MessageState.NONE;
    if (mxHost != null) message.mxHost = mxHost;
    int place = outcome == MessageState.EXPIRED ? -1 : message.addAttempt(at, precision, start, outcome, stage);
    if (outcome != MessageState.DEFERRED) {
      message.outcome = outcome;
      message.outcomeAt = at;
      message.outcomePrecision = precision;
      message.outcomeAppend = appendTime;
      message.acceptedIndex = outcome == MessageState.ACCEPTED ? place : -1;
    }
    return true;
  }

  private boolean absorbEngagement(byte[] value) {
    reader.read(value);
    long eventId = reader.hashBytes(ENGAGEMENTS);
    reader.skipBytes();
    reader.skipBytes();
    reader.skipBytes();
    long at = reader.readLong();
    int precision = Math.max(0, reader.readInt());
    int kind = reader.readInt();
    if (!message.addSeen((eventId ^ kind) * 0x9e3779b97f4a7c15L)) return false;
    if (message.closed) {
      rows.add(engagementRow(value, at, precision));
    } else {
      message.parked.add(value);
      Books.parked.increment();
    }
    return true;
  }

  private void closeIfDue(byte[] id) {
    if (message.closed || message.outcome < 0) return;
    long heldUntil = message.outcomeAppend + SEND_HOLD_MS;
    if (message.send != null && message.sendAppend <= heldUntil) close(id);
    else wakeAfter = heldUntil;
  }

  private void close(byte[] id) {
    message.closed = true;
    if (message.send != null || message.outcome >= 0 || message.attempts > 0) rows.add(messageRow(id));
    for (byte[] engagement : message.parked) {
      reader.read(engagement);
      for (int field = 0; field < 4; field++) reader.skipBytes();
      long at = reader.readLong();
      rows.add(engagementRow(engagement, at, Math.max(0, reader.readInt())));
      Books.parked.decrement();
    }
    message.parked.clear();
  }

  private byte[] engagementRow(byte[] value, long at, int precision) {
    int ofClass = UNKNOWN;
    long delta = MessageState.NONE;
    boolean uncertain = false;
    if (message.outcome >= 0 && message.outcome != MessageState.ACCEPTED) ofClass = NEVER;
    if (message.outcome == MessageState.ACCEPTED) {
      delta = at - message.outcomeAt;
      long slack = precision + message.outcomePrecision + TOLERANCE_MS;
      long nearBefore = Math.max(NEAR_BEFORE_MS, slack);
      ofClass = classOf(delta, nearBefore);
      uncertain = classOf(delta - slack, nearBefore) != ofClass || classOf(delta + slack, nearBefore) != ofClass;
    }
    Books.classes[ofClass].increment();
    int exposed = exposure(at, precision);
    Books.exposures[exposed & 0xff].increment();
    if (uncertain) Books.uncertain.increment();
    writer.reset();
    writer.putByte(ofClass);
    writer.putByte(exposed & 0xff);
    writer.putByte(exposed >> 8);
    writer.putByte(uncertain ? 1 : 0);
    writer.putLong(delta);
    shared();
    writer.put(value, AvroReader.HEADER_BYTES, value.length - AvroReader.HEADER_BYTES);
    return writer.toBytes();
  }

  private byte[] messageRow(byte[] id) {
    if (message.outcome >= 0) Books.outcomes[message.outcome].increment();
    int contentDeferrals = 0;
    for (int index = 0; index < message.attempts; index++) {
      if (hadContent(index, MessageState.DEFERRED)) contentDeferrals++;
    }
    long first = message.attempts == 0 ? MessageState.NONE : message.attemptStart[0];
    if (first == MessageState.NONE && message.attempts > 0) first = message.attemptAt[0];
    writer.reset();
    writer.putBlock(id);
    writer.putLong(first);
    writer.putInt(contentDeferrals);
    shared();
    return writer.toBytes();
  }

  /** What both rows say of a message. */
  private void shared() {
    int deferrals = 0;
    for (int index = 0; index < message.attempts; index++) {
      if (message.attemptOutcome[index] == MessageState.DEFERRED) deferrals++;
    }
    boolean isServed = message.outcome < 0 || message.sendAppend <= message.outcomeAppend + SEND_HOLD_MS;
    writer.putByte(message.outcome);
    writer.putLong(message.outcome == MessageState.ACCEPTED ? message.outcomeAt : MessageState.NONE);
    writer.putInt(message.attempts);
    writer.putInt(deferrals);
    writer.putBlock(isServed ? message.send : null);
    writer.putBlock(message.mxHost);
  }

  private static int classOf(long delta, long nearBefore) {
    return delta < -nearBefore ? PRE : delta <= NEAR_AFTER_MS ? NEAR : POST;
  }

  /** The exposure, and the ordinal of its attempt in the bits above 8. */
  private int exposure(long at, int precision) {
    int accepted = message.acceptedIndex;
    if (accepted >= 0 && at >= message.attemptAt[accepted]) return (accepted + 1) << 8;
    for (int rule = 1; rule <= 4; rule++) {
      for (int index = message.attempts - 1; index >= 0; index--) {
        if (holds(rule, index, at, precision)) return (index + 1) << 8 | rule;
      }
    }
    return 5;
  }

  private boolean holds(int rule, int index, long at, int precision) {
    boolean isAfter = at > message.attemptAt[index];
    return switch (rule) {
      case 1 -> isInTransaction(index, at, precision);
      case 2 -> isAfter && hadContent(index, MessageState.DEFERRED);
      case 3 -> isAfter && hadContent(index, MessageState.BOUNCED);
      default -> isAfter && message.attemptStage[index] == MessageState.STAGE_UNKNOWN;
    };
  }

  private boolean isInTransaction(int index, long at, int precision) {
    int stage = message.attemptStage[index];
    boolean mayHaveSent = message.attemptOutcome[index] == MessageState.ACCEPTED || stage == MessageState.END_OF_DATA
        || stage == MessageState.STAGE_UNKNOWN;
    if (!mayHaveSent) return false;
    long replied = message.attemptAt[index];
    long slack = precision + message.attemptPrecision[index] + TOLERANCE_MS;
    long start = message.attemptStart[index];
    long began = start == MessageState.NONE ? replied - TRANSACTION_MS : start;
    return at >= began - slack && at <= replied + slack;
  }

  private boolean hadContent(int index, int outcome) {
    return message.attemptOutcome[index] == outcome && message.attemptStage[index] == MessageState.END_OF_DATA;
  }
}
