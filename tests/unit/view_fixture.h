/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A small map with everything a view looks at, and random contributions to it. For the tests of
 * view; the numbers are pseudo-random and the same at each run.
 */
#ifndef JALON_TESTS_VIEW_FIXTURE_H
#define JALON_TESTS_VIEW_FIXTURE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "jalon/geo.h"
#include "jalon/view.h"

enum { PLACES, PATHS, DRAFTS, COLLECTIONS };
enum { NAME, WIDTH, LEVEL, OPEN, TAGS, PHONE, FIELDS };
enum { CATEGORIES = 6, STATUSES = 3 };

#define NO_LABEL {{"", 0}, {"", 0}}
#define NO_TEXT {"", 0}

static const struct jalon_choice fixture_tags[] = {
    {{"ramp", 4}, NO_LABEL, NO_TEXT, NO_TEXT},
    {{"lift", 4}, NO_LABEL, NO_TEXT, NO_TEXT},
    {{"bench", 5}, NO_LABEL, NO_TEXT, NO_TEXT},
};

static const struct jalon_field fixture_fields[FIELDS] = {
    {.key = {"name", 4}, .type = JALON_FIELD_STRING, .max_length = 255},
    {.key = {"width", 5}, .type = JALON_FIELD_NUMBER},
    {.key = {"level", 5}, .type = JALON_FIELD_INTEGER},
    {.key = {"open", 4}, .type = JALON_FIELD_BOOLEAN},
    {.key = {"tags", 4},
     .type = JALON_FIELD_MULTI_ENUM,
     .choices = fixture_tags,
     .choice_count = sizeof fixture_tags / sizeof *fixture_tags},
    {.key = {"phone", 5}, .type = JALON_FIELD_PHONE, .visibility = JALON_VISIBILITY_MEMBERS},
};

/* 0 has 1 and 2 below it, 2 has 3; 4 has 5. */
static const struct jalon_category fixture_categories[CATEGORIES] = {
    {{"culture", 7}, NO_LABEL, NO_TEXT, -1}, {{"music", 5}, NO_LABEL, NO_TEXT, 0},
    {{"books", 5}, NO_LABEL, NO_TEXT, 0},    {{"comics", 6}, NO_LABEL, NO_TEXT, 2},
    {{"health", 6}, NO_LABEL, NO_TEXT, -1},  {{"care", 4}, NO_LABEL, NO_TEXT, 4},
};

static const struct jalon_workflow_status fixture_statuses[STATUSES] = {
    {.key = {"open", 4}}, {.key = {"doing", 5}}, {.key = {"done", 4}, .closes = true}};

#define FIXTURE_COLLECTION(name, length, seen)                                                   \
    {                                                                                            \
        .key = {name, length}, .visibility = (seen), .fields = fixture_fields,                   \
        .field_count = FIELDS, .statuses = fixture_statuses, .status_count = STATUSES,           \
        .geometry_types = ~0U, JALON_COLLECTION_DEFAULTS                                         \
    }

static const struct jalon_collection fixture_collections[COLLECTIONS] = {
    FIXTURE_COLLECTION("places", 6, JALON_VISIBILITY_PUBLIC),
    FIXTURE_COLLECTION("paths", 5, JALON_VISIBILITY_PUBLIC),
    FIXTURE_COLLECTION("drafts", 6, JALON_VISIBILITY_MEMBERS),
};

static const struct jalon_map fixture_map = {
    .slug = {"test", 4},
    .categories = fixture_categories,
    .category_count = CATEGORIES,
    .collections = fixture_collections,
    .collection_count = COLLECTIONS,
    .created_us = 1000,
};

/* --- Chance: xorshift64* (Vigna 2016) --- */

struct chance {
    uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
    chance->state ^= chance->state >> 12;
    chance->state ^= chance->state << 25;
    chance->state ^= chance->state >> 27;
    return chance->state * UINT64_C(2685821657736338717);
}

static inline size_t chance_below(struct chance *chance, size_t bound)
{
    return (size_t)(chance_next(chance) >> 33) % bound;
}

/* From 0 (included) to `bound`. */
static inline double chance_real(struct chance *chance, double bound)
{
    return (double)(chance_next(chance) >> 11) / 9007199254740992.0 * bound;
}

/* --- Random contributions; memory is the arena's --- */

