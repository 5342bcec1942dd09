import { Chain, chainAttemptsMax, chainEngagementsMax } from "./report/chain.ts";
import type { ChainDelivery, ChainEngagementRow, ChainMessage } from "./report/chain.ts";
import { chooseChains, type ChainCandidate } from "./report/chain-choice.ts";
import { chainsMax } from "./report/chain-tally.ts";
import type { ChainFigures } from "./report/report-figures.ts";
import type { StoredRows } from "./stored-query.ts";

/** ClickHouse offers the best of each domain; which of them are shown is decided as in a replay. */
const candidateQuery = `SELECT message_id, recipient_domain, toUnixTimestamp64Milli(assumeNotNull(accepted_at))::Float64 AS accepted_at,
    toUnixTimestamp64Milli(first_attempt_at)::Nullable(Float64) AS first_attempt_at, before::Float64 AS before, exposed
  FROM (
    SELECT message_id, recipient_domain, accepted_at, first_attempt_at FROM messages
    WHERE outcome = 'accepted' AND content_deferrals > 0 AND attempts <= ${chainAttemptsMax} /*and since*/
  ) AS m
  INNER JOIN (
    SELECT message_id, accepted_at, count() AS before, countIf(exposure IN ('in_transaction', 'after_deferral')) > 0 AS exposed
    FROM engagements WHERE class = 'pre_acceptance' /*and since*/ GROUP BY message_id, accepted_at
  ) AS e USING (message_id, accepted_at)
  ORDER BY exposed DESC, before DESC, ifNull(accepted_at - first_attempt_at, 0) DESC, message_id
  LIMIT ${chainsMax} BY recipient_domain LIMIT ${chainsMax * chainsMax}`;

const deliveryQuery = `SELECT message_id, event_id, toUnixTimestamp64Milli(occurred_at)::Float64 AS occurred_at,
    toUnixTimestamp64Milli(started_at)::Nullable(Float64) AS started_at, outcome, stage, smtp_code, diagnostic, mx_host
  FROM deliveries FINAL WHERE message_id IN {ids: Array(String)} ORDER BY deliveries.occurred_at, input_offset`;

/** More than the earliest of a message cannot be shown, so they are only counted. */
const engagementQuery = `SELECT message_id, event_id, toUnixTimestamp64Milli(occurred_at)::Float64 AS occurred_at,
    toUnixTimestamp64Milli(accepted_at)::Nullable(Float64) AS accepted_at, kind, class, exposure, exposed_attempt, ip, user_agent,
    (count() OVER (PARTITION BY message_id, engagements.accepted_at))::Float64 AS total
  FROM engagements WHERE message_id IN {ids: Array(String)} /*and since*/
  ORDER BY engagements.occurred_at, event_id LIMIT ${chainEngagementsMax} BY message_id, engagements.accepted_at`;

type CandidateRow = ChainMessage & { before: number; exposed: 0 | 1 };

/** The most telling chains of what is stored, the most first. */
export async function readChains(rows: StoredRows): Promise<ChainFigures[]> {
  const chosen = chooseChains((await rows<CandidateRow>(candidateQuery)).map(toCandidate), chainsMax);
  if (chosen.length === 0) return [];
  const ids = chosen.map(({ messageId }) => messageId);
  const deliveries = await rows<ChainDelivery>(deliveryQuery, { ids });
  const engagements = await rows<ChainEngagementRow & { total: number }>(engagementQuery, { ids });
  return chosen.map(({ row }) => {
    const chain = new Chain(row);
    const { message_id: id, accepted_at: acceptedAt, first_attempt_at: firstAt } = row;
    // An ID can come again after its window, as another message.
    for (const delivery of deliveries)
      if (delivery.message_id === id && delivery.occurred_at >= (firstAt ?? -Infinity)) chain.addDelivery(delivery);
    const own = engagements.filter(
      (engagement) => engagement.message_id === id && engagement.accepted_at === acceptedAt,
    );
    for (const engagement of own) chain.addEngagement(engagement);
    chain.addLeft({ engagements: (own[0]?.total ?? 0) - own.length, before: row.before - chain.before });
    return chain.figures();
  });
}

function toCandidate(row: CandidateRow): ChainCandidate & { row: CandidateRow } {
  const { message_id: messageId, recipient_domain: domain, before, exposed } = row;
  const waitMs = row.accepted_at - (row.first_attempt_at ?? row.accepted_at);
  return { messageId, domain, before, exposed: Boolean(exposed), waitMs, row };
}
