import type { DeliveryStory } from "./attempt.ts";
import type { Message } from "./message.ts";
import type { FilterOptions, ReaderOptions } from "./options.ts";
import { Random } from "./random.ts";
import type { Request } from "./request.ts";
import { appleMppAgent, gmailProxyAgent, readerAgents, scannerAgents } from "./user-agents.ts";

/** What the recipient of an accepted message does, and what stands between them and the tracker does for them. */
export function readerRequests(
  message: Message,
  { acceptedAt }: DeliveryStory,
  random: Random,
  options: { seed: number; readers: ReaderOptions; filters: FilterOptions },
): Request[] {
  if (acceptedAt === null) return [];
  const { readers, filters } = options;
  const reader = readerOf(message, options.seed, readers);
  const requests = reader.program === "apple" ? [applePrefetch(acceptedAt, random)] : [];
  if (!random.chance(readers.openShare)) return requests;
  let at = acceptedAt + 2_000 + random.logNormal(readers.openMedianMs, readers.openSigma);
  do {
    // Apple's relay answers from what it fetched before: the open itself is not seen.
    if (reader.program !== "apple") requests.push(open(reader, at, random));
    if (random.chance(readers.clickShare)) requests.push(...clicks(message, reader, at, random, { readers, filters }));
    if (random.chance(readers.complaintShare)) requests.push(complaint(reader, at + 5_000));
    at += random.logNormal(readers.openMedianMs, readers.openSigma);
  } while (random.chance(readers.againShare));
  return requests.filter((request) => request.at <= message.sentAt + readers.horizonMs);
}

/** What is clicked after one opening, now and then to unsubscribe. */
function clicks(
  { domain, linkCount }: Message,
  reader: Reader,
  openedAt: number,
  random: Random,
  { readers, filters }: { readers: ReaderOptions; filters: FilterOptions },
): Request[] {
  const requests: Request[] = [];
  let at = openedAt;
  do {
    at += random.logNormal(readers.clickMedianMs, readers.clickSigma);
    // The first links of a message are the ones that are clicked.
    const link = 1 + Math.floor(random.share() * random.share() * linkCount);
    const click = { ...act(reader, at, "click"), link };
    requests.push(click);
    const isChecked = domain.behaviour === "link_rewriting" && random.chance(filters.clickCheckShare);
    if (isChecked) requests.push(clickCheck(click, random));
  } while (random.chance(readers.againShare));
  if (random.chance(readers.unsubscribeShare)) {
    const method = random.pick(["GET", "POST"] as const);
    requests.push({ ...act(reader, at + 8_000, "unsubscribe"), method });
  }
  return requests;
}

interface Reader {
  program: "apple" | "gmail" | "other";
  ip: string;
  userAgent: string;
}

/** The same recipient reads all their mail with the same program, from the same place. */
function readerOf({ domain, recipient }: Message, seed: number, readers: ReaderOptions): Reader {
  const random = new Random(seed, domain.number * 4_294_967_296 + recipient, 4);
  const { appleShare, gmailShare } = readers;
  const rest = Math.max(0, 1 - appleShare - gmailShare);
  const own = `172.${random.between(16, 31)}.${random.between(0, 255)}.${random.between(1, 254)}`;
  return {
    program: random.weighted([
      ["apple", appleShare],
      ["gmail", gmailShare],
      ["other", rest],
    ] as const),
    ip: random.chance(readers.sharedNatShare) ? domain.natIp : own,
    userAgent: random.pick(readerAgents),
  };
}

function act({ ip, userAgent }: Reader, at: number, kind: Request["kind"]): Request {
  return { at, kind, link: null, method: "GET", ip, userAgent, machineHint: null, requester: "reader" };
}

/** Comes by the mailbox provider's feedback loop: nobody requested anything. */
function complaint(reader: Reader, at: number): Request {
  return { ...act(reader, at, "complaint"), ip: null, userAgent: null, method: null };
}

function open(reader: Reader, at: number, random: Random): Request {
  if (reader.program !== "gmail") return act(reader, at, "open");
  return {
    ...act(reader, at, "open"),
    ip: `66.249.${random.between(80, 93)}.${random.between(1, 254)}`,
    userAgent: gmailProxyAgent,
    machineHint: "gmail_proxy",
    requester: "gmail_proxy",
  };
}

/** Apple fetches the images of a message some time after it came, read or not. */
function applePrefetch(acceptedAt: number, random: Random): Request {
  return {
    at: acceptedAt + random.logNormal(15 * 60_000, 1.6),
    kind: "open",
    link: null,
    method: "GET",
    ip: `17.58.${random.between(0, 255)}.${random.between(1, 254)}`,
    userAgent: appleMppAgent,
    machineHint: "apple_mpp",
    requester: "apple_mpp",
  };
}

/** The proxy behind a rewritten link looks at the target just before it lets the reader go on. */
function clickCheck(click: Request, random: Random): Request {
  return {
    ...click,
    at: click.at - random.between(20, 900),
    method: "HEAD",
    ip: `203.0.113.${random.between(1, 254)}`,
    userAgent: scannerAgents[0] as string,
    requester: "filter",
  };
}
