import * as sql from "./engagement-truth-sql.ts";
import type { DashboardPlan, RowPlan } from "./panel-plan.ts";

const rates: RowPlan = {
  title: "Raw and adjusted",
  panels: [
    {
      title: "In this range",
      description: "Raw counts every event; adjusted counts class post_delivery only.",
      kind: "stat",
      width: 24,
      sql: sql.totals,
    },
    {
      title: "Opens",
      description: "Events per hour as counted and as they are after delivery.",
      kind: "time-series",
      drawnAs: "bars",
      width: 12,
      sql: sql.opensOverTime,
    },
    {
      title: "Clicks",
      description: "Events per hour as counted and as they are after delivery.",
      kind: "time-series",
      drawnAs: "bars",
      width: 12,
      sql: sql.clicksOverTime,
    },
    {
      title: "Class shares",
      description: "Of all opens, clicks and unsubscribes of the hour in which they occurred.",
      kind: "time-series",
      drawnAs: "bars",
      stacking: "percent",
      width: 12,
      sql: sql.classShares,
    },
    {
      title: "Opens and clicks per campaign",
      description: "Events; the 25 campaigns with the most clicks.",
      kind: "bars",
      width: 12,
      sql: sql.countsPerCampaign,
    },
    {
      title: "Rates per campaign",
      description:
        "Of the messages sent in the range, whenever they were opened or clicked; a message counts once. CTOR is clicks by opens.",
      kind: "table",
      width: 24,
      unit: "percentunit",
      columnUnits: { messages: "short", accepted: "short" },
      sql: sql.ratesPerCampaign,
    },
  ],
};

const around: RowPlan = {
  title: "Around the acceptance",
  panels: [
    {
      title: "Time from acceptance",
      description: "Minus is before the 250, plus after it; a bar holds what is at least as far as its label says.",
      kind: "bars",
      stacking: "normal",
      width: 24,
      sql: sql.deltaHistogram,
    },
    {
      title: "Classes per receiving domain",
      description: "The 20 domains with the most engagement.",
      kind: "bars",
      stacking: "percent",
      width: 12,
      sql: sql.classesByDomain,
    },
    {
      title: "Classes per filter vendor",
      description: "By the suffix of the MX that answered. What sits behind an MX is not seen.",
      kind: "bars",
      stacking: "percent",
      width: 12,
      sql: sql.classesByFilter,
    },
    {
      title: "Exposures",
      description: "How a machine could have read the message before the engagement.",
      kind: "bars",
      stacking: "normal",
      width: 12,
      sql: sql.exposures,
    },
    {
      title: "Clicks on messages that were never accepted",
      description: "The message bounced or expired: nobody ever had it.",
      kind: "time-series",
      drawnAs: "bars",
      width: 12,
      sql: sql.neverAcceptedClicks,
    },
  ],
};

const chains: RowPlan = {
  title: "Deferred, clicked, accepted",
  panels: [
    {
      title: "Messages clicked before acceptance",
      description: "Messages per hour; after a deferral: the receiver had the content and said to come back later.",
      kind: "time-series",
      drawnAs: "bars",
      width: 8,
      sql: sql.messagesClickedBefore,
    },
    {
      title: "Deferral, click, acceptance",
      description: "Messages that were deferred, then clicked, then accepted; the newest 100.",
      kind: "table",
      width: 16,
      columnUnits: { seconds_before: "s" },
      sql: sql.deferralChains,
    },
    {
      title: "Top scanner addresses",
      description: "Addresses that opened or clicked before acceptance, and what else they did.",
      kind: "table",
      width: 12,
      columnUnits: { share_before: "percentunit", median_seconds_before: "s" },
      sql: sql.scannerIps,
    },
    {
      title: "Top scanner user agents",
      description: "User agents that opened or clicked before acceptance, and what else they did.",
      kind: "table",
      width: 12,
      columnUnits: { share_before: "percentunit", median_seconds_before: "s" },
      sql: sql.scannerUserAgents,
    },
    {
      title: "Unsubscribes before acceptance",
      description: "No person asked for these; the newest 100.",
      kind: "table",
      width: 24,
      columnUnits: { seconds_before: "s" },
      sql: sql.unsubscribesBefore,
    },
  ],
};

/** Raw against adjusted engagement, and who opens and clicks before the receiver has accepted. */
export const engagementTruth: DashboardPlan = {
  uid: "engagement-truth",
  title: "Engagement truth",
  description: "What opens and clicks are worth once those before the acceptance are taken out.",
  from: "now-7d",
  refresh: "1m",
  variables: [
    { name: "tenant", label: "Tenant", sql: sql.tenants },
    { name: "campaign", label: "Campaign", sql: sql.campaigns },
    { name: "domain", label: "Receiving domain", sql: sql.domains },
  ],
  rows: [rates, around, chains],
};
