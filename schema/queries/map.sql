-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Maps and their descriptions.

-- name: map_insert
INSERT INTO map (slug, title_fr, title_en, description_fr, description_en, template, licence,
    attribution, policy, account_needed, west, south, east, north, created, moderation,
    trust_count, reading, edits, outside, licences, location_grid_m, report_threshold, pending_days, secret_days, contact_days,
    trace_days, report_days, charter)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22, $23, $24, $25, $26, $27, $28, $29)
ON CONFLICT DO NOTHING RETURNING number;

-- name: map_update
UPDATE map SET title_fr = $2, title_en = $3, description_fr = $4, description_en = $5,
    licence = $6, attribution = $7, policy = $8, account_needed = $9,
    west = $10, south = $11, east = $12, north = $13, moderation = $14, trust_count = $15,
    reading = $16, edits = $17, outside = $18, licences = $19, location_grid_m = $20,
    report_threshold = $21, pending_days = $22, secret_days = $23, contact_days = $24,
    trace_days = $25, report_days = $26, charter = $27
WHERE number = $1;

-- name: map_find
SELECT number, slug, title_fr, title_en, description_fr, description_en, template, licence,
    attribution, policy, account_needed, west, south, east, north, created, described,
    moderation, trust_count, reading, edits, outside, licences, location_grid_m,
    report_threshold, pending_days, secret_days, contact_days, trace_days, report_days, charter
FROM map WHERE slug = $1;

-- Tells other programs that they have to read the description, or the territories, anew.
-- name: map_described
UPDATE map SET described = $2 WHERE number = $1;

-- name: map_list
SELECT number, slug, title_fr, title_en,
    (SELECT coalesce(max(seq), 0) FROM event WHERE event.map = map.number), reading
FROM map ORDER BY slug;

-- name: map_delete
DELETE FROM map WHERE number = $1;
