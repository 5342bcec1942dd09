import { describe, expect, test } from "vitest";
import { chainSection } from "./chain-section.ts";
import { plainSpaces } from "./number-format.ts";
import type { ChainAttempt, ChainEngagement, ChainFigures, ReportFigures } from "./report-figures.ts";

const acceptedAt = Date.UTC(2026, 2, 1, 10, 44, 12);
const minute = 60_000;

function attempt(at: number, over: Partial<ChainAttempt> = {}): ChainAttempt {
  const answer = { outcome: "deferred", stage: "end_of_data", smtpCode: 451, diagnostic: "451 4.7.1 Later" } as const;
  return { what: "attempt", at, startedAt: null, ordinal: 1, ...answer, mxHost: null, ...over };
}

function click(at: number, over: Partial<ChainEngagement> = {}): ChainEngagement {
  const known = { class: "pre_acceptance", exposure: "after_deferral", exposedAttempt: 1 } as const;
  return { what: "engagement", at, kind: "click", ...known, ip: "203.0.113.9", userAgent: "curl/8", ...over };
}

const accepted = attempt(acceptedAt, { ordinal: 2, outcome: "accepted", smtpCode: 250, diagnostic: "250 2.0.0 Ok" });

function chain(steps: ChainFigures["steps"], over: Partial<ChainFigures> = {}): ChainFigures {
  return { messageId: "t/m1/0a", domain: "elm.example", acceptedAt, before: 1, steps, engagementsLeft: 0, ...over };
}

function section(...chains: ChainFigures[]): string {
  return plainSpaces(chainSection({ chains } as unknown as ReportFigures).markup);
}

/** As it reads without tags. */
function words(...chains: ChainFigures[]): string {
  return section(...chains)
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}

describe("the section of chains", () => {
  test("says plainly that there is none", () => {
    expect(words()).toContain("No message here was put off with its content shown");
    expect(section()).not.toContain("<ol");
  });

  test("tells each step by its time from the 250, in words and as a time", () => {
    const first = attempt(acceptedAt - 134 * minute, {
      startedAt: acceptedAt - 134 * minute - 300,
      mxHost: "mx.elm.example",
    });
    const told = chain([first, click(acceptedAt - 90_000), accepted]);
    const text = words(told);
    expect(text).toContain("elm.example 1 request, then accepted at attempt 2, 2 h 14 min after the first reply");
    expect(text).toContain(
      "2 h 14 min before 2026-03-01 08:30:12 UTC Attempt 1 put off at the end of DATA: the content was shown",
    );
    expect(text).toContain("mx.elm.example · began 300 ms before this reply");
    expect(text).toContain(
      "1 min 30 s before 2026-03-01 10:42:42 UTC Click after attempt 1 had shown the content Before acceptance",
    );
    expect(text).toContain("203.0.113.0/24 · curl/8");
    expect(text).toContain("250 2026-03-01 10:44:12 UTC Attempt 2 accepted");
    expect(section(told)).toContain('<time datetime="2026-03-01T08:30:12.000Z">');
    expect(section(told).match(/<li/g)).toHaveLength(3);
  });

  test("quotes the log as it is, with the code before it where the words lack it", () => {
    const timedOut = attempt(acceptedAt - 2, { smtpCode: 421, diagnostic: "timed out" });
    const silent = attempt(acceptedAt - 1, { smtpCode: 450, diagnostic: null });
    const page = section(chain([attempt(acceptedAt - 3), timedOut, silent, accepted]));
    expect(page).toMatch(/<p class="said">\s*<q><bdi>451 4\.7\.1 Later<\/bdi><\/q>/);
    expect(page).toMatch(/<p class="said">\s*421 <q><bdi>timed out<\/bdi><\/q>/);
    expect(page).toMatch(/<p class="said">450 <\/p>/);
  });

  test("says of a long run how many more came and how long they took", () => {
    const clicks = Array.from({ length: 22 }, (_, n) => click(acceptedAt - 50 * minute + n * 2_000));
    const opens = [click(acceptedAt - 49 * minute, { kind: "open" })];
    // The second click is 58 s before the open.
    const text = words(chain([attempt(acceptedAt - 60 * minute), ...clicks, ...opens, accepted]));
    expect(text).toContain("… 1 more open, 20 more clicks in the next 58 s");
  });

  test("names who asked once, as long as it stays the same", () => {
    const steps = [
      click(acceptedAt - 3),
      click(acceptedAt - 2),
      click(acceptedAt - 1, { userAgent: "Wget/1" }),
      accepted,
    ];
    const text = words(chain(steps));
    expect(text.split("curl/8")).toHaveLength(2);
    expect(text.split("Wget/1")).toHaveLength(2);
  });

  test("what came in the instant of the 250 is not called the 250", () => {
    const steps = [accepted, click(acceptedAt, { class: "near_acceptance", exposure: "after_acceptance" })];
    expect(words(chain(steps))).toContain(
      "with the 250 2026-03-01 10:44:12 UTC Click after the acceptance Near acceptance",
    );
  });

  test("is an ordered list of items and no more, and two of many are unfolded", () => {
    const many = Array.from({ length: 6 }, (_, n) => chain([click(acceptedAt - 1), accepted], { messageId: `m${n}` }));
    const page = section(...many);
    expect(page.match(/<ol class="chain">/g)).toHaveLength(6);
    expect(page.match(/<details class="timeline" open>/g)).toHaveLength(2);
    expect(page.match(/<details class="timeline">/g)).toHaveLength(4);
  });

  test("escapes and isolates all that is from data", () => {
    const bad = "<script>\u202e&\"'";
    const refused = attempt(acceptedAt - 9, { diagnostic: bad, mxHost: `${bad}.mx` });
    const steps = [refused, click(acceptedAt - 5, { ip: bad, userAgent: bad }), accepted];
    const page = section(chain(steps, { domain: bad, messageId: bad }));
    expect(page).not.toMatch(/<script|\u202e/);
    // Domain, message, diagnostic, host, address, agent.
    expect(page.split("<bdi>&lt;script&gt;\ufffd&amp;&quot;&#39;")).toHaveLength(7);
  });
});
