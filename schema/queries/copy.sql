-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Whole tables, for moving house: copy_<table>_read answers every column of every row in the order in
-- which copy_<table>_write takes them. A table with a geometry has it last, and what follows in its
-- writing are the sides of the geometry's box: west, east, south, north; without geometry west > east.
-- Which tables there are, and in which order, says src/store/copy.c. schema_migration
-- stays: it tells of the database, not of its content.

-- name: copy_map_read
SELECT number, slug, title_fr, title_en, description_fr, description_en, template, licence,
    attribution, policy, account_needed, west, south, east, north, created, described
FROM map ORDER BY number;

-- name: copy_map_write
INSERT INTO map (number, slug, title_fr, title_en, description_fr, description_en, template,
    licence, attribution, policy, account_needed, west, south, east, north, created, described)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- name: copy_category_read
SELECT map, position, key, parent, label_fr, label_en, color FROM category ORDER BY map, position;

-- name: copy_category_write
INSERT INTO category (map, position, key, parent, label_fr, label_en, color)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: copy_collection_read
SELECT number, map, position, key, title_fr, title_en, description_fr, description_en, color,
    geometry_types, visibility, attribution, licence, cluster_radius, cluster_min_points,
    cluster_max_zoom, tile_fields, stale_after_days
FROM collection ORDER BY number;

-- name: copy_collection_write
INSERT INTO collection (number, map, position, key, title_fr, title_en, description_fr,
    description_en, color, geometry_types, visibility, attribution, licence, cluster_radius,
    cluster_min_points, cluster_max_zoom, tile_fields, stale_after_days)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: copy_collection_category_read
SELECT map, collection, position, category
FROM collection_category ORDER BY map, collection, position;

-- name: copy_collection_category_write
INSERT INTO collection_category (map, collection, position, category)
VALUES ($1, $2, $3, $4);

-- name: copy_field_read
SELECT map, collection, position, key, type, label_fr, label_en, help_fr, help_en, required,
    visibility, minimum, maximum, max_length, unit, osm, acceslibre
FROM field ORDER BY map, collection, position;

-- name: copy_field_write
INSERT INTO field (map, collection, position, key, type, label_fr, label_en, help_fr, help_en,
    required, visibility, minimum, maximum, max_length, unit, osm, acceslibre)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17);

-- name: copy_choice_read
SELECT map, collection, field, position, key, label_fr, label_en, osm, acceslibre
FROM choice ORDER BY map, collection, field, position;

-- name: copy_choice_write
INSERT INTO choice (map, collection, field, position, key, label_fr, label_en, osm, acceslibre)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: copy_workflow_status_read
SELECT map, collection, position, key, label_fr, label_en, closes
FROM workflow_status ORDER BY map, collection, position;

-- name: copy_workflow_status_write
INSERT INTO workflow_status (map, collection, position, key, label_fr, label_en, closes)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: copy_transition_read
SELECT map, collection, position, from_status, to_status
FROM transition ORDER BY map, collection, position;

-- name: copy_transition_write
INSERT INTO transition (map, collection, position, from_status, to_status)
VALUES ($1, $2, $3, $4, $5);

-- name: copy_territory_read
SELECT number, map, id, key, name, kind, parent, geometry FROM territory ORDER BY number;

-- name: copy_contribution_read
SELECT number, map, collection, id, version, title, description, fields, categories, status,
    moderation, author, source, source_id, source_digest, licence, observed, edit_secret_hash,
    created, updated, campaign, geometry
FROM contribution ORDER BY number;

-- name: copy_contribution_write
INSERT INTO contribution (number, map, collection, id, version, title, description, fields,
    categories, status, moderation, author, source, source_id, source_digest, licence, observed,
    edit_secret_hash, created, updated, campaign, geometry)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22);

-- name: copy_revision_read
SELECT map, contribution, version, time, author, action, reason, changes
FROM revision ORDER BY map, contribution, version;

-- name: copy_revision_write
INSERT INTO revision (map, contribution, version, time, author, action, reason, changes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: copy_event_read
SELECT map, seq, contribution, version FROM event ORDER BY map, seq;

-- name: copy_event_write
INSERT INTO event (map, seq, contribution, version)
VALUES ($1, $2, $3, $4);

-- name: copy_account_read
SELECT number, name, email, is_operator, created FROM account ORDER BY number;

-- name: copy_account_write
INSERT INTO account (number, name, email, is_operator, created)
VALUES ($1, $2, $3, $4, $5);

-- name: copy_token_read
SELECT id, account, hash, scopes, expires, created FROM token ORDER BY id;

-- name: copy_token_write
INSERT INTO token (id, account, hash, scopes, expires, created)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: copy_secret_read
SELECT name, value FROM secret ORDER BY name;

-- name: copy_secret_write
INSERT INTO secret (name, value)
VALUES ($1, $2);

-- name: copy_idempotency_read
SELECT map, account, key, digest, seq, contribution, repaired, answer, created
FROM idempotency ORDER BY map, account, key;

-- name: copy_idempotency_write
INSERT INTO idempotency (map, account, key, digest, seq, contribution, repaired, answer, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- Answers something when there is any row in them.
-- name: copy_any
SELECT 1 WHERE EXISTS (SELECT 1 FROM map)
    OR EXISTS (SELECT 1 FROM category)
    OR EXISTS (SELECT 1 FROM collection)
    OR EXISTS (SELECT 1 FROM collection_category)
    OR EXISTS (SELECT 1 FROM field)
    OR EXISTS (SELECT 1 FROM choice)
    OR EXISTS (SELECT 1 FROM workflow_status)
    OR EXISTS (SELECT 1 FROM transition)
    OR EXISTS (SELECT 1 FROM territory)
    OR EXISTS (SELECT 1 FROM contribution)
    OR EXISTS (SELECT 1 FROM revision)
    OR EXISTS (SELECT 1 FROM event)
    OR EXISTS (SELECT 1 FROM account)
    OR EXISTS (SELECT 1 FROM token)
    OR EXISTS (SELECT 1 FROM secret)
    OR EXISTS (SELECT 1 FROM idempotency);
