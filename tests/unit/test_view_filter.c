/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Filters on contributions: meaning, types, three-valued logic, space, time, sets, the index. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "jalon/clock.h"
#include "jalon/memory.h"
#include "view_fixture.h"

static struct jalon_context *ctx;
static struct jalon_view *view;
static struct jalon_contribution one;
static int64_t seq;

static int64_t time_us(const char *text)
{
    int64_t out = 0;
    assert_true(jalon_clock_parse(jalon_text_from(text), &out));
    return out;
}

/* One contribution, everything in it known. */
static int setup(void **state)
{
    (void)state;
    static const struct jalon_text tags[] = {{"ramp", 4}, {"lift", 4}};
    static const int32_t categories[] = {1, 4};
    ctx = jalon_context_create();
    seq = 0;
    if (ctx == NULL || jalon_view_create(ctx, &fixture_map, &view) != JALON_OK) {
        return 1;
    }
    struct jalon_value *fields = jalon_arena_allocate_zeroed(ctx->arena, FIELDS, sizeof *fields);
    fields[NAME] =
        (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = jalon_text_from("Été à l'Île")};
    fields[WIDTH] = (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = 2.5};
    fields[OPEN] = (struct jalon_value){.kind = JALON_VALUE_BOOLEAN, .boolean = true};
    fields[TAGS] = (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {tags, 2}};
    one = (struct jalon_contribution){
        .number = 5,
        .collection = PLACES,
        .version = 3,
        .geometry = fixture_point(ctx->arena, 3.87, 43.6),
        .title = JALON_TEXT("K_benhavn 100%"),
        .description = JALON_TEXT_EMPTY,
        .fields = fields,
        .categories = categories,
        .category_count = 2,
        .status = 1,
        .moderation = JALON_MODERATION_PUBLISHED,
        .author = JALON_TEXT("ana"),
        .source = JALON_TEXT_EMPTY,
        .source_id = JALON_TEXT_EMPTY,
        .licence = JALON_TEXT("ODbL-1.0"),
        .observed = JALON_TEXT("2022-04-16"),
        .campaign = JALON_TEXT("spring-2022"),
        .confirmed = JALON_TEXT("2022-05-01"),
        .supports = 12,
        .created_us = time_us("2022-04-16T10:13:19Z"),
        .updated_us = time_us("2022-05-01T00:00:00Z"),
    };
    memset(one.id.bytes, 0xab, sizeof one.id.bytes);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
    return 0;
}

static void apply(void)
{
    seq++;
    assert_int_equal(jalon_view_apply(ctx, view, &one, seq, seq), JALON_OK);
}

static enum jalon_status compile(struct jalon_context *own, const char *text, const char *crs,
                                 const struct jalon_view_filter **out)
{
    struct jalon_cql2 cql2;
    bool is_json = text[0] == '{';
    enum jalon_status status = is_json ? jalon_cql2_parse_json(own, jalon_text_from(text), &cql2)
                                       : jalon_cql2_parse_text(own, jalon_text_from(text), &cql2);
    return status == JALON_OK ? jalon_view_filter_compile(own, &fixture_map, PLACES, &cql2,
                                                          jalon_text_from(crs), out)
                              : status;
}

static int64_t matched_with(const char *text, const char *crs)
{
    struct jalon_view_query query = fixture_query(PLACES, 10);
    struct jalon_view_result result;
    if (compile(ctx, text, crs, &query.filter) != JALON_OK) {
        fail_msg("%s: %s", text, ctx->error.details[0].reason.data);
    }
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
    jalon_view_unpin(view, snapshot);
    return result.matched;
}

/* What the filter says of the one contribution: 1, 0, or -1 for NULL (neither it nor its NOT). */
static int truth(const char *text)
{
    char negated[2000];
    snprintf(negated, sizeof negated, "NOT (%s)", text);
    int64_t is = matched_with(text, ""), is_not = matched_with(negated, "");
    assert_true(is + is_not <= 1);
    return is == 1 ? 1 : is_not == 1 ? 0 : -1;
}

#define assert_true_for(text) assert_int_equal(truth(text), 1)
#define assert_false_for(text) assert_int_equal(truth(text), 0)
#define assert_null_for(text) assert_int_equal(truth(text), -1)

