/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The domain's shapes: map, collection, field, category, contribution, revision, event. Layer 1.
 *
 * Plain structs, little behaviour: names of enumerations, look-ups, values; every text and array is borrowed from
 * the arena or the map description that made the struct. Terms: see the README's glossary.
 */
#ifndef JALON_MODEL_H
#define JALON_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jalon/arena.h"
#include "jalon/buffer.h"
#include "jalon/geometry.h"
#include "jalon/id.h"
#include "jalon/text.h"

/* Words a person reads, in the two languages every Jalon speaks. Neither is empty. */
struct jalon_label {
    struct jalon_text fr;
    struct jalon_text en;
};

enum jalon_visibility {
    JALON_VISIBILITY_PUBLIC,
    JALON_VISIBILITY_MEMBERS,
    JALON_VISIBILITY_MODERATORS,
    JALON_VISIBILITY_COUNT
};

enum jalon_field_type {
    JALON_FIELD_STRING,        /* one line, at most 255 code points unless max_length says else */
    JALON_FIELD_TEXT,          /* several lines, at most 10,000 code points unless … */
    JALON_FIELD_NUMBER,        /* finite double */
    JALON_FIELD_INTEGER,       /* within ±2^53, exact in every JSON reader */
    JALON_FIELD_BOOLEAN,
    JALON_FIELD_DATE,          /* "YYYY-MM-DD" */
    JALON_FIELD_DATE_TIME,     /* RFC 3339 in UTC, as jalon_clock_format writes it */
    JALON_FIELD_ENUM,          /* one of `choices`, by key */
    JALON_FIELD_MULTI_ENUM,    /* a list of keys of `choices`, each once */
    JALON_FIELD_URL,           /* http or https */
    JALON_FIELD_EMAIL,
    JALON_FIELD_PHONE,
    JALON_FIELD_OPENING_HOURS, /* OpenStreetMap opening_hours syntax */
    JALON_FIELD_TYPE_COUNT
};

/* One allowed value of an enum or multi-enum field. */
struct jalon_choice {
    struct jalon_text key;
    struct jalon_label label;
    struct jalon_text osm;        /* the OSM tag value, when it differs from the key; else empty */
    struct jalon_text acceslibre; /* likewise */
};

struct jalon_field {
    struct jalon_text key; /* ^[a-z][a-z0-9_]{0,62}$, unique in the collection, not reserved */
    struct jalon_label label;
    struct jalon_label help; /* both may be empty */
    enum jalon_field_type type;
    bool required;
    enum jalon_visibility visibility;
    double minimum; /* numbers; -INFINITY when there is none */
    double maximum; /* numbers; +INFINITY when there is none */
    int64_t max_length; /* code points of strings and texts; > 0 always */
    struct jalon_text unit; /* UCUM, e.g. "cm"; may be empty */
    const struct jalon_choice *choices;
    size_t choice_count;
    struct jalon_text osm;        /* OSM tag key; may be empty */
    struct jalon_text acceslibre; /* acceslibre column; may be empty */
};

/* A node of a tree of themes; parents come before their children. */
struct jalon_category {
    struct jalon_text key; /* unique in the map */
    struct jalon_label label;
    struct jalon_text color; /* "#rrggbb" */
    int32_t parent; /* index in the map's categories; -1 for a root */
};

struct jalon_workflow_status {
    struct jalon_text key; /* unique in the collection */
    struct jalon_label label;
    bool closes; /* a contribution in it is over: reaching it needs a reason */
};

struct jalon_transition {
    int32_t from; /* indexes of statuses */
    int32_t to;
};

