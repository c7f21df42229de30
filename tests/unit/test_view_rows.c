/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Rows of a segment found by columns, against the same asked of each contribution: every kind of
 * predicate, alone, negated and combined; queries; sums; deaths; threads; missing memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

#include "jalon/memory.h"
#include "view/builder.h"
#include "view/filter.h"
#include "view/mask.h"
#include "view/sums.h"
#include "view/match.h"
#include "view/tally.h"
#include "view_fixture.h"

/* Rows of a large segment, in which names are texts and authors codes, and of a small one. */
enum { MANY = 3000, FEW = 130 };

static struct jalon_context *ctx;
static struct jalon_collection collections[COLLECTIONS];
static struct jalon_field fields[FIELDS];
static struct jalon_map map; /* the fixture's, where what is old is stale */
static struct jalon_view_territories territories;
static const struct jalon_view_entry *entries[MANY];
static uint32_t rows_of[2][MANY]; /* the row of each entry */
static struct jalon_view_segment *segments[2];

static void edit_further(struct chance *chance, struct jalon_contribution *one)
{
    static const char *const words[] = {"",          "Été à l'Île", "STRASSE",
                                        "Straße 7",  "ﬃ ŉ ǰ Œuvre", "日本 が Tokyo",
                                        "100% _sûr", "ancient"};
    static const char *const days[] = {"", "1970-01-05", "2022-04-16", "1970-01-10"};
    one->description = jalon_text_format(ctx->arena, "%s%s", words[chance_below(chance, 8)],
                                         chance_below(chance, 3) == 0 ? " the end" : "");
    if (chance_below(chance, 2) == 0) {
        one->description = JALON_TEXT_EMPTY;
    }
    if (one->fields[NAME].kind == JALON_VALUE_TEXT && chance_below(chance, 3) == 0) {
        one->fields[NAME].text = jalon_text_format(
            ctx->arena, "%s%zu", words[chance_below(chance, 8)], chance_below(chance, 1000));
    }
    if (chance_below(chance, 50) == 0) {
        one->fields[NAME] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = {"", 0}};
    }
    one->observed = jalon_text_from(days[chance_below(chance, 4)]);
    one->confirmed = jalon_text_from(days[chance_below(chance, 4)]);
    one->supports = (int64_t)chance_below(chance, 5);
    one->comments = (int64_t)chance_below(chance, 3);
    one->campaign = chance_below(chance, 2) == 0 ? JALON_TEXT("spring") : JALON_TEXT_EMPTY;
    one->licence = chance_below(chance, 2) == 0 ? JALON_TEXT("ODbL-1.0") : JALON_TEXT_EMPTY;
    one->source_id = jalon_text_format(ctx->arena, "node/%zu", chance_below(chance, 5000));
    one->version = 1 + (int64_t)chance_below(chance, 4);
    if (chance_below(chance, 40) == 0) { /* a bow tie: not valid */
        one->geometry = fixture_geometry(ctx->arena, JALON_GEOMETRY_POLYGON, 5, 1, 1);
        static const double corners[5][2] = {{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}};
        for (size_t i = 0; i < 5; i++) {
            one->geometry.positions[i].lon = 3.8 + corners[i][0] / 10;
            one->geometry.positions[i].lat = 43.5 + corners[i][1] / 10;
        }
        one->geometry.ring_ends[0] = 5;
        one->geometry.polygon_ends[0] = 1;
    }
}

static struct jalon_view_segment *build(size_t count)
{
    struct jalon_view_kind kind = {&map, PLACES, jalon_view_plane_make(40)};
    struct jalon_view_builder *builder = jalon_view_builder_create(&kind, NULL);
    for (size_t i = 0; i < count; i++) {
        assert_true(jalon_view_builder_add(builder, entries[i]));
    }
    struct jalon_view_segment *segment = jalon_view_builder_finish(builder, NULL, NULL);
    assert_non_null(segment);
    assert_int_equal(segment->count, count);
    jalon_view_builder_destroy(builder);
    return segment;
}

static size_t count_of(size_t which)
{
    return which == 0 ? MANY : FEW;
}

