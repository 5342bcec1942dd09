import type { Attempt, DeliveryStory } from "./attempt.ts";
import type { Message } from "./message.ts";
import type { FilterOptions } from "./options.ts";
import type { Random } from "./random.ts";
import type { Request } from "./request.ts";
import { scannerAgents } from "./user-agents.ts";

/** Every request that the receiving domain's filter makes of itself for a message. */
export function filterRequests(
  message: Message,
  { attempts, acceptedAt }: DeliveryStory,
  random: Random,
  filters: FilterOptions,
): Request[] {
  const scans = attempts.filter(({ scanned }) => scanned).flatMap((attempt) => scanOf(message, attempt, random));
  return acceptedAt === null ? scans : [...scans, ...laterScans(message, acceptedAt, random, filters)];
}

/** What filters that accept at once do afterwards: look at the message, or go through the links they rewrote. */
function laterScans(message: Message, acceptedAt: number, random: Random, filters: FilterOptions): Request[] {
  const { behaviour } = message.domain;
  if (behaviour === "sandbox_after_acceptance" && random.chance(filters.sandboxShare)) {
    const from = acceptedAt + random.logNormal(filters.sandboxMedianMs, 1.1);
    return burst(message, from, random.between(100, 15_000), random);
  }
  if (behaviour === "link_rewriting" && random.chance(filters.rescanShare)) {
    const from = acceptedAt + Math.floor(random.share() * filters.rescanDaysMax * 86_400_000);
    return burst(message, from, random.between(1_000, 60_000), random).filter(({ kind }) => kind === "click");
  }
  return [];
}

function scanOf(message: Message, { startedAt, repliedAt }: Attempt, random: Random): Request[] {
  if (message.domain.scans === "after_reply") {
    return burst(message, repliedAt + random.logNormal(20_000, 0.8), random.between(100, 15_000), random);
  }
  // The content is there after the first third of the transaction or so.
  const from = startedAt + Math.floor((repliedAt - startedAt) * 0.3);
  return burst(message, from, Math.max(1, repliedAt - from), random);
}

/** The filter's way of reading a message once: pixel, links and unsubscribe link as it is used to, within `lengthMs`. */
function burst({ domain, linkCount }: Message, from: number, lengthMs: number, random: Random): Request[] {
  const shared = { userAgent: random.pick(scannerAgents), machineHint: null, requester: "filter" as const };
  const request = (kind: Request["kind"], link: number | null): Request => ({
    ...shared,
    at: from + Math.floor(random.share() * lengthMs),
    kind,
    link,
    method: kind === "open" ? "GET" : domain.method,
    ip: isInHouse(domain.scannerNetworks) ? domain.natIp : scannerIp(domain.scannerNetworks, random),
  });
  const requests: Request[] = domain.loadsPixel ? [request("open", null)] : [];
  for (let link = 1; link <= linkCount; link++) {
    const isFollowed = link === 1 || domain.follows === "all" || (domain.follows === "some" && random.chance(0.4));
    if (isFollowed) requests.push(request("click", link));
  }
  if (domain.followsUnsubscribe) requests.push(request("unsubscribe", null));
  return requests;
}

/** A filter in the organisation's own house shares its address with the people there. */
function isInHouse(networks: readonly string[]): boolean {
  return networks.length === 1;
}

function scannerIp(networks: readonly string[], random: Random): string {
  return `${random.pick(networks)}.${random.between(1, 254)}`;
}
