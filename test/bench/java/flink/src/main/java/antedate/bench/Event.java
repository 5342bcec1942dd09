package antedate.bench;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.CopyableValue;

/** A record as it goes between operators: which input, and its value as it was. */
public final class Event implements CopyableValue<Event> {
  public byte input;
  public byte[] value = new byte[0];

  @Override
  public int getBinaryLength() {
    return -1;
  }

  @Override
  public void copyTo(Event target) {
    target.input = input;
    target.value = value;
  }

  @Override
  public Event copy() {
    Event copy = new Event();
    copyTo(copy);
    return copy;
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    target.writeByte(source.readByte());
    int length = source.readInt();
    target.writeInt(length);
    target.write(source, length);
  }

  @Override
  public void write(DataOutputView out) throws IOException {
    out.writeByte(input);
    out.writeInt(value.length);
    out.write(value);
  }

  @Override
  public void read(DataInputView in) throws IOException {
    input = in.readByte();
    // A new array each time: the join keeps the values of what is parked.
    value = new byte[in.readInt()];
    in.readFully(value);
  }
}