static void assert_refused_with(const char *text, const char *crs, const char *parameter,
                                const char *reason)
{
    const struct jalon_view_filter *filter = NULL;
    assert_int_equal(compile(ctx, text, crs, &filter), JALON_INVALID);
    assert_null(filter);
    assert_int_equal(ctx->error.detail_count, 1);
    assert_int_equal(ctx->error.details[0].place, JALON_ERROR_PARAMETER);
    assert_string_equal(ctx->error.details[0].where.data, parameter);
    if (strstr(ctx->error.details[0].reason.data, reason) == NULL) {
        fail_msg("%s: \"%s\" does not say \"%s\"", text, ctx->error.details[0].reason.data, reason);
    }
    jalon_error_clear(ctx);
}

static void assert_refused(const char *text, const char *reason)
{
    assert_refused_with(text, "", "filter", reason);
}

/* --- Properties and comparisons --- */

static void every_queryable_has_its_value(void **state)
{
    (void)state;
    apply();
    assert_true_for("id='abababab-abab-abab-abab-abababababab'");
    assert_true_for("title='K_benhavn 100%' and description is null");
    assert_true_for("A_EQUALS(categories,('health','music'))");
    assert_true_for("status='doing' and author='ana' and licence='ODbL-1.0'");
    assert_true_for("created=TIMESTAMP('2022-04-16T10:13:19Z')");
    assert_true_for("updated=TIMESTAMP('2022-05-01T00:00:00Z')");
    assert_true_for("observed=DATE('2022-04-16') and version=3");
    assert_true_for("campaign='spring-2022' and campaign LIKE 'spring-%'");
    assert_true_for("supports > 11 and supports <= 12 and comments = 0");
    assert_true_for("confirmed > DATE('2022-04-30') and confirmed < DATE('2022-05-02')");
    assert_true_for("source is null and source_id is null and geometry is not null");
    assert_true_for("width=2.5 and \"open\"=true and level is null");
    assert_true_for("A_EQUALS(tags,('lift','ramp'))");
}

static void private_fields_do_not_exist(void **state)
{
    (void)state;
    assert_refused("phone is not null",
                   "at character 1: there is no property \"phone\" here; there are id, title, "
                   "description, categories, status, author, created, updated, observed, confirmed, version, "
                   "licence, source, source_id, campaign, supports, comments, geometry, name, width, level, open, tags");
}

static void comparisons_follow_the_order_of_their_type(void **state)
{
    (void)state;
    apply();
    assert_true_for("width<3 and width<=2.5 and width>2.4 and width>=2.5 and width<>2");
    assert_true_for("2.5=width and 3>width and width=width and not width<>width");
    assert_true_for(
        "'a'<'b' and 'Z'<'a' and 'z'<'é' and '\xef\xbf\xbd'<'\xf0\x90\x80\x80' and ''<'a'");
    assert_true_for("false<true and \"open\">false and \"open\"<=true");
    assert_true_for("DATE('2022-01-01')<DATE('2022-01-02')");
    assert_true_for("created<TIMESTAMP('2022-04-16T10:13:19.000001Z')");
    assert_false_for("title='k_benhavn 100%'");
    assert_true_for("author>'an' and author<'anb' and author<>'an'");
}

static void a_date_beside_a_time_is_its_whole_day(void **state)
{
    (void)state;
    apply();
    assert_true_for("created=DATE('2022-04-16')");
    assert_false_for("created>DATE('2022-04-16')");
    assert_true_for("created>=DATE('2022-04-16') and created<DATE('2022-04-17')");
    assert_true_for("created>DATE('2022-04-15')");
    assert_true_for("created in ('2022-04-16T10:13:19Z')"); /* a text where a time is wanted */
    assert_true_for("observed between DATE('2022-01-01') and '2022-12-31'");
}

