package antedate.bench;

import antedate.bench.join.AvroReader;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.CopyableValue;

/** A message ID as a key: its bytes, never a string. */
public final class MessageKey implements CopyableValue<MessageKey>, Comparable<MessageKey> {
  public byte[] id = new byte[0];
  private int hash;

  public static MessageKey of(Event event) {
    MessageKey key = new MessageKey();
    key.id = AvroReader.messageId(event.value);
    return key;
  }

  @Override
  public int hashCode() {
    if (hash == 0) hash = Arrays.hashCode(id);
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MessageKey key && Arrays.equals(id, key.id);
  }

  @Override
  public int compareTo(MessageKey other) {
    return Arrays.compare(id, other.id);
  }

  @Override
  public int getBinaryLength() {
    return -1;
  }

  @Override
  public void copyTo(MessageKey target) {
    target.id = id;
    target.hash = hash;
  }

  @Override
  public MessageKey copy() {
    MessageKey copy = new MessageKey();
    copyTo(copy);
    return copy;
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    int length = source.readInt();
    target.writeInt(length);
    target.write(source, length);
  }

  @Override
  public void write(DataOutputView out) throws IOException {
    out.writeInt(id.length);
    out.write(id);
  }

  @Override
  public void read(DataInputView in) throws IOException {
    id = new byte[in.readInt()];
    in.readFully(id);
    hash = 0;
  }
}