static inline struct jalon_position chance_position(struct chance *chance)
{
    static const struct jalon_position towns[] = {
        {3.87, 43.6}, {2.35, 48.85}, {179.99, -17}, {-179.98, -17.5}, {-70, 89.9}};
    struct jalon_position p = towns[chance_below(chance, chance_below(chance, 3) == 0 ? 5 : 1)];
    double spread = chance_below(chance, 4) == 0 ? 2 : 0.05;
    p.lon += chance_real(chance, spread) - spread / 2;
    p.lat += chance_real(chance, spread) - spread / 2;
    if (chance_below(chance, 8) == 0) { /* many at one place */
        p.lon = round(p.lon * 20) / 20;
        p.lat = round(p.lat * 20) / 20;
    }
    p.lon = fmax(-180, fmin(180, p.lon));
    p.lat = fmax(-90, fmin(90, p.lat));
    return p;
}

static inline struct jalon_geometry fixture_geometry(struct jalon_arena *arena,
                                                     enum jalon_geometry_type type,
                                                     size_t positions, size_t rings,
                                                     size_t polygons)
{
    return (struct jalon_geometry){
        .type = type,
        .srid = JALON_SRID_WGS84,
        .positions = jalon_arena_allocate_zeroed(arena, positions, sizeof(struct jalon_position)),
        .position_count = positions,
        .ring_ends = jalon_arena_allocate_zeroed(arena, rings, sizeof(uint32_t)),
        .ring_count = rings,
        .polygon_ends = jalon_arena_allocate_zeroed(arena, polygons, sizeof(uint32_t)),
        .polygon_count = polygons,
    };
}

static inline struct jalon_geometry fixture_point(struct jalon_arena *arena, double lon,
                                                  double lat)
{
    struct jalon_geometry point = fixture_geometry(arena, JALON_GEOMETRY_POINT, 1, 0, 0);
    point.positions[0] = (struct jalon_position){lon, lat};
    return point;
}

/* Points of a star around a middle, closed. */
static inline void put_ring(struct chance *chance, struct jalon_position *at, size_t count,
                            struct jalon_position middle, double radius)
{
    for (size_t i = 0; i < count - 1; i++) {
        double angle = 6.283185307179586 * (double)i / (double)(count - 1);
        double length = radius * (0.5 + chance_real(chance, 0.5));
        at[i].lon = middle.lon + length * cos(angle);
        at[i].lat = middle.lat + length * sin(angle);
    }
    at[count - 1] = at[0];
}

static inline struct jalon_geometry chance_line(struct chance *chance, struct jalon_arena *arena,
                                                size_t lines)
{
    size_t const length = 2 + chance_below(chance, 6);
    struct jalon_geometry line =
        fixture_geometry(arena, lines > 1 ? JALON_GEOMETRY_MULTILINESTRING
                                          : JALON_GEOMETRY_LINESTRING,
                         lines * length, lines, 0);
    for (size_t i = 0; i < lines; i++) {
        struct jalon_position at = chance_position(chance);
        for (size_t j = 0; j < length; j++) {
            line.positions[i * length + j] = at;
            at.lon += chance_real(chance, 0.04) - 0.02;
            at.lat += chance_real(chance, 0.04) - 0.02;
        }
        line.ring_ends[i] = (uint32_t)((i + 1) * length);
    }
    return line;
}

/* Each polygon has a hole. */
static inline struct jalon_geometry chance_polygon(struct chance *chance,
                                                   struct jalon_arena *arena, size_t polygons)
{
    size_t const outer = 4 + chance_below(chance, 9), inner = 5, each = outer + inner;
    struct jalon_geometry area = fixture_geometry(
        arena, polygons > 1 ? JALON_GEOMETRY_MULTIPOLYGON : JALON_GEOMETRY_POLYGON,
        polygons * each, 2 * polygons, polygons);
    for (size_t i = 0; i < polygons; i++) {
        struct jalon_position middle = chance_position(chance);
        double radius = chance_below(chance, 10) == 0 ? 3 : 0.03;
        put_ring(chance, area.positions + i * each, outer, middle, radius);
        put_ring(chance, area.positions + i * each + outer, inner, middle, radius / 4);
        area.ring_ends[2 * i] = (uint32_t)(i * each + outer);
        area.ring_ends[2 * i + 1] = (uint32_t)((i + 1) * each);
        area.polygon_ends[i] = (uint32_t)(2 * (i + 1));
    }
    return area;
}

