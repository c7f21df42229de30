-- SPDX-License-Identifier: AGPL-3.0-or-later
-- How a collection is drawn and when it is stale; the campaign that a contribution was made in.

-- What cluster_radius and the others were for all collections until now.
ALTER TABLE collection
    ADD COLUMN cluster_radius integer NOT NULL DEFAULT 40,
    ADD COLUMN cluster_min_points integer NOT NULL DEFAULT 2,
    ADD COLUMN cluster_max_zoom integer NOT NULL DEFAULT 16,
    ADD COLUMN tile_fields text,
    ADD COLUMN stale_after_days integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN collection.cluster_radius IS 'pixels';
COMMENT ON COLUMN collection.cluster_max_zoom IS 'the last that merges';
COMMENT ON COLUMN collection.tile_fields IS
    'keys of the fields that tiles show, separated by spaces, NULL: those with short values';
COMMENT ON COLUMN collection.stale_after_days IS '0: never';

ALTER TABLE contribution ADD COLUMN campaign text;
COMMENT ON COLUMN contribution.campaign IS 'its slug, NULL: none';