static int setup(void **state)
{
    (void)state;
    struct chance chance = {77};
    struct jalon_buffer scratch;
    struct jalon_territory described[TERRITORIES];
    ctx = jalon_context_create();
    memcpy(collections, fixture_collections, sizeof collections);
    collections[PLACES].stale_after_days = 12;
    static const struct jalon_choice choices[] = {
        {.key = {"ramp", 4}, .label = {{"Rampe d'accès", 14}, {"Ramp", 4}}},
        {.key = {"lift", 4}, .label = {{"Ascenseur", 9}, {"Lift", 4}}},
    };
    memcpy(fields, fixture_fields, sizeof fields);
    fields[TAGS].choices = choices; /* "bench" is none any more */
    fields[TAGS].choice_count = 2;
    collections[PLACES].fields = fields;
    map = fixture_map;
    map.collections = collections;
    jalon_buffer_init(&scratch, 1 << 20);
    fixture_make_territories(ctx->arena, described);
    assert_int_equal(
        jalon_view_territories_init(ctx, ctx->arena, described, TERRITORIES, &territories),
        JALON_OK);
    for (size_t i = 0; i < MANY; i++) {
        struct jalon_contribution one = chance_contribution(&chance, ctx->arena, (int64_t)i + 1);
        one.collection = PLACES;
        edit_further(&chance, &one);
        assert_int_equal(
            jalon_view_entry_create(ctx, &map, &territories, &one, &scratch, &entries[i]),
            JALON_OK);
    }
    jalon_buffer_finish(&scratch);
    segments[0] = build(MANY);
    segments[1] = build(FEW);
    for (size_t which = 0; which < 2; which++) {
        for (size_t i = 0; i < count_of(which); i++) {
            rows_of[which][i] =
                jalon_view_segment_find(segments[which], entries[i]->contribution.id);
            assert_true(rows_of[which][i] < count_of(which));
        }
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    jalon_view_segment_release(segments[0]);
    jalon_view_segment_release(segments[1]);
    for (size_t i = 0; i < MANY; i++) {
        jalon_memory_release((void *)(uintptr_t)entries[i]);
    }
    jalon_view_territories_finish(&territories);
    jalon_context_destroy(ctx);
    return 0;
}

static bool has_bit(const uint64_t *words, uint32_t row)
{
    return (words[row / 64] >> row % 64 & 1) != 0;
}

/* All rows that match, dead ones left out. */
static void find_rows(struct jalon_context *own, struct jalon_view_segment *segment,
                      const struct jalon_view_query *query, uint64_t op,
                      uint64_t out[MANY / 64 + JALON_VIEW_BLOCK_WORDS])
{
    struct jalon_view_rows rows;
    assert_int_equal(jalon_view_rows_begin(own, &map, segment, query, op, &rows), JALON_OK);
    for (uint32_t i = 0; i < jalon_view_segment_blocks(segment); i++) {
        jalon_view_rows_block(&rows, i, out + (size_t)i * JALON_VIEW_BLOCK_WORDS);
    }
    assert_false(rows.failed);
}

static size_t check_query(const struct jalon_view_query *query, const char *what)
{
    uint64_t words[MANY / 64 + JALON_VIEW_BLOCK_WORDS];
    size_t found = 0;
    for (size_t which = 0; which < 2; which++) {
        find_rows(ctx, segments[which], query, 1, words);
        for (size_t i = 0; i < count_of(which); i++) {
            bool expected = jalon_view_passes(&map, query, entries[i]);
            if (has_bit(words, rows_of[which][i]) != expected) {
                fail_msg("segment %zu, %s: entry %zu should %smatch: %.*s", which, what, i,
                         expected ? "" : "not ", JALON_TEXT_ARGS(entries[i]->json));
            }
            found += expected;
        }
    }
    return found;
}

static const struct jalon_view_filter *compile(struct jalon_context *own, const char *text)
{
    struct jalon_cql2 cql2;
    const struct jalon_view_filter *filter = NULL;
    if (jalon_cql2_parse_text(own, jalon_text_from(text), &cql2) != JALON_OK ||
        jalon_view_filter_compile(own, &map, PLACES, &cql2, JALON_TEXT_EMPTY, &filter) !=
            JALON_OK) {
        fail_msg("%s: %s", text, own->error.details[0].reason.data);
    }
    return filter;
}

static size_t check_filter(const char *text)
{
    struct jalon_view_query query = fixture_query(PLACES, 0);
    query.filter = compile(ctx, text);
    return check_query(&query, text);
}

/* --- Predicates --- */

#define TOWN_POLYGON "POLYGON((3.8 43.5,3.95 43.52,3.93 43.7,3.85 43.62,3.79 43.69,3.8 43.5))"
/* Many contributions are on its corners and sides. */
#define GRID_POLYGON                                                                               \
    "POLYGON((3.8 43.5,3.9 43.5,3.95 43.55,3.95 43.65,3.85 43.6,3.8 43.65,3.8 43.5))"
#define LARGE_POLYGON                                                                              \
    "POLYGON((-20 20,20 20,20 60,-20 60,-20 20),(3.86 43.59,3.88 43.59,3.88 43.61,3.86 43.59))"

static const char *const predicates[] = {
    /* codes */
    "author='ana'",
    "author<>'ana'",
    "author is null",
    "author>'an' and author<'b'",
    "author in ('bo','x')",
    "author like 'a%'",
    "casei(author)='ANA'",
    "length(author)=2",
    "length(author)+1=4",
    "status='doing'",
    "status is null",
    "status>='doing'",
    "\"open\"",
    "\"open\"=true",
    "\"open\" is null",
    "not \"open\"",
    "licence='ODbL-1.0'",
    "campaign='spring'",
    "confirmed is null",
    "confirmed > DATE('1970-01-07')",
    "confirmed = observed",
    "supports>=2",
    "supports=comments",
    "A_CONTAINS(tags,('ramp'))",
    "A_CONTAINEDBY(tags,('ramp','lift'))",
    "tags is null",
    "A_EQUALS(tags,('lift','ramp'))",
    "A_OVERLAPS(categories,('music','care'))",
    "categories is null",
    "A_CONTAINS(('ana','bo'),(author))",
    "author=author",
    /* numbers */
    "width=2.5",
    "width<>2.5",
    "width<1",
    "width<=1",
    "width>1",
    "width>=1",
    "1<width",
    "width is null",
    "width between 1 and 2",
    "width in (1,2.5,9)",
    "width in (0,0.5,1,1.5,2,3,4,5)",
    "not (width<1 or width>2)",
    "level=0 or level=1",
    "version=3",
    "width=1 or 1=0",
    "(level=1) is null",
    "width>level",
    "width=level",
    "level between width-1 and width",
    "width+1=3.5",
    "width*2-level>3",
    "width/level>1",
    "width/level=1",
    "level%2=1",
    "width^2>3",
    "level div 2=0",
    "-width<-2",
    "width in (level,1)",
    "width in (level+1,version)",
    "width between 1 and level",
    "(width/0) is null",
    "width+version*level-3 between 0 and 2",
    /* times */
    "created<TIMESTAMP('1970-01-07T00:00:00Z')",
    "created=DATE('1970-01-05')",
    "created>DATE('1970-01-05')",
    "created>=DATE('1970-01-05') and created<DATE('1970-01-08')",
    "created between '1970-01-03' and '1970-01-06T12:00:00Z'",
    "observed='2022-04-16'",
    "observed is null",
    "observed>'1970-01-05'",
    "observed<>DATE('1970-01-05')",
    "observed in ('1970-01-05','1970-01-10','1970-01-11','1970-01-12','2022-04-16')",
    "observed<TIMESTAMP('1970-01-05T00:00:01Z')",
    "observed>TIMESTAMP('1970-01-05T00:00:01Z')",
    "observed=TIMESTAMP('1970-01-05T00:00:01Z')",
    "T_AFTER(created,DATE('1970-01-06'))",
    "T_BEFORE(observed,TIMESTAMP('1970-01-06T00:00:00Z'))",
    "T_INTERSECTS(observed,INTERVAL('1970-01-05T12:00:00Z','1970-01-09'))",
    "T_INTERSECTS(created,INTERVAL('..','1970-01-06'))",
    "T_DURING(INTERVAL(created,'..'),INTERVAL('1970-01-04','..'))",
    "T_DURING(INTERVAL(created,updated),INTERVAL('1970-01-02','1970-01-15'))",
    "T_OVERLAPS(INTERVAL(observed,'1970-01-12'),INTERVAL('1970-01-06','1970-01-20'))",
    "T_MEETS(INTERVAL('1970-01-01',observed),INTERVAL('1970-01-05','1970-01-20'))",
    "T_EQUALS(observed,DATE('2022-04-16'))",
    "created<updated",
    "T_AFTER(updated,observed)",
    "year(observed)=2022",
    "month(created)=1 and year(created)<1971",
    "year(observed) is null",
    "year(updated)+width=1972",
    /* texts */
    "title='title \"7\"\n\303\251'",
    "title<'title \"5'",
    "title>='title \"5'",
    "title<>name",
    "source_id like '_ode/77_'",
    "source_id like '%de/7_'",
    "source_id like '_ode/7%'",
    "title like '%7%'",
    "title like 'title _7%'",
    "title like '%\303\251'",
    "title like '%'",
    "title like '%\"1__\"%'",
    "title like ''",
    "title like 'TITLE%'",
    "casei(title) like 'title%9%'",
    "casei(name) like '%strasse%'",
    "accenti(name) like '%Ete%'",
    "casei(accenti(name)) like '%ete a l_ile%'",
    "accenti(casei(name)) like '%n j oeuvre%'",
    "casei(name) like '%ffi%'",
    "name like '%_%'",
    "name like '_____ _%'",
    "name like '%\\_s\303\273r%'",
    "name is null",
    "name=''",
    "name in ('name \"7\"\n\303\251','Straße 71','')",
    "casei(name) in (casei('STRASSE1'),casei('straße 77'))",
    "casei(name)=casei(title)",
    "casei(name)>casei('STRASSE5')",
    "accenti(name)<'Ete'",
    "length(name)=12",
    "length(casei(name))>length(name)",
    "length(name)+width>14",
    "name like '%日本%'",
    "casei(name) like '%日本 か%'",
    "accenti(casei(name)) like '%tokyo%'",
    "name>title",
    "description like '%the end'",
    "description='100% _sûr the end'",
    "description is null",
    "casei(accenti(description)) like '%oeuvre%'",
    "source_id like 'node/1%'",
    "source_id='node/77'",
    "id='2b6851fc-94ef-5478-cd0b-c76f180ee7c2'",
    "id in ('ef597fd2-ad74-c6aa-f8a9-dd407c31a424','EF597FD2-AD74-C6AA-F8A9-DD407C31A424','7')",
    "id>'8'",
    "id like '%a%' and width>1",
    "source is null",
    "author=title",
    "title like '%1%2%' or title like '%3_%'",
    "casei(status) like 'DO%'",
    /* shapes */
    "geometry is null",
    "S_INTERSECTS(geometry,BBOX(3.8,43.5,3.9,43.7))",
    "S_DISJOINT(geometry,BBOX(3.8,43.5,3.9,43.7))",
    "S_WITHIN(geometry,BBOX(3.8,43.5,3.9,43.7))",
    "S_INTERSECTS(geometry,BBOX(-180,-90,180,90))",
    "S_INTERSECTS(BBOX(170,-20,-170,-10),geometry)",
    "S_WITHIN(geometry,BBOX(170,-20,-170,-10))",
    "S_INTERSECTS(geometry," TOWN_POLYGON ")",
    "S_DISJOINT(geometry," TOWN_POLYGON ")",
    "S_WITHIN(geometry," TOWN_POLYGON ")",
    "S_CONTAINS(" TOWN_POLYGON ",geometry)",
    "S_CONTAINS(geometry,POINT(3.87 43.6))",
    "S_INTERSECTS(geometry," LARGE_POLYGON ")",
    "S_WITHIN(geometry," LARGE_POLYGON ")",
    "S_CONTAINS(" LARGE_POLYGON ",geometry)",
    "S_DISJOINT(" LARGE_POLYGON ",geometry)",
    "S_WITHIN(" LARGE_POLYGON ",geometry)",
    "S_TOUCHES(geometry," LARGE_POLYGON ")",
    "S_INTERSECTS(geometry," GRID_POLYGON ")",
    "S_TOUCHES(geometry," GRID_POLYGON ")",
    "S_WITHIN(geometry," GRID_POLYGON ")",
    "S_DISJOINT(" GRID_POLYGON ",geometry)",
    "S_CROSSES(geometry," TOWN_POLYGON ")",
    "S_OVERLAPS(geometry," TOWN_POLYGON ")",
    "S_EQUALS(geometry,geometry)",
    "S_TOUCHES(geometry,geometry)",
    "S_INTERSECTS(geometry,LINESTRING(3 43,4 44))",
    "S_TOUCHES(geometry,BBOX(3.85,43.5,3.9,43.7))",
    "S_INTERSECTS(geometry,GEOMETRYCOLLECTION(" TOWN_POLYGON ",POINT(1 1)))",
};
enum { PREDICATES = sizeof predicates / sizeof *predicates };

static void each_predicate_finds_the_same_rows(void **state)
{
    (void)state;
    size_t found = 0;
    for (size_t i = 0; i < PREDICATES; i++) {
        char text[2000];
        size_t one = check_filter(predicates[i]);
        snprintf(text, sizeof text, "NOT (%s)", predicates[i]);
        one += check_filter(text);
        found += one > 0;
    }
    assert_true(found > PREDICATES - 5);
}

/* Predicates with AND, OR and NOT between them. */
static void write_random(struct chance *chance, int depth, struct jalon_buffer *out)
{
    size_t kind = depth > 0 ? chance_below(chance, 4) : 0;
    if (kind == 0) {
        jalon_buffer_append_format(out, "(%s)", predicates[chance_below(chance, PREDICATES)]);
        return;
    }
    if (kind == 1) {
        jalon_buffer_append_string(out, "NOT (");
        write_random(chance, depth - 1, out);
        jalon_buffer_append_string(out, ")");
        return;
    }
    jalon_buffer_append_string(out, "(");
    for (size_t i = 0; i < 2 + chance_below(chance, 3); i++) {
        if (i > 0) {
            jalon_buffer_append_string(out, kind == 2 ? " AND " : " OR ");
        }
        write_random(chance, depth - 1, out);
    }
    jalon_buffer_append_string(out, ")");
}

static void random_filters_find_the_same_rows(void **state)
{
    (void)state;
    struct chance chance = {5};
    struct jalon_buffer text;
    size_t found = 0;
    jalon_buffer_init(&text, 1 << 20);
    for (int i = 0; i < 300; i++) {
        jalon_buffer_clear(&text);
        write_random(&chance, 3, &text);
        found += check_filter(text.data);
    }
    jalon_buffer_finish(&text);
    assert_true(found > 50000);
}

/* --- Queries --- */

static struct jalon_value chance_value(struct chance *chance, int32_t field)
{
    static const struct jalon_text tags[] = {{"ramp", 4}, {"lift", 4}};
    const struct jalon_view_entry *other = entries[chance_below(chance, MANY)];
    struct jalon_value none = {.kind = JALON_VALUE_NONE};
    if (chance_below(chance, 5) == 0) {
        return none;
    }
    if (field == TAGS) {
        struct jalon_value tag = {.kind = JALON_VALUE_TEXT, .text = tags[chance_below(chance, 2)]};
        return tag;
    }
    struct jalon_value value = other->contribution.fields[field];
    if (value.kind == JALON_VALUE_INTEGER && chance_below(chance, 2) == 0) {
        value = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = (double)value.integer};
    }
    return value;
}

