package antedate.bench.join;

import java.util.Arrays;

/** Bytes that grow; one writer serves for all rows and states of a task. */
final class ByteWriter {
  private byte[] bytes = new byte[4096];
  private int length;

  ByteWriter reset() {
    length = 0;
    return this;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  void putByte(int value) {
    room(1);
    bytes[length++] = (byte) value;
  }

  void putInt(int value) {
    room(4);
    for (int shift = 24; shift >= 0; shift -= 8) bytes[length++] = (byte) (value >>> shift);
  }

  void putLong(long value) {
    putInt((int) (value >>> 32));
    putInt((int) value);
  }

  void put(byte[] source, int from, int count) {
    room(count);
    System.arraycopy(source, from, bytes, length, count);
    length += count;
  }

  /** With its length before it; −1 for null. */
  void putBlock(byte[] block) {
    putInt(block == null ? -1 : block.length);
    if (block != null) put(block, 0, block.length);
  }

  private void room(int count) {
    if (length + count > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
  }
}
