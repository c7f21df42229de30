-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What one account has done.

-- name: own_contributions
SELECT contribution.map, contribution.number, map.slug, map.title_fr, map.title_en, collection.key,
    contribution.id, contribution.title, contribution.moderation, contribution.version,
    contribution.created, contribution.updated
FROM contribution
JOIN map ON map.number = contribution.map
JOIN collection ON collection.number = contribution.collection
WHERE contribution.author = $1
    AND (contribution.map < $2 OR (contribution.map = $2 AND contribution.number < $3))
ORDER BY contribution.map DESC, contribution.number DESC LIMIT $4;

-- name: own_public_contributions
SELECT contribution.map, contribution.number, map.slug, map.title_fr, map.title_en, collection.key,
    contribution.id, contribution.title, contribution.moderation, contribution.version,
    contribution.created, contribution.updated
FROM contribution
JOIN map ON map.number = contribution.map
JOIN collection ON collection.number = contribution.collection
WHERE contribution.author = $1
    AND (contribution.map < $2 OR (contribution.map = $2 AND contribution.number < $3))
    AND contribution.moderation = 'published' AND map.reading = 'public'
    AND collection.visibility = 'public'
ORDER BY contribution.map DESC, contribution.number DESC LIMIT $4;

-- name: own_memberships
SELECT map.slug, map.title_fr, map.title_en, membership.role, membership.since
FROM membership JOIN map ON map.number = membership.map
WHERE membership.account = $1 ORDER BY map.slug;
