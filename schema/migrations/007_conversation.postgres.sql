-- SPDX-License-Identifier: AGPL-3.0-or-later
-- What people say about a contribution without changing it.

ALTER TABLE contribution
    ADD COLUMN declared_by text,
    ADD COLUMN confirmed date,
    ADD COLUMN supports bigint NOT NULL DEFAULT 0,
    ADD COLUMN comments bigint NOT NULL DEFAULT 0,
    ADD COLUMN touched timestamptz,
    ADD COLUMN merged_into uuid;
COMMENT ON COLUMN contribution.declared_by IS 'holder, third_party';
COMMENT ON COLUMN contribution.confirmed IS 'when somebody last said that it is still so';
COMMENT ON COLUMN contribution.supports IS 'rows of support';
COMMENT ON COLUMN contribution.comments IS 'published rows of comment';
COMMENT ON COLUMN contribution.touched IS 'when one of these last changed without a new version';
COMMENT ON COLUMN contribution.merged_into IS
    'contribution.id of the one that this duplicate was merged into';

CREATE INDEX contribution_by_author ON contribution (author, map, number) WHERE author IS NOT NULL;

ALTER TABLE event
    ADD COLUMN time timestamptz;
COMMENT ON COLUMN event.time IS
    'of a change that made no new version (contribution.touched), NULL: its revision''s';

CREATE TABLE comment (
    map bigint NOT NULL,
    id uuid NOT NULL,
    contribution bigint NOT NULL,
    parent uuid,
    kind text NOT NULL,
    text text NOT NULL,
    author text,
    device text,
    moderation text NOT NULL,
    reason text,
    created timestamptz NOT NULL,
    updated timestamptz NOT NULL,
    PRIMARY KEY (map, id)
);
COMMENT ON TABLE comment IS 'A word on a contribution.';
COMMENT ON COLUMN comment.parent IS 'the comment answered, which answers none';
COMMENT ON COLUMN comment.kind IS 'information, question, correction, proposal, help, event';
COMMENT ON COLUMN comment.author IS 'account.name, NULL: anonymous';
COMMENT ON COLUMN comment.device IS 'hash of what an anonymous author''s device is known by';
COMMENT ON COLUMN comment.moderation IS 'pending, published, hidden, deleted';
COMMENT ON COLUMN comment.reason IS 'why hidden';
CREATE INDEX comment_by_contribution ON comment (map, contribution, id);
CREATE INDEX comment_by_author ON comment (map, author) WHERE author IS NOT NULL;

CREATE TABLE confirmation (
    map bigint NOT NULL,
    id uuid NOT NULL,
    contribution bigint NOT NULL,
    still boolean NOT NULL,
    observed date NOT NULL,
    remark text,
    author text,
    device text,
    created timestamptz NOT NULL,
    PRIMARY KEY (map, id)
);
COMMENT ON TABLE confirmation IS 'Somebody saw that it is still so, or no longer.';
CREATE INDEX confirmation_by_contribution ON confirmation (map, contribution, id);

CREATE TABLE support (
    map bigint NOT NULL,
    contribution bigint NOT NULL,
    voice text COLLATE "C" NOT NULL,
    created timestamptz NOT NULL,
    PRIMARY KEY (map, contribution, voice)
);
COMMENT ON TABLE support IS 'One voice for a contribution: a person has one, or a device.';
COMMENT ON COLUMN support.voice IS 'account:NUMBER, device:HASH';
CREATE INDEX support_by_voice ON support (map, voice);

CREATE TABLE link (
    map bigint NOT NULL,
    id uuid NOT NULL,
    contribution bigint NOT NULL,
    type text NOT NULL,
    target_map bigint NOT NULL,
    target bigint NOT NULL,
    author text,
    created timestamptz NOT NULL,
    PRIMARY KEY (map, id),
    UNIQUE (map, contribution, type, target_map, target)
);
COMMENT ON TABLE link IS
    'How one contribution relates to another, also of another map of this server.';
COMMENT ON COLUMN link.type IS 'answers, part_of, same_as, continues';
COMMENT ON COLUMN link.target IS 'contribution.number';
CREATE INDEX link_by_target ON link (target_map, target);

CREATE TABLE claim (
    map bigint NOT NULL,
    id uuid NOT NULL,
    contribution bigint NOT NULL,
    account text COLLATE "C" NOT NULL,
    text text NOT NULL,
    state text NOT NULL,
    decided timestamptz,
    decided_by text,
    reason text,
    created timestamptz NOT NULL,
    PRIMARY KEY (map, id)
);
COMMENT ON TABLE claim IS 'The holder of a place asks to become the author of what is said of it.';
COMMENT ON COLUMN claim.account IS 'account.name';
COMMENT ON COLUMN claim.state IS 'open, accepted, rejected, withdrawn';
CREATE INDEX claim_by_contribution ON claim (map, contribution, id);
