import type { InputEvent } from "@antedate/schemas/model";
import { toHex } from "./message.ts";

/** An event as a line of the `canonical` format: the Avro fields as JSON, bytes as hex. */
export function canonicalLine({ input, event }: InputEvent): string {
  if (input !== "sends") return JSON.stringify(event);
  return JSON.stringify({ ...event, recipient_hash: toHex(event.recipient_hash) });
}
