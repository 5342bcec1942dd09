import type { EngagementRow } from "@antedate/schemas";
import { describe, expect, test } from "vitest";
import { noCounts } from "./class-counts.ts";
import { deltaEdgesMs } from "./delta-bins.ts";
import type { ReportFigures } from "./report-figures.ts";
import { createReportTally } from "./report-tally.ts";
import { renderReport } from "./render-report.ts";

const heading = { title: "Report", generatedAt: 0, note: null };
const empty = createReportTally().figures();
const voidTags = new Set(["meta", "br"]);

function everywhere(name: string, count: number): ReportFigures {
  const counts = { pre_acceptance: count, near_acceptance: 1, post_delivery: 2, never_accepted: 3, unknown: 4 };
  const group = { name, messages: count, accepted: count, contentDeferred: 1, counts };
  const opened = { rawOpened: count, adjustedOpened: 1, rawClicked: count, adjustedClicked: 0 };
  return {
    ...empty,
    messages: count,
    messagesByOutcome: { accepted: count, bounced: 0, expired: 0, unknown: 0 },
    engagements: count + 10,
    byKind: { ...empty.byKind, click: counts },
    byExposure: { ...empty.byExposure, after_deferral: counts },
    deltas: deltaEdgesMs.map((fromMs) => ({ fromMs, counts: { ...noCounts(), pre_acceptance: count } })),
    domains: { listed: [group], others: { ...group }, othersCount: 12 },
    filters: { listed: [{ ...group, namedBy: "mx" }], others: null, othersCount: 0 },
    campaigns: {
      listed: [{ name, messages: count, accepted: count, counts, ...opened }],
      others: null,
      othersCount: 0,
    },
  };
}

function expectWellFormed(page: string): void {
  const open: string[] = [];
  for (const [, slash, name = "", selfClosed] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b(?:[^<>"]|"[^"]*")*?(\/?)>/g)) {
    if (selfClosed || voidTags.has(name)) continue;
    if (slash) expect(open.pop()).toBe(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
  expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
}

describe("the report page", () => {
  test("of nothing says so and has no tables", () => {
    const page = renderReport(empty, heading);
    expectWellFormed(page);
    expect(page).toContain("No opens or clicks yet.");
    expect(page).not.toContain("<table");
    expect(page).not.toContain("<svg");
  });

  test.each([1, 2, 1_234_567])("of %i before the acceptance is well formed and leads with them", (count) => {
    const page = renderReport(everywhere("elm.example", count), { ...heading, note: "From mail.log" });
    expectWellFormed(page);
    expect(page).toContain("happened before the receiving server accepted the message; no person can have made");
    expect(page).toContain("From mail.log");
    expect(page).toContain("12 others");
  });

  test("sets big numbers apart with thin spaces", () => {
    expect(renderReport(everywhere("elm.example", 1_234_567), heading)).toContain("1\u202f234\u202f567");
  });

  test("needs nothing from elsewhere and runs nothing", () => {
    const page = renderReport(everywhere("elm.example", 5), heading);
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|url\(|@import|https?:/);
  });

  test("escapes what comes from data, wherever it is shown", () => {
    const name = `"><script>alert('x')</script>&amp;`;
    const page = renderReport(everywhere(name, 5), { ...heading, title: name, note: name });
    expectWellFormed(page);
    expect(page).not.toContain("<script");
    const escaped = "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;";
    // Title twice, note, domain, filter, campaign with its rates and with its classes.
    expect(page.split(escaped)).toHaveLength(8);
  });

  test("shows characters that would turn the direction of writing as what they are", () => {
    const page = renderReport(everywhere("moc.\u202eelpmaxe", 5), heading);
    expect(page).not.toContain("\u202e");
    expect(page).toContain("moc.\ufffdelpmaxe");
  });

  test("draws every bin, and describes the chart in words", () => {
    const page = renderReport(everywhere("elm.example", 5), heading);
    expect(page.match(/<svg\s+class="chart [a-z]+"[^>]*role="img"\s+aria-labelledby="/g)).toHaveLength(2);
    expect(page.match(/class="hit"/g)).toHaveLength(2 * deltaEdgesMs.length);
    expect(page).toContain("All numbers are in the table below the chart.");
  });

  test("says when opened and clicked messages are an estimate", () => {
    const page = renderReport({ ...everywhere("elm.example", 5), uniquesSampledOneIn: 4 }, heading);
    expect(page).toContain("Estimated from one message in 4.");
  });

  test("shows classes by campaign beside the rates", () => {
    const page = renderReport(everywhere("elm.example", 5), heading);
    const campaigns = page.slice(page.indexOf('<h2 id="campaigns">'));
    // 5, 1, 2, 3 and 4 of 15.
    expect(campaigns).toContain("All engagement by campaign and class.");
    expect(campaigns).toContain('aria-label="Before acceptance 33.3\u202f%, Near acceptance 6.7\u202f%');
  });

  test(
    "stays small and well formed with 100 000 domains, filters, addresses and campaigns of the longest names",
    { timeout: 60_000 },
    () => {
      const tally = createReportTally();
      const long = "n".repeat(10_000);
      for (let n = 0; n < 100_000; n++) {
        // A few names are very long; more would only take the test's memory.
        const name = n % 5_000 === 0 ? `${n}.${long}.example` : `${n}.example`;
        const names = { recipient_domain: name, mx_host: name, campaign: name, message_id: name, ip: name };
        const seen = { kind: "click", class: "pre_acceptance", exposure: "after_deferral", delta_ms: -60_000 };
        tally.addEngagement({ ...names, ...seen, filter_vendor: null } as EngagementRow);
      }
      const page = renderReport(tally.figures(), heading);
      expectWellFormed(page);
      expect(page.length).toBeLessThan(500_000);
      expect(page).toContain("All others");
      expect(page).not.toContain("n".repeat(100));
    },
  );

  test("a very long name keeps its beginning and its end", () => {
    const page = renderReport(everywhere(`${"a.".repeat(5_000)}elm.example`, 5), heading);
    expect(page).toMatch(/<bdi>(a\.){20}…[a.]+elm\.example<\/bdi>/);
  });

  test("rates without messages are a dash, not a number", () => {
    const figures = everywhere("elm.example", 5);
    const campaigns = figures.campaigns.listed.map((campaign) => ({ ...campaign, messages: 0, accepted: 0 }));
    expectWellFormed(renderReport({ ...figures, campaigns: { ...figures.campaigns, listed: campaigns } }, heading));
  });
});