static const char *const searches[] = {
    "title",
    "ile",
    "oeuvre",
    "stras 7",
    "\"a l ile\"",
    "été anc",
    "ramp",
    "tokyo",
    "日本",
    "か",
    "name \"the end\"",
    "ffi n",
    "\"acces\"",
    "rampe title",
    "lift ramp",
    "œuv",
    "e",
    "100",
    "\"7\"",
    "sûr end s",
    "aether",
    "ascens 1",
    "zzz",
};
enum { SEARCHES = sizeof searches / sizeof *searches };

static struct jalon_query_search *read_search(size_t which)
{
    struct jalon_query_search *search = jalon_arena_allocate(ctx->arena, sizeof *search);
    assert_int_equal(jalon_query_read_search(ctx, jalon_text_from(searches[which]), search),
                     JALON_OK);
    return search;
}

static struct jalon_view_query chance_query(struct chance *chance,
                                            struct jalon_view_condition conditions[2])
{
    struct jalon_view_query query = fixture_query(PLACES, 0);
    query.conditions = conditions;
    query.condition_count = chance_below(chance, 4) < 2 ? 0 : 1 + chance_below(chance, 2);
    for (size_t i = 0; i < query.condition_count; i++) {
        conditions[i].field = (int32_t)chance_below(chance, FIELDS);
        conditions[i].value = chance_value(chance, conditions[i].field);
    }
    query.category = chance_below(chance, 3) == 0 ? (int32_t)chance_below(chance, CATEGORIES) : -1;
    query.status = chance_below(chance, 4) == 0 ? (int32_t)chance_below(chance, STATUSES) : -1;
    query.has_author = chance_below(chance, 4) == 0;
    query.author = chance_below(chance, 2) == 0 ? JALON_TEXT("ana") : JALON_TEXT_EMPTY;
    query.has_campaign = chance_below(chance, 4) == 0;
    query.campaign = chance_below(chance, 2) == 0 ? JALON_TEXT("spring") : JALON_TEXT_EMPTY;
    query.has_territory = chance_below(chance, 4) == 0;
    query.territory = (int32_t)chance_below(chance, TERRITORIES);
    query.has_updated = chance_below(chance, 4) == 0;
    query.updated.first_us =
        chance_below(chance, 3) == 0 ? INT64_MIN : (int64_t)chance_below(chance, 1000000) * 1000000;
    query.updated.last_us =
        chance_below(chance, 3) == 0 ? INT64_MAX : (int64_t)chance_below(chance, 2000000) * 1000000;
    query.has_observed = chance_below(chance, 4) == 0;
    query.observed.first_us =
        chance_below(chance, 3) == 0 ? INT64_MIN : (int64_t)chance_below(chance, 1000000) * 1000000;
    query.observed.last_us =
        chance_below(chance, 3) == 0 ? INT64_MAX : (int64_t)chance_below(chance, 2000000) * 1000000;
    query.staleness = chance_below(chance, 4) == 0
                          ? (enum jalon_view_staleness)chance_below(chance, 3)
                          : JALON_VIEW_ANY_AGE;
    query.today = (int64_t)chance_below(chance, 60);
    query.search =
        chance_below(chance, 5) == 0 ? read_search(chance_below(chance, SEARCHES)) : NULL;
    if (chance_below(chance, 4) == 0) {
        double radius = chance_below(chance, 5) == 0 ? INFINITY : chance_real(chance, 5000);
        query.has_near = true;
        query.near = jalon_geo_circle_make(chance_position(chance), radius);
    }
    return query;
}

