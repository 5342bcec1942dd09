// The SQL of the dashboard "Engagement truth". What can be answered from the hourly projection `per_hour` of
// `engagements` groups by its keys and counts, and pivots outside: countIf on the table itself would read the rows.

/** Whole hours, as the projection holds them: the first hour of the range is shown in full. */
const inRange = "toStartOfHour(occurred_at) BETWEEN toStartOfHour($__fromTime) AND $__toTime";

const chosen = `$__conditionalAll(tenant IN (\${tenant:sqlstring}), $tenant)
    AND $__conditionalAll(campaign IN (\${campaign:sqlstring}), $campaign)
    AND $__conditionalAll(recipient_domain IN (\${domain:sqlstring}), $domain)`;

const hourly = (keys: string, where = "1"): string => `(
  SELECT ${keys}, count() AS n
  FROM engagements
  WHERE ${inRange}
    AND ${chosen}
    AND ${where}
  GROUP BY ${keys.replaceAll(/ AS \w+/g, "")}
)`;

const hour = "toStartOfHour(occurred_at) AS time";

const perClass = ["pre_acceptance", "near_acceptance", "post_delivery", "never_accepted", "unknown"]
  .map((name) => `sumIf(n, class = '${name}') AS ${name}`)
  .join(",\n  ");

const rawAndAdjusted = (kind: string): string => `SELECT
  time,
  sum(n) AS raw,
  sumIf(n, class = 'post_delivery') AS adjusted
FROM ${hourly(`${hour}, class`, `kind = '${kind}'`)}
GROUP BY time
ORDER BY time`;

export const totals: string = `SELECT
  sumIf(n, kind = 'open') AS "opens raw",
  sumIf(n, kind = 'open' AND class = 'post_delivery') AS "opens adjusted",
  sumIf(n, kind = 'click') AS "clicks raw",
  sumIf(n, kind = 'click' AND class = 'post_delivery') AS "clicks adjusted",
  sumIf(n, kind = 'click' AND class = 'pre_acceptance') AS "clicks before acceptance",
  sumIf(n, kind = 'click' AND class = 'never_accepted') AS "clicks never accepted",
  sumIf(n, kind = 'unsubscribe' AND class = 'pre_acceptance') AS "unsubscribes before acceptance"
FROM ${hourly("kind, class")}`;

export const opensOverTime: string = rawAndAdjusted("open");
export const clicksOverTime: string = rawAndAdjusted("click");

export const classShares: string = `SELECT
  time,
  ${perClass}
FROM ${hourly(`${hour}, class`)}
GROUP BY time
ORDER BY time`;

export const countsPerCampaign: string = `SELECT
  ifNull(campaign, '(none)') AS campaign_name,
  sumIf(n, kind = 'open') AS opens_raw,
  sumIf(n, kind = 'open' AND class = 'post_delivery') AS opens_adjusted,
  sumIf(n, kind = 'click') AS clicks_raw,
  sumIf(n, kind = 'click' AND class = 'post_delivery') AS clicks_adjusted
FROM ${hourly("campaign, kind, class", "kind IN ('open', 'click')")}
GROUP BY campaign_name
ORDER BY clicks_raw DESC, campaign_name
LIMIT 25`;

const sentInRange = `sent_at BETWEEN $__fromTime AND $__toTime
    AND ${chosen}`;

export const ratesPerCampaign: string = `SELECT
  m.tenant AS of_tenant,
  ifNull(m.campaign, '(none)') AS campaign_name,
  messages,
  accepted,
  opened_raw / messages AS open_rate_raw,
  opened / messages AS open_rate,
  clicked_raw / messages AS click_rate_raw,
  clicked / messages AS click_rate,
  if(opened_raw = 0, null, clicked_raw / opened_raw) AS ctor_raw,
  if(opened = 0, null, clicked / opened) AS ctor
FROM
(
  SELECT tenant, campaign, count() AS messages, countIf(outcome = 'accepted') AS accepted
  FROM messages
  WHERE ${sentInRange}
  GROUP BY tenant, campaign
) AS m
LEFT JOIN
(
  SELECT
    tenant,
    campaign,
    uniqExactIf(message_id, kind = 'open') AS opened_raw,
    uniqExactIf(message_id, kind = 'open' AND class = 'post_delivery') AS opened,
    uniqExactIf(message_id, kind = 'click') AS clicked_raw,
    uniqExactIf(message_id, kind = 'click' AND class = 'post_delivery') AS clicked
  FROM engagements
  WHERE ${sentInRange}
  GROUP BY tenant, campaign
) AS e ON m.tenant = e.tenant AND m.campaign IS NOT DISTINCT FROM e.campaign
ORDER BY messages DESC
LIMIT 50`;

/** Lower edges in ms of bins that grow about threefold, with people's units and the default near bounds among them. */
const edges = "[0, 1000, 5000, 15000, 60000, 300000, 900000, 3600000, 21600000, 86400000, 604800000]";
const edgeNames = "['0', '1 s', '5 s', '15 s', '1 min', '5 min', '15 min', '1 h', '6 h', '1 d', '7 d']";

