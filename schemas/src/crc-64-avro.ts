// CRC-64-AVRO, the fingerprint of single-object encoding (Avro specification, "Schema Fingerprints"). avsc offers only
// digests of node:crypto, none of which is this one.

const EMPTY = 0xc15d213aa4d7a795n;

const table: BigUint64Array = new BigUint64Array(256).map((_, i) => {
  let fp = BigInt(i);
  for (let bit = 0; bit < 8; bit++) fp = (fp >> 1n) ^ (fp & 1n ? EMPTY : 0n);
  return fp;
});

/** The fingerprint of a schema's Parsing Canonical Form, as the 8 little-endian bytes that single-object encoding carries. */
export function crc64Avro(canonicalForm: string): Buffer {
  let fp = EMPTY;
  for (const byte of Buffer.from(canonicalForm, "utf8")) {
    fp = (fp >> 8n) ^ (table[Number((fp ^ BigInt(byte)) & 0xffn)] ?? 0n);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(fp);
  return bytes;
}
