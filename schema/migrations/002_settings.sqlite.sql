-- SPDX-License-Identifier: AGPL-3.0-or-later
-- How a collection is drawn and when it is stale; the campaign that a contribution was made in.

-- What cluster_radius and the others were for all collections until now.
ALTER TABLE collection ADD COLUMN cluster_radius INTEGER NOT NULL DEFAULT 40; -- pixels
ALTER TABLE collection ADD COLUMN cluster_min_points INTEGER NOT NULL DEFAULT 2;
ALTER TABLE collection ADD COLUMN cluster_max_zoom INTEGER NOT NULL DEFAULT 16; -- the last that merges
-- Keys of the fields that tiles show, separated by spaces; NULL: those with short values.
ALTER TABLE collection ADD COLUMN tile_fields TEXT;
ALTER TABLE collection ADD COLUMN stale_after_days INTEGER NOT NULL DEFAULT 0; -- 0: never

ALTER TABLE contribution ADD COLUMN campaign TEXT; -- its slug; NULL: none