static void missing_values_are_neither_true_nor_false(void **state)
{
    (void)state;
    apply();
    assert_null_for("level=1");
    assert_null_for("level<>1");
    assert_null_for("1=level");
    assert_null_for("level between 1 and 2");
    assert_null_for("width between 1 and level");
    assert_null_for("width between 9 and level"); /* though 9 alone decides it */
    assert_null_for("level in (1,2)");
    assert_null_for("width in (level,1)");
    assert_true_for("width in (level,2.5)");
    assert_null_for("description like '%'");
    assert_null_for("casei(description)=casei('x')");
    assert_null_for("level+1=2");
    assert_null_for("width/0=1");
    assert_null_for("width%0=1");
    assert_null_for("T_AFTER(INTERVAL(created,'..'),DATE('2020-01-01')) and level=1");
    assert_true_for("level is null and (level+1) is null and casei(description) is null");
    assert_true_for("(1/0) is null");
    assert_false_for("width is null or 1 is null or (width>1) is null");
    assert_true_for("(level=1) is null");
}

static void logic_has_three_values(void **state)
{
    (void)state;
    static const char *const words[] = {"false", "true", "level=1"};
    static const int values[] = {0, 1, -1};
    static const int and_table[3][3] = {{0, 0, 0}, {0, 1, -1}, {0, -1, -1}};
    static const int or_table[3][3] = {{0, 1, -1}, {1, 1, 1}, {-1, 1, -1}};
    apply();
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            char text[100];
            snprintf(text, sizeof text, "(%s) AND (%s)", words[i], words[j]);
            assert_int_equal(truth(text), and_table[i][j]);
            snprintf(text, sizeof text, "(%s) OR (%s)", words[i], words[j]);
            assert_int_equal(truth(text), or_table[i][j]);
        }
        assert_int_equal(truth(words[i]), values[i]);
    }
}

static void like_knows_its_wildcards(void **state)
{
    (void)state;
    apply();
    assert_true_for("title like 'K%' and title like '%' and title like '%%' and title like 'K_b%'");
    assert_true_for("title like '%100\\%' and title like 'K\\_b%' and title like '%n 1%'");
    assert_false_for("title like 'K' or title like '' or title like '%100\\%_' or title like 'k%'");
    assert_false_for("title like 'Kø\\_%' or title like '\\%%'");
    assert_true_for("name like '_té%' and name like '%Île' and name like '%_%_%e'");
    assert_true_for("'aaab' like '%a_b' and not 'aaab' like '%b_' and '' like '' and '' like '%'");
    assert_true_for("'a\\\\b' like 'a\\\\\\\\b' and 'x' like '_' and not 'xy' like '_'");
    assert_true_for("casei(title) like casei('k_BEN%') and accenti(casei(name)) like 'ete%ile'");
}

static void case_and_accents_can_be_passed_over(void **state)
{
    (void)state;
    apply();
    assert_true_for("CASEI(name)=casei('ÉTÉ À L''ÎLE')");
    assert_false_for("CASEI(name)=casei('ETE A L''ILE')");
    assert_true_for("ACCENTI(name)=accenti('Ete a l''Ile')");
    assert_true_for("ACCENTI(CASEI(name))=accenti(casei('ete À l''ILE'))");
    assert_true_for("CASEI(name) in (casei('x'),casei('été à l''île'))");
    assert_true_for("CASEI('Straße')=casei('STRASSE')");
    assert_true_for("CASEI(name) > casei('ÉTÉ') and CASEI(name) < casei('ÉTÉ Ü')");
}

static void arithmetic_is_that_of_doubles(void **state)
{
    (void)state;
    apply();
    assert_true_for("width+1=3.5 and width-1=1.5 and width*2=5 and width/2=1.25 and width^2=6.25");
    assert_true_for("7 div 2=3 and -7 div 2=-3 and 7%4=3 and -7%4=-3 and 2^0.5>1.4");
    assert_true_for("width between 10/5 and (3*(1+0))");
    assert_true_for("-width=-2.5 and 2*-width<0");
}

static void functions_can_be_called(void **state)
{
    (void)state;
    apply();
    assert_true_for(
        "length(name)=11 and LENGTH('')=0 and length(casei('ß'))=2 and length(author)+1=4");
    assert_true_for("year(created)=2022 and month(created)=4 and month(observed) in (3,4)");
    assert_true_for("year('1969-12-31')=1969 and month(TIMESTAMP('1969-12-31T23:59:59Z'))=12");
    assert_true_for("length(title) between length(author) and 2*year(created)");
    assert_null_for("length(description)=0");
    assert_true_for("length(source) is null");
}

/* --- Time --- */

