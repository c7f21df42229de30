-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What accounts are told.

-- name: notification_insert
INSERT INTO notification (account, kind, map, contribution, actor, detail, created)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- What a notification is about.
-- name: notification_subject
SELECT collection.key, contribution.id, contribution.title
FROM contribution JOIN collection ON collection.number = contribution.collection
WHERE contribution.map = $1 AND contribution.number = $2;

-- $1 account.number, $2 below this number, $3 at most so many.
-- name: notification_list
SELECT notification.number, notification.kind, notification.actor, notification.detail,
    notification.created, notification.seen, map.slug, map.title_fr, map.title_en,
    collection.key, contribution.id, contribution.title
FROM notification
LEFT JOIN map ON map.number = notification.map
LEFT JOIN contribution ON contribution.map = notification.map
    AND contribution.number = notification.contribution
LEFT JOIN collection ON collection.number = contribution.collection
WHERE notification.account = $1 AND notification.number < $2
ORDER BY notification.number DESC LIMIT $3;

-- How many of an account's newest $3 were told since $2.
-- name: notification_count_since
SELECT count(*)
FROM (SELECT created FROM notification WHERE account = $1 ORDER BY number DESC LIMIT $3) AS newest
WHERE created >= $2;

-- name: notification_count_unseen
SELECT count(*) FROM notification WHERE account = $1 AND seen IS NULL;

-- name: notification_see
UPDATE notification SET seen = $3 WHERE account = $1 AND number <= $2 AND seen IS NULL;
