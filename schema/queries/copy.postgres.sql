-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What moving house needs of PostgreSQL, which keeps spatial indexes by itself.

-- In the order of the primary key, which need not be sorted.
-- name: copy_contribution_read
SELECT number, map, collection, id, version, title, description, fields, categories, status,
    moderation, author, source, source_id, source_digest, licence, observed, edit_secret_hash,
    created, updated, campaign, declared_by, confirmed, supports, comments, touched,
    merged_into, geometry
FROM contribution ORDER BY map, number;

-- name: copy_territory_write
INSERT INTO territory (number, map, id, key, name, kind, parent, geometry)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- A server that is started too early waits, instead of writing between the rows.
-- name: copy_begin
LOCK TABLE map, category, collection, collection_category, field, choice, workflow_status,
    transition, territory, contribution, revision, event, account, token, secret, idempotency,
    session, ticket, membership, outbox, notification, charter, comment, confirmation,
    support, link, claim, review, report, proposal, audit, origin, zone, block IN
    SHARE ROW EXCLUSIVE MODE;

-- Or the planner would think that there is nothing, and look through it once a row.
-- name: copy_end
ANALYZE map, category, collection, collection_category, field, choice, workflow_status, transition,
    territory, contribution, revision, event, account, token, secret, idempotency,
    session, ticket, membership, outbox, notification, charter, comment, confirmation,
    support, link, claim, review, report, proposal, audit, origin, zone, block;

-- The highest number that each table has given, also to rows that are no longer there.
-- name: copy_numbers_read
SELECT numbered.name, coalesce(pg_sequence_last_value(
    CAST(pg_get_serial_sequence(numbered.name, 'number') AS regclass)), 0)
FROM (VALUES ('map'), ('collection'), ('territory'), ('contribution'), ('account'),
        ('outbox'), ('notification'), ('zone'))
    AS numbered (name);

-- $1 table, $2 its highest number.
-- name: copy_numbers_write
SELECT setval(CAST(pg_get_serial_sequence($1, 'number') AS regclass), CAST($2 AS bigint))
WHERE CAST($2 AS bigint) > 0;

-- The tables of ours and how many columns each has; not those of extensions.
-- name: copy_columns
SELECT CAST(pg_class.relname AS text), count(*)
FROM pg_class JOIN pg_attribute ON pg_attribute.attrelid = pg_class.oid
    AND pg_attribute.attnum > 0 AND NOT pg_attribute.attisdropped
WHERE pg_class.relnamespace = CAST(current_schema() AS regnamespace)
    AND pg_class.relkind IN ('r', 'p') AND NOT EXISTS (SELECT 1 FROM pg_depend
        WHERE pg_depend.classid = CAST('pg_class' AS regclass)
            AND pg_depend.objid = pg_class.oid AND pg_depend.deptype = 'e')
GROUP BY pg_class.relname;