static void temporal_functions_follow_owl_time(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *pairs; /* of a [3,6] with others below: which relations hold */
    } relations[] = {
        {"T_BEFORE", "8-9"},
        {"T_AFTER", "1-2"},
        {"T_EQUALS", "3-6"},
        {"T_DISJOINT", "1-2 8-9"},
        {"T_CONTAINS", "4-5"},
        {"T_DURING", "2-7"},
        {"T_MEETS", "6-8"},
        {"T_METBY", "1-3"},
        {"T_OVERLAPS", "5-8"},
        {"T_OVERLAPPEDBY", "1-5"},
        {"T_STARTS", "3-8"},
        {"T_STARTEDBY", "3-5"},
        {"T_FINISHES", "1-6"},
        {"T_FINISHEDBY", "5-6"},
        {"T_INTERSECTS", "3-6 4-5 2-7 6-8 1-3 5-8 1-5 3-8 3-5 1-6 5-6"},
    };
    static const char *const others[] = {"1-2", "8-9", "3-6", "4-5", "2-7", "6-8", "1-3",
                                         "5-8", "1-5", "3-8", "3-5", "1-6", "5-6"};
    apply();
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
        for (size_t j = 0; j < sizeof others / sizeof *others; j++) {
            char text[200];
            snprintf(
                text, sizeof text,
                "%s(INTERVAL('2022-01-03','2022-01-06'),INTERVAL('2022-01-0%c','2022-01-0%c'))",
                relations[i].name, others[j][0], others[j][2]);
            assert_int_equal(truth(text), strstr(relations[i].pairs, others[j]) != NULL);
        }
    }
}

static void instants_and_open_intervals_are_compared(void **state)
{
    (void)state;
    apply();
    assert_true_for("T_AFTER(created,TIMESTAMP('2022-04-16T10:13:18Z'))");
    assert_false_for("T_AFTER(created,TIMESTAMP('2022-04-16T10:13:19Z'))");
    assert_true_for("T_EQUALS(observed,DATE('2022-04-16'))");
    assert_true_for("T_EQUALS(observed,INTERVAL('2022-04-16','2022-04-16'))");
    assert_true_for(
        "T_INTERSECTS(created,INTERVAL('2022-04-01','2022-04-16'))"); /* all of the day */
    assert_false_for("T_AFTER(created,DATE('2022-04-16'))");
    assert_true_for("T_BEFORE(observed,created) or T_INTERSECTS(observed,created)");
    assert_true_for("T_DURING(INTERVAL(created,updated),INTERVAL('2022-01-01','..'))");
    assert_true_for("T_DURING(INTERVAL(created,updated),INTERVAL('..','..'))");
    assert_true_for("T_FINISHEDBY(INTERVAL(created,updated),INTERVAL('2022-04-20T00:00:00Z','2022-"
                    "05-01T00:00:00Z'))");
    assert_true_for("T_INTERSECTS(INTERVAL('2022-04-16','2022-04-16T10:00:00Z'),observed)");
    one.observed = JALON_TEXT_EMPTY;
    apply();
    assert_null_for("T_AFTER(observed,DATE('2020-01-01'))");
    assert_null_for("T_INTERSECTS(INTERVAL(observed,'..'),created)");
}

/* --- Sets --- */

static void arrays_are_sets(void **state)
{
    (void)state;
    apply();
    assert_true_for("A_CONTAINS(tags,('ramp')) and A_CONTAINS(tags,('lift','ramp','lift'))");
    assert_false_for("A_CONTAINS(tags,('ramp','bench'))");
    assert_true_for(
        "A_CONTAINEDBY(tags,('bench','ramp','lift')) and A_OVERLAPS(tags,('x','lift'))");
    assert_false_for("A_CONTAINEDBY(tags,('ramp')) or A_OVERLAPS(tags,('x','y'))");
    assert_true_for("A_CONTAINS(tags,()) and not A_OVERLAPS((),tags) and A_EQUALS((),())");
    assert_true_for("A_EQUALS(('lift','ramp','ramp'),tags) and A_CONTAINS(categories,('music'))");
    assert_true_for("A_EQUALS(('a',1,true,DATE('2022-01-01')),(DATE('2022-01-01'),true,1,'a'))");
    assert_true_for("A_CONTAINS(('ana','bo'),(author)) and A_OVERLAPS((1,2),(width-0.5))");
    assert_false_for("A_OVERLAPS((1,true),('1','true'))");
    one.fields[TAGS].kind = JALON_VALUE_NONE;
    one.category_count = 0;
    apply();
    assert_null_for("A_CONTAINS(tags,('ramp'))");
    assert_true_for("tags is null and categories is null");
}