static inline struct jalon_geometry chance_geometry(struct chance *chance,
                                                    struct jalon_arena *arena)
{
    switch (chance_below(chance, 12)) {
    case 0: return (struct jalon_geometry){.type = JALON_GEOMETRY_NONE, .srid = JALON_SRID_WGS84};
    case 1: return chance_line(chance, arena, 1);
    case 2: return chance_line(chance, arena, 2);
    case 3: return chance_polygon(chance, arena, 1);
    case 4: return chance_polygon(chance, arena, 2);
    case 5: {
        struct jalon_geometry points = fixture_geometry(arena, JALON_GEOMETRY_MULTIPOINT, 3, 0, 0);
        for (size_t i = 0; i < 3; i++) {
            points.positions[i] = chance_position(chance);
        }
        return points;
    }
    default: {
        struct jalon_position p = chance_position(chance);
        return fixture_point(arena, p.lon, p.lat);
    }
    }
}

static inline struct jalon_text chance_text(struct chance *chance, struct jalon_arena *arena,
                                            const char *word)
{
    return jalon_text_format(arena, "%s \"%zu\"\n\xc3\xa9", word, chance_below(chance, 1000));
}

static inline struct jalon_value *chance_fields(struct chance *chance, struct jalon_arena *arena)
{
    static const struct jalon_text tags[] = {{"ramp", 4}, {"lift", 4}, {"bench", 5}};
    struct jalon_value *fields = jalon_arena_allocate_zeroed(arena, FIELDS, sizeof *fields);
    if (chance_below(chance, 3) > 0) {
        fields[NAME].kind = JALON_VALUE_TEXT;
        fields[NAME].text = chance_text(chance, arena, "name");
    }
    if (chance_below(chance, 2) > 0) {
        fields[WIDTH].kind = JALON_VALUE_NUMBER;
        fields[WIDTH].number = (double)chance_below(chance, 8) / 2;
    }
    if (chance_below(chance, 2) > 0) {
        fields[LEVEL].kind = JALON_VALUE_INTEGER;
        fields[LEVEL].integer = (int64_t)chance_below(chance, 4) - 1;
    }
    if (chance_below(chance, 2) > 0) {
        fields[OPEN].kind = JALON_VALUE_BOOLEAN;
        fields[OPEN].boolean = chance_below(chance, 2) == 0;
    }
    if (chance_below(chance, 2) > 0) {
        fields[TAGS].kind = JALON_VALUE_LIST;
        fields[TAGS].list.items = tags;
        fields[TAGS].list.count = 1 + chance_below(chance, 3);
    }
    fields[PHONE].kind = JALON_VALUE_TEXT;
    fields[PHONE].text = JALON_TEXT("+33 secret");
    return fields;
}

/* What an edit changes: everything but number, id, collection, geometry, moderation, version. */
static inline void chance_edit(struct chance *chance, struct jalon_arena *arena,
                               struct jalon_contribution *contribution)
{
    static const char *const authors[] = {"", "ana", "bo"};
    int32_t *categories = jalon_arena_allocate_zeroed(arena, 2, sizeof *categories);
    contribution->category_count = chance_below(chance, 3);
    categories[0] = (int32_t)chance_below(chance, 3);
    categories[1] = 3 + (int32_t)chance_below(chance, 3);
    contribution->categories = categories;
    contribution->title = chance_text(chance, arena, "title");
    contribution->description = JALON_TEXT_EMPTY;
    contribution->fields = chance_fields(chance, arena);
    contribution->status = (int32_t)chance_below(chance, STATUSES + 1) - 1;
    contribution->author = jalon_text_from(authors[chance_below(chance, 3)]);
    contribution->source = JALON_TEXT_EMPTY;
    contribution->source_id = JALON_TEXT_EMPTY;
    contribution->licence = JALON_TEXT_EMPTY;
    contribution->created_us = (int64_t)chance_below(chance, 1000000) * 1000000;
    contribution->updated_us =
        contribution->created_us + (int64_t)chance_below(chance, 1000000) * 1000000;
    static const char *const days[] = {"", "1970-01-05", "", "2022-04-16", "1969-12-31"};
    contribution->observed = jalon_text_from(days[contribution->updated_us / 1000000 % 5]);
}

