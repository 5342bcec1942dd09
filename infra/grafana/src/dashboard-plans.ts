import { engagementTruth } from "./engagement-truth.ts";
import type { DashboardPlan } from "./panel-plan.ts";
import { pipelineHealth } from "./pipeline-health.ts";

/** All dashboards; each is written to `dashboards/UID.json`. */
export const dashboardPlans: readonly DashboardPlan[] = [engagementTruth, pipelineHealth];