/* --- Space --- */

static void spatial_functions_compare_shapes(void **state)
{
    (void)state;
    apply();
    assert_true_for(
        "S_INTERSECTS(geometry,POINT(3.87 43.6)) and S_EQUALS(POINT(3.87 43.6),geometry)");
    assert_true_for("S_WITHIN(geometry,BBOX(3,43,4,44)) and S_CONTAINS(BBOX(3,43,4,44),geometry)");
    assert_true_for(
        "S_TOUCHES(geometry,BBOX(3.87,43,4,44)) and S_INTERSECTS(geometry,BBOX(3.87,43,4,44))");
    assert_false_for(
        "S_WITHIN(geometry,BBOX(3.87,43,4,44)) or S_DISJOINT(geometry,BBOX(3,43,4,44))");
    assert_true_for("S_INTERSECTS(geometry,POLYGON((3 43,4 43,4 44,3 44,3 43)))");
    assert_false_for("S_INTERSECTS(geometry,POLYGON((3 43,4 43,4 44,3 44,3 43),"
                     "(3.8 43.5,3.9 43.5,3.9 43.7,3.8 43.7,3.8 43.5)))");
    assert_true_for(
        "S_INTERSECTS(geometry,GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(3.87 43,3.87 44)))");
    assert_true_for("S_DISJOINT(GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(3 43,3 44)),geometry)");
    assert_true_for("S_WITHIN(geometry,GEOMETRYCOLLECTION(POINT(3.87 43.6),POINT(1 1)))");
    assert_true_for("S_CROSSES(LINESTRING(0 0,2 2),POLYGON((1 1,3 1,3 3,1 3,1 1))) and "
                    "S_OVERLAPS(BBOX(0,0,2,2),BBOX(1,1,3,3))");
    assert_true_for("S_EQUALS(geometry,geometry) and S_WITHIN(geometry,geometry) and not "
                    "S_TOUCHES(geometry,geometry) and not S_DISJOINT(geometry,geometry)");
    assert_true_for("S_INTERSECTS(geometry,BBOX(3.87,43.6,3.87,43.6))");
    assert_true_for("S_INTERSECTS(geometry,BBOX(3.87,43,0,3.87,44,9))");
    one.geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_NONE, .srid = JALON_SRID_WGS84};
    apply();
    assert_null_for("S_INTERSECTS(geometry,BBOX(-180,-90,180,90))");
    assert_null_for("S_DISJOINT(POINT(1 1),geometry)");
    assert_null_for("S_EQUALS(geometry,geometry)");
    assert_true_for("geometry is null");
}

static void lines_are_compared_from_both_sides(void **state)
{
    (void)state;
    one.geometry = fixture_geometry(ctx->arena, JALON_GEOMETRY_LINESTRING, 2, 1, 0);
    one.geometry.positions[1] = (struct jalon_position){10, 10};
    one.geometry.ring_ends[0] = 2;
    apply();
    assert_true_for(
        "S_CROSSES(geometry,LINESTRING(0 10,10 0)) and S_CROSSES(geometry,BBOX(2,2,3,3))");
    assert_true_for("S_CONTAINS(geometry,POINT(5 5)) and S_WITHIN(POINT(5 5),geometry)");
    assert_false_for("S_WITHIN(geometry,POINT(5 5)) or S_CONTAINS(POINT(5 5),geometry)");
    assert_true_for("S_TOUCHES(geometry,LINESTRING(10 10,20 0)) and "
                    "S_OVERLAPS(geometry,LINESTRING(5 5,20 20))");
    assert_true_for("S_EQUALS(geometry,LINESTRING(10 10,5 5,0 0))");
    assert_true_for("S_EQUALS(geometry,MULTILINESTRING((0 0,5 5),(5 5,10 10)))");
    assert_false_for("S_INTERSECTS(geometry,BBOX(6,1,9,4))");
}