static void random_queries_find_the_same_rows(void **state)
{
    (void)state;
    struct chance chance = {8};
    struct jalon_view_condition conditions[2];
    size_t found = 0;
    for (int i = 0; i < 2000; i++) {
        struct jalon_view_query query = chance_query(&chance, conditions);
        query.filter = chance_below(&chance, 4) == 0
                           ? compile(ctx, predicates[chance_below(&chance, PREDICATES)])
                           : NULL;
        found += check_query(&query, "a query");
    }
    struct jalon_view_query nothing = fixture_query(PLACES, 0);
    nothing.nothing = true;
    assert_int_equal(check_query(&nothing, "nothing"), 0);
    assert_true(found > 100000);
}

static void searches_find_the_same_rows(void **state)
{
    (void)state;
    size_t empty = 0;
    for (size_t i = 0; i < SEARCHES; i++) {
        struct jalon_view_query query = fixture_query(PLACES, 0);
        query.search = read_search(i);
        empty += check_query(&query, searches[i]) == 0;
    }
    assert_true(empty <= 3);
}

/* --- Sums --- */

/* Are bounds, sums and tallies of each quad those of its rows that match and are alive? */
static void check_sums(const struct jalon_view_query *query, uint64_t op)
{
    struct jalon_view_segment *segment = segments[0];
    const struct jalon_collection *collection = &map.collections[PLACES];
    struct jalon_view_rows rows;
    uint64_t words[MANY / 64 + JALON_VIEW_BLOCK_WORDS];
    find_rows(ctx, segment, query, op, words);
    assert_int_equal(jalon_view_rows_begin(ctx, &map, segment, query, op, &rows), JALON_OK);
    for (uint32_t quad = segment->quads.count; quad-- > 0;) {
        const struct jalon_view_quad *node = &segment->quads.items[quad];
        struct jalon_view_sum sum, wanted = {.min_x = UINT32_MAX, .min_y = UINT32_MAX};
        const uint32_t *tallies = jalon_view_rows_sum(&rows, quad, &sum);
        uint32_t expected[16] = {0};
        assert_non_null(tallies);
        for (uint32_t row = node->start; row < node->start + node->count; row++) {
            if (!has_bit(words, row)) {
                continue;
            }
            const struct jalon_contribution *one =
                &jalon_view_record_read(jalon_view_segment_record(segment, row), &map, PLACES,
                                        rows.scratch)
                     ->contribution;
            struct jalon_view_tallied tallied = {one->categories, one->category_count, one->status};
            jalon_view_tally_add(&map, collection, &tallied, expected);
            struct jalon_view_spot spot = segment->spots[row];
            wanted.first = wanted.count++ == 0 ? row : wanted.first;
            wanted.x += spot.x;
            wanted.y += spot.y;
            wanted.min_x = spot.x < wanted.min_x ? spot.x : wanted.min_x;
            wanted.min_y = spot.y < wanted.min_y ? spot.y : wanted.min_y;
            wanted.max_x = spot.x > wanted.max_x ? spot.x : wanted.max_x;
            wanted.max_y = spot.y > wanted.max_y ? spot.y : wanted.max_y;
        }
        assert_int_equal(sum.count, wanted.count);
        assert_true(wanted.count == 0 || memcmp(&sum, &wanted, sizeof sum) == 0);
        assert_memory_equal(tallies, expected,
                            jalon_view_tally_count(collection) * sizeof *tallies);
    }
}

