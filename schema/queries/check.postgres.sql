-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Rows alone (NULL for whether the spatial index has one): the engine keeps it, and checks it.

-- name: check_contributions
SELECT number, id, collection, fields, categories, status, moderation, geometry,
    CAST(NULL AS boolean)
FROM contribution WHERE map = $1 ORDER BY number;

-- name: check_territories
SELECT number, id, geometry, CAST(NULL AS boolean)
FROM territory WHERE map = $1 ORDER BY number;

-- name: check_contribution_index
;
-- name: check_territory_index
;
