package antedate.bench.join;

import java.util.Arrays;

/** Walks an Avro body field by field; what is not needed is stepped over and never becomes an object. */
public final class AvroReader {
  /** C3 01 and the schema's fingerprint. */
  public static final int HEADER_BYTES = 10;

  private byte[] bytes;
  private int at;

  /** Begins at the body of a value in single-object encoding, written with the current schema. */
  public AvroReader read(byte[] value) {
    bytes = value;
    at = HEADER_BYTES;
    return this;
  }

  public int position() {
    return at;
  }

  public long readLong() {
    int shift = 0;
    long raw = 0;
    for (;;) {
      byte next = bytes[at++];
      raw |= (long) (next & 0x7f) << shift;
      if (next >= 0) return (raw >>> 1) ^ -(raw & 1);
      shift += 7;
    }
  }

  public int readInt() {
    return (int) readLong();
  }

  /** The branch of a union with null first: false for null. */
  public boolean readPresent() {
    return readLong() != 0;
  }

  /** Steps over a string or bytes. */
  public void skipBytes() {
    int length = readInt();
    at += length;
  }

  public void skipOptionalBytes() {
    if (readPresent()) skipBytes();
  }

  public void skipOptionalLong() {
    if (readPresent()) readLong();
  }

  /** A 64-bit hash of a string or bytes, mixed with the seed; steps over it. */
  public long hashBytes(long seed) {
    int length = readInt();
    long hash = seed;
    for (int end = at + length; at < end; at++) hash = (hash ^ bytes[at]) * 0x100000001b3L;
    return hash ^ (hash >>> 29);
  }

  public byte[] copyBytes() {
    int length = readInt();
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  /** The message ID of any of the three events: their second field. */
  public static byte[] messageId(byte[] value) {
    AvroReader reader = new AvroReader().read(value);
    reader.skipBytes();
    return reader.copyBytes();
  }
}
