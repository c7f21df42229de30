-- SPDX-License-Identifier: AGPL-3.0-or-later
-- A map, what it holds and what has happened to it. For SQLite with SpatiaLite.
--
-- Comments inside the tables stay in the file: `.schema` shows them to whoever opens it. Every table
-- of a map carries the map's number. Times are UTC as RFC 3339 text with microseconds, so that they
-- read and sort as they are. Absent is NULL.
PRAGMA application_id = 1245793358; -- "JALN"
SELECT InitSpatialMetaData(0, 'WGS84');

CREATE TABLE schema_migration (
    -- One row a numbered change of this schema that has been made in this file.
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    program TEXT NOT NULL, -- the version of Jalon that made it
    applied TIMESTAMP NOT NULL
);

CREATE TABLE map (
    -- What a community shares. A number is never used again: who still has it finds nothing.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE, -- its name in addresses
    title_fr TEXT NOT NULL,
    title_en TEXT NOT NULL,
    description_fr TEXT,
    description_en TEXT,
    template TEXT, -- the ready-made map it was created from
    licence TEXT, -- of contributions that name no other
    attribution TEXT,
    policy TEXT NOT NULL, -- who writes: administered, participatory, contributory
    account_needed BOOLEAN NOT NULL,
    -- Where the map starts, in degrees.
    west DOUBLE NOT NULL,
    south DOUBLE NOT NULL,
    east DOUBLE NOT NULL,
    north DOUBLE NOT NULL,
    created TIMESTAMP NOT NULL
);

CREATE TABLE category (
    -- A node of a map's trees of themes; parents come before their children.
    map INTEGER NOT NULL REFERENCES map (number),
    position INTEGER NOT NULL, -- 0, 1, 2 ... in the map
    key TEXT NOT NULL,
    parent TEXT, -- the key of the category above; NULL for a root
    label_fr TEXT NOT NULL,
    label_en TEXT NOT NULL,
    color TEXT, -- #rrggbb
    PRIMARY KEY (map, position),
    UNIQUE (map, key)
) WITHOUT ROWID;

CREATE TABLE collection (
    -- One kind of contribution in a map.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    map INTEGER NOT NULL REFERENCES map (number),
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    title_fr TEXT NOT NULL,
    title_en TEXT NOT NULL,
    description_fr TEXT,
    description_en TEXT,
    color TEXT,
    geometry_types TEXT NOT NULL, -- GeoJSON names separated by spaces
    visibility TEXT NOT NULL, -- public, members, moderators
    attribution TEXT,
    licence TEXT,
    UNIQUE (map, key),
    UNIQUE (map, number)
);

CREATE TABLE collection_category (
    -- The root categories that a collection uses.
    map INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    position INTEGER NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (map, collection, position),
    FOREIGN KEY (map, collection) REFERENCES collection (map, number),
    FOREIGN KEY (map, category) REFERENCES category (map, key)
) WITHOUT ROWID;

CREATE TABLE field (
    -- A typed property of a collection's contributions.
    map INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    position INTEGER NOT NULL,
    key TEXT NOT NULL, -- its name in contribution.fields
    type TEXT NOT NULL,
    label_fr TEXT NOT NULL,
    label_en TEXT NOT NULL,
    help_fr TEXT,
    help_en TEXT,
    required BOOLEAN NOT NULL,
    visibility TEXT NOT NULL,
    minimum DOUBLE, -- of numbers
    maximum DOUBLE,
    max_length INTEGER NOT NULL, -- of texts, in characters
    unit TEXT, -- UCUM
    osm TEXT, -- key of the OpenStreetMap tag
    acceslibre TEXT, -- column of the acceslibre schema
    PRIMARY KEY (map, collection, position),
    UNIQUE (map, collection, key),
    FOREIGN KEY (map, collection) REFERENCES collection (map, number)
) WITHOUT ROWID;

CREATE TABLE choice (
    -- An allowed value of an enum or multi_enum field.
    map INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    field TEXT NOT NULL,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    label_fr TEXT NOT NULL,
    label_en TEXT NOT NULL,
    osm TEXT, -- value of the OpenStreetMap tag, when it is not the key
    acceslibre TEXT,
    PRIMARY KEY (map, collection, field, position),
    UNIQUE (map, collection, field, key),
    FOREIGN KEY (map, collection, field) REFERENCES field (map, collection, key)
) WITHOUT ROWID;

