-- SPDX-License-Identifier: AGPL-3.0-or-later
-- The trees of themes of a map.

-- name: category_insert
INSERT INTO category (map, position, key, parent, label_fr, label_en, color)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: category_list
SELECT key, parent, label_fr, label_en, color FROM category WHERE map = $1 ORDER BY position;

-- name: category_delete
DELETE FROM category WHERE map = $1;
