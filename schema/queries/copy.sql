-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Whole tables, for moving house: copy_<table>_read answers every column of every row in the order in
-- which copy_<table>_write takes them. A table with a geometry has it last, and what follows in its
-- writing are the sides of the geometry's box: west, east, south, north; without geometry west > east.
-- Which tables there are, and in which order, says src/store/copy.c. schema_migration
-- stays: it tells of the database, not of its content.

-- name: copy_map_read
SELECT number, slug, title_fr, title_en, description_fr, description_en, template, licence,
    attribution, policy, account_needed, west, south, east, north, created, described,
    moderation, trust_count, reading, edits, outside, licences, location_grid_m,
    report_threshold, pending_days, secret_days, contact_days, trace_days, report_days, charter
FROM map ORDER BY number;

-- name: copy_map_write
INSERT INTO map (number, slug, title_fr, title_en, description_fr, description_en, template,
    licence, attribution, policy, account_needed, west, south, east, north, created, described,
    moderation, trust_count, reading, edits, outside, licences, location_grid_m,
    report_threshold, pending_days, secret_days, contact_days, trace_days, report_days, charter)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
    $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31);

-- name: copy_category_read
SELECT map, position, key, parent, label_fr, label_en, color FROM category ORDER BY map, position;

-- name: copy_category_write
INSERT INTO category (map, position, key, parent, label_fr, label_en, color)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: copy_collection_read
SELECT number, map, position, key, title_fr, title_en, description_fr, description_en, color,
    geometry_types, visibility, attribution, licence, cluster_radius, cluster_min_points,
    cluster_max_zoom, tile_fields, stale_after_days, duplicate_distance_m
FROM collection ORDER BY number;

-- name: copy_collection_write
INSERT INTO collection (number, map, position, key, title_fr, title_en, description_fr,
    description_en, color, geometry_types, visibility, attribution, licence, cluster_radius,
    cluster_min_points, cluster_max_zoom, tile_fields, stale_after_days, duplicate_distance_m)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

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
    created, updated, campaign, declared_by, confirmed, supports, comments, touched,
    merged_into, geometry
FROM contribution ORDER BY number;

-- name: copy_contribution_write
INSERT INTO contribution (number, map, collection, id, version, title, description, fields,
    categories, status, moderation, author, source, source_id, source_digest, licence, observed,
    edit_secret_hash, created, updated, campaign, declared_by, confirmed, supports, comments,
    touched, merged_into, geometry)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
    $20, $21, $22, $23, $24, $25, $26, $27, $28);

-- name: copy_revision_read
SELECT map, contribution, version, time, author, action, reason, changes, charter, base
FROM revision ORDER BY map, contribution, version;

-- name: copy_revision_write
INSERT INTO revision (map, contribution, version, time, author, action, reason, changes,
    charter, base)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: copy_event_read
SELECT map, seq, contribution, version, time
FROM event ORDER BY map, seq;

-- name: copy_event_write
INSERT INTO event (map, seq, contribution, version, time)
VALUES ($1, $2, $3, $4, $5);

-- name: copy_account_read
SELECT number, name, email, is_operator, created, kind, display_name, about, website, language,
    email_confirmed, password_hash, profile, shows_contributions, mails, signing_up, erased,
    erasure, former
FROM account ORDER BY number;

-- name: copy_account_write
INSERT INTO account (number, name, email, is_operator, created, kind, display_name, about,
    website, language, email_confirmed, password_hash, profile, shows_contributions, mails,
    signing_up, erased, erasure, former)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

-- name: copy_token_read
SELECT id, account, hash, scopes, expires, created, name, used
FROM token ORDER BY id;

-- name: copy_token_write
INSERT INTO token (id, account, hash, scopes, expires, created, name, used)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

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

-- name: copy_session_read
SELECT hash, account, created, seen, expires
FROM session ORDER BY hash;

-- name: copy_session_write
INSERT INTO session (hash, account, created, seen, expires)
VALUES ($1, $2, $3, $4, $5);

-- name: copy_ticket_read
SELECT hash, purpose, account, email, map, contribution, created, expires
FROM ticket ORDER BY hash;

-- name: copy_ticket_write
INSERT INTO ticket (hash, purpose, account, email, map, contribution, created, expires)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: copy_membership_read
SELECT map, account, role, categories, territory, since
FROM membership ORDER BY map, account;

-- name: copy_membership_write
INSERT INTO membership (map, account, role, categories, territory, since)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: copy_outbox_read
SELECT number, recipient, subject, body, created, due, attempts, error, sent, failed
FROM outbox ORDER BY number;

