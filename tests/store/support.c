/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of the store share. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jalon/geo.h"
#include "store/private.h"

const struct jalon_write creation = {
    .action = JALON_ACTION_CREATE,
    .author = {"zoé", 4},
    .reason = {"", 0},
    .changes = {"[]", 2},
    .edit_secret_hash = {"", 0},
    .source_digest = {"", 0},
};

/* --- Database --- */

struct jalon_store *open_store(struct jalon_context *ctx, const char *location)
{
    struct jalon_store_options options = {
        .data = jalon_text_from(location),
        .create = true,
        .write_wait_ms = 60000, /* writers beside each other: a disk may be slow */
    };
    struct jalon_store *store = NULL;
    expect(ctx, JALON_OK, jalon_store_open(ctx, &options, &store));
    return store;
}

int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->ctx = jalon_context_create();
    make_location(fixture->location);
    fixture->store = open_store(fixture->ctx, fixture->location);
    sample_map(fixture->ctx, &fixture->map);
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_insert_map(fixture->ctx, session, &fixture->map));
    commit_session(fixture, session);
    *state = fixture;
    return 0;
}

int teardown(void **state)
{
    struct fixture *fixture = *state;
    jalon_store_close(fixture->store);
    forget_location(fixture->location);
    jalon_context_destroy(fixture->ctx);
    free(fixture);
    return 0;
}

void expect_status(struct jalon_context *ctx, enum jalon_status expected, enum jalon_status status,
                   const char *file, int line)
{
    if (status != expected) {
        print_error("%s:%d: %s instead of %s: %s [%s]\n", file, line, jalon_status_name(status),
                    jalon_status_name(expected), ctx->error.message.data,
                    ctx->error.internal.data);
        _fail(file, line);
    }
    jalon_error_clear(ctx);
}

struct jalon_session *write_session(struct fixture *fixture)
{
    struct jalon_session *session = NULL;
    expect(fixture->ctx, JALON_OK, jalon_store_write(fixture->ctx, fixture->store, &session));
    return session;
}

struct jalon_session *read_session(struct fixture *fixture)
{
    struct jalon_session *session = NULL;
    expect(fixture->ctx, JALON_OK, jalon_store_read(fixture->ctx, fixture->store, &session));
    return session;
}

void commit_session(struct fixture *fixture, struct jalon_session *session)
{
    expect(fixture->ctx, JALON_OK, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
}

/* --- The sample map --- */

#define LABEL(french, english) {{french, sizeof(french) - 1}, {english, sizeof(english) - 1}}
#define WORD(string) {"" string, sizeof(string) - 1}
#define NOTHING {"", 0}

static const struct jalon_category categories[] = {
    {.key = WORD("environment"), .label = LABEL("Environnement", "Environment"),
     .color = WORD("#00aa00"), .parent = -1},
    {.key = WORD("gardens"), .label = LABEL("Jardins", "Gardens"), .color = NOTHING, .parent = 0},
    {.key = WORD("culture"), .label = LABEL("Culture", "Culture"), .color = WORD("#aa00aa"),
     .parent = -1},
};

static const struct jalon_choice choices[] = {
    {.key = WORD("yes"), .label = LABEL("oui", "yes"), .osm = NOTHING, .acceslibre = NOTHING},
    {.key = WORD("no"), .label = LABEL("non", "no"), .osm = WORD("no"), .acceslibre = NOTHING},
};

/* A field of each kind of value; the rest is as in most fields. */
#define FIELD(name, kind, least, most, length)                                            \
    .key = WORD(name), .label = LABEL(name, name), .type = (kind), .minimum = (least),     \
    .maximum = (most), .max_length = (length), .help = LABEL("aide", "help"),              \
    .acceslibre = NOTHING

static const struct jalon_field fields[] = {
    {FIELD("name", JALON_FIELD_STRING, -INFINITY, INFINITY, 255), .required = true,
     .unit = NOTHING, .osm = WORD("name")},
    {FIELD("width", JALON_FIELD_NUMBER, 0, 10.5, 255), .unit = WORD("m"), .osm = NOTHING},
    {FIELD("steps", JALON_FIELD_INTEGER, 0, INFINITY, 255), .unit = NOTHING, .osm = NOTHING},
    {FIELD("open", JALON_FIELD_BOOLEAN, -INFINITY, INFINITY, 255), .unit = NOTHING,
     .osm = NOTHING, .visibility = JALON_VISIBILITY_MEMBERS},
    {FIELD("access", JALON_FIELD_ENUM, -INFINITY, INFINITY, 255), .unit = NOTHING,
     .osm = WORD("wheelchair"), .choices = choices, .choice_count = 2},
    {FIELD("days", JALON_FIELD_MULTI_ENUM, -INFINITY, INFINITY, 255), .unit = NOTHING,
     .osm = NOTHING, .choices = choices, .choice_count = 1},
    {FIELD("note", JALON_FIELD_TEXT, -INFINITY, INFINITY, 10000), .unit = NOTHING,
     .osm = NOTHING, .visibility = JALON_VISIBILITY_MODERATORS},
};

static const struct jalon_workflow_status statuses[] = {
    {.key = WORD("open"), .label = LABEL("ouvert", "open"), .closes = false},
    {.key = WORD("done"), .label = LABEL("fait", "done"), .closes = true},
};
static const struct jalon_transition transitions[] = {{0, 1}, {1, 0}};
static const int32_t roots[] = {0, 2}, shown[] = {4, 1};

static const struct jalon_collection collections[] = {
    {
        .key = WORD("places"), .title = LABEL("Lieux", "Places"),
        .description = LABEL("Où l'on va", "Where one goes"), .color = WORD("#123456"),
        .geometry_types = JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT) |
                          JALON_GEOMETRY_BIT(JALON_GEOMETRY_POLYGON),
        .visibility = JALON_VISIBILITY_PUBLIC, .fields = fields, .field_count = 7,
        .category_roots = roots, .category_root_count = 2, .statuses = statuses, .status_count = 2,
        .transitions = transitions, .transition_count = 2, .cluster_radius = 60,
        .cluster_min_points = 3, .cluster_max_zoom = 14, .chooses_tile_fields = true,
        .tile_fields = shown, .tile_field_count = 2, .stale_after_days = 365, .attribution = WORD("City"),
        .licence = WORD("ODbL-1.0"),
    },
    {
        .key = WORD("lines"), .title = LABEL("Lignes", "Lines"), .description = {NOTHING, NOTHING},
        .color = NOTHING,
        .geometry_types = JALON_GEOMETRY_BIT(JALON_GEOMETRY_NONE) |
                          JALON_GEOMETRY_BIT(JALON_GEOMETRY_LINESTRING),
        .visibility = JALON_VISIBILITY_MEMBERS, JALON_COLLECTION_DEFAULTS, .attribution = NOTHING, .licence = NOTHING,
    },
};

