-- What people ask first. Rates are of all messages and count a message once, however often it was opened or clicked.
CREATE VIEW IF NOT EXISTS classes_by_domain AS
SELECT
    tenant,
    recipient_domain,
    countIf(class = 'pre_acceptance') AS pre_acceptance,
    countIf(class = 'near_acceptance') AS near_acceptance,
    countIf(class = 'post_delivery') AS post_delivery,
    countIf(class = 'never_accepted') AS never_accepted,
    countIf(class = 'unknown') AS unknown,
    count() AS engagements
FROM engagements
GROUP BY tenant, recipient_domain;

CREATE VIEW IF NOT EXISTS campaign_rates AS
SELECT
    tenant,
    campaign,
    messages,
    accepted,
    opened_raw,
    opened,
    clicked_raw,
    clicked,
    opened_raw / messages AS open_rate_raw,
    opened / messages AS open_rate,
    clicked_raw / messages AS click_rate_raw,
    clicked / messages AS click_rate
FROM
(
    SELECT tenant, campaign, count() AS messages, countIf(outcome = 'accepted') AS accepted
    FROM messages
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
    GROUP BY tenant, campaign
) AS e ON m.tenant = e.tenant AND m.campaign IS NOT DISTINCT FROM e.campaign;
