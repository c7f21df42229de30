-- SPDX-License-Identifier: AGPL-3.0-or-later
-- When a map was last set, so that other programs on this database see that it was.

-- The map's settings, its collections' or its territories; NULL: never.
ALTER TABLE map ADD COLUMN described TIMESTAMP;
