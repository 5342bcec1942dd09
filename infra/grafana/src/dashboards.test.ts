import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { buildDashboard } from "./build-dashboard.ts";
import { clickHouseSource } from "./clickhouse-query.ts";
import { dashboardPlans } from "./dashboard-plans.ts";
import { prometheusSource } from "./prometheus-query.ts";

type Target = { datasource: unknown } & ({ rawSql: string } | { expr: string });

const folder = new URL("../dashboards/", import.meta.url);

test("the folder holds the dashboards of the code and no others", () => {
  expect(readdirSync(folder).sort()).toEqual(dashboardPlans.map(({ uid }) => `${uid}.json`).sort());
});

describe.each(dashboardPlans)("$title", (plan) => {
  const committed = readFileSync(new URL(`${plan.uid}.json`, folder), "utf8");

  test("the committed file is what the code makes; else run `npm run generate -w @antedate/grafana`", () => {
    expect(committed).toBe(buildDashboard(plan));
  });

  test("panels fill their lines of the grid without overlap", () => {
    const { panels } = JSON.parse(committed) as { panels: { gridPos: Record<"x" | "y" | "w" | "h", number> }[] };
    const taken = new Set<string>();
    for (const { gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x).toBeLessThan(24);
          expect(taken.has(`${x} ${y}`)).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  test("panel titles and numbers are there once, and each panel asks a provisioned source", () => {
    const { panels } = JSON.parse(committed) as {
      panels: { id: number; title: string; type: string; datasource?: unknown; targets?: Target[] }[];
    };
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { type, datasource, targets } of panels.filter((panel) => panel.type !== "row")) {
      expect(["timeseries", "barchart", "table", "stat"]).toContain(type);
      const [first] = targets ?? [];
      const source = first && "expr" in first ? prometheusSource : clickHouseSource;
      expect(datasource).toEqual(source);
      expect(targets?.map((target) => target.datasource)).toEqual(targets?.map(() => source));
      if (source === clickHouseSource) expect(targets).toHaveLength(1);
    }
  });
});
