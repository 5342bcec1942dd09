/** A file that only a person can mend; the message is one sentence that names it and the fix. */
export class UnusableFileError extends Error {
  override readonly name = "UnusableFileError";
}
