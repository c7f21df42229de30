/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Drawing tiles by itself: no cache, no compression, no network.
 *
 *   bench_tile [CONTRIBUTIONS]     1,000,000 points by default
 *
 * Prints "name value unit" lines: for each zoom the median and the slowest of random tiles around
 * contributions. Times of a shared machine compare runs of this program with each other, nothing
 * else.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "jalon/clock.h"

#include "app/tiles.h"

#include "places.h"

enum { BATCH = 1000, TILES = 21 };

static const struct jalon_field fields[] = {
    {.key = {"wheelchair", 10}, .type = JALON_FIELD_ENUM},
    {.key = {"width", 5}, .type = JALON_FIELD_NUMBER},
};
static const struct jalon_category categories[] = {
    {{"shop", 4}, {{"", 0}, {"", 0}}, {"#1b9e77", 7}, -1},
    {{"food", 4}, {{"", 0}, {"", 0}}, {"#d95f02", 7}, 0},
};
static const struct jalon_collection collection = {
    .key = {"places", 6}, .geometry_types = JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT), .color = {"#333333", 7}, .fields = fields, .field_count = 2,
    JALON_COLLECTION_DEFAULTS};
static const struct jalon_map map = {
    .categories = categories, .category_count = 2, .collections = &collection,
    .collection_count = 1};

static void need(enum jalon_status status)
{
    if (status != JALON_OK) {
        fprintf(stderr, "bench_tile: %s\n", jalon_status_name(status));
        exit(1);
    }
}

static void load(struct jalon_context *ctx, struct jalon_view *view,
                 struct jalon_position *positions, int64_t count)
{
    static const int32_t both[] = {0, 1};
    struct jalon_contribution batch[BATCH];
    struct jalon_value values[BATCH][2];
    for (int64_t number = 1; number <= count;) {
        size_t filled = 0;
        for (; filled < BATCH && number <= count; filled++, number++) {
            values[filled][0] =
                (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("limited")};
            values[filled][1] = (struct jalon_value){.kind = JALON_VALUE_NUMBER,
                                                     .number = (double)(number % 200)};
            batch[filled] = (struct jalon_contribution){
                .number = number,
                .id = jalon_id_make(),
                .geometry = {.type = JALON_GEOMETRY_POINT, .srid = JALON_SRID_WGS84,
                             .positions = &positions[number - 1], .position_count = 1},
                .title = jalon_text_format(ctx->arena, "Boulangerie %" PRId64, number % 5000),
                .description = JALON_TEXT_EMPTY,
                .fields = values[filled],
                .categories = both,
                .category_count = 1 + (size_t)number % 2,
                .status = -1,
                .moderation = JALON_MODERATION_PUBLISHED,
                .author = JALON_TEXT_EMPTY,
                .source = JALON_TEXT_EMPTY,
                .source_id = JALON_TEXT_EMPTY,
                .licence = JALON_TEXT_EMPTY,
                .observed = JALON_TEXT_EMPTY,
            };
        }
        need(jalon_view_load(ctx, view, batch, filled));
        jalon_context_reset(ctx);
    }
    need(jalon_view_set_seq(ctx, view, 1, 1));
}

/* The tile around a contribution that is chosen at random: where people look. */
static struct jalon_tile choose(struct random_state *chance, const struct jalon_position *positions,
                                int64_t count, int32_t zoom)
{
    struct jalon_position p = positions[random_next(chance) % (uint64_t)count];
    double all = (double)(1 << zoom), lat = p.lat * 3.14159265358979 / 180;
    return (struct jalon_tile){
        .zoom = zoom,
        .row = (int32_t)((1 - asinh(tan(lat)) / 3.14159265358979) / 2 * all),
        .column = (int32_t)((p.lon + 180) / 360 * all),
    };
}

static int compare(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void draw(struct jalon_view *view, const struct jalon_position *positions, int64_t count,
                 int32_t zoom, struct random_state *chance)
{
    static const struct jalon_view_query query = {.category = -1, .status = -1};
    static const struct jalon_tile_command command = {.queries = &query, .query_count = 1};
    int64_t took_us[TILES];
    size_t bytes = 0;
    for (int i = 0; i < TILES; i++) {
        struct jalon_context *ctx = jalon_context_create();
        struct jalon_buffer out;
        if (ctx == NULL) {
            need(JALON_NO_MEMORY);
        }
        int64_t start_us = jalon_clock_monotonic_us();
        struct jalon_reading reading = {.map = &map, .snapshot = jalon_view_pin(view)};
        need(jalon_tile_draw(ctx, &reading, choose(chance, positions, count, zoom), &command, &out));
        jalon_view_unpin(view, reading.snapshot);
        took_us[i] = jalon_clock_monotonic_us() - start_us;
        bytes += out.length;
        jalon_buffer_finish(&out);
        jalon_context_destroy(ctx);
    }
    qsort(took_us, TILES, sizeof *took_us, compare);
    printf("tile_z%d %.3f ms (slowest %.3f ms, %zu bytes on average)\n", zoom,
           (double)took_us[TILES / 2] / 1000, (double)took_us[TILES - 1] / 1000, bytes / TILES);
}

int main(int argc, char **argv)
{
    int64_t count = 1000000;
    if (argc > 2 || (argc == 2 && !jalon_text_to_int64(jalon_text_from(argv[1]), &count)) ||
        count < 1 || count > 100000000) {
        fprintf(stderr, "usage: bench_tile [CONTRIBUTIONS]\n");
        return 2;
    }
    struct random_state chance;
    random_seed(&chance, 34);
    struct jalon_position *positions = calloc((size_t)count, sizeof *positions);
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_view *view;
    if (positions == NULL || ctx == NULL) {
        need(JALON_NO_MEMORY);
    }
    places_draw(&chance, positions, NULL, (size_t)count);
    need(jalon_view_create(ctx, &map, &view));
    load(ctx, view, positions, count);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int32_t zoom = 0; zoom <= 18; zoom += 2) {
        draw(view, positions, count, zoom, &chance);
    }
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
    free(positions);
    return 0;
}
