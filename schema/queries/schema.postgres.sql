-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Which numbered changes this database has seen, where several programs may start at once.

-- The number is no one else's: "JALN", as the other engine's application_id.
-- name: schema_lock
SELECT 1 FROM pg_advisory_xact_lock(1245793358);
