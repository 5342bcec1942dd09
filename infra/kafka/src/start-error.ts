/** What kept Kafka from starting; callers and tests tell the cases apart by this, never by the sentence. */
export type StartErrorCode =
  | "java_missing"
  | "java_too_old"
  | "maven_missing"
  | "jars_unavailable"
  | "not_built"
  | "port_taken"
  | "port_refused"
  | "directory_unwritable"
  | "directory_foreign"
  | "directory_in_use"
  | "broker_count_differs"
  | "format_failed"
  | "broker_died"
  | "not_ready";

/** Kafka cannot start here as asked. The message is all a person needs: what is wrong and what to do; show no stack. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.code = code;
  }
}
