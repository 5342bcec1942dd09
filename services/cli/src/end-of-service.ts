import { ServerStartError } from "@antedate/clickhouse-server";
import { UnusableFileError } from "@antedate/ingest";
import { StartError } from "@antedate/kafka-server";
import { WorkerEnd } from "@antedate/runtime";
import { fatalSentence } from "@antedate/sink";

/** How the process ends after a failure of a service's or a server's own; knowing them all, it is loaded for that alone. */
export function endOfService(failure: Error): { sentence: string; code: number } {
  if (failure instanceof WorkerEnd) return { sentence: failure.message, code: failure.code };
  const isForPerson = [StartError, ServerStartError, UnusableFileError].some((kind) => failure instanceof kind);
  if (isForPerson) return { sentence: failure.message, code: 1 };
  const answer = fatalSentence(failure);
  return { sentence: answer === null ? (failure.stack ?? failure.message) : `${answer}.`, code: 1 };
}
