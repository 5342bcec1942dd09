import type { RecordCursor } from "@antedate/runtime";
import { inputs, ownHeader, singleObjectHeaderBytes, type Input } from "@antedate/schemas";
import { inputNumber, type OwnWriter } from "./domain/index.ts";

const markBytes = 2;

/** By the number of its input. */
const writers: readonly OwnWriter[] = inputs.map((input) => {
  const header = ownHeader(input);
  return { low: header.readInt32LE(markBytes), high: header.readInt32LE(markBytes + 4) };
});

/**
 * The writer of a record where it is our own current schema of the input: only then is there something for the core to walk.
 * Null else; the core looks again at every record.
 */
export function ownWriterOf(input: Input, { bytes, valueStart, valueLength }: RecordCursor): OwnWriter | null {
  if (valueLength < singleObjectHeaderBytes || bytes[valueStart] !== 0xc3) return null;
  const own = writers[inputNumber(input)] as OwnWriter;
  return bytes.readInt32LE(valueStart + markBytes) === own.low ? own : null;
}
