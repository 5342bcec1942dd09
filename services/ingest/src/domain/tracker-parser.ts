import { createEventIds } from "./event-ids.ts";
import { readJsonFields, type FieldReader } from "./field-reader.ts";
import { clientAddress } from "./client-address.ts";
import { maskUrl } from "./mask-url.ts";
import { event, ignored, rejected, type LineParser, type ParsedLine, type SourceOptions } from "./parsed-line.ts";
import type { TokenMap } from "./token-map.ts";
import { readTrackedPath, type TrackedPath } from "./tracked-path.ts";

export interface TrackerOptions extends SourceOptions {
  tokens: TokenMap;
}

interface TrackedRequest {
  at: { ms: number; precisionMs: number };
  method: string | null;
  path: string;
  status: number | null;
  userAgent: string | null;
  ip: string | null;
  forwardedFor: string | null;
}

/**
 * The tracking host's requests, JSON lines: `ts_ms` or `ts`, `path`, and optionally `method`, `status`, `ua`, `ip`, `xff`.
 * Paths: `/o/TOKEN.gif` open, `/c/TOKEN/LINK` click, `/u/TOKEN` unsubscribe. Counted is what was served (status below
 * 400), with any method but OPTIONS. The event ID is the hash of the fields above: the request's number `n` is left out, since
 * another export numbers anew; two equal requests of one millisecond stay two by their ordinal.
 */
export function createTrackerParser(options: TrackerOptions): LineParser {
  const eventIds = createEventIds(options.digests.contentHash);

  function line(text: string, number: number): ParsedLine[] {
    if (text.trim() === "") return [ignored(number, "blank line")];
    const fields = readJsonFields(text);
    if (fields === null) return [rejected(number, "undecodable", text)];
    const request = readRequest(fields);
    const problem = fields.problem;
    if (problem !== null) return [rejected(number, problem, text)];
    const tracked = readTrackedPath(request.path);
    if (tracked === null) return [ignored(number, "not a tracked path")];
    if (request.status !== null && request.status >= 400) return [ignored(number, "answered with an error")];
    if (request.method === "OPTIONS") return [ignored(number, "asks for options only")];
    const message = options.tokens.find(tracked.token);
    if (message === null) return [rejected(number, "unknown_token", text)];
    return [event(number, engagement(request, tracked, message))];
  }

  function engagement(
    request: TrackedRequest,
    tracked: TrackedPath,
    message: { message_id: string; ambiguous: boolean },
  ): Extract<Parameters<typeof event>[1], { input: "engagements" }> {
    const content = JSON.stringify(["tracker", { ...request, at: request.at.ms }]);
    return {
      input: "engagements",
      event: {
        event_id: eventIds.next(content),
        message_id: message.message_id,
        tenant: options.tenant,
        source: "tracker",
        occurred_at: request.at.ms,
        precision_ms: request.at.precisionMs,
        kind: tracked.kind,
        url: maskUrl(request.path),
        link_id: tracked.linkId,
        ip: clientAddress(request),
        user_agent: request.userAgent,
        method: request.method,
        machine_hint: null,
        recipient_ambiguous: message.ambiguous,
      },
    };
  }

  return { line, end: () => [] };
}

function readRequest(fields: FieldReader): TrackedRequest {
  return {
    at: fields.time(fields.has("ts_ms") ? "ts_ms" : "ts"),
    method: fields.maskedText("method")?.toUpperCase() ?? null,
    path: fields.text("path"),
    status: fields.optionalInteger("status", { min: 0, max: 999 }),
    userAgent: fields.maskedText("ua"),
    ip: fields.optionalText("ip"),
    forwardedFor: fields.optionalText("xff"),
  };
}
