import { behaviours } from "./behaviour.ts";
import type { SimulationOptions } from "./options.ts";
import { Random } from "./random.ts";
import type { ReceivingDomain } from "./receiving-domain.ts";
import type { Sender } from "./sender.ts";

/** Who sends what to whom, before anything happened. */
export interface Message {
  id: string;
  /** Short name in links and event IDs. */
  token: string;
  tenant: string;
  campaign: string;
  sender: Sender;
  domain: ReceivingDomain;
  recipient: number;
  recipientHash: Uint8Array;
  linkCount: number;
  sentAt: number;
}

/** The message of a number; needs nothing of those before it. */
export function createMessage(
  index: number,
  random: Random,
  options: SimulationOptions,
  domains: readonly ReceivingDomain[],
): Message {
  const { seed, campaignsAtOnce, campaignSize, tenants, senders } = options;
  const wave = Math.floor(index / (campaignSize * campaignsAtOnce));
  const campaignNumber = wave * campaignsAtOnce + random.between(0, campaignsAtOnce - 1);
  const tenant = tenants[campaignNumber % tenants.length] as string;
  const domain = pickDomain(random, options, domains);
  // The square makes some recipients frequent and most rare.
  const recipient = Math.floor(random.share() * random.share() * options.recipientsPerDomain);
  const recipientHash = hashOf(seed, domain.number, recipient);
  const token = `s${seed}-${index}`;
  const interval = 1_000 / options.messagesPerSecond;
  return {
    id: `${tenant}/${token}/${toHex(recipientHash)}`,
    token,
    tenant,
    campaign: `${tenant}-${campaignNumber + 1}`,
    sender: senders[campaignNumber % senders.length] as Sender,
    domain,
    recipient,
    recipientHash,
    linkCount: new Random(seed, campaignNumber, 2).between(1, 6),
    sentAt: options.startAt + Math.floor((index + random.share()) * interval),
  };
}

function pickDomain(
  random: Random,
  { behaviours: weights, domainsPerBehaviour }: SimulationOptions,
  domains: readonly ReceivingDomain[],
): ReceivingDomain {
  const behaviour = random.weighted(behaviours.map((name) => [name, weights[name]] as const));
  const own = domains.findIndex((domain) => domain.behaviour === behaviour);
  return domains[own + random.between(0, domainsPerBehaviour - 1)] as ReceivingDomain;
}

/** Stands for the HMAC of the address: the same recipient has the same hash in every message of a run. */
function hashOf(seed: number, domainNumber: number, recipient: number): Uint8Array {
  const random = new Random(seed, domainNumber * 4_294_967_296 + recipient, 3);
  return Uint8Array.from({ length: 16 }, () => random.between(0, 255));
}

/** Bytes as lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
