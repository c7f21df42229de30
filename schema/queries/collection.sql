-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Collections and what describes their contributions. Lists are of a whole map, in the order of its
-- collections.

-- name: collection_insert
INSERT INTO collection (map, position, key, title_fr, title_en, description_fr, description_en,
    color, geometry_types, visibility, attribution, licence, cluster_radius, cluster_min_points,
    cluster_max_zoom, tile_fields, stale_after_days, duplicate_distance_m)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
    $18)
ON CONFLICT DO NOTHING RETURNING number;

-- name: collection_list
SELECT number, key, title_fr, title_en, description_fr, description_en, color, geometry_types,
    visibility, attribution, licence, cluster_radius, cluster_min_points, cluster_max_zoom,
    stale_after_days, duplicate_distance_m
FROM collection WHERE map = $1 ORDER BY position;

-- name: collection_update_settings
UPDATE collection SET cluster_radius = $3, cluster_min_points = $4, cluster_max_zoom = $5,
    tile_fields = $6, stale_after_days = $7, duplicate_distance_m = $8
WHERE map = $1 AND number = $2;

-- name: collection_delete
DELETE FROM collection WHERE map = $1;

-- name: collection_insert_category
INSERT INTO collection_category (map, collection, position, category) VALUES ($1, $2, $3, $4);

-- name: collection_list_categories
SELECT collection, category FROM collection_category WHERE map = $1
ORDER BY collection, position;

-- name: collection_delete_categories
DELETE FROM collection_category WHERE map = $1;

-- name: collection_insert_field
INSERT INTO field (map, collection, position, key, type, label_fr, label_en, help_fr, help_en,
    required, visibility, minimum, maximum, max_length, unit, osm, acceslibre)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- name: collection_list_fields
SELECT collection, key, type, label_fr, label_en, help_fr, help_en, required, visibility, minimum,
    maximum, max_length, unit, osm, acceslibre
FROM field WHERE map = $1 ORDER BY collection, position;

-- name: collection_delete_fields
DELETE FROM field WHERE map = $1;

-- name: collection_insert_choice
INSERT INTO choice (map, collection, field, position, key, label_fr, label_en, osm, acceslibre)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: collection_list_tile_fields
SELECT number, tile_fields FROM collection WHERE map = $1 AND tile_fields IS NOT NULL
ORDER BY position;

-- name: collection_list_choices
SELECT choice.collection, choice.field, choice.key, choice.label_fr, choice.label_en, choice.osm,
    choice.acceslibre
FROM choice JOIN field ON field.map = choice.map AND field.collection = choice.collection
    AND field.key = choice.field
WHERE choice.map = $1 ORDER BY choice.collection, field.position, choice.position;

-- name: collection_delete_choices
DELETE FROM choice WHERE map = $1;

-- name: collection_insert_status
INSERT INTO workflow_status (map, collection, position, key, label_fr, label_en, closes)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: collection_list_statuses
SELECT collection, key, label_fr, label_en, closes FROM workflow_status WHERE map = $1
ORDER BY collection, position;

-- name: collection_delete_statuses
DELETE FROM workflow_status WHERE map = $1;

-- name: collection_insert_transition
INSERT INTO transition (map, collection, position, from_status, to_status)
VALUES ($1, $2, $3, $4, $5);

-- name: collection_list_transitions
SELECT collection, from_status, to_status FROM transition WHERE map = $1
ORDER BY collection, position;

-- name: collection_delete_transitions
DELETE FROM transition WHERE map = $1;