void sample_map(struct jalon_context *ctx, struct jalon_map *out)
{
    (void)ctx;
    *out = (struct jalon_map){
        .slug = WORD("sample"),
        .title = LABEL("Exemple", "Sample"),
        .description = LABEL("Une carte", "A map"),
        .template_name = WORD("initiatives"),
        .licence = WORD("CC-BY-4.0"),
        .attribution = WORD("Somebody"),
        .policy = JALON_POLICY_PARTICIPATORY,
        .account_needed = true,
        .box = {3.7, 43.5, 4.0, 43.7},
        .categories = categories,
        .category_count = 3,
        .collections = collections,
        .collection_count = 2,
        .created_us = INT64_C(1700000000123456),
    };
}

/* --- Contributions --- */

struct jalon_geometry point(struct jalon_context *ctx, double lon, double lat)
{
    struct jalon_geometry out;
    expect(ctx, JALON_OK,
           jalon_geometry_make_point(ctx, (struct jalon_position){lon, lat}, JALON_SRID_WGS84,
                                     &out));
    return out;
}

struct jalon_geometry square(struct jalon_context *ctx, double west, double south, double side)
{
    const struct jalon_position corners[] = {{west, south},
                                             {west + side, south},
                                             {west + side, south + side},
                                             {west, south + side},
                                             {west, south}};
    struct jalon_geometry out = {
        .type = JALON_GEOMETRY_POLYGON,
        .srid = JALON_SRID_WGS84,
        .positions = jalon_arena_allocate(ctx->arena, sizeof corners),
        .position_count = 5,
        .ring_ends = jalon_arena_allocate(ctx->arena, sizeof(uint32_t)),
        .ring_count = 1,
        .polygon_ends = jalon_arena_allocate(ctx->arena, sizeof(uint32_t)),
        .polygon_count = 1,
    };
    memcpy(out.positions, corners, sizeof corners);
    out.ring_ends[0] = 5;
    out.polygon_ends[0] = 1;
    return out;
}

void sample_contribution(struct jalon_context *ctx, const struct jalon_map *map, int n,
                         struct jalon_contribution *out)
{
    static const int32_t indexes[] = {1, 2};
    static const struct jalon_text days[] = {WORD("no"), WORD("yes")};
    struct jalon_value *values = jalon_arena_allocate_zeroed(ctx->arena, 7, sizeof *values);
    values[0] = (struct jalon_value){
        .kind = JALON_VALUE_TEXT,
        .text = jalon_text_format(ctx->arena, "Café \"n° %d\"\n\\fin", n),
    };
    values[1] = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = n + 0.1};
    values[2] = (struct jalon_value){.kind = JALON_VALUE_INTEGER, .integer = INT64_C(1) << 53};
    values[3] = (struct jalon_value){.kind = JALON_VALUE_BOOLEAN, .boolean = n % 2 == 0};
    values[4] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = WORD("yes")};
    values[5] = (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {days, 2}};
    /* values[6] stays absent */
    *out = (struct jalon_contribution){
        .id = jalon_id_make(),
        .collection = jalon_map_find_collection(map, JALON_TEXT("places")),
        .version = 1,
        .geometry = point(ctx, 3.87 + n * 0.001, 43.61),
        .title = jalon_text_format(ctx->arena, "Titre %d", n),
        .description = WORD("Longue"),
        .fields = values,
        .categories = indexes,
        .category_count = 2,
        .status = 0,
        .moderation = JALON_MODERATION_PUBLISHED,
        .author = WORD("zoé"),
        .source = WORD("osm"),
        .source_id = jalon_text_format(ctx->arena, "node/%d", n),
        .licence = WORD("ODbL-1.0"),
        .observed = WORD("2026-11-21"),
        .campaign = WORD("spring-2026"),
        .created_us = INT64_C(1790000000000000) + n,
        .updated_us = INT64_C(1790000000000000) + n,
    };
}

