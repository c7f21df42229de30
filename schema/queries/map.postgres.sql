-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Maps, where several may write at once.

-- Makes other writers of the map wait, but nobody who adds a row that points to it; answers nothing
-- when the map is not there any more.
-- name: map_lock
SELECT number FROM map WHERE number = $1 FOR NO KEY UPDATE;

-- The same without waiting: answers nothing, too, when another writer has the map.
-- name: map_lock_free
SELECT number FROM map WHERE number = $1 FOR NO KEY UPDATE SKIP LOCKED;
