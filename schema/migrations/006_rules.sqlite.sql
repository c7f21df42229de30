-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What a map's community has agreed on: how it moderates, who reads, where, under which charter.

-- Post: published at once; pre: reviewed first; trust: so for newcomers
ALTER TABLE map ADD COLUMN moderation TEXT NOT NULL DEFAULT 'post';
-- How many accepted contributions make somebody trusted
ALTER TABLE map ADD COLUMN trust_count INTEGER NOT NULL DEFAULT 3;
ALTER TABLE map ADD COLUMN reading TEXT NOT NULL DEFAULT 'public'; -- public, members
-- Of others' contributions: direct, proposal
ALTER TABLE map ADD COLUMN edits TEXT NOT NULL DEFAULT 'direct';
-- The territories: accept, flag, refuse
ALTER TABLE map ADD COLUMN outside TEXT NOT NULL DEFAULT 'accept';
-- Those that a contributor may choose, one a line; NULL: any
ALTER TABLE map ADD COLUMN licences TEXT;
-- Side of the squares in which all but members see places, metres; 0: exact
ALTER TABLE map ADD COLUMN location_grid_m INTEGER NOT NULL DEFAULT 0;
-- Open reports that hide pending review; 0: never
ALTER TABLE map ADD COLUMN report_threshold INTEGER NOT NULL DEFAULT 3;
-- After which a pending contribution has waited too long; 0: never
ALTER TABLE map ADD COLUMN pending_days INTEGER NOT NULL DEFAULT 7;
-- After which an edit secret no longer opens
ALTER TABLE map ADD COLUMN secret_days INTEGER NOT NULL DEFAULT 365;
-- For which addresses of anonymous contributors are kept; 0: always
ALTER TABLE map ADD COLUMN contact_days INTEGER NOT NULL DEFAULT 365;
-- For which is kept where anonymous contributions came from; 0: always
ALTER TABLE map ADD COLUMN trace_days INTEGER NOT NULL DEFAULT 90;
-- After a decision, for which is kept who complained; 0: always
ALTER TABLE map ADD COLUMN report_days INTEGER NOT NULL DEFAULT 365;
ALTER TABLE map ADD COLUMN charter INTEGER NOT NULL DEFAULT 0; -- charter.version in force; 0: none

-- Within which a similar contribution may be the same; 0: not looked for
ALTER TABLE collection ADD COLUMN duplicate_distance_m INTEGER NOT NULL DEFAULT 50;

-- Charter.version that its author accepted by it; NULL: there was none
ALTER TABLE revision ADD COLUMN charter INTEGER;
-- The version that its author had seen; NULL: the one before
ALTER TABLE revision ADD COLUMN base INTEGER;

CREATE TABLE charter (
    -- What a map's contributors accept, in all its versions.
    map INTEGER NOT NULL REFERENCES map (number),
    version INTEGER NOT NULL, -- 1, 2, 3 ...
    text_fr TEXT NOT NULL,
    text_en TEXT NOT NULL,
    author TEXT, -- account.name
    created TIMESTAMP NOT NULL,
    PRIMARY KEY (map, version)
) WITHOUT ROWID;
