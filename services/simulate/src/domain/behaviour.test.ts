import type { Delivery, Engagement } from "@antedate/schemas/model";
import { describe, expect, test } from "vitest";
import { behaviours, type Behaviour } from "./behaviour.ts";
import { defaultOptions } from "./default-options.ts";
import type { SimulationOptions } from "./options.ts";
import { simulateTraffic } from "./simulate-traffic.ts";
import type { EngagementTruth } from "./truth.ts";

interface Story {
  deliveries: Delivery[];
  /** By the filter; times are stamps. */
  scans: Engagement[];
  human: Engagement[];
}

/** Messages to domains of one behaviour, with nothing lost, nothing off and no network failures: only the filter is left. */
function stories(behaviour: Behaviour, messages = 400, own: Partial<SimulationOptions["filters"]> = {}): Story[] {
  const none = Object.fromEntries(behaviours.map((name) => [name, 0])) as Record<Behaviour, number>;
  const options: SimulationOptions = {
    ...defaultOptions,
    messages,
    behaviours: { ...none, [behaviour]: 1 },
    network: { connectFailureShare: 0, unknownRecipientShare: 0, lateBounceShare: 0 },
    filters: { ...defaultOptions.filters, knownSenderShare: 0, ...own },
    transport: {
      clockSkewMsMax: 0,
      duplicateShare: 0,
      disorderShare: 0,
      disorderMsMax: 0,
      lostDeliveryShare: 0,
      lostSendShare: 0,
      lostMessageShare: 0,
    },
  };
  const found = new Map<string, Story>();
  for (const { input, truths } of simulateTraffic(options)) {
    const { message_id: id } = input.event;
    const story = found.get(id) ?? { deliveries: [], scans: [], human: [] };
    found.set(id, story);
    if (input.input === "deliveries") story.deliveries.push(input.event);
    if (input.input !== "engagements") continue;
    const { actor, requester } = truths.find((truth) => "actor" in truth) as EngagementTruth;
    if (requester === "filter") story.scans.push(input.event);
    if (actor === "human") story.human.push(input.event);
  }
  return [...found.values()];
}

const last = ({ deliveries }: Story): Delivery => deliveries.at(-1) as Delivery;
/** Stamps of whole seconds may lie before what they stamp. */
const stampMs = 1_000;

describe("filters", () => {
  test("none: accepted at once, nobody but readers", () => {
    for (const { deliveries, scans } of stories("none")) {
      expect(deliveries.map(({ outcome }) => outcome)).toEqual(["accepted"]);
      expect(scans).toEqual([]);
    }
  });

  test("scan in the transaction: one attempt, every scan before its reply", () => {
    for (const story of stories("scan_in_transaction")) {
      expect(story.deliveries).toHaveLength(1);
      expect(story.scans.length).toBeGreaterThan(0);
      for (const { occurred_at: at } of story.scans) expect(at).toBeLessThanOrEqual(last(story).occurred_at + stampMs);
    }
  });

  test("scan and defer: content deferrals, then the acceptance, the first scan long before it", () => {
    for (const story of stories("scan_and_defer")) {
      const before = story.deliveries.slice(0, -1);
      expect(before.length).toBeGreaterThan(0);
      for (const { outcome, smtp_code: code } of before) expect([outcome, code]).toEqual(["deferred", 451]);
      expect(last(story).outcome).toBe("accepted");
      const first = Math.min(...story.scans.map(({ occurred_at: at }) => at));
      expect(first).toBeLessThan(last(story).occurred_at - 30_000);
    }
  });

  test("scan and defer: some filters scan only after their answer", () => {
    const scanned = stories("scan_and_defer").filter(({ deliveries, scans }) => {
      const reply = (deliveries[0] as Delivery).occurred_at;
      return scans.length > 0 && scans.every(({ occurred_at: at }) => at >= reply);
    });
    expect(scanned.length).toBeGreaterThan(20);
  });

  test("hold: the sender waits for half a minute and more", () => {
    for (const story of stories("hold")) {
      const { started_at: startedAt, occurred_at: at, outcome } = last(story);
      expect(outcome).toBe("accepted");
      if (startedAt !== null) expect(at - startedAt).toBeGreaterThan(30_000 - stampMs);
    }
  });

  test("reject after scan: scanned, then bounced", () => {
    for (const story of stories("reject_after_scan", 300, { rejectShare: 1 })) {
      expect([last(story).outcome, last(story).smtp_code]).toEqual(["bounced", 554]);
      expect(story.scans.length).toBeGreaterThan(0);
      expect(story.human).toEqual([]);
    }
  });

  test("defer for ever: only content deferrals, then the sender gives up", () => {
    for (const story of stories("defer_for_ever", 100)) {
      expect(story.deliveries.length).toBeGreaterThan(5);
      expect(story.deliveries.slice(0, -1).every(({ outcome }) => outcome === "deferred")).toBe(true);
      expect(last(story).outcome).toBe("expired");
      expect(story.human).toEqual([]);
    }
  });

  test("greylist at RCPT: deferred before the content, no scan before the accepting attempt", () => {
    for (const story of stories("greylist_at_rcpt")) {
      const [first] = story.deliveries as [Delivery];
      expect(first.outcome).toBe("deferred");
      expect(["rcpt", "unknown"]).toContain(first.stage);
      expect(last(story).outcome).toBe("accepted");
      for (const { occurred_at: at } of story.scans) expect(at).toBeGreaterThan(last(story).occurred_at - 25_000);
    }
  });

  test("sandbox: about its share is scanned, all of it after the acceptance", () => {
    const all = stories("sandbox_after_acceptance", 1_000);
    const scanned = all.filter(({ scans }) => scans.length > 0);
    expect(scanned.length / all.length).toBeCloseTo(defaultOptions.filters.sandboxShare, 1);
    for (const story of scanned)
      for (const { occurred_at: at } of story.scans) expect(at).toBeGreaterThan(last(story).occurred_at - stampMs);
  });

  test("link rewriting: clicks in bulk days later, and just before a reader's click", () => {
    const all = stories("link_rewriting", 1_000);
    const days = (at: number, story: Story): number => (at - last(story).occurred_at) / 86_400_000;
    const late = all.flatMap((story) => story.scans.filter(({ occurred_at: at }) => days(at, story) > 3));
    expect(late.length).toBeGreaterThan(100);
    const checked = all.filter(({ scans, human }) =>
      human.some(
        (click) =>
          click.kind === "click" &&
          scans.some(({ url, occurred_at: at }) => url === click.url && Math.abs(click.occurred_at - at) <= stampMs),
      ),
    );
    expect(checked.length).toBeGreaterThan(20);
  });

  test("HEAD and GET; first, some and all links; pixels and unsubscribe links", () => {
    const all = stories("scan_in_transaction", 600);
    const scans = all.flatMap((story) => story.scans);
    expect(new Set(scans.map(({ method }) => method))).toEqual(new Set(["HEAD", "GET"]));
    expect(new Set(scans.map(({ kind }) => kind))).toEqual(new Set(["open", "click", "unsubscribe"]));
    const links = all.map((story) => story.scans.filter(({ kind }) => kind === "click").length);
    expect(Math.min(...links)).toBe(1);
    expect(Math.max(...links)).toBe(6);
  });
});
