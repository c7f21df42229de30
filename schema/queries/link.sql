-- SPDX-License-Identifier: AGPL-3.0-or-later
-- How contributions relate, also those of different maps of this server.

-- name: link_insert
INSERT INTO link (map, id, contribution, type, target_map, target, author, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING;

-- name: link_delete
DELETE FROM link WHERE map = $1 AND id = $2;

-- What link $3 is, of which contribution $2 is either end.
-- name: link_find
SELECT id, map, contribution, type, target_map, target, author, created FROM link
WHERE id = $3 AND ((map = $1 AND contribution = $2) OR (target_map = $1 AND target = $2));

-- Both ways, behind $3, $4 at most.
-- name: link_list
SELECT id, map, contribution, type, target_map, target, author, created FROM link
WHERE ((map = $1 AND contribution = $2) OR (target_map = $1 AND target = $2)) AND id > $3
ORDER BY id LIMIT $4;

-- name: link_count
SELECT count(*) FROM link WHERE map = $1 AND contribution = $2;

-- Is there such a link already, or (of same_as) the same the other way round?
-- name: link_exists
SELECT 1 FROM link
WHERE (map = $1 AND contribution = $2 AND type = $3 AND target_map = $4 AND target = $5)
    OR (map = $4 AND contribution = $5 AND type = $3 AND target_map = $1 AND target = $2
        AND type = 'same_as');

-- The wholes that a part is a part of, at once.
-- name: link_wholes
SELECT target_map, target FROM link
WHERE map = $1 AND contribution = $2 AND type = $3 ORDER BY target_map, target;

-- Where the other end is: its map, collection and id, for those that are published.
-- name: link_end
SELECT map.slug, collection.key, contribution.id, contribution.title, collection.visibility,
    map.reading
FROM contribution
JOIN map ON map.number = contribution.map
JOIN collection ON collection.number = contribution.collection
WHERE contribution.map = $1 AND contribution.number = $2
    AND contribution.moderation = 'published';
