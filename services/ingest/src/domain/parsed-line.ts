import type { InputEvent, RejectReason } from "@antedate/schemas/model";
import { maskAddresses } from "./mask-addresses.ts";

/** What a line of a producer's file became. A line can become several events (one end of a message, many recipients). */
export type ParsedLine =
  | { what: "event"; line: number; event: InputEvent }
  | { what: "rejected"; line: number; reason: RejectReason; raw: string }
  | { what: "ignored"; line: number; why: string };

/**
 * A format's adapter: takes lines in file order and says what each became, at once or a little later, never throwing.
 * The state is the adapter's own; it is bounded by what is live in the log, not by the log's length.
 */
export interface LineParser {
  line(text: string, lineNumber: number): ParsedLine[];
  /** Says what is still held when no more lines come. */
  end(): ParsedLine[];
}

/** The two keyed digests of an ingest process, under RECIPIENT_KEY (design §4.2). */
export interface Digests {
  /** Takes the lower-cased address; `hex` is the first 32 hex digits of the HMAC, `bytes` the same 16 bytes. */
  recipientHash: (address: string) => { bytes: Uint8Array; hex: string };
  /** 32 hex digits. Keyed, because lines hold addresses that a plain hash would let anyone guess. */
  contentHash: (content: string) => string;
}

/** What every adapter needs to know of whose events these are. */
export interface SourceOptions {
  tenant: string;
  /** Whose producer IDs these are; part of the message ID. */
  account: string;
  digests: Digests;
}

/** Rejected lines are kept up to this size (design §4.1). */
const rawCharsMax = 21_845;

export function ignored(line: number, why: string): ParsedLine {
  return { what: "ignored", line, why };
}

/** A rejected line, its addresses masked. What is kept is less than 64 KiB of UTF-8. */
export function rejected(line: number, reason: RejectReason, text: string): ParsedLine {
  return { what: "rejected", line, reason, raw: maskAddresses(text).slice(0, rawCharsMax) };
}

export function event(line: number, happened: InputEvent): ParsedLine {
  return { what: "event", line, event: happened };
}
