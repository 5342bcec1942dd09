import type { EngagementKind } from "@antedate/schemas/model";
import type { Requester } from "./behaviour.ts";

/** A request to the sender's tracking host as it truly was. */
export interface Request {
  at: number;
  kind: EngagementKind;
  /** Which link of the message, 1 the first; null for what is none. */
  link: number | null;
  method: "GET" | "HEAD" | "POST" | null;
  ip: string | null;
  userAgent: string | null;
  /** What a producer that flags machines says of it. */
  machineHint: string | null;
  requester: Requester;
}

/** The path of what was requested. */
export function urlOf(tenant: string, token: string, { kind, link }: Pick<Request, "kind" | "link">): string | null {
  const host = `https://t.${tenant}.example`;
  switch (kind) {
    case "open":
      return `${host}/o/${token}.gif`;
    case "click":
      return `${host}/c/${token}/${link ?? 1}`;
    case "unsubscribe":
      return `${host}/u/${token}`;
    case "complaint":
      return null;
  }
}
