/* oxlint-disable no-restricted-globals -- tests write instants as people read them */
import { describe, expect, it } from "vitest";
import { createSyslogClock, type SyslogClockOptions } from "./syslog-clock.ts";

function read(stamps: string[], options: Partial<SyslogClockOptions> = {}): (string | null)[] {
  const clock = createSyslogClock({
    year: null,
    timezone: "UTC",
    nowMs: Date.parse("2026-11-24T00:00:00Z"),
    ...options,
  });
  return stamps.map((stamp) => {
    const time = clock.read(stamp);
    return time === null ? null : new Date(time.ms).toISOString();
  });
}

describe("syslog stamps", () => {
  it("takes the latest year that does not lie in the future, or the one that is given", () => {
    expect(read(["Nov 23 10:00:00"])).toEqual(["2026-11-23T10:00:00.000Z"]);
    expect(read(["Dec  1 10:00:00"])).toEqual(["2025-12-01T10:00:00.000Z"]);
    expect(read(["Feb 29 10:00:00"])).toEqual(["2024-02-29T10:00:00.000Z"]);
    expect(read(["Dec  1 10:00:00"], { year: 2019 })).toEqual(["2019-12-01T10:00:00.000Z"]);
    expect(read(["Feb 29 10:00:00"], { year: 2023 })).toEqual([null]);
  });

  it("goes over new year, also back for a line out of order", () => {
    expect(read(["Dec 31 23:59:59", "Jan  1 00:00:00", "Dec 31 23:59:58", "Jan  1 00:00:02"], { year: 2024 })).toEqual([
      "2024-12-31T23:59:59.000Z",
      "2025-01-01T00:00:00.000Z",
      "2024-12-31T23:59:58.000Z",
      "2025-01-01T00:00:02.000Z",
    ]);
  });

  it("stays in its year where an older file follows a newer one", () => {
    expect(read(["Mar 20 10:00:00", "Mar  1 10:00:00"])).toEqual([
      "2026-03-20T10:00:00.000Z",
      "2026-03-01T10:00:00.000Z",
    ]);
  });

  it("follows the zone's daylight saving time, through the hour that comes twice and the one that is skipped", () => {
    const berlin = { timezone: "Europe/Berlin", year: 2026 };
    expect(read(["Jul  1 12:00:00"], berlin)).toEqual(["2026-07-01T10:00:00.000Z"]);
    expect(
      read(
        [
          "Oct 25 01:59:00",
          "Oct 25 02:30:00",
          "Oct 25 02:59:59",
          "Oct 25 02:00:01",
          "Oct 25 02:30:00",
          "Oct 25 03:00:00",
        ],
        berlin,
      ),
    ).toEqual([
      "2026-10-24T23:59:00.000Z",
      "2026-10-25T00:30:00.000Z",
      "2026-10-25T00:59:59.000Z",
      "2026-10-25T01:00:01.000Z",
      "2026-10-25T01:30:00.000Z",
      "2026-10-25T02:00:00.000Z",
    ]);
    expect(read(["Mar 29 01:59:59", "Mar 29 02:30:00", "Mar 29 03:00:00"], berlin)).toEqual([
      "2026-03-29T00:59:59.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-03-29T01:00:00.000Z",
    ]);
    expect(read(["Jul  1 12:00:00"], { timezone: "America/St_Johns", year: 2026 })).toEqual([
      "2026-07-01T14:30:00.000Z",
    ]);
  });

  it("reads RFC 3339 with any offset, and its precision", () => {
    expect(
      read([
        "2026-11-23T17:12:15.795823+00:00",
        "2026-11-23T18:12:15.7958+01:00",
        "2026-11-23T12:12:15-0500",
        "2026-11-23T17:12:15Z",
      ]),
    ).toEqual([
      "2026-11-23T17:12:15.795Z",
      "2026-11-23T17:12:15.795Z",
      "2026-11-23T17:12:15.000Z",
      "2026-11-23T17:12:15.000Z",
    ]);
    const clock = createSyslogClock({ year: null, timezone: "UTC", nowMs: 0 });
    expect(clock.read("2026-11-23T17:12:15.795823+00:00")?.precisionMs).toBe(1);
    expect(clock.read("2026-11-23T17:12:15Z")?.precisionMs).toBe(1000);
    expect(clock.read("Nov 23 17:12:15")?.precisionMs).toBe(1000);
    expect(clock.read("Nov 23 17:12:15.7")?.precisionMs).toBe(100);
  });

  it("tells once that it takes stamps without a zone for UTC where none is given", () => {
    let told = 0;
    const read = (timezone: string | null, ...stamps: string[]) => {
      told = 0;
      const clock = createSyslogClock({ year: 2026, timezone, nowMs: 0, onZoneAssumed: () => told++ });
      return stamps.map((stamp) => clock.read(stamp)?.ms);
    };
    const noon = Date.UTC(2026, 6, 1, 12);
    expect(read(null, "2026-07-01T12:00:00Z", "2026-07-01T14:00:00+02:00")).toEqual([noon, noon]);
    expect(told).toBe(0);
    expect(read(null, "Jul  1 12:00:00", "2026-07-01T12:00:00")).toEqual([noon, noon]);
    expect(told).toBe(1);
    read("Europe/Berlin", "Jul  1 12:00:00");
    expect(told).toBe(0);
  });

  it("takes a stamp without an offset in the given zone", () => {
    expect(read(["2026-07-01T12:00:00.5"], { timezone: "Europe/Berlin" })).toEqual(["2026-07-01T10:00:00.500Z"]);
  });

  it("knows what is no time", () => {
    expect(
      read([
        "2026-02-30T00:00:00Z",
        "Foo  1 00:00:00",
        "Nov 31 00:00:00",
        "2026-01-01T25:00:00Z",
        "2026-01-01T00:00:00+99:00",
        "",
      ]),
    ).toEqual(Array.from({ length: 6 }, () => null));
  });
});
