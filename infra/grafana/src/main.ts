// Writes the dashboards that the code describes: `npm run generate -w @antedate/grafana`.
import { writeFileSync } from "node:fs";
import { buildDashboard } from "./build-dashboard.ts";
import { dashboardPlans } from "./dashboard-plans.ts";

for (const plan of dashboardPlans) {
  writeFileSync(new URL(`../dashboards/${plan.uid}.json`, import.meta.url), buildDashboard(plan));
}
