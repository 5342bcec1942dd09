import { createJoinMetrics } from "@antedate/join";
import { createTelemetry } from "@antedate/runtime";
import { createSinkMetrics } from "@antedate/sink";
import { expect, test } from "vitest";
import { dashboardPlans } from "./dashboard-plans.ts";

/** The series that join and sink export, with their labels, as their registries name them. */
async function exported(): Promise<Map<string, readonly string[]>> {
  const telemetry = createTelemetry();
  createJoinMetrics(telemetry.registry, () => []);
  createSinkMetrics(telemetry);
  const series = new Map<string, readonly string[]>();
  for (const { name, type } of await telemetry.registry.getMetricsAsJSON()) {
    // prom-client's types leave out what its metrics have.
    const { labelNames } = telemetry.registry.getSingleMetric(name) as unknown as { labelNames: string[] };
    const isHistogram = String(type) === "histogram";
    if (isHistogram) series.set(`${name}_bucket`, [...labelNames, "le"]);
    for (const suffix of isHistogram ? ["_sum", "_count"] : [""]) series.set(name + suffix, labelNames);
  }
  return series;
}

const queries = dashboardPlans
  .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))
  .flatMap((panel) => ("promql" in panel ? panel.promql.map((series) => ({ ...series, panel: panel.title })) : []));

test("there are queries of the services' metrics", () => {
  expect(queries.length).toBeGreaterThan(5);
});

test.each(queries)("$panel: $expr names what is exported", async ({ expr, legend }) => {
  const series = await exported();
  const names = expr.match(/antedate_\w+/g) ?? [];
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect([...series.keys()]).toContain(name);
  const known = names.flatMap((name) => series.get(name) ?? []);
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => (list ?? "").split(/, */));
  const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
  expect(known).toEqual(expect.arrayContaining([...grouped, ...shown]));
  // What a sum leaves out cannot name its series.
  expect(grouped).toEqual(expect.arrayContaining(shown));
});

test("counters are only looked at as rates, gauges never", () => {
  for (const { expr } of queries) {
    for (const [, call, name = ""] of expr.matchAll(/(\w+)\((antedate_\w+)/g)) {
      expect(["rate", "increase"].includes(call ?? "")).toBe(/_(total|bucket|count|sum)$/.test(name));
    }
  }
});
