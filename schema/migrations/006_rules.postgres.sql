-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What a map's community has agreed on: how it moderates, who reads, where, under which charter.

ALTER TABLE map
    ADD COLUMN moderation text NOT NULL DEFAULT 'post',
    ADD COLUMN trust_count integer NOT NULL DEFAULT 3,
    ADD COLUMN reading text NOT NULL DEFAULT 'public',
    ADD COLUMN edits text NOT NULL DEFAULT 'direct',
    ADD COLUMN outside text NOT NULL DEFAULT 'accept',
    ADD COLUMN licences text,
    ADD COLUMN location_grid_m integer NOT NULL DEFAULT 0,
    ADD COLUMN report_threshold integer NOT NULL DEFAULT 3,
    ADD COLUMN pending_days integer NOT NULL DEFAULT 7,
    ADD COLUMN secret_days integer NOT NULL DEFAULT 365,
    ADD COLUMN contact_days integer NOT NULL DEFAULT 365,
    ADD COLUMN trace_days integer NOT NULL DEFAULT 90,
    ADD COLUMN report_days integer NOT NULL DEFAULT 365,
    ADD COLUMN charter integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN map.moderation IS
    'post: published at once, pre: reviewed first, trust: so for newcomers';
COMMENT ON COLUMN map.trust_count IS 'how many accepted contributions make somebody trusted';
COMMENT ON COLUMN map.reading IS 'public, members';
COMMENT ON COLUMN map.edits IS 'of others'' contributions: direct, proposal';
COMMENT ON COLUMN map.outside IS 'the territories: accept, flag, refuse';
COMMENT ON COLUMN map.licences IS 'those that a contributor may choose, one a line, NULL: any';
COMMENT ON COLUMN map.location_grid_m IS
    'side of the squares in which all but members see places, metres, 0: exact';
COMMENT ON COLUMN map.report_threshold IS 'open reports that hide pending review, 0: never';
COMMENT ON COLUMN map.pending_days IS
    'after which a pending contribution has waited too long, 0: never';
COMMENT ON COLUMN map.secret_days IS 'after which an edit secret no longer opens';
COMMENT ON COLUMN map.contact_days IS
    'for which addresses of anonymous contributors are kept, 0: always';
COMMENT ON COLUMN map.trace_days IS
    'for which is kept where anonymous contributions came from, 0: always';
COMMENT ON COLUMN map.report_days IS
    'after a decision, for which is kept who complained, 0: always';
COMMENT ON COLUMN map.charter IS 'charter.version in force, 0: none';

ALTER TABLE collection
    ADD COLUMN duplicate_distance_m integer NOT NULL DEFAULT 50;
COMMENT ON COLUMN collection.duplicate_distance_m IS
    'within which a similar contribution may be the same, 0: not looked for';

ALTER TABLE revision
    ADD COLUMN charter integer;
COMMENT ON COLUMN revision.charter IS
    'charter.version that its author accepted by it, NULL: there was none';
ALTER TABLE revision
    ADD COLUMN base integer;
COMMENT ON COLUMN revision.base IS
    'the version that its author had seen, NULL: the one before';

CREATE TABLE charter (
    map bigint NOT NULL REFERENCES map (number),
    version integer NOT NULL,
    text_fr text NOT NULL,
    text_en text NOT NULL,
    author text,
    created timestamptz NOT NULL,
    PRIMARY KEY (map, version)
);
COMMENT ON TABLE charter IS 'What a map''s contributors accept, in all its versions.';
COMMENT ON COLUMN charter.version IS '1, 2, 3 ...';
COMMENT ON COLUMN charter.author IS 'account.name';