static void a_box_may_cross_the_antimeridian(void **state)
{
    (void)state;
    one.geometry = fixture_point(ctx->arena, 179.5, -17);
    apply();
    assert_true_for("S_INTERSECTS(geometry,BBOX(170,-20,-170,-10)) and "
                    "S_WITHIN(geometry,BBOX(170,-20,-170,-10))");
    assert_false_for("S_INTERSECTS(geometry,BBOX(-170,-20,170,-10))");
    assert_false_for("S_DISJOINT(BBOX(170,-20,-170,-10),geometry)");
}

static void literals_may_be_in_other_systems(void **state)
{
    (void)state;
    apply();
    assert_int_equal(matched_with("S_WITHIN(geometry,BBOX(769900,6277000,770500,6279000))",
                                  "http://www.opengis.net/def/crs/EPSG/0/2154"),
                     1);
    assert_int_equal(matched_with("S_WITHIN(geometry,BBOX(760000,6277000,769000,6279000))",
                                  "http://www.opengis.net/def/crs/EPSG/0/2154"),
                     0);
    /* The standard's order of axes is the system's own: latitude first in EPSG:4326. */
    assert_int_equal(matched_with("S_EQUALS(geometry,POINT(43.6 3.87))",
                                  "http://www.opengis.net/def/crs/EPSG/0/4326"),
                     1);
    assert_int_equal(matched_with("S_WITHIN(geometry,BBOX(43,3,44,4))",
                                  "http://www.opengis.net/def/crs/EPSG/0/4326"),
                     1);
    assert_int_equal(matched_with("S_EQUALS(geometry,POINT(3.87 43.6))",
                                  "http://www.opengis.net/def/crs/OGC/1.3/CRS84"),
                     1);
    assert_refused_with("S_EQUALS(geometry,POINT(1 2))", "EPSG:99999999", "filter-crs",
                        "expected the URI");
    assert_refused_with("S_EQUALS(geometry,POINT(1e300 1e300))", "EPSG:32631", "filter",
                        "at character 19");
}

static void json_is_compared_alike(void **state)
{
    (void)state;
    apply();
    assert_int_equal(
        matched_with("{\"op\":\"s_within\",\"args\":[{\"property\":\"geometry\"},"
                     "{\"type\":\"Polygon\",\"coordinates\":[[[3,43],[4,43],[4,44],[3,43]]]}]}",
                     ""),
        1);
    assert_int_equal(
        matched_with("{\"op\":\"and\",\"args\":[{\"op\":\"in\",\"args\":[{\"property\":"
                     "\"author\"},[\"ana\",\"bo\"]]},{\"op\":\"not\",\"args\":[{\"op\":\"like\","
                     "\"args\":[{\"property\":\"title\"},\"x%\"]}]}]}",
                     ""),
        1);
    assert_int_equal(
        matched_with("{\"op\":\"s_intersects\",\"args\":[{\"property\":\"geometry\"},"
                     "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\","
                     "\"coordinates\":[0,0]},{\"type\":\"Point\",\"coordinates\":[3.87,43.6]}]}]}",
                     ""),
        1);
    assert_refused(
        "{\"op\":\"s_within\",\"args\":[{\"property\":\"geometry\"},{\"type\":\"Point\"}]}",
        "at /args/1: expected a geometry");
}

/* --- Refusals --- */

