-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Which numbered changes this database has seen.

-- name: schema_record
INSERT INTO schema_migration (number, name, program, applied) VALUES ($1, $2, $3, $4);
