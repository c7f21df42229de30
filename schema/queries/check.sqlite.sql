-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows beside what the spatial index has of them: whether it has one, and its box.

-- name: check_contributions
SELECT number, id, collection, fields, categories, status, moderation, geometry,
    pkid IS NOT NULL, xmin, xmax, ymin, ymax
FROM contribution LEFT JOIN idx_contribution_geometry ON pkid = number
WHERE number IN (SELECT number FROM contribution WHERE map = $1)
ORDER BY number;

-- name: check_territories
SELECT number, id, geometry, pkid IS NOT NULL, xmin, xmax, ymin, ymax
FROM territory LEFT JOIN idx_territory_geometry ON pkid = number
WHERE map = $1 ORDER BY number;

-- name: check_contribution_index
SELECT CAST(pkid AS TEXT), 0, 0 FROM idx_contribution_geometry
LEFT JOIN contribution ON number = pkid WHERE geometry IS NULL;

-- name: check_territory_index
SELECT CAST(pkid AS TEXT), 0, 0 FROM idx_territory_geometry
LEFT JOIN territory ON number = pkid WHERE geometry IS NULL;
