-- SPDX-License-Identifier: AGPL-3.0-or-later
-- When a map was last set, so that other programs on this database see that it was.

ALTER TABLE map ADD COLUMN described timestamptz;
COMMENT ON COLUMN map.described IS
    'when its settings, its collections'' or its territories were last changed, NULL: never';