static inline struct jalon_contribution chance_contribution(struct chance *chance,
                                                            struct jalon_arena *arena,
                                                            int64_t number)
{
    struct jalon_contribution contribution = {
        .number = number,
        .collection = (int32_t)chance_below(chance, 10) == 0 ? PATHS : PLACES,
        .version = 1,
        .geometry = chance_geometry(chance, arena),
        .moderation = JALON_MODERATION_PUBLISHED,
    };
    for (size_t i = 0; i < sizeof contribution.id.bytes; i++) {
        contribution.id.bytes[i] = (uint8_t)chance_next(chance);
    }
    chance_edit(chance, arena, &contribution);
    return contribution;
}

/* A box of any size, sometimes across the antimeridian. */
static inline struct jalon_box chance_box(struct chance *chance)
{
    static const double sizes[] = {0, 0.001, 0.01, 0.1, 1, 10, 170};
    struct jalon_position p = chance_position(chance);
    double width = sizes[chance_below(chance, 7)] * (0.5 + chance_real(chance, 0.5));
    double height = sizes[chance_below(chance, 7)] * (0.5 + chance_real(chance, 0.5));
    struct jalon_box box = {p.lon - width, fmax(-90, p.lat - height), p.lon + width,
                            fmin(90, p.lat + height)};
    box.west += box.west < -180 ? 360 : 0;
    box.east -= box.east > 180 ? 360 : 0;
    return box;
}

/* The whole of one that was found; in the context's arena. */
static inline const struct jalon_contribution *fixture_read(struct jalon_context *ctx,
                                                            const struct jalon_snapshot *snapshot,
                                                            const struct jalon_view_item *item)
{
    const struct jalon_contribution *one = NULL;
    assert_int_equal(jalon_snapshot_read(ctx, snapshot, item, &one), JALON_OK);
    return one;
}

/* --- Territories: rectangles, so that a test of its own is simple --- */

enum { TOWN, SUBURB, REGION, TERRITORIES };

/* Town and suburb are of one kind and overlap; the region holds the town, not all of the suburb. */
static const struct jalon_box fixture_territory_boxes[TERRITORIES] = {
    {3.8513, 43.5813, 3.8731, 43.6077},
    {3.8701, 43.5903, 3.9931, 43.6517},
    {3.1017, 43.0021, 3.9877, 44.2009},
};

static inline void fixture_make_territories(struct jalon_arena *arena,
                                            struct jalon_territory out[TERRITORIES])
{
    static const char *const keys[] = {"town", "suburb", "region"};
    for (size_t i = 0; i < TERRITORIES; i++) {
        const struct jalon_box *box = &fixture_territory_boxes[i];
        struct jalon_geometry polygon = fixture_geometry(arena, JALON_GEOMETRY_POLYGON, 5, 1, 1);
        for (size_t j = 0; j < 5; j++) {
            polygon.positions[j] = (struct jalon_position){
                j == 1 || j == 2 ? box->east : box->west, j == 2 || j == 3 ? box->north : box->south};
        }
        polygon.ring_ends[0] = 5;
        polygon.polygon_ends[0] = 1;
        out[i] = (struct jalon_territory){
            .id = {{(uint8_t)(i + 1)}},
            .key = jalon_text_from(keys[i]),
            .name = jalon_text_from(keys[i]),
            .kind = i == REGION ? JALON_TEXT("region") : JALON_TEXT("quarter"),
            .parent = JALON_TEXT_EMPTY,
            .geometry = polygon,
        };
    }
}

/* Is the contribution's label there? */
static inline bool fixture_is_within(struct jalon_context *ctx,
                                     const struct jalon_contribution *contribution, size_t territory)
{
    const struct jalon_box *box = &fixture_territory_boxes[territory];
    struct jalon_position at;
    return contribution->geometry.type != JALON_GEOMETRY_NONE &&
           jalon_geometry_label_position(ctx, &contribution->geometry, &at) == JALON_OK &&
           at.lon >= box->west && at.lon <= box->east && at.lat >= box->south &&
           at.lat <= box->north;
}

/* A query without any condition. */
static inline struct jalon_view_query fixture_query(int32_t collection, size_t limit)
{
    return (struct jalon_view_query){
        .collection = collection, .category = -1, .status = -1, .limit = limit};
}

/* Fills a view that is empty. */
static inline void fixture_load(struct jalon_context *own, struct jalon_view *filled,
                                const struct jalon_contribution *contributions, size_t count)
{
    assert_int_equal(jalon_view_load(own, filled, contributions, count), JALON_OK);
    assert_int_equal(jalon_view_set_seq(own, filled, 0, 0), JALON_OK);
}

#endif
