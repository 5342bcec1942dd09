package antedate.bench;

import antedate.bench.join.Join;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** One task's join: a message's state in RocksDB under its ID. */
final class JoinProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  static final String STORE = "messages";

  private record Held(long after, byte[] id) {}

  private final List<String> topics;
  private final Join join = new Join();
  /** Messages whose outcome is there and whose send is not; few. A restart would rebuild it from the store. */
  private final PriorityQueue<Held> held = new PriorityQueue<>(Comparator.comparingLong(Held::after));
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<Bytes, byte[]> store;

  JoinProcessor(List<String> topics) {
    this.topics = topics;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> ofTask) {
    context = ofTask;
    store = ofTask.getStateStore(STORE);
    ofTask.schedule(Duration.ofSeconds(1), PunctuationType.STREAM_TIME, this::release);
    ofTask.schedule(Duration.ofDays(1), PunctuationType.STREAM_TIME, this::expire);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    int input = topics.indexOf(context.recordMetadata().orElseThrow().topic());
    Bytes key = Bytes.wrap(record.key());
    byte[] before = store.get(key);
    byte[] after = join.apply(input, record.key(), record.value(), record.timestamp(), before);
    if (after != before) store.put(key, after);
    if (join.wakeAfter > 0) held.add(new Held(join.wakeAfter, record.key()));
    forward(record.timestamp());
  }

  private void release(long streamTime) {
    while (!held.isEmpty() && held.peek().after < streamTime) {
      byte[] id = held.poll().id;
      Bytes key = Bytes.wrap(id);
      byte[] state = store.get(key);
      if (state == null) continue;
      byte[] after = join.timeIsUp(id, state);
      if (after != state) store.put(key, after);
      forward(streamTime);
    }
  }

  /** Once a day of stream time: a scan, instead of a timer for each of millions of messages. */
  private void expire(long streamTime) {
    try (var all = store.all()) {
      while (all.hasNext()) {
        var entry = all.next();
        if (Join.beganAt(entry.value) + Join.WINDOW_MS >= streamTime) continue;
        join.expire(entry.key.get(), entry.value);
        forward(streamTime);
        store.delete(entry.key);
      }
    }
  }

  private void forward(long timestamp) {
    for (byte[] row : join.rows) context.forward(new Record<>(null, row, timestamp));
  }
}