static void operands_of_wrong_types_are_refused(void **state)
{
    (void)state;
    assert_refused("width", "expected true or false, found a number");
    assert_refused("width='x'", "at character 7: expected a number, as on the left, found a text");
    assert_refused("width=true", "expected a number");
    assert_refused("title>1", "expected a text");
    assert_refused("1=title", "expected a number");
    assert_refused("created='yesterday'", "expected a time, as on the left, found a text");
    assert_refused("title=1/0", "expected a text");
    assert_refused("tags='ramp'", "expected a value that can be compared, found an array");
    assert_refused("geometry=geometry", "found a geometry");
    assert_refused("width like 'x'", "expected a text, found a number");
    assert_refused("title like name", "expected a pattern written out");
    assert_refused("title between 'a' and 'b'", "expected a number, found a text");
    assert_refused("width in (1,'x')", "expected a number");
    assert_refused("casei(width)=casei('x')", "expected a text, found a number");
    assert_refused("title+1=2", "expected a number, found a text");
    assert_refused("not title", "expected true or false");
    assert_refused("\"open\" and width", "at character 12: expected true or false, found a number");
    assert_refused("S_WITHIN(geometry,1/0)", "expected a geometry, found a number");
    assert_refused("S_WITHIN(title,POINT(1 1))", "expected a geometry, found a text");
    assert_refused("T_AFTER(title,created)", "expected a date, a time or an interval");
    assert_refused("T_CONTAINS(created,INTERVAL('2022-01-01','..'))",
                   "expected an interval, found a time");
    assert_refused("T_AFTER(created,INTERVAL('2022-01-02','2022-01-01'))", "before its end");
    assert_refused("T_AFTER(created,INTERVAL(title,'..'))", "expected a date or a time");
    assert_refused("A_CONTAINS(title,('x'))", "expected an array, found a text");
    assert_refused("A_CONTAINS(tags,(('x','y'),'z'))", "found an array");
    assert_refused("A_CONTAINS(tags,(geometry))", "found a geometry");
    assert_refused("f(title)", "there is no function \"f\" here; there are length, year, month");
    assert_refused("length(width)=1", "at character 8: expected a text, found a number");
    assert_refused("length(title,title)=1", "expected one operand, found 2");
    assert_refused("length()=1", "expected one operand, found 0");
    assert_refused("year(title)=1", "expected a time, found a text");
    assert_refused("length(title)", "expected true or false, found a number");
    char pattern[400], wildcards[257] = {0};
    memset(wildcards, '%', sizeof wildcards - 1);
    snprintf(pattern, sizeof pattern, "title like '%s'", wildcards);
    assert_refused(pattern, "at most 255 characters");
}

static void geometries_outside_the_world_are_refused(void **state)
{
    (void)state;
    assert_refused("S_INTERSECTS(geometry,POINT(90 180))", "at character 23: expected a geometry");
    assert_refused("S_INTERSECTS(geometry,MULTIPOINT(7.02 49.92, 90 180))", "expected a geometry");
    assert_refused("S_INTERSECTS(geometry,BBOX(-181,0,1,1))", "expected a geometry");
    assert_refused("S_INTERSECTS(geometry,BBOX(0,1,1,0))", "the lower corner");
    assert_refused("S_INTERSECTS(geometry,POLYGON((0 0,1 1,1 0,0 1,0 0)))",
                   "not valid: its outline crosses");
    assert_refused("S_INTERSECTS(geometry,LINESTRING(0 0))", "expected a geometry");
    assert_refused("S_INTERSECTS(geometry,POINT(1 x))", "expected a geometry");
    assert_refused("S_WITHIN(geometry,GEOMETRYCOLLECTION(POINT(0 0),LINESTRING(1 1,2 2)))",
                   "S_INTERSECTS and S_DISJOINT only");
}

/* --- Many --- */

static void fill(size_t count)
{
    struct chance chance = {11};
    for (size_t i = 0; i < count; i++) {
        struct jalon_context *own = jalon_context_create();
        assert_non_null(own);
        struct jalon_contribution next = chance_contribution(&chance, own->arena, (int64_t)i + 1);
        next.collection = PLACES;
        assert_int_equal(jalon_view_load(own, view, &next, 1), JALON_OK);
        jalon_context_destroy(own);
    }
    assert_int_equal(jalon_view_set_seq(ctx, view, 0, 0), JALON_OK);
}

/* With the box for the index, and hidden from it by a double negation. */
static void the_index_changes_no_answer(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "S_INTERSECTS(geometry,BBOX(%s))", "S_WITHIN(geometry,BBOX(%s))",
        "S_TOUCHES(BBOX(%s),geometry)", "level>=0 and S_INTERSECTS(geometry,BBOX(%s)) and width>1"};
    struct chance chance = {5};
    int64_t found = 0;
    fill(2000);
    for (int i = 0; i < 200; i++) {
        char numbers[200], inner[400], hidden[500];
        struct jalon_box box = chance_box(&chance);
        snprintf(numbers, sizeof numbers, "%.17g,%.17g,%.17g,%.17g", box.west, box.south, box.east,
                 box.north);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(inner, sizeof inner, forms[chance_below(&chance, 4)], numbers);
#pragma GCC diagnostic pop
        snprintf(hidden, sizeof hidden, "NOT (NOT (%s))", inner);
        int64_t by_index = matched_with(inner, "");
        assert_int_equal(by_index, matched_with(hidden, ""));
        found += by_index;
    }
    assert_true(found > 1000);
}

