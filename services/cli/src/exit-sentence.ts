import { ServerStartError } from "@antedate/clickhouse-server";
import { StartError } from "@antedate/kafka-server";
import { FatalError } from "@antedate/runtime";

/** What a command says when it ends with an error: one sentence where a person can mend it, else all that is known. */
export function exitSentence(error: unknown): string {
  const isForPerson = [FatalError, StartError, ServerStartError].some((kind) => error instanceof kind);
  if (isForPerson) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
