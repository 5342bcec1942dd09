import type { EngagementRow, MessageRow } from "@antedate/schemas";
import { describe, expect, test } from "vitest";
import { createReportTally } from "./report-tally.ts";

function message(over: Partial<MessageRow> = {}): MessageRow {
  return {
    tenant: "t",
    campaign: "spring",
    message_id: "m1",
    recipient_domain: "elm.example",
    recipient_hash: null,
    source: "postfix",
    sent_at: 0,
    first_attempt_at: 0,
    outcome: "accepted",
    accepted_at: 0,
    attempts: 1,
    deferrals: 0,
    content_deferrals: 0,
    mx_host: null,
    filter_vendor: null,
    ...over,
  };
}

function engagement(over: Partial<EngagementRow> = {}): EngagementRow {
  const { content_deferrals: _content, outcome: _outcome, first_attempt_at: _first, ...shared } = message();
  return {
    ...shared,
    event_id: "e1",
    kind: "click",
    class: "post_delivery",
    exposure: "after_acceptance",
    exposed_attempt: 1,
    uncertain: false,
    occurred_at: 0,
    delta_ms: 90_000,
    ip: null,
    user_agent: null,
    method: null,
    url: null,
    link_id: null,
    machine_hint: null,
    recipient_ambiguous: false,
    input_offset: 0,
    ...over,
  };
}

const machine = { class: "pre_acceptance", exposure: "after_deferral", delta_ms: -100_000 } as const;

describe("the report's tally", () => {
  test("counts nothing at first, and is plain data", () => {
    const figures = createReportTally().figures();
    expect(figures).toMatchObject({ messages: 0, engagements: 0, deltas: [], uniquesSampledOneIn: 1 });
    expect(figures.domains).toEqual({ listed: [], others: null, othersCount: 0 });
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
  });

  test("counts messages by outcome and those that were read and put off", () => {
    const tally = createReportTally();
    tally.addMessage(message({ content_deferrals: 2 }));
    tally.addMessage(message({ outcome: "bounced", accepted_at: null }));
    const { messages, messagesByOutcome, messagesContentDeferred, domains } = tally.figures();
    expect({ messages, messagesContentDeferred }).toEqual({ messages: 2, messagesContentDeferred: 1 });
    expect(messagesByOutcome).toEqual({ accepted: 1, bounced: 1, expired: 0, unknown: 0 });
    expect(domains.listed).toMatchObject([{ name: "elm.example", messages: 2, accepted: 1, contentDeferred: 1 }]);
  });

  test("counts classes by kind, by exposure and by domain, and deltas in bins", () => {
    const tally = createReportTally();
    tally.addEngagement(engagement(machine));
    tally.addEngagement(engagement({ ...machine, kind: "open", uncertain: true }));
    tally.addEngagement(engagement());
    tally.addEngagement(engagement({ class: "never_accepted", exposure: "after_rejection", delta_ms: null }));
    const { engagements, uncertain, byKind, byExposure, deltas, domains } = tally.figures();
    expect({ engagements, uncertain }).toEqual({ engagements: 4, uncertain: 1 });
    expect(byKind.click).toMatchObject({ pre_acceptance: 1, post_delivery: 1, never_accepted: 1 });
    expect(byKind.open.pre_acceptance).toBe(1);
    expect(byExposure.after_deferral.pre_acceptance).toBe(2);
    expect(byExposure.after_rejection.never_accepted).toBe(1);
    expect(domains.listed[0]?.counts).toMatchObject({ pre_acceptance: 2, post_delivery: 1, never_accepted: 1 });
    expect(deltas.map(({ fromMs, counts }) => [fromMs, counts.pre_acceptance, counts.post_delivery])).toEqual([
      [-120_000, 2, 0],
      [90_000, 0, 1],
    ]);
  });

  test("counts a message once, however often it is opened, and apart from that what came after delivery", () => {
    const tally = createReportTally();
    tally.addMessage(message());
    tally.addMessage(message({ message_id: "m2" }));
    for (const over of [machine, machine, {}]) tally.addEngagement(engagement(over));
    tally.addEngagement(engagement({ ...machine, message_id: "m2" }));
    tally.addEngagement(engagement({ ...machine, kind: "open" }));
    tally.addEngagement(engagement({ ...machine, kind: "unsubscribe", message_id: "m3" }));
    expect(tally.figures().campaigns.listed).toEqual([
      {
        name: "spring",
        messages: 2,
        accepted: 2,
        counts: { pre_acceptance: 5, near_acceptance: 0, post_delivery: 1, never_accepted: 0, unknown: 0 },
        rawOpened: 1,
        adjustedOpened: 0,
        rawClicked: 2,
        adjustedClicked: 1,
      },
    ]);
  });

  test("names a filter by its vendor, else by the MX host, else not at all", () => {
    const tally = createReportTally();
    tally.addMessage(message({ filter_vendor: "Mimecast", mx_host: "eu-smtp.mimecast.com" }));
    tally.addMessage(message({ mx_host: "mx1.elm.example" }));
    tally.addMessage(message());
    const names = tally.figures().filters.listed.map(({ name, namedBy }) => [name, namedBy]);
    expect(names).toEqual(
      expect.arrayContaining([
        ["Mimecast", "vendor"],
        ["mx1.elm.example", "mx"],
        [null, null],
      ]),
    );
  });

  test("an empty campaign and one that is absent are the same", () => {
    const tally = createReportTally();
    tally.addMessage(message({ campaign: null }));
    tally.addMessage(message({ campaign: "" }));
    expect(tally.figures().campaigns.listed).toMatchObject([{ name: null, messages: 2 }]);
  });

  test("lists the largest groups and sums up the rest", () => {
    const tally = createReportTally({ listedMax: 2 });
    for (const [domain, count] of Object.entries({ a: 1, b: 5, c: 3, d: 2 })) {
      for (let n = 0; n < count; n++) tally.addEngagement(engagement({ recipient_domain: domain }));
    }
    const { listed, others, othersCount } = tally.figures().domains;
    expect(listed.map(({ name }) => name)).toEqual(["b", "c"]);
    expect(othersCount).toBe(2);
    expect(others).toMatchObject({ name: null, counts: { post_delivery: 3 } });
  });

  test("counts groups beyond the cap together, and says that it does not know how many", () => {
    const tally = createReportTally({ groupsMax: 2 });
    for (const campaign of ["a", "b", "c", "d"]) tally.addMessage(message({ campaign }));
    tally.addEngagement(engagement({ campaign: "d" }));
    const { listed, others, othersCount } = tally.figures().campaigns;
    expect(listed.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(others).toMatchObject({ messages: 2, rawClicked: 1 });
    expect(othersCount).toBeNull();
  });

  test("figures asked for twice are the same, and a later row does not change earlier figures", () => {
    const tally = createReportTally({ groupsMax: 1 });
    for (const campaign of ["a", "b"]) tally.addEngagement(engagement({ campaign, message_id: campaign }));
    const before = tally.figures();
    expect(tally.figures()).toEqual(before);
    tally.addEngagement(engagement({ campaign: "a", message_id: "more" }));
    expect(before.campaigns.listed).toMatchObject([{ rawClicked: 1 }]);
    expect(tally.figures().campaigns.listed).toMatchObject([{ rawClicked: 2 }]);
  });
});