export const deltaHistogram: string = `WITH
  ${edges} AS edges,
  ${edgeNames} AS names
SELECT
  multiIf(
    edge = 0, 'within 1 s',
    edge < 0, concat('-', names[indexOf(edges, -edge)]),
    concat('+', names[indexOf(edges, edge)])) AS delta_from,
  opens,
  clicks,
  unsubscribes
FROM
(
  SELECT arrayJoin(arrayConcat(arrayMap(x -> -toInt64(x), edges), arrayMap(x -> toInt64(x), arraySlice(edges, 2)))) AS edge
) AS bins
LEFT JOIN
(
  SELECT
    sign(delta_ms) * toInt64(roundDown(abs(assumeNotNull(delta_ms)), edges)) AS edge,
    countIf(kind = 'open') AS opens,
    countIf(kind = 'click') AS clicks,
    countIf(kind = 'unsubscribe') AS unsubscribes
  FROM engagements
  WHERE occurred_at BETWEEN $__fromTime AND $__toTime
    AND ${chosen}
    AND delta_ms IS NOT NULL
  GROUP BY edge
) AS found USING (edge)
ORDER BY edge`;

export const classesByDomain: string = `SELECT
  recipient_domain,
  ${perClass}
FROM ${hourly("recipient_domain, class")}
GROUP BY recipient_domain
ORDER BY sum(n) DESC, recipient_domain
LIMIT 20`;

export const classesByFilter: string = `SELECT
  ifNull(filter_vendor, '(none known)') AS filter,
  ${perClass}
FROM ${hourly("filter_vendor, class")}
GROUP BY filter
ORDER BY sum(n) DESC, filter
LIMIT 20`;

export const exposures: string = `SELECT
  exposure,
  ${perClass}
FROM ${hourly("exposure, class")}
GROUP BY exposure
ORDER BY sum(n) DESC, exposure`;

export const messagesClickedBefore: string = `SELECT
  toStartOfHour(occurred_at) AS time,
  uniqExact(message_id) AS "clicked before acceptance",
  uniqExactIf(message_id, exposure = 'after_deferral') AS "after a deferral"
FROM engagements
WHERE ${inRange}
  AND ${chosen}
  AND kind = 'click'
  AND class = 'pre_acceptance'
GROUP BY time
ORDER BY time`;

export const deferralChains: string = `SELECT
  min(occurred_at) AS first_click,
  accepted_at,
  dateDiff('second', min(occurred_at), accepted_at) AS seconds_before,
  any(deferrals) AS deferrals_before,
  count() AS clicks,
  uniqExact(ifNull(link_id, ifNull(url, ''))) AS links,
  any(recipient_domain) AS domain,
  ifNull(any(filter_vendor), '(none known)') AS filter,
  message_id
FROM engagements
WHERE occurred_at BETWEEN $__fromTime AND $__toTime
  AND ${chosen}
  AND kind = 'click'
  AND class = 'pre_acceptance'
  AND deferrals > 0
GROUP BY message_id, accepted_at
ORDER BY first_click DESC
LIMIT 100`;

const scanners = (column: string): string => `SELECT
  ifNull(${column}, '(none)') AS scanner,
  countIf(class = 'pre_acceptance') AS before_acceptance,
  countIf(class = 'post_delivery') AS post_delivery,
  before_acceptance / count() AS share_before,
  uniqExact(message_id) AS messages,
  uniqExact(recipient_domain) AS domains,
  -quantileIf(0.5)(delta_ms, class = 'pre_acceptance') / 1000 AS median_seconds_before
FROM engagements
WHERE occurred_at BETWEEN $__fromTime AND $__toTime
  AND ${chosen}
GROUP BY scanner
HAVING before_acceptance > 0
ORDER BY before_acceptance DESC, scanner
LIMIT 25`;

export const scannerIps: string = scanners("ip");
export const scannerUserAgents: string = scanners("user_agent");

export const neverAcceptedClicks: string = `SELECT
  time,
  sum(n) AS clicks
FROM ${hourly(hour, "kind = 'click' AND class = 'never_accepted'")}
GROUP BY time
ORDER BY time`;

export const unsubscribesBefore: string = `SELECT
  occurred_at,
  recipient_domain,
  ifNull(campaign, '(none)') AS campaign_name,
  -delta_ms / 1000 AS seconds_before,
  exposure,
  ifNull(ip, '') AS from_ip,
  ifNull(user_agent, '') AS agent,
  message_id
FROM engagements
WHERE occurred_at BETWEEN $__fromTime AND $__toTime
  AND ${chosen}
  AND kind = 'unsubscribe'
  AND class = 'pre_acceptance'
ORDER BY occurred_at DESC
LIMIT 100`;

export const tenants: string = "SELECT tenant FROM messages GROUP BY tenant ORDER BY tenant";

export const campaigns: string = `SELECT campaign FROM messages
WHERE campaign IS NOT NULL AND $__conditionalAll(tenant IN (\${tenant:sqlstring}), $tenant)
GROUP BY campaign ORDER BY campaign`;

export const domains: string = `SELECT recipient_domain FROM messages
WHERE $__conditionalAll(tenant IN (\${tenant:sqlstring}), $tenant)
GROUP BY recipient_domain ORDER BY count() DESC, recipient_domain LIMIT 1000`;