struct jalon_collection {
    int64_t number;        /* the store's key; 0 before it is stored */
    struct jalon_text key; /* slug; unique in the map */
    struct jalon_label title;
    struct jalon_label description; /* may be empty */
    struct jalon_text color;        /* "#rrggbb", for legends and styles */
    unsigned geometry_types;        /* JALON_GEOMETRY_BIT set; never empty */
    enum jalon_visibility visibility;
    const struct jalon_field *fields;
    size_t field_count;
    const int32_t *category_roots; /* indexes of the map's root categories used here */
    size_t category_root_count;
    const struct jalon_workflow_status *statuses; /* the first one is the initial status */
    size_t status_count;
    const struct jalon_transition *transitions;
    size_t transition_count;
    /* How points are merged at low zooms (jalon/cluster.h): within a radius in pixels, from a number
     * of points on, up to a last zoom. See JALON_COLLECTION_DEFAULTS. */
    int32_t cluster_radius;     /* JALON_CLUSTER_RADIUS_MIN to _MAX */
    int32_t cluster_min_points; /* 2 to JALON_CLUSTER_MIN_POINTS_MAX */
    int32_t cluster_max_zoom;   /* 0 to JALON_CLUSTER_MAX_ZOOM_MAX */
    /* The fields that tiles show: indexes, each once. */
    bool chooses_tile_fields; /* false: those of short values, whatever tile_fields */
    const int32_t *tile_fields;
    size_t tile_field_count;
    /* Days after which a contribution that nobody saw or changed again is stale; 0: never. */
    int32_t stale_after_days;
    /* Metres within which a similar contribution may be the same one; 0: it is not looked for. */
    int32_t duplicate_distance_m;
    /* Provenance shown wherever the collection is served; may be empty. */
    struct jalon_text attribution;
    struct jalon_text licence;
};

/* Bounds of a collection's settings. */
#define JALON_CLUSTER_RADIUS_MIN 10
#define JALON_CLUSTER_RADIUS_MAX 85
#define JALON_CLUSTER_MIN_POINTS_MAX 1000
#define JALON_CLUSTER_MAX_ZOOM_MAX 22
#define JALON_STALE_AFTER_DAYS_MAX 36525

/* The settings of a collection that says nothing of them, in its initializer. */
#define JALON_CLUSTER_RADIUS_DEFAULT 40
#define JALON_CLUSTER_MAX_ZOOM_DEFAULT 16
#define JALON_COLLECTION_DEFAULTS                                                    \
    .cluster_radius = JALON_CLUSTER_RADIUS_DEFAULT, .cluster_min_points = 2,         \
    .cluster_max_zoom = JALON_CLUSTER_MAX_ZOOM_DEFAULT, .duplicate_distance_m = 50

enum jalon_write_policy {
    JALON_POLICY_ADMINISTERED,
    JALON_POLICY_PARTICIPATORY,
    JALON_POLICY_CONTRIBUTORY,
};

/* What somebody is in a map, from least to most; each may what those before it may. */
enum jalon_role {
    JALON_ROLE_NOBODY,      /* without an account */
    JALON_ROLE_CONTRIBUTOR, /* every account */
    JALON_ROLE_MEMBER,
    JALON_ROLE_MODERATOR, /* may be bounded to some categories or a territory */
    JALON_ROLE_ADMIN,
    JALON_ROLE_OPERATOR, /* of the server: in every map */
};

/* When what is contributed shows. */
enum jalon_moderation_mode {
    JALON_MODERATE_POST,  /* at once; it is looked at later */
    JALON_MODERATE_PRE,   /* when a moderator has approved it */
    JALON_MODERATE_TRUST, /* as PRE until an account has enough accepted contributions, then as POST */
};

/* How somebody changes what another one has contributed. */
enum jalon_edit_mode {
    JALON_EDITS_DIRECT,   /* where the policy lets him */
    JALON_EDITS_PROPOSAL, /* the author or a moderator accepts it, field by field */
};

/* What becomes of a contribution outside all of the map's territories, when it has any. */
enum jalon_outside_mode {
    JALON_OUTSIDE_ACCEPT,
    JALON_OUTSIDE_FLAG, /* a moderator is told */
    JALON_OUTSIDE_REFUSE,
};

