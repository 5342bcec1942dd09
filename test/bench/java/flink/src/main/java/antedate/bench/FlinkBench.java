package antedate.bench;

import antedate.bench.join.Meter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ValueTypeInfo;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The join on Flink: BROKERS PREFIX OUT_TOPIC exactly-once|at-least-once PARALLELISM WORK_DIR. At parallelism 1 the
 * stream is not shuffled, so that one thread does it all: the least work that Flink can be asked for.
 */
public final class FlinkBench {
  private FlinkBench() {}

  public static void main(String[] args) throws Exception {
    Meter meter = new Meter().start();
    boolean isExact = args[3].equals("exactly-once");
    int parallelism = Integer.parseInt(args[4]);
    Path work = Files.createDirectories(Path.of(args[5]));
    var env = StreamExecutionEnvironment.createLocalEnvironment(parallelism, settings(work));
    env.enableCheckpointing(10_000, isExact ? CheckpointingMode.EXACTLY_ONCE : CheckpointingMode.AT_LEAST_ONCE);
    env.getConfig().enableObjectReuse();
    List<String> topics = Stream.of("sends", "deliveries", "engagements").map(name -> args[1] + name).toList();
    var watermarks = WatermarkStrategy.<Event>forMonotonousTimestamps().withIdleness(Duration.ofSeconds(1));
    DataStream<Event> events = env.fromSource(source(args[0], topics), watermarks, "inputs");
    TypeInformation<MessageKey> keys = new ValueTypeInfo<>(MessageKey.class);
    KeyedStream<Event, MessageKey> keyed = parallelism == 1
        ? DataStreamUtils.reinterpretAsKeyedStream(events, MessageKey::of, keys)
        : events.keyBy(MessageKey::of, keys);
    keyed.process(new JoinFunction(), PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
        .sinkTo(sink(args[0], args[2], isExact, args[5]));
    env.execute("join");
    meter.print();
    System.exit(0);
  }

  private static Configuration settings(Path work) {
    Configuration settings = new Configuration();
    settings.set(StateBackendOptions.STATE_BACKEND, "hashmap");
    settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, work.resolve("checkpoints").toUri().toString());
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
    return settings;
  }

  private static KafkaSource<Event> source(String brokers, List<String> topics) {
    return KafkaSource.<Event>builder()
        .setBootstrapServers(brokers)
        .setTopics(topics)
        .setGroupId("bench-flink")
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setBounded(OffsetsInitializer.latest())
        .setProperty("max.poll.records", "10000")
        .setDeserializer(new EventDeserializer(topics))
        .build();
  }

  private static KafkaSink<byte[]> sink(String brokers, String topic, boolean isExact, String id) {
    return KafkaSink.<byte[]>builder()
        .setBootstrapServers(brokers)
        .setRecordSerializer((row, context, timestamp) -> new ProducerRecord<>(topic, row))
        .setDeliveryGuarantee(isExact ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE)
        .setTransactionalIdPrefix("bench-" + Integer.toHexString(id.hashCode()))
        .setProperty("transaction.timeout.ms", "600000")
        .setProperty("linger.ms", "100")
        .setProperty("batch.size", String.valueOf(512 * 1024))
        .setProperty("buffer.memory", String.valueOf(128 * 1024 * 1024))
        .build();
  }

  private static final class EventDeserializer implements KafkaRecordDeserializationSchema<Event> {
    private final List<String> topics;

    EventDeserializer(List<String> topics) {
      this.topics = List.copyOf(topics);
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Event> out) {
      Event event = new Event();
      event.input = (byte) topics.indexOf(record.topic());
      event.value = record.value();
      out.collect(event);
    }

    @Override
    public TypeInformation<Event> getProducedType() {
      return new ValueTypeInfo<>(Event.class);
    }
  }
}
