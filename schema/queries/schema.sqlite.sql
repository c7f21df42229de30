-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Which numbered changes this database has seen, where one writes at a time.

-- name: schema_lock
;