int64_t create(struct fixture *fixture, struct jalon_contribution *contribution)
{
    int64_t seq = 0;
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_store_put_contribution(fixture->ctx, session, &fixture->map, contribution,
                                        &creation, &seq));
    commit_session(fixture, session);
    return seq;
}

static void assert_texts_equal(struct jalon_text a, struct jalon_text b)
{
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.data, b.data, a.length);
}

void assert_contributions_equal(const struct jalon_map *map, const struct jalon_contribution *a,
                                const struct jalon_contribution *b)
{
    assert_int_equal(a->number, b->number);
    assert_int_equal(jalon_id_compare(a->id, b->id), 0);
    assert_int_equal(a->collection, b->collection);
    assert_int_equal(a->version, b->version);
    assert_true(jalon_geometry_equal(&a->geometry, &b->geometry));
    assert_texts_equal(a->title, b->title);
    assert_texts_equal(a->description, b->description);
    for (size_t i = 0; i < map->collections[a->collection].field_count; i++) {
        assert_true(jalon_value_equal(a->fields[i], b->fields[i]));
    }
    assert_int_equal(a->category_count, b->category_count);
    for (size_t i = 0; i < a->category_count; i++) {
        assert_int_equal(a->categories[i], b->categories[i]);
    }
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->moderation, b->moderation);
    assert_texts_equal(a->author, b->author);
    assert_texts_equal(a->source, b->source);
    assert_texts_equal(a->source_id, b->source_id);
    assert_texts_equal(a->licence, b->licence);
    assert_texts_equal(a->observed, b->observed);
    assert_texts_equal(a->campaign, b->campaign);
    assert_int_equal(a->created_us, b->created_us);
    assert_int_equal(a->updated_us, b->updated_us);
    assert_texts_equal(a->declared_by, b->declared_by);
    assert_texts_equal(a->confirmed, b->confirmed);
    assert_int_equal(a->supports, b->supports);
    assert_int_equal(a->comments, b->comments);
    assert_int_equal(a->touched_us, b->touched_us);
    assert_int_equal(jalon_id_compare(a->merged_into, b->merged_into), 0);
}

void assert_history_whole(struct fixture *fixture, int64_t expected_events)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session *session = read_session(fixture);
    struct jalon_event *events;
    size_t count;
    expect(ctx, JALON_OK,
           jalon_store_list_events(ctx, session, &fixture->map, 0, SIZE_MAX, &events, &count));
    assert_int_equal(count, expected_events);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(events[i].seq, (int64_t)i + 1);
    }
    struct jalon_contribution_cursor *cursor;
    struct jalon_contribution_filter all = {.collection = -1, .source = NOTHING};
    expect(ctx, JALON_OK,
           jalon_store_scan_contributions(ctx, session, &fixture->map, &all, &cursor));
    struct jalon_contribution row;
    int64_t revisions = 0;
    enum jalon_status status;
    while ((status = jalon_contribution_cursor_next(ctx, cursor, &row)) == JALON_OK) {
        struct jalon_revision *list;
        size_t revision_count;
        expect(ctx, JALON_OK,
               jalon_store_list_revisions(ctx, session, &fixture->map, row.number, 0, SIZE_MAX,
                                          &list, &revision_count));
        assert_int_equal(revision_count, row.version);
        for (size_t i = 0; i < revision_count; i++) {
            assert_int_equal(list[i].version, row.version - (int64_t)i);
        }
        revisions += row.version;
    }
    expect(ctx, JALON_NOT_FOUND, status);
    jalon_contribution_cursor_end(cursor);
    assert_int_equal(revisions, expected_events);
    jalon_session_end(session);
}

void mark_schema(struct fixture *fixture, int64_t version)
{
    struct jalon_session *session = write_session(fixture);
    struct jalon_db_value values[] = {
        jalon_db_integer(version),
        jalon_db_text(JALON_TEXT("from the future")),
        jalon_db_text(JALON_TEXT("99.0")),
        jalon_db_time(0),
    };
    expect(fixture->ctx, JALON_OK,
           jalon_db_execute(fixture->ctx, session->connection, JALON_QUERY_SCHEMA_RECORD, values, 4,
                            NULL));
    commit_session(fixture, session);
}
