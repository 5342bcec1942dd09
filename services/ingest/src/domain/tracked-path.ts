import type { EngagementKind } from "@antedate/schemas/model";
import { maskAddresses } from "./mask-addresses.ts";

/** What a request's path asks for. */
export interface TrackedPath {
  kind: EngagementKind;
  token: string;
  linkId: string | null;
}

/** Reads `/o/TOKEN.gif`, `/c/TOKEN/LINK` and `/u/TOKEN`, also of a whole URL and with a query; null for other paths. */
export function readTrackedPath(path: string): TrackedPath | null {
  const match = tracked.exec(path);
  if (match === null) return null;
  const [, letter = "", token = "", linkId] = match;
  const kind = letter === "o" ? "open" : letter === "c" ? "click" : "unsubscribe";
  return { kind, token, linkId: kind === "click" && linkId !== undefined ? maskAddresses(linkId) : null };
}

const tracked = /^(?:https?:\/\/[^/?#]*)?\/([ocu])\/([^/.?#]+)(?:\.\w+)?(?:\/([^/?#]+))?(?:[/?#]|$)/;
