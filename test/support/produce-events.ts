import { createKafka, createKeyedProducer, createLogger } from "@antedate/runtime";
import { encodeEvent, inputs, type InputEvent } from "@antedate/schemas";

const log = createLogger({ service: "test", level: "silent" });
const batchSize = 1_000;

/** Writes the events into the input topics in their order; returns how many there were. */
export async function produceEvents(brokers: string, events: Iterable<InputEvent>): Promise<number> {
  const producer = createKeyedProducer(createKafka({ brokers: [brokers], clientId: "test-produce", log }), log);
  await producer.connect();
  let count = 0;
  let batch: InputEvent[] = [];
  const flush = async (): Promise<void> => {
    for (const input of inputs) {
      const own = batch.filter((inputEvent) => inputEvent.input === input);
      const messages = own.map(({ event }) => ({ key: event.message_id, value: encodeEvent(input, event) }));
      await producer.send(`email.${input}`, messages);
    }
    count += batch.length;
    batch = [];
  };
  for (const event of events) {
    batch.push(event);
    if (batch.length >= batchSize) await flush();
  }
  await flush();
  await producer.disconnect();
  return count;
}
