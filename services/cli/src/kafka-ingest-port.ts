import type { IngestPort } from "@antedate/ingest";
import type { KeyedProducer } from "@antedate/runtime";
import { encodeEvent, encodeReject, inputs } from "@antedate/schemas";

/** The topics as the place where events and rejects of an ingest go. */
export function kafkaIngestPort(producer: KeyedProducer, topicPrefix: string): IngestPort {
  return {
    async produce(batch) {
      for (const input of inputs) {
        const own = batch.filter((event) => event.input === input);
        const messages = own.map(({ key, value }) => ({ key, value: encodeEvent(input, value) }));
        if (messages.length > 0) await producer.send(topicPrefix + input, messages);
      }
    },
    async reject(batch) {
      await producer.send(`${topicPrefix}rejects`, batch.map(encodeReject));
    },
  };
}
