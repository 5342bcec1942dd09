import type { DeliveryLine } from "./postfix-delivery-line.ts";

/** The host that an attempt talked to, as Postfix names it. */
export interface Relay {
  host: string | null;
  ip: string | null;
  port: string | null;
}

/** Reads `relay=mx.example[192.0.2.1]:25` (IPv6 in the same brackets), or null for `none` and words without a host. */
function readRelay(text: string): Relay | null {
  const match = named.exec(text.trim());
  if (match === null) return hostName.test(text) ? { host: text.toLowerCase(), ip: null, port: null } : null;
  const [, host = "", ip = "", port] = match;
  const known = host !== "" && host !== "unknown";
  return { host: known ? host.toLowerCase() : null, ip: ip === "" ? null : ip, port: port ?? null };
}

/** The host of an attempt; with `relay=none` no connection came about, and Postfix's words say to whom. */
export function relayOf(delivery: DeliveryLine): Relay | null {
  return (delivery.relay === "none" ? null : readRelay(delivery.relay)) ?? relayOfText(delivery.text);
}

export function isLoopback(relay: Relay): boolean {
  return relay.ip === "127.0.0.1" || relay.ip === "::1";
}

/**
 * Whether a host is no receiver but a part of this one: a socket in the file system, an LMTP server on loopback, or a
 * content filter on the ports that amavis and Postfix's FILTER_README made customary (10024 and its neighbours).
 */
export function isOwnRelay(relay: Relay, daemon: string): boolean {
  if (relay.ip !== null && relay.ip.includes("/")) return true;
  if (!isLoopback(relay)) return false;
  return daemon === "lmtp" || (relay.port !== null && /^100[23]\d$/.test(relay.port));
}

const named = /^([\w.-]*|[\w/.-]+)\[([\w:.%/-]*)\](?::(\w+))?$/;
const hostName = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;

function relayOfText(text: string): Relay | null {
  const match = /^(?:connect to|lost connection with|conversation with|host) ([^\s[]+\[[^\]\s]*\](?::\w+)?)[: ]/.exec(
    text,
  );
  return match?.[1] === undefined ? null : readRelay(match[1]);
}
