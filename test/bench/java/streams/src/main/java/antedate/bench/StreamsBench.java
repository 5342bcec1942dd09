package antedate.bench;

import antedate.bench.join.Meter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/** The join on Kafka Streams: BROKERS PREFIX OUT_TOPIC PARTITIONS APPLICATION_ID STATE_DIR. */
public final class StreamsBench {
  private StreamsBench() {}

  public static void main(String[] args) throws Exception {
    Meter meter = new Meter().start();
    List<String> topics = Stream.of("sends", "deliveries", "engagements").map(name -> args[1] + name).toList();
    KafkaStreams streams = new KafkaStreams(topology(topics, args[2]), settings(args[0], args[4], args[5]));
    streams.start();
    awaitCommitted(args[0], args[4], topics, Integer.parseInt(args[3]));
    meter.print();
    streams.close();
  }

  private static Topology topology(List<String> topics, String out) {
    var bytes = Serdes.ByteArray();
    Topology topology = new Topology();
    topology.addSource("inputs", bytes.deserializer(), bytes.deserializer(), topics.toArray(String[]::new));
    topology.addProcessor("join", () -> new JoinProcessor(topics), "inputs");
    var store = Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(JoinProcessor.STORE), Serdes.Bytes(), Serdes.ByteArray());
    // The cache takes up the changes of one message between two commits.
    topology.addStateStore(store.withCachingEnabled().withLoggingEnabled(Map.of()), "join");
    topology.addSink("rows", out, bytes.serializer(), bytes.serializer(), "join");
    return topology;
  }

  private static Properties settings(String brokers, String id, String stateDir) throws IOException {
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, Files.createDirectories(Path.of(stateDir)).toString());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
    // The default under exactly-once is 100 ms, at which the cache hardly helps and transactions cost more.
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 512L * 1024 * 1024);
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5_000);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 10_000);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 100);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 512 * 1024);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 128L * 1024 * 1024);
    return settings;
  }

  /** Done is when the group's committed offsets reach the ends: the same as for Antedate's join. */
  private static void awaitCommitted(String brokers, String group, List<String> topics, int partitions)
      throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      List<TopicPartition> all = topics.stream()
          .flatMap(topic -> IntStream.range(0, partitions).mapToObj(index -> new TopicPartition(topic, index)))
          .toList();
      var latest = all.stream().collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest()));
      var ends = admin.listOffsets(latest).all().get();
      for (;;) {
        var committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        boolean isDone = all.stream().allMatch(each -> ends.get(each).offset() == 0
            || (committed.get(each) != null && committed.get(each).offset() >= ends.get(each).offset()));
        if (isDone) return;
        Thread.sleep(100);
      }
    }
  }
}