-- name: copy_outbox_write
INSERT INTO outbox (number, recipient, subject, body, created, due, attempts, error, sent, failed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: copy_notification_read
SELECT number, account, kind, map, contribution, actor, detail, created, seen
FROM notification ORDER BY number;

-- name: copy_notification_write
INSERT INTO notification (number, account, kind, map, contribution, actor, detail, created,
    seen)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: copy_charter_read
SELECT map, version, text_fr, text_en, author, created
FROM charter ORDER BY map, version;

-- name: copy_charter_write
INSERT INTO charter (map, version, text_fr, text_en, author, created)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: copy_comment_read
SELECT map, id, contribution, parent, kind, text, author, device, moderation, reason, created,
    updated
FROM comment ORDER BY map, id;

-- name: copy_comment_write
INSERT INTO comment (map, id, contribution, parent, kind, text, author, device, moderation,
    reason, created, updated)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: copy_confirmation_read
SELECT map, id, contribution, still, observed, remark, author, device, created
FROM confirmation ORDER BY map, id;

-- name: copy_confirmation_write
INSERT INTO confirmation (map, id, contribution, still, observed, remark, author, device,
    created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: copy_support_read
SELECT map, contribution, voice, created
FROM support ORDER BY map, contribution, voice;

-- name: copy_support_write
INSERT INTO support (map, contribution, voice, created)
VALUES ($1, $2, $3, $4);

-- name: copy_link_read
SELECT map, id, contribution, type, target_map, target, author, created
FROM link ORDER BY map, id;

-- name: copy_link_write
INSERT INTO link (map, id, contribution, type, target_map, target, author, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: copy_claim_read
SELECT map, id, contribution, account, text, state, decided, decided_by, reason, created
FROM claim ORDER BY map, id;

-- name: copy_claim_write
INSERT INTO claim (map, id, contribution, account, text, state, decided, decided_by, reason,
    created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: copy_review_read
SELECT map, contribution, reason, detail, created
FROM review ORDER BY map, contribution, reason;

-- name: copy_review_write
INSERT INTO review (map, contribution, reason, detail, created)
VALUES ($1, $2, $3, $4, $5);

-- name: copy_report_read
SELECT map, id, contribution, kind, text, author, device, state, decided, decided_by, answer,
    created
FROM report ORDER BY map, id;

-- name: copy_report_write
INSERT INTO report (map, id, contribution, kind, text, author, device, state, decided,
    decided_by, answer, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: copy_proposal_read
SELECT map, id, contribution, base, changes, author, device, reason, state, accepted,
    decided, decided_by, answer, created
FROM proposal ORDER BY map, id;

-- name: copy_proposal_write
INSERT INTO proposal (map, id, contribution, base, changes, author, device, reason,
    state, accepted, decided, decided_by, answer, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: copy_audit_read
SELECT map, number, time, actor, action, contribution, subject, reason, detail
FROM audit ORDER BY map, number;

-- name: copy_audit_write
INSERT INTO audit (map, number, time, actor, action, contribution, subject, reason, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: copy_origin_read
SELECT map, contribution, device, address, email, secret_expires, secret_revoked, created
FROM origin ORDER BY map, contribution;

-- name: copy_origin_write
INSERT INTO origin (map, contribution, device, address, email, secret_expires, secret_revoked,
    created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: copy_zone_read
SELECT number, map, id, reason, author, created, ends, geometry
FROM zone ORDER BY map, number;

-- name: copy_zone_write
INSERT INTO zone (number, map, id, reason, author, created, ends, geometry)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: copy_block_read
SELECT map, id, account, device, address, reason, author, created, ends
FROM block ORDER BY map, id;

-- name: copy_block_write
INSERT INTO block (map, id, account, device, address, reason, author, created, ends)
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
    OR EXISTS (SELECT 1 FROM idempotency)
    OR EXISTS (SELECT 1 FROM session)
    OR EXISTS (SELECT 1 FROM ticket)
    OR EXISTS (SELECT 1 FROM membership)
    OR EXISTS (SELECT 1 FROM outbox)
    OR EXISTS (SELECT 1 FROM notification)
    OR EXISTS (SELECT 1 FROM charter)
    OR EXISTS (SELECT 1 FROM comment)
    OR EXISTS (SELECT 1 FROM confirmation)
    OR EXISTS (SELECT 1 FROM support)
    OR EXISTS (SELECT 1 FROM link)
    OR EXISTS (SELECT 1 FROM claim)
    OR EXISTS (SELECT 1 FROM review)
    OR EXISTS (SELECT 1 FROM report)
    OR EXISTS (SELECT 1 FROM proposal)
    OR EXISTS (SELECT 1 FROM audit)
    OR EXISTS (SELECT 1 FROM origin)
    OR EXISTS (SELECT 1 FROM zone)
    OR EXISTS (SELECT 1 FROM block);
