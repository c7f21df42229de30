-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What must not be there, whatever the engine. Every answer is a key and two numbers, which the
-- sentences in src/store/check.c tell, in the order of the keys.

-- name: check_revision_gaps
SELECT CAST(contribution AS TEXT), max(version), count(*) FROM revision
GROUP BY map, contribution HAVING min(version) <> 1 OR max(version) <> count(*)
ORDER BY map, contribution;

-- name: check_revision_owners
SELECT CAST(revision.contribution AS TEXT), revision.version, revision.map FROM revision
LEFT JOIN contribution ON contribution.number = revision.contribution
    AND contribution.map = revision.map
WHERE contribution.number IS NULL
ORDER BY revision.map, revision.contribution, revision.version;

-- name: check_versions
SELECT CAST(versions.number AS TEXT), versions.version, versions.last
FROM (SELECT number, version,
        (SELECT coalesce(max(revision.version), 0) FROM revision
         WHERE revision.map = contribution.map AND revision.contribution = contribution.number)
        AS last
    FROM contribution) AS versions
WHERE versions.version <> versions.last ORDER BY versions.number;

-- name: check_update_times
SELECT CAST(contribution.number AS TEXT), contribution.version, 0 FROM contribution
JOIN revision ON revision.map = contribution.map AND revision.contribution = contribution.number
    AND revision.version = contribution.version
WHERE revision.time <> contribution.updated ORDER BY contribution.number;

-- name: check_creation_times
SELECT CAST(number AS TEXT), version, 0 FROM contribution WHERE updated < created
ORDER BY number;

-- name: check_event_gaps
SELECT map.slug, max(event.seq), count(*) FROM event JOIN map ON map.number = event.map
GROUP BY map.slug HAVING min(event.seq) <> 1 OR max(event.seq) <> count(*)
ORDER BY map.slug;

-- name: check_event_revisions
SELECT CAST(event.map AS TEXT) || '/' || CAST(event.seq AS TEXT), event.contribution, event.version
FROM event
LEFT JOIN revision ON revision.map = event.map AND revision.contribution = event.contribution
    AND revision.version = event.version
WHERE revision.version IS NULL ORDER BY event.map, event.seq;

-- name: check_event_doubles
SELECT CAST(contribution AS TEXT), version, count(*) FROM event WHERE time IS NULL
GROUP BY map, contribution, version HAVING count(*) > 1 ORDER BY map, contribution, version;

-- name: check_event_counts
SELECT counts.slug, counts.events, counts.revisions
FROM (SELECT slug, (SELECT count(*) FROM event WHERE event.map = map.number AND time IS NULL)
            AS events,
        (SELECT count(*) FROM revision WHERE revision.map = map.number) AS revisions
    FROM map) AS counts
WHERE counts.events <> counts.revisions ORDER BY counts.slug;

-- name: check_event_maps
SELECT CAST(map AS TEXT), count(*), 0 FROM event
WHERE map NOT IN (SELECT number FROM map) GROUP BY map ORDER BY map;
