import { behaviours, type Behaviour } from "./behaviour.ts";

const minute = 60_000;

/** A receiving domain and how its filter works. */
export interface ReceivingDomain {
  /** Among all domains, from 0. */
  number: number;
  name: string;
  behaviour: Behaviour;
  mxHost: string;
  mxIp: string;
  method: "HEAD" | "GET";
  /** Which links of a message the filter follows. */
  follows: "first" | "some" | "all";
  followsUnsubscribe: boolean;
  /** It loads images too: an open. */
  loadsPixel: boolean;
  /** It scans while the sender waits, or only once it has answered. */
  scans: "in_transaction" | "after_reply";
  /** Deferrals last at least this long after the first attempt. */
  greylistMs: number;
  /** It follows no link again that it followed this short a time ago. */
  memoryMs: number;
  /** Networks its requests come from: the first three octets. */
  scannerNetworks: readonly string[];
  /** The organisation's own address, whence its people come, and the filters that stand in its house. */
  natIp: string;
}

/** Suffixes of mail exchangers; where the filter is a vendor's, reports group by it. */
const mxSuffixes: Record<Behaviour, readonly string[]> = {
  none: ["google.com", "mx.example"],
  scan_in_transaction: ["pphosted.com", "mx.example", "iphmx.com"],
  scan_and_defer: ["mx.example", "mimecast.com", "pphosted.com", "antispameurope.com"],
  hold: ["iphmx.com", "mx.example"],
  reject_after_scan: ["barracudanetworks.com", "mx.example"],
  defer_for_ever: ["mx.example"],
  greylist_at_rcpt: ["mx.example", "spamexperts.com"],
  sandbox_after_acceptance: ["mail.protection.outlook.com", "fireeyecloud.com", "mx.example"],
  link_rewriting: ["mail.protection.outlook.com", "mimecast.com"],
};

/** Only where the content is refused can it be read at leisure and still before the acceptance. */
const refusesContent: readonly Behaviour[] = ["scan_and_defer", "reject_after_scan", "defer_for_ever"];

const greylists = [1 * minute, 3 * minute, 5 * minute, 15 * minute, 60 * minute, 4 * minute];
const memories = [24 * 60 * minute, 0, 20_000];

/** The domains of a run: with six or more of a behaviour every way of following links is among them. */
export function receivingDomains(perBehaviour: number): ReceivingDomain[] {
  return behaviours.flatMap((behaviour, group) =>
    Array.from({ length: perBehaviour }, (_, index) => receivingDomain(behaviour, group * perBehaviour + index, index)),
  );
}

function receivingDomain(behaviour: Behaviour, number: number, index: number): ReceivingDomain {
  const name = `${behaviour.replaceAll("_", "-")}-${index + 1}.example`;
  const suffixes = mxSuffixes[behaviour];
  const suffix = suffixes[index % suffixes.length] as string;
  const network = `10.${100 + (number >> 8)}.${number & 255}`;
  const isInHouse = suffix === "mx.example";
  return {
    number,
    name,
    behaviour,
    mxHost: isInHouse ? `mx1.${name}` : `mx-${number}.${suffix}`,
    mxIp: `${network}.25`,
    method: index % 2 === 0 ? "HEAD" : "GET",
    follows: (["all", "first", "some"] as const)[index % 3] as "all" | "first" | "some",
    followsUnsubscribe: index % 3 === 0,
    loadsPixel: index % 2 === 1,
    scans: refusesContent.includes(behaviour) && index % 4 === 3 ? "after_reply" : "in_transaction",
    greylistMs: greylists[index % greylists.length] as number,
    memoryMs: memories[index % memories.length] as number,
    scannerNetworks: isInHouse ? [network] : ["198.51.100", "203.0.113", "192.0.2"],
    natIp: `${network}.1`,
  };
}
