-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Maps, where one writes at a time.

-- Who writes has the whole database: answers only whether the map is there still.
-- name: map_lock
SELECT number FROM map WHERE number = $1;

-- name: map_lock_free
SELECT number FROM map WHERE number = $1;
