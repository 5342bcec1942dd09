import { isPassingKafkaFault, retryForever, type Logger } from "@antedate/runtime";

/**
 * Asks kafkajs's admin until it answers. Where the last broker goes away under a question, kafkajs takes apart an answer
 * that it has not got, a TypeError: that passes as well.
 */
export async function askPatiently<T>(ask: () => Promise<T>, log: Logger, signal: AbortSignal): Promise<T> {
  return await retryForever(ask, {
    signal,
    isFatal: (error) => !(error instanceof TypeError) && !isPassingKafkaFault(error),
    onWait: (_, code) => log.warn({ code }, "waiting for Kafka to tell of its topics"),
  });
}
