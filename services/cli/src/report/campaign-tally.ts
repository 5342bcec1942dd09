import type { EngagementRow, MessageRow } from "@antedate/schemas";
import { addCounts, noCounts } from "./class-counts.ts";
import { createCappedGroups } from "./capped-groups.ts";
import type { CampaignFigures, Ranking } from "./report-figures.ts";
import { createUniqueMessages, seen } from "./unique-messages.ts";

export interface CampaignTally {
  addMessage(row: MessageRow): void;
  addEngagement(row: EngagementRow): void;
  figures(listedMax: number): { campaigns: Ranking<CampaignFigures>; uniquesSampledOneIn: number };
}

interface Campaign {
  /** Its place in `byIndex`, once it has an open or a click. */
  index: number | null;
  figures: CampaignFigures;
}

/** Raw and adjusted opened and clicked messages of each campaign. */
export function createCampaignTally(options: { groupsMax: number; uniquesMax: number }): CampaignTally {
  const byIndex: Campaign[] = [];
  const uniques = createUniqueMessages(options.uniquesMax);
  const groups = createCappedGroups<Campaign>({
    groupsMax: options.groupsMax,
    create: (key) => ({ index: null, figures: noCampaign(key) }),
    merge: (sum, more) => addCampaign(sum.figures, more.figures),
    compare: (left, right) => compareCampaigns(left.figures, right.figures),
  });
  return {
    addMessage(row) {
      const campaign = groups.of(row.campaign ?? "").figures;
      campaign.messages++;
      if (row.outcome === "accepted") campaign.accepted++;
    },
    addEngagement(row) {
      const campaign = groups.of(row.campaign ?? "");
      campaign.figures.counts[row.class]++;
      const bits = bitsOf(row);
      if (bits !== 0) uniques.add(row.message_id, indexOf(campaign), bits);
    },
    figures(listedMax) {
      countUniques();
      const { listed, others, othersCount } = groups.ranking(listedMax);
      const campaigns = { listed: listed.map(({ figures }) => figures), others: others && others.figures, othersCount };
      return { campaigns, uniquesSampledOneIn: uniques.oneIn() };
    },
  };

  function indexOf(campaign: Campaign): number {
    return (campaign.index ??= byIndex.push(campaign) - 1);
  }

  function countUniques(): void {
    for (const { figures } of byIndex) Object.assign(figures, noUniques());
    const weight = uniques.oneIn();
    uniques.forEach((index, bits) => {
      const campaign = (byIndex[index] as Campaign).figures;
      if (bits & seen.rawOpen) campaign.rawOpened += weight;
      if (bits & seen.adjustedOpen) campaign.adjustedOpened += weight;
      if (bits & seen.rawClick) campaign.rawClicked += weight;
      if (bits & seen.adjustedClick) campaign.adjustedClicked += weight;
    });
  }
}

function bitsOf(row: EngagementRow): number {
  const adjusted = row.class === "post_delivery";
  if (row.kind === "open") return seen.rawOpen | (adjusted ? seen.adjustedOpen : 0);
  if (row.kind === "click") return seen.rawClick | (adjusted ? seen.adjustedClick : 0);
  return 0;
}

function noUniques(): { rawOpened: number; adjustedOpened: number; rawClicked: number; adjustedClicked: number } {
  return { rawOpened: 0, adjustedOpened: 0, rawClicked: 0, adjustedClicked: 0 };
}

export function noCampaign(name: string | null): CampaignFigures {
  return { name: name || null, messages: 0, accepted: 0, counts: noCounts(), ...noUniques() };
}

export function compareCampaigns(left: CampaignFigures, right: CampaignFigures): number {
  return right.messages - left.messages;
}

/** Adds `more` to `sum`, which it changes. */
export function addCampaign(sum: CampaignFigures, more: CampaignFigures): void {
  sum.messages += more.messages;
  sum.accepted += more.accepted;
  addCounts(sum.counts, more.counts);
  sum.rawOpened += more.rawOpened;
  sum.adjustedOpened += more.adjustedOpened;
  sum.rawClicked += more.rawClicked;
  sum.adjustedClicked += more.adjustedClicked;
}
