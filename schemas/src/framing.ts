/** How a value says which schema wrote it (design §4.2). */
export type Frame =
  | { framing: "single-object"; fingerprint: string; bodyStart: number }
  | { framing: "confluent"; schemaId: number; bodyStart: number }
  | { framing: "none" };

/** Length of the single-object header: C3 01 and the fingerprint. */
export const singleObjectHeaderBytes = 10;
export const confluentHeaderBytes = 5;

/** Reads the first bytes of a value. Anything that is neither framing, an empty value included, is `none`. */
export function readFrame(value: Buffer): Frame {
  if (value.length >= singleObjectHeaderBytes && value[0] === 0xc3 && value[1] === 0x01) {
    return {
      framing: "single-object",
      fingerprint: value.toString("hex", 2, singleObjectHeaderBytes),
      bodyStart: singleObjectHeaderBytes,
    };
  }
  if (value.length >= confluentHeaderBytes && value[0] === 0x00) {
    return { framing: "confluent", schemaId: value.readUInt32BE(1), bodyStart: confluentHeaderBytes };
  }
  return { framing: "none" };
}