static void sums_are_those_of_the_rows(void **state)
{
    (void)state;
    struct jalon_view_query query = fixture_query(PLACES, 0);
    for (int turn = 0; turn < 3; turn++) {
        query.filter = turn > 0 ? compile(ctx, "width>1 or author='ana'") : NULL;
        check_sums(&query, 1);
    }
}

/* Whoever asked first, of an earlier state or of a later one. */
static void sums_follow_deaths(void **state)
{
    (void)state;
    struct jalon_view_query queries[2] = {fixture_query(PLACES, 0), fixture_query(PLACES, 0)};
    queries[1].filter = compile(ctx, "width>1 or status is null");
    for (uint64_t op = 100; op < 104; op++) {
        uint32_t row = (uint32_t)op * 37 % segments[0]->placed;
        check_sums(&queries[op % 2], op);
        jalon_view_segment_kill(segments[0], row, op + 1);
        check_sums(&queries[0], op);
        check_sums(&queries[0], op + 1);
        check_sums(&queries[1], op + 1);
        check_sums(&queries[1], op - 1);
        check_sums(&queries[1], op);
    }
    assert_true(jalon_view_sums_memory(segments[0]->living) > 0);
}

static void the_dead_are_left_out_of_later_states(void **state)
{
    (void)state;
    struct jalon_view_query query = fixture_query(PLACES, 0);
    uint64_t before[MANY / 64 + JALON_VIEW_BLOCK_WORDS], after[MANY / 64 + JALON_VIEW_BLOCK_WORDS];
    struct jalon_view_rows rows;
    query.filter = compile(ctx, "width>=0 or width is null");
    jalon_view_segment_kill(segments[0], 300, 7);
    find_rows(ctx, segments[0], &query, 6, before);
    find_rows(ctx, segments[0], &query, 7, after);
    assert_true(has_bit(before, 300) && !has_bit(after, 300));
    assert_true(has_bit(after, 299) && has_bit(after, 301));
    assert_int_equal(jalon_view_rows_begin(ctx, &map, segments[0], &query, 7, &rows), JALON_OK);
    assert_true(jalon_view_rows_has(&rows, 300)); /* it matches, dead or not */
    query.filter = NULL;
    find_rows(ctx, segments[0], &query, 7, after);
    assert_true(!has_bit(after, 300) && has_bit(after, 301));
}

