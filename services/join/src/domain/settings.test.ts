import { expect, test } from "vitest";
import { createSettingsLookup, defaultSettings } from "./settings.ts";

test("the defaults are those of the contract", () => {
  expect(defaultSettings).toMatchObject({
    nearBeforeMs: 5_000,
    nearAfterMs: 60_000,
    clockToleranceMs: 1_000,
    windowMs: 3_024_000_000,
    sendHoldMs: 120_000,
    settleMs: 0,
  });
  const { waitsOf } = createSettingsLookup(defaultSettings);
  expect(waitsOf("postfix")).toEqual({ settleMs: 0, sendHoldMs: 120_000 });
  for (const esp of ["ses", "sendgrid", "mailgun", "postmark"]) {
    expect(waitsOf(esp)).toEqual({ settleMs: 600_000, sendHoldMs: 120_000 });
  }
});

test("a source that says only one of its waits has the other from the settings", () => {
  const { waitsOf } = createSettingsLookup({ ...defaultSettings, settleMs: 7, sources: { own: { sendHoldMs: 0 } } });
  expect(waitsOf("own")).toEqual({ settleMs: 7, sendHoldMs: 0 });
  expect(waitsOf("constructor")).toEqual({ settleMs: 7, sendHoldMs: 120_000 });
});

test("the receiving domain's band goes before the MX suffix's, a longer suffix before a shorter one", () => {
  const { nearBandOf } = createSettingsLookup({
    ...defaultSettings,
    domains: { "Bank.example": { nearBeforeMs: 1 } },
    mxSuffixes: { "pphosted.com": { nearAfterMs: 2 }, "mx1.pphosted.com": { nearAfterMs: 3 } },
  });
  expect(nearBandOf("bank.example", "mx1.pphosted.com")).toEqual({ nearBeforeMs: 1, nearAfterMs: 60_000 });
  expect(nearBandOf("BANK.EXAMPLE", null)).toEqual({ nearBeforeMs: 1, nearAfterMs: 60_000 });
  expect(nearBandOf("sub.bank.example", "a.mx1.pphosted.com")).toEqual({ nearBeforeMs: 5_000, nearAfterMs: 3 });
  expect(nearBandOf("other.example", "mx2.pphosted.com")).toEqual({ nearBeforeMs: 5_000, nearAfterMs: 2 });
  expect(nearBandOf("other.example", "mx.example")).toEqual({ nearBeforeMs: 5_000, nearAfterMs: 60_000 });
  expect(nearBandOf("", null)).toEqual({ nearBeforeMs: 5_000, nearAfterMs: 60_000 });
});
