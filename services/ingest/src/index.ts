export { createBookKeeper, type Books } from "./books.ts";
export { checkFiles } from "./check-files.ts";
export { readInputs, type FileOptions } from "./file-inputs.ts";
export { ingestFiles, type IngestPort } from "./ingest-files.ts";
export type { Merged } from "./merge-by-time.ts";
export { inputBytes } from "./input-bytes.ts";
export { UnusableFileError } from "./unusable-file-error.ts";
export { createDigests, loadRecipientKey } from "./recipient-key.ts";