/* --- What is kept --- */

static void masks_are_kept_and_told_apart(void **state)
{
    (void)state;
    struct jalon_view_query query = fixture_query(PLACES, 0), other = query;
    struct jalon_view_mask *first = jalon_view_mask_find(segments[1], &query);
    struct jalon_view_mask *again = jalon_view_mask_find(segments[1], &query);
    assert_ptr_equal(first, again);
    jalon_view_mask_release(again);
    struct jalon_view_condition conditions[2];
    struct jalon_query_search two[2];
    assert_int_equal(jalon_query_read_search(ctx, JALON_TEXT("a b"), &two[0]), JALON_OK);
    assert_int_equal(jalon_query_read_search(ctx, JALON_TEXT("\"a b\""), &two[1]), JALON_OK);
    for (int i = 0; i < 19; i++) {
        other = query;
        switch (i) {
        case 0: other.category = 0; break;
        case 1: other.status = 0; break;
        case 2:
            other.has_author = true;
            other.author = JALON_TEXT_EMPTY;
            break;
        case 3:
            other.has_author = true;
            other.author = JALON_TEXT("a");
            break;
        case 4:
            other.has_campaign = true;
            other.campaign = JALON_TEXT("a");
            break;
        case 5: other.has_territory = true; break;
        case 6:
            other.has_territory = true;
            other.territory = 1;
            break;
        case 7:
            other.has_updated = true;
            other.updated.last_us = 1;
            break;
        case 8:
            other.has_near = true;
            other.near = jalon_geo_circle_make((struct jalon_position){1, 2}, 3);
            break;
        case 9: other.search = &two[0]; break;
        case 10: other.search = &two[1]; break;
        case 11:
            other.staleness = JALON_VIEW_STALE;
            other.today = 5;
            break;
        case 12:
            other.staleness = JALON_VIEW_NOT_STALE;
            other.today = 5;
            break;
        case 13: other.filter = compile(ctx, "true"); break;
        case 14: other.filter = compile(ctx, " true"); break;
        case 15: other.nothing = true; break;
        case 18:
            other.has_observed = true;
            other.observed.last_us = 1;
            break;
        default:
            conditions[0] = (struct jalon_view_condition){
                NAME, {.kind = i == 16 ? JALON_VALUE_NONE : JALON_VALUE_TEXT, .text = {"", 0}}};
            other.conditions = conditions;
            other.condition_count = 1;
            break;
        }
        struct jalon_view_mask *mask = jalon_view_mask_find(segments[1], &other);
        struct jalon_view_mask *same = jalon_view_mask_find(segments[1], &other);
        assert_non_null(mask);
        assert_ptr_equal(mask, same);
        assert_ptr_not_equal(mask, first);
        assert_int_equal(memcmp(mask->key, first->key, sizeof mask->key) == 0, 0);
        jalon_view_mask_release(mask);
        jalon_view_mask_release(same);
    }
    again = jalon_view_mask_find(segments[1], &query); /* the first one has been dropped */
    assert_ptr_not_equal(first, again);
    jalon_view_mask_release(again);
    jalon_view_mask_release(first);
    struct jalon_view_segment *fresh = build(FEW);
    for (int i = 0; i < 100; i++) {
        char text[40];
        snprintf(text, sizeof text, "width=%d", i);
        query.filter = compile(ctx, text);
        jalon_view_mask_release(jalon_view_mask_find(fresh, &query));
    }
    assert_true(jalon_view_mask_cache_memory(fresh->masks) < 20000);
    jalon_view_segment_release(fresh);
}