/* BBOX is compared by our own test, a polygon of the same corners by GEOS. */
static void a_box_is_the_polygon_of_its_corners(void **state)
{
    (void)state;
    struct chance chance = {9};
    int64_t found = 0;
    fill(500);
    for (int i = 0; i < 100; i++) {
        struct jalon_box box = chance_box(&chance);
        char as_box[200], as_polygon[400];
        if (!(box.west < box.east) || !(box.south < box.north)) {
            continue;
        }
        snprintf(as_box, sizeof as_box, "S_INTERSECTS(geometry,BBOX(%.17g,%.17g,%.17g,%.17g))",
                 box.west, box.south, box.east, box.north);
        snprintf(as_polygon, sizeof as_polygon,
                 "S_INTERSECTS(POLYGON((%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g %.17g,%.17g "
                 "%.17g)),geometry)",
                 box.west, box.south, box.east, box.south, box.east, box.north, box.west, box.north,
                 box.west, box.south);
        int64_t count = matched_with(as_box, "");
        assert_int_equal(count, matched_with(as_polygon, ""));
        found += count;
    }
    assert_true(found > 100);
}

static void pages_of_a_filter_join_up(void **state)
{
    (void)state;
    struct jalon_view_query query = fixture_query(PLACES, 7);
    struct jalon_view_result result;
    int64_t seen = 0, matched = -1;
    fill(500);
    assert_int_equal(compile(ctx, "width>1 or level=0", "", &query.filter), JALON_OK);
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    do {
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
        assert_true(matched < 0 || matched == result.matched);
        matched = result.matched;
        seen += (int64_t)result.count;
        query.after = result.items[result.count - 1].number;
    } while (result.more);
    jalon_view_unpin(view, snapshot);
    assert_int_equal(seen, matched);
    assert_true(matched > 100);
}

static void missing_memory_is_told(void **state)
{
    (void)state;
    static const char text[] =
        "S_WITHIN(geometry,GEOMETRYCOLLECTION(POINT(1 1),POINT(3.87 43.6))) and casei(title) like "
        "casei('K%') and A_CONTAINS(tags,('ramp')) and observed>='2020-01-01' and "
        "S_INTERSECTS(geometry,BBOX(170,-20,-170,-10))";
    size_t refused = 0;
    for (uint64_t n = 1; n < 200; n++) {
        const struct jalon_view_filter *filter;
        struct jalon_context *own = jalon_context_create();
        assert_non_null(own);
        jalon_memory_fail_at(n);
        enum jalon_status status = compile(own, text, "", &filter);
        jalon_memory_fail_at(0);
        assert_true(status == JALON_OK || status == JALON_NO_MEMORY);
        refused += status == JALON_NO_MEMORY;
        jalon_context_destroy(own);
    }
    assert_true(refused > 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_queryable_has_its_value),
        TEST(private_fields_do_not_exist),
        TEST(comparisons_follow_the_order_of_their_type),
        TEST(a_date_beside_a_time_is_its_whole_day),
        TEST(missing_values_are_neither_true_nor_false),
        TEST(logic_has_three_values),
        TEST(like_knows_its_wildcards),
        TEST(case_and_accents_can_be_passed_over),
        TEST(arithmetic_is_that_of_doubles),
        TEST(functions_can_be_called),
        TEST(temporal_functions_follow_owl_time),
        TEST(instants_and_open_intervals_are_compared),
        TEST(arrays_are_sets),
        TEST(spatial_functions_compare_shapes),
        TEST(lines_are_compared_from_both_sides),
        TEST(a_box_may_cross_the_antimeridian),
        TEST(literals_may_be_in_other_systems),
        TEST(json_is_compared_alike),
        TEST(operands_of_wrong_types_are_refused),
        TEST(geometries_outside_the_world_are_refused),
        TEST(the_index_changes_no_answer),
        TEST(a_box_is_the_polygon_of_its_corners),
        TEST(pages_of_a_filter_join_up),
        TEST(missing_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