/* What a map's community has agreed on, beside its policy. */
struct jalon_rules {
    enum jalon_moderation_mode moderation;
    int32_t trust_count; /* accepted contributions that make an account trusted; 1 to 1000 */
    enum jalon_visibility reading; /* who may read the map: PUBLIC or MEMBERS */
    enum jalon_edit_mode edits;
    enum jalon_outside_mode outside;
    const struct jalon_text *licences; /* those a contributor may choose; none: any */
    size_t licence_count;
    /* Side in metres of the squares in which all but members see places; 0: they see them exactly. */
    int32_t location_grid_m;
    int32_t report_threshold; /* open reports that hide pending review; 0: never */
    int32_t pending_days;     /* after which what is pending has waited too long; 0: never */
    int32_t secret_days;      /* for which an edit secret opens */
    /* Days for which personal data are kept; 0: always. */
    int32_t contact_days; /* addresses that anonymous contributors left */
    int32_t trace_days;   /* devices and network addresses of anonymous contributors */
    int32_t report_days;  /* who complained, after the decision */
    int32_t charter;      /* the version in force; 0: there is none */
};

#define JALON_TRUST_COUNT_MAX 1000
#define JALON_LOCATION_GRID_MAX_M 100000
#define JALON_REPORT_THRESHOLD_MAX 1000
#define JALON_RULE_DAYS_MAX 36525
#define JALON_DUPLICATE_DISTANCE_MAX_M 10000
/* The rules of a map that says nothing of them, as an initializer. */
#define JALON_RULES_DEFAULTS                                                        \
    {                                                                               \
        .trust_count = 3, .report_threshold = 3, .pending_days = 7,                 \
        .secret_days = 365, .contact_days = 365, .trace_days = 90, .report_days = 365 \
    }

struct jalon_map {
    int64_t number;         /* the store's key; 0 before it is stored */
    struct jalon_text slug; /* ^[a-z0-9][a-z0-9-]{0,62}$ */
    struct jalon_label title;
    struct jalon_label description; /* may be empty */
    struct jalon_text template_name;
    struct jalon_text licence; /* SPDX or the licence's usual name; default of contributions */
    struct jalon_text attribution;
    enum jalon_write_policy policy;
    bool account_needed; /* contributing needs an account */
    struct jalon_rules rules;
    struct jalon_box box; /* where the map starts; degrees */
    const struct jalon_category *categories;
    size_t category_count;
    const struct jalon_collection *collections;
    size_t collection_count;
    int64_t created_us;
    int64_t described_us; /* when it was last set, or a territory of it; 0: never */
    /* Whose description this is (jalon_map_as_seen); PUBLIC: everybody's, or the store's. */
    enum jalon_visibility seen_by;
};

/* A polygon for counting, filtering, showing where one is. */
struct jalon_territory {
    struct jalon_id id;
    struct jalon_text key;  /* unique in the map */
    struct jalon_text name;
    struct jalon_text kind; /* "city", "quarter", "sub_quarter", … */
    struct jalon_text parent; /* key of the one around it; may be empty */
    struct jalon_geometry geometry;
};

/* What the properties of every contribution may hold, in code points. */
#define JALON_TITLE_LENGTH_MAX 255
#define JALON_DESCRIPTION_LENGTH_MAX 10000
#define JALON_LICENCE_LENGTH_MAX 255
#define JALON_SOURCE_LENGTH_MAX 255

enum jalon_value_kind {
    JALON_VALUE_NONE, /* absent */
    JALON_VALUE_TEXT, /* strings, dates, enum keys, … */
    JALON_VALUE_NUMBER,
    JALON_VALUE_INTEGER,
    JALON_VALUE_BOOLEAN,
    JALON_VALUE_LIST, /* multi-enum */
};

struct jalon_value {
    enum jalon_value_kind kind;
    union {
        struct jalon_text text;
        double number;
        int64_t integer;
        bool boolean;
        struct {
            const struct jalon_text *items;
            size_t count;
        } list;
    };
};

enum jalon_moderation {
    JALON_MODERATION_PENDING,
    JALON_MODERATION_PUBLISHED,
    JALON_MODERATION_HIDDEN,
    JALON_MODERATION_REJECTED,
    JALON_MODERATION_DELETED,
};