/* --- Threads --- */

enum { THREADS = 4, TURNS = 30 };

/* Deaths go on meanwhile: the operation of the last one that readers may know of. */
static atomic_uint_least64_t latest_op;

static size_t count_wrong(struct jalon_view_rows *rows)
{
    const struct jalon_view_segment *segment = rows->segment;
    uint64_t words[MANY / 64 + JALON_VIEW_BLOCK_WORDS];
    size_t wrong = 0;
    for (uint32_t i = 0; i < jalon_view_segment_blocks(segment); i++) {
        jalon_view_rows_block(rows, i, words + (size_t)i * JALON_VIEW_BLOCK_WORDS);
    }
    for (uint32_t quad = 0; quad < segment->quads.count; quad++) {
        const struct jalon_view_quad *node = &segment->quads.items[quad];
        struct jalon_view_sum sum = {.count = 0};
        uint32_t count = 0;
        uint64_t x = 0;
        for (uint32_t row = node->start; row < node->start + node->count; row++) {
            count += has_bit(words, row);
            x += has_bit(words, row) ? segment->spots[row].x : 0;
        }
        wrong += jalon_view_rows_sum(rows, quad, &sum) == NULL || sum.count != count || sum.x != x;
    }
    return wrong;
}

static void *ask_many(void *user)
{
    struct jalon_view_segment *segment = user;
    size_t wrong = 0;
    for (size_t i = 0; i < TURNS; i++) {
        struct jalon_context *own = jalon_context_create();
        struct jalon_view_query query = fixture_query(PLACES, 0);
        struct jalon_view_rows rows;
        query.filter = i % 3 > 0 ? compile(own, predicates[i / 3 * 7 % PREDICATES]) : NULL;
        uint64_t op = atomic_load(&latest_op);
        wrong += jalon_view_rows_begin(own, &map, segment, &query, op, &rows) != JALON_OK;
        wrong += count_wrong(&rows);
        wrong += rows.failed;
        jalon_context_destroy(own);
    }
    return (void *)(uintptr_t)wrong;
}

