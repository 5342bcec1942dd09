import type { Delivery, EngagementRow, MessageRow } from "@antedate/schemas";
import { describe, expect, test } from "vitest";
import { createChainTally, type ChainTally } from "./chain-tally.ts";

const hour = 3_600_000;

function delivery(id: string, at: number, over: Partial<Delivery> = {}): Delivery {
  const known = {
    started_at: at - 200,
    outcome: "deferred",
    stage: "end_of_data",
    smtp_code: 451,
    mx_host: "mx",
  } as const;
  const diagnostic = "451 4.7.1 Try again later";
  return { message_id: id, event_id: `${id} ${at}`, occurred_at: at, ...known, diagnostic, ...over } as Delivery;
}

function message(id: string, over: Partial<MessageRow> = {}): MessageRow {
  const counts = { attempts: 2, deferrals: 1, content_deferrals: 1 };
  return {
    message_id: id,
    recipient_domain: id,
    first_attempt_at: 0,
    accepted_at: hour,
    ...counts,
    ...over,
  } as MessageRow;
}

function click(id: string, at: number, over: Partial<EngagementRow> = {}): EngagementRow {
  const own = at < hour ? "pre_acceptance" : "post_delivery";
  const exposure = at < hour ? "after_deferral" : "after_acceptance";
  const known = {
    kind: "click",
    class: own,
    exposure,
    exposed_attempt: 1,
    ip: null,
    user_agent: null,
    accepted_at: hour,
  };
  return { message_id: id, event_id: `${id} ${at}`, occurred_at: at, ...known, ...over } as EngagementRow;
}

/** A message that was put off at 0 and accepted after an hour, clicked so many times a minute after the deferral. */
function addStory(tally: ChainTally, id: string, clicks: number, over: Partial<MessageRow> = {}): void {
  tally.addDelivery(delivery(id, 0));
  tally.addDelivery(delivery(id, hour, { outcome: "accepted", smtp_code: 250, diagnostic: "250 2.0.0 Ok" }));
  tally.addMessage(message(id, over));
  for (let n = 0; n < clicks; n++) tally.addEngagement(click(id, 60_000 + n));
}

function ids(tally: ChainTally): string[] {
  return tally.chains().map(({ messageId }) => messageId);
}

describe("the tally of chains", () => {
  test("tells a message's attempts and clicks by time, and the log's own words", () => {
    const tally = createChainTally();
    addStory(tally, "m1", 2);
    tally.addEngagement(click("m1", 2 * hour));
    const [chain] = tally.chains();
    expect(chain).toMatchObject({ messageId: "m1", domain: "m1", acceptedAt: hour, before: 2, engagementsLeft: 0 });
    expect(chain?.steps).toMatchObject([
      {
        what: "attempt",
        at: 0,
        startedAt: -200,
        ordinal: 1,
        outcome: "deferred",
        diagnostic: "451 4.7.1 Try again later",
      },
      { what: "engagement", at: 60_000, class: "pre_acceptance", exposedAttempt: 1 },
      { what: "engagement", at: 60_001 },
      { what: "attempt", at: hour, ordinal: 2, outcome: "accepted", smtpCode: 250 },
      { what: "engagement", at: 2 * hour, class: "post_delivery" },
    ]);
  });

  test("has none of messages that showed no content, were not accepted or not clicked before", () => {
    const tally = createChainTally();
    addStory(tally, "no content", 3, { content_deferrals: 0 });
    addStory(tally, "bounced", 3, { accepted_at: null });
    addStory(tally, "not clicked", 0);
    tally.addEngagement(click("not clicked", 2 * hour));
    tally.addEngagement(click("no message", 5));
    expect(tally.chains()).toEqual([]);
  });

  test("a repeated delivery is one attempt, and giving up is none", () => {
    const tally = createChainTally();
    tally.addDelivery(delivery("m1", 0));
    tally.addDelivery(delivery("m1", 7, { outcome: "expired" }));
    addStory(tally, "m1", 1);
    const attempts = tally.chains()[0]?.steps.filter(({ what }) => what === "attempt");
    expect(attempts).toMatchObject([
      { ordinal: 1, at: 0 },
      { ordinal: 2, at: hour },
    ]);
  });

  test("an ID that comes again after its window is another message", () => {
    const tally = createChainTally();
    addStory(tally, "m1", 1);
    tally.addDelivery(delivery("m1", 900 * hour));
    tally.addDelivery(delivery("m1", 901 * hour, { outcome: "accepted" }));
    tally.addMessage(message("m1", { accepted_at: 901 * hour }));
    const later = { class: "pre_acceptance", exposure: "after_deferral", accepted_at: 901 * hour } as const;
    for (const at of [1, 2]) tally.addEngagement(click("m1", 900 * hour + at, later));
    expect(tally.chains().map(({ acceptedAt, before }) => [acceptedAt, before])).toEqual([
      [901 * hour, 2],
      [hour, 1],
    ]);
  });

  test("what it forgets would not have been chosen", () => {
    const tally = createChainTally({ keptMax: 36 });
    // Of 0 to 289, messages 96 and 193 have 97 clicks, 95, 192 and 289 have 96, 94, 191 and 288 have 95; equals go by ID.
    for (let n = 0; n < 290; n++) {
      addStory(tally, `m${n}`, (n % 97) + 1);
      tally.forget();
    }
    expect(ids(tally)).toEqual(["m193", "m96", "m192", "m289", "m95", "m191"]);
  });

  test("keeps the newest message, whose clicks may come in the next piece", () => {
    const tally = createChainTally({ keptMax: 36 });
    for (let n = 0; n < 72; n++) addStory(tally, `m${n}`, 1);
    addStory(tally, "newest", 0);
    tally.forget();
    for (let n = 0; n < 5; n++) tally.addEngagement(click("newest", 100 + n));
    expect(ids(tally)[0]).toBe("newest");
  });

  test("a chain whose beginning was forgotten is none", () => {
    const tally = createChainTally({ openMax: 1 });
    tally.addDelivery(delivery("m1", 0));
    tally.addDelivery(delivery("other", 5));
    addStory(
      { ...tally, addDelivery: (later) => (later.occurred_at > 0 ? tally.addDelivery(later) : undefined) },
      "m1",
      1,
    );
    expect(tally.chains()).toEqual([]);
  });

  test("of a message clicked without end the earliest 500 are kept, whatever their order, and the others counted", () => {
    const tally = createChainTally();
    addStory(tally, "m1", 0);
    for (let n = 2_000; n > 0; n--) tally.addEngagement(click("m1", n));
    const [chain] = tally.chains();
    expect(chain).toMatchObject({ before: 2_000, engagementsLeft: 1_500 });
    // The deferral, clicks at 1 to 500 ms, the acceptance.
    expect(chain?.steps).toHaveLength(502);
    expect(chain?.steps[500]).toMatchObject({ what: "engagement", at: 500 });
  });

  test("cuts what is very long", () => {
    const tally = createChainTally();
    tally.addDelivery(delivery("m1", 0, { diagnostic: "4".repeat(10_000) }));
    addStory(tally, "m1", 0, { attempts: 2 });
    tally.addEngagement(click("m1", 9, { user_agent: "u".repeat(10_000) }));
    const [first, second] = tally.chains()[0]?.steps ?? [];
    expect(first?.what === "attempt" && first.diagnostic?.length).toBe(401);
    expect(second?.what === "engagement" && second.userAgent?.length).toBe(49);
  });
});