/* One geolocated record, whole: what a write stores, an event carries and the view keeps. */
struct jalon_contribution {
    int64_t number; /* the store's key, grows with insertion; 0 before it is stored */
    struct jalon_id id;
    int32_t collection; /* index in the map's collections */
    int64_t version;    /* 1, 2, 3 … without gap */
    struct jalon_geometry geometry;
    struct jalon_text title;       /* may be empty */
    struct jalon_text description; /* may be empty */
    struct jalon_value *fields;    /* one for each field of the collection, in its order */
    const int32_t *categories;     /* indexes of the map's categories, ascending, each once */
    size_t category_count;
    int32_t status; /* index of the collection's statuses; -1 when it has none */
    enum jalon_moderation moderation;
    struct jalon_text author;    /* account name; empty for an anonymous one */
    struct jalon_text source;    /* name of the import; empty when typed in */
    struct jalon_text source_id; /* the record's key in its source; may be empty */
    struct jalon_text licence;   /* empty: the collection's, else the map's */
    struct jalon_text observed;  /* "YYYY-MM-DD" or empty */
    struct jalon_text campaign;  /* slug of the one it was made in, as a map's; or empty */
    struct jalon_text declared_by; /* JALON_DECLARED_BY_HOLDER, _THIRD_PARTY or empty */
    int64_t created_us;
    int64_t updated_us;
    /* What others have said of it since; changes without a new version. */
    struct jalon_text confirmed; /* "YYYY-MM-DD", when it was last said to be still so; or empty */
    int64_t supports;
    int64_t comments;   /* published ones */
    int64_t touched_us; /* when one of these last changed; 0: never */
    /* The contribution that this duplicate was merged into; all zeros: none. */
    struct jalon_id merged_into;
};

/* Who says so: whoever runs the place, or somebody else. */
#define JALON_DECLARED_BY_HOLDER "holder"
#define JALON_DECLARED_BY_THIRD_PARTY "third_party"

enum jalon_action {
    JALON_ACTION_CREATE,
    JALON_ACTION_UPDATE,
    JALON_ACTION_DELETE,
    JALON_ACTION_RESTORE,
    JALON_ACTION_APPROVE,
    JALON_ACTION_REJECT,
    JALON_ACTION_HIDE,
    JALON_ACTION_MERGE,  /* into another one, which it is a duplicate of */
    JALON_ACTION_REDACT, /* values are removed, from what was before too */
    JALON_ACTION_ERASE,  /* its author's name is removed */
    JALON_ACTION_PURGE,  /* all of it is removed, from what was before too */
};

/* One entry of the append-only history. */
struct jalon_revision {
    int64_t version;
    int64_t time_us;
    struct jalon_text author;
    enum jalon_action action;
    struct jalon_text reason;
    int64_t base; /* the version that its author had seen; 0: the one before */
    /* JSON array [{"field","before","after"}…]; members absent on one side are left out.
     * What was redacted is {"field","redacted":true}. */
    struct jalon_text changes;
};

/* A numbered change of a map: what the view, feeds and other servers follow. */
struct jalon_event {
    int64_t seq; /* per map: 1, 2, 3 … without gap */
    int64_t time_us;
    enum jalon_action action;
    int64_t contribution; /* its number */
    struct jalon_id id;
    int64_t version;
};