static void threads_may_ask_at_once(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    struct jalon_view_segment *segment = build(MANY);
    atomic_store(&latest_op, 1);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, ask_many, segment), 0);
    }
    for (uint32_t row = 0; row < segment->count; row += 3) {
        jalon_view_segment_kill(segment, row, row + 2);
        atomic_store(&latest_op, row + 2);
        sched_yield();
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    jalon_view_segment_release(segment);
}

/* --- Missing memory --- */

static void missing_memory_gives_no_wrong_answer(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "casei(accenti(name)) like '%e%' or width*2>3 or observed>'1970-01-05' or author='ana'",
        "S_INTERSECTS(geometry," TOWN_POLYGON ") and width in (0,1,2,3,4,5,6,7,8)",
    };
    size_t refused = 0;
    for (size_t i = 0; i < 2; i++) {
        for (uint64_t n = 1; n < 120; n++) {
            struct jalon_context *own = jalon_context_create();
            struct jalon_view_segment *segment = build(FEW);
            struct jalon_view_query query = fixture_query(PLACES, 0);
            struct jalon_view_rows rows = {.failed = false};
            uint64_t words[JALON_VIEW_BLOCK_WORDS] = {0};
            struct jalon_view_sum sum = {.count = 0};
            query.filter = compile(own, texts[i]);
            jalon_memory_fail_at(n);
            enum jalon_status status = jalon_view_rows_begin(own, &map, segment, &query, 1, &rows);
            if (status == JALON_OK) {
                jalon_view_rows_block(&rows, 0, words);
                (void)jalon_view_rows_sum(&rows, 0, &sum);
            }
            jalon_memory_fail_at(0);
            bool failed = status != JALON_OK || rows.failed;
            refused += failed;
            uint64_t again[MANY / 64 + JALON_VIEW_BLOCK_WORDS];
            find_rows(own, segment, &query, 1, again); /* what failed was not kept */
            for (uint32_t j = 0; j < FEW; j++) {
                bool expected = jalon_view_passes(&map, &query, entries[j]);
                assert_int_equal(has_bit(again, rows_of[1][j]), expected);
                assert_true(failed || has_bit(words, rows_of[1][j]) == expected);
            }
            jalon_view_segment_release(segment);
            jalon_context_destroy(own);
        }
    }
    assert_true(refused > 10);
}

static void building_survives_missing_memory(void **state)
{
    (void)state;
    size_t failures = 0;
    for (uint64_t n = 1; n < 400; n++) {
        struct jalon_view_kind kind = {&map, PLACES, jalon_view_plane_make(40)};
        jalon_memory_fail_at(n);
        struct jalon_view_builder *builder = jalon_view_builder_create(&kind, NULL);
        bool is_full = builder != NULL;
        for (size_t i = 0; is_full && i < 600; i++) {
            is_full = jalon_view_builder_add(builder, entries[i]);
        }
        struct jalon_view_segment *segment =
            is_full ? jalon_view_builder_finish(builder, NULL, NULL) : NULL;
        jalon_memory_fail_at(0);
        failures += segment == NULL;
        jalon_view_segment_release(segment);
        jalon_view_builder_destroy(builder);
    }
    assert_true(failures > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_predicate_finds_the_same_rows),
        cmocka_unit_test(random_filters_find_the_same_rows),
        cmocka_unit_test(random_queries_find_the_same_rows),
        cmocka_unit_test(searches_find_the_same_rows),
        cmocka_unit_test(sums_are_those_of_the_rows),
        cmocka_unit_test(masks_are_kept_and_told_apart),
        cmocka_unit_test(threads_may_ask_at_once),
        cmocka_unit_test(missing_memory_gives_no_wrong_answer),
        cmocka_unit_test(building_survives_missing_memory),
        cmocka_unit_test(the_dead_are_left_out_of_later_states),
        cmocka_unit_test(sums_follow_deaths),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