CREATE TABLE workflow_status (
    -- A stage in the life of the thing on the ground; position 0 is the first one.
    map INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    label_fr TEXT NOT NULL,
    label_en TEXT NOT NULL,
    closes BOOLEAN NOT NULL, -- reaching it ends the matter and needs a reason
    PRIMARY KEY (map, collection, position),
    UNIQUE (map, collection, key),
    FOREIGN KEY (map, collection) REFERENCES collection (map, number)
) WITHOUT ROWID;

CREATE TABLE transition (
    -- From which status one may go to which.
    map INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    position INTEGER NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    PRIMARY KEY (map, collection, position),
    FOREIGN KEY (map, collection, from_status) REFERENCES workflow_status (map, collection, key),
    FOREIGN KEY (map, collection, to_status) REFERENCES workflow_status (map, collection, key)
) WITHOUT ROWID;

CREATE TABLE territory (
    -- An area for counting, filtering and showing where one is.
    number INTEGER PRIMARY KEY,
    map INTEGER NOT NULL REFERENCES map (number),
    id TEXT NOT NULL, -- UUID
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL, -- city, quarter, sub_quarter ...
    parent TEXT, -- the key of the territory around it
    UNIQUE (map, key)
);
SELECT AddGeometryColumn('territory', 'geometry', 4326, 'GEOMETRY', 'XY');
SELECT CreateSpatialIndex('territory', 'geometry');

CREATE TABLE contribution (
    -- One geolocated record, as it is now; its past is in revision.
    number INTEGER PRIMARY KEY,
    map INTEGER NOT NULL,
    collection INTEGER NOT NULL,
    id TEXT NOT NULL, -- UUID, public
    version INTEGER NOT NULL, -- 1, 2, 3 ...
    title TEXT,
    description TEXT,
    fields TEXT NOT NULL, -- JSON object, by field.key
    categories TEXT NOT NULL, -- JSON array of category.key
    status TEXT, -- workflow_status.key
    moderation TEXT NOT NULL, -- pending, published, hidden, rejected, deleted
    author TEXT, -- account.name; NULL: anonymous
    source TEXT, -- the import it came with
    source_id TEXT, -- its key there
    source_digest TEXT, -- of the record there when it was last imported
    licence TEXT, -- when it is not the collection's or the map's
    observed DATE, -- when somebody saw it so
    edit_secret_hash TEXT, -- lets an anonymous author change it
    created TIMESTAMP NOT NULL,
    updated TIMESTAMP NOT NULL,
    FOREIGN KEY (map, collection) REFERENCES collection (map, number)
);
SELECT AddGeometryColumn('contribution', 'geometry', 4326, 'GEOMETRY', 'XY');
SELECT CreateSpatialIndex('contribution', 'geometry');
-- Also the way to all contributions of a map.
CREATE UNIQUE INDEX contribution_by_id ON contribution (map, id);
CREATE UNIQUE INDEX contribution_by_source ON contribution (collection, source, source_id)
    WHERE source_id IS NOT NULL;

CREATE TABLE revision (
    -- The history of contributions: only added to.
    map INTEGER NOT NULL,
    contribution INTEGER NOT NULL, -- contribution.number
    version INTEGER NOT NULL, -- the one that this change made
    time TIMESTAMP NOT NULL,
    author TEXT, -- NULL: anonymous
    action TEXT NOT NULL, -- create, update, delete, restore
    reason TEXT,
    changes TEXT NOT NULL, -- JSON array of {field, before, after}
    PRIMARY KEY (map, contribution, version)
) WITHOUT ROWID;

CREATE TABLE event (
    -- The changes of a map in their order: 1, 2, 3 ... without gap. What changed is in revision.
    map INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    contribution INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (map, seq)
) WITHOUT ROWID;

CREATE TABLE account (
    -- A person or an organisation on this server.
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    email TEXT,
    is_operator BOOLEAN NOT NULL,
    created TIMESTAMP NOT NULL
);

CREATE TABLE token (
    -- A key by which a program acts for an account. The secret itself is not kept.
    id TEXT NOT NULL PRIMARY KEY, -- UUID
    account INTEGER NOT NULL REFERENCES account (number),
    hash TEXT NOT NULL UNIQUE, -- of the secret, hexadecimal
    scopes TEXT, -- separated by spaces; NULL: all its account may do
    expires TIMESTAMP, -- NULL: never
    created TIMESTAMP NOT NULL
);
CREATE INDEX token_by_account ON token (account);