/* Names as written in JSON and SQL; the parse functions answer false for an unknown one. */
const char *jalon_field_type_name(enum jalon_field_type type);
bool jalon_field_type_parse(struct jalon_text name, enum jalon_field_type *out);
const char *jalon_visibility_name(enum jalon_visibility visibility);
bool jalon_visibility_parse(struct jalon_text name, enum jalon_visibility *out);
const char *jalon_moderation_name(enum jalon_moderation moderation);
bool jalon_moderation_parse(struct jalon_text name, enum jalon_moderation *out);
const char *jalon_action_name(enum jalon_action action);
bool jalon_action_parse(struct jalon_text name, enum jalon_action *out);
const char *jalon_moderation_mode_name(enum jalon_moderation_mode mode);
bool jalon_moderation_mode_parse(struct jalon_text name, enum jalon_moderation_mode *out);
const char *jalon_edit_mode_name(enum jalon_edit_mode mode);
bool jalon_edit_mode_parse(struct jalon_text name, enum jalon_edit_mode *out);
const char *jalon_outside_mode_name(enum jalon_outside_mode mode);
bool jalon_outside_mode_parse(struct jalon_text name, enum jalon_outside_mode *out);
const char *jalon_role_name(enum jalon_role role);
bool jalon_role_parse(struct jalon_text name, enum jalon_role *out);
const char *jalon_write_policy_name(enum jalon_write_policy policy);
bool jalon_write_policy_parse(struct jalon_text name, enum jalon_write_policy *out);

/*
 * --- Audiences ---
 * Who reads a map is one of three: the public, the members, the moderators; each sees what those before
 * see and more. A description as an audience sees it says PUBLIC of every collection and field that is
 * for them; the others keep what they say, and location_grid_m is 0 for all but the public. So whoever
 * shows what is public, of the description that he is given, shows what he may.
 */
/* The first audience that sees all that this one does. */
enum jalon_visibility jalon_map_find_audience(const struct jalon_map *map,
                                              enum jalon_visibility audience);
/*
 * The description as this audience sees it, from the store's, which is borrowed; seen_by is then
 * jalon_map_find_audience. False: no memory.
 */
bool jalon_map_as_seen(struct jalon_arena *arena, const struct jalon_map *map,
                       enum jalon_visibility audience, struct jalon_map *out) JALON_MUST_USE;

/* Another number whenever what a contribution looks like by the description may be another. */
uint64_t jalon_map_look(const struct jalon_map *map);

/* Index of the collection, field, category or status with this key, or -1. */
int32_t jalon_map_find_collection(const struct jalon_map *map, struct jalon_text key);
int32_t jalon_map_find_category(const struct jalon_map *map, struct jalon_text key);
int32_t jalon_collection_find_field(const struct jalon_collection *collection,
                                    struct jalon_text key);
int32_t jalon_collection_find_status(const struct jalon_collection *collection,
                                     struct jalon_text key);
/* Is the category under one of the collection's roots, or a root itself? */
bool jalon_collection_uses_category(const struct jalon_map *map,
                                    const struct jalon_collection *collection, int32_t category);
/* Is the category `ancestor` itself or below it? */
bool jalon_category_is_within(const struct jalon_map *map, int32_t category, int32_t ancestor);
/* Is `key` one of the property names every contribution has (title, status, …)? */
bool jalon_property_is_reserved(struct jalon_text key);
/* Is `key` what a vector tile calls an attribute of its own (id, category, point_count, …)? */
bool jalon_tile_attribute_is_reserved(struct jalon_text key);
/* Is the field (index) an attribute in tiles: chosen, or else a public one of short values? */
bool jalon_collection_shows_in_tiles(const struct jalon_collection *collection, size_t field);
/* Why the field (index; -1: there is none) cannot be added to those that tiles show, or NULL. */
const char *jalon_collection_refuse_tile_field(const struct jalon_collection *collection,
                                               int32_t field);
/* ^[a-z0-9][a-z0-9-]{0,62}$: what maps, collections and campaigns are called. */
bool jalon_slug_is_valid(struct jalon_text slug);

/*
 * Have more days than the collection's stale_after_days passed since it was last updated, observed or
 * confirmed, whichever is latest? Whole days in UTC; `today` as jalon_clock_day.
 */
bool jalon_contribution_is_stale(const struct jalon_collection *collection,
                                 const struct jalon_contribution *contribution, int64_t today);

bool jalon_value_equal(struct jalon_value a, struct jalon_value b);
/* Appends the value as JSON; NONE is null. Numbers are written so that they read back the same. */
void jalon_value_write(struct jalon_buffer *buffer, const struct jalon_value *value);

#endif
