/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The view by itself: what loading, one change, one box and counting all of it cost.
 *
 *   bench_view [CONTRIBUTIONS [short | load]]     1,000,000 by default
 *
 * Their places are those of bench_generate. Prints "name value unit" lines; "short" leaves out
 * boxes and counting, "load" everything but loading. Times of a shared machine compare runs of this
 * program with each other, nothing else.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/cluster.h"
#include "jalon/stats.h"
#include "jalon/view.h"

#include "places.h"

enum {
    BATCH = 1000,
    CHANGES = 20000,
    WANTED_COUNT = 4,
    QUERIES = 2000,
    AUTHORS = 1000,
    GRID = 10,
    COUNTS = 10,
    STATUSES = 3
};

static const struct jalon_field fields[] = {
    {.key = {"wheelchair", 10}, .type = JALON_FIELD_ENUM},
    {.key = {"name", 4}, .type = JALON_FIELD_STRING, .max_length = 255},
    {.key = {"width", 5}, .type = JALON_FIELD_NUMBER},
};
static const struct jalon_category categories[] = {
    {{"shop", 4}, {{"", 0}, {"", 0}}, {"", 0}, -1},
    {{"food", 4}, {{"", 0}, {"", 0}}, {"", 0}, -1},
};
static const struct jalon_workflow_status statuses[STATUSES] = {
    {.key = {"open", 4}}, {.key = {"planned", 7}}, {.key = {"done", 4}}};
static const struct jalon_collection collection = {.key = {"places", 6},
                                                   .fields = fields,
                                                   .field_count = 3,
                                                   .statuses = statuses,
                                                   .status_count = STATUSES,
                                                   JALON_COLLECTION_DEFAULTS};
static const struct jalon_map map = {.categories = categories,
                                     .category_count = 2,
                                     .collections = &collection,
                                     .collection_count = 1};

static struct jalon_text authors[AUTHORS];

static void make_authors(struct jalon_context *ctx)
{
    for (size_t i = 0; i < AUTHORS; i++) {
        authors[i] = jalon_text_format(ctx->arena, "contributor-%zu", i);
    }
}

/* One contribution; `fields` has room for three. */
static struct jalon_contribution make(int64_t number, struct jalon_position *position,
                                      struct jalon_value *values)
{
    static const int32_t both[] = {0, 1};
    values[0] = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("limited")};
    values[1] = (struct jalon_value){.kind = JALON_VALUE_TEXT,
                                     .text = JALON_TEXT("Boulangerie du March\xc3\xa9")};
    values[2] =
        (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = (double)(number % 200) / 100};
    return (struct jalon_contribution){
        .number = number,
        .id = jalon_id_make(),
        .version = 1,
        .geometry = {.type = JALON_GEOMETRY_POINT,
                     .srid = JALON_SRID_WGS84,
                     .positions = position,
                     .position_count = 1},
        .title = JALON_TEXT("Boulangerie du March\xc3\xa9"),
        .description = JALON_TEXT("Rampe amovible, sonner \xc3\xa0 l'accueil."),
        .fields = values,
        .categories = both,
        .category_count = 1 + (size_t)number % 2,
        .status = (int32_t)(number % STATUSES),
        .moderation = JALON_MODERATION_PUBLISHED,
        .author =
            number % 2 == 0 ? authors[(uint64_t)number * 2654435761 % AUTHORS] : JALON_TEXT_EMPTY,
        .source = number % 2 == 0 ? JALON_TEXT_EMPTY : JALON_TEXT("osm"),
        .source_id = JALON_TEXT("node/123456789"),
        .licence = JALON_TEXT("ODbL-1.0"),
        .observed = JALON_TEXT_EMPTY,
        .created_us = 1700000000000000 + number,
        .updated_us = 1700000000000000 + number,
    };
}

static void need(enum jalon_status status)
{
    if (status != JALON_OK) {
        fprintf(stderr, "bench_view: %s\n", jalon_status_name(status));
        exit(1);
    }
}

/* Of the processor, all threads: what a busy machine does not change much. */
static int64_t processor_us(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static double seconds_since(int64_t start_us)
{
    return (double)(jalon_clock_monotonic_us() - start_us) / 1e6;
}

/* Bytes of memory that the system cannot drop and read again; pages of files it can. */
static int64_t private_bytes(void)
{
    static const char *const names[] = {"Anonymous:", "Pss_Shmem:", "Swap:"};
    char line[256];
    int64_t kilobytes = 0;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            if (strncmp(line, names[i], strlen(names[i])) == 0) {
                kilobytes += strtoll(line + strlen(names[i]), NULL, 10);
            }
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kilobytes * 1024;
}

/* From contributions in memory to the first answers; making them up is not counted. */
static void load(struct jalon_context *ctx, struct jalon_view *view,
                 struct jalon_position *positions, int64_t count)
{
    static struct jalon_contribution batch[BATCH];
    static struct jalon_value values[BATCH][3];
    struct jalon_view_query query = {.category = -1, .status = -1};
    struct jalon_cluster_list clusters;
    struct jalon_view_result result;
    int64_t before = private_bytes(), took_us = 0, used_us = 0, start_us, start_used_us;
    for (int64_t number = 1; number <= count;) {
        size_t filled = 0;
        for (; filled < BATCH && number <= count; filled++, number++) {
            batch[filled] = make(number, &positions[number - 1], values[filled]);
        }
        start_us = jalon_clock_monotonic_us();
        start_used_us = processor_us();
        need(jalon_view_load(ctx, view, batch, filled));
        used_us += processor_us() - start_used_us;
        took_us += jalon_clock_monotonic_us() - start_us;
        jalon_context_reset(ctx);
    }
    start_us = jalon_clock_monotonic_us();
    start_used_us = processor_us();
    need(jalon_view_set_seq(ctx, view, 1, 1));
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    need(jalon_snapshot_query(ctx, snapshot, &query, &result));
    need(jalon_snapshot_cluster(ctx, snapshot, &query, 0, &clusters));
    used_us += processor_us() - start_used_us;
    took_us += jalon_clock_monotonic_us() - start_us;
    if (result.matched != count || clusters.matched != count) {
        need(JALON_INTERNAL);
    }
    jalon_view_unpin(view, snapshot);
    jalon_context_reset(ctx);
    printf("load %.3f s\nload_each %.2f us\nload_processor %.3f s\n", (double)took_us / 1e6,
           (double)took_us / (double)count, (double)used_us / 1e6);
    printf("memory %.0f bytes/contribution\n", (double)(private_bytes() - before) / (double)count);
}

/* Half of them stay where they are. */
static void change(struct jalon_context *ctx, struct jalon_view *view,
                   struct jalon_position *positions, int64_t count, struct random_state *chance)
{
    static struct jalon_position moves[CHANGES];
    struct jalon_value values[3];
    struct jalon_context *found = jalon_context_create();
    int64_t sum_us = 0, worst_us = 0;
    places_draw(chance, moves, NULL, CHANGES);
    for (int64_t i = 0; i < CHANGES; i++) {
        int64_t number = 1 + (int64_t)(random_next(chance) % (uint64_t)count);
        struct jalon_view_query query = {
            .category = -1, .status = -1, .after = number - 1, .limit = 1};
        struct jalon_view_result result;
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        need(jalon_snapshot_query(found, snapshot, &query, &result));
        const struct jalon_contribution *whole;
        need(jalon_snapshot_read(found, snapshot, &result.items[0], &whole));
        struct jalon_id id = whole->id;
        jalon_view_unpin(view, snapshot);
        if (i % 2 == 0) {
            positions[number - 1] = moves[i];
        }
        struct jalon_contribution one = make(number, &positions[number - 1], values);
        one.id = id;
        int64_t before_us = jalon_clock_monotonic_us();
        need(jalon_view_apply(ctx, view, &one, 2 + i, 2 + i));
        int64_t took_us = jalon_clock_monotonic_us() - before_us;
        sum_us += took_us;
        worst_us = took_us > worst_us ? took_us : worst_us;
        jalon_context_reset(found);
    }
    printf("change %.2f us\nchange_worst %" PRId64 " us\n", (double)sum_us / CHANGES, worst_us);
    jalon_context_destroy(found);
}

/* A box around a random point with about `wanted` hits: the side is found by doubling. */
static struct jalon_box find_box(struct jalon_context *ctx, const struct jalon_snapshot *snapshot,
                                 struct jalon_position middle, int64_t wanted)
{
    struct jalon_view_query query = {.category = -1, .status = -1, .has_box = true};
    for (double half = 1e-5;; half *= 1.2) {
        query.box = (struct jalon_box){middle.lon - half, middle.lat - half, middle.lon + half,
                                       middle.lat + half};
        struct jalon_view_result result;
        need(jalon_snapshot_query(ctx, snapshot, &query, &result));
        if (result.matched >= wanted || half > 100) {
            return query.box;
        }
    }
}

static void query_boxes(struct jalon_context *ctx, struct jalon_view *view,
                        const struct jalon_position *positions, int64_t count, int64_t wanted,
                        struct random_state *chance)
{
    static struct jalon_box boxes[QUERIES];
    static char out[64 << 20];
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    for (size_t i = 0; i < QUERIES; i++) {
        boxes[i] =
            find_box(ctx, snapshot, positions[random_next(chance) % (uint64_t)count], wanted);
    }
    size_t items = 0, bytes = 0;
    int64_t query_us = 0, start_us = jalon_clock_monotonic_us();
    for (size_t i = 0; i < QUERIES; i++) {
        struct jalon_view_query query = {.category = -1,
                                         .status = -1,
                                         .has_box = true,
                                         .box = boxes[i],
                                         .limit = (size_t)wanted};
        struct jalon_view_result result;
        int64_t before_us = jalon_clock_monotonic_us();
        need(jalon_snapshot_query(ctx, snapshot, &query, &result));
        query_us += jalon_clock_monotonic_us() - before_us;
        size_t used = 0;
        for (size_t j = 0; j < result.count; j++) {
            memcpy(out + used, result.items[j].json.data, result.items[j].json.length);
            used += result.items[j].json.length;
        }
        items += result.count;
        bytes += used;
        jalon_context_reset(ctx);
    }
    double seconds = seconds_since(start_us);
    printf("box_%" PRId64 " %.1f us (of which finding %.1f us; %zu items, %zu bytes on average)\n",
           wanted, seconds / QUERIES * 1e6, (double)query_us / QUERIES, items / QUERIES,
           bytes / QUERIES);
    jalon_view_unpin(view, snapshot);
}

/* A grid of rectangles over the towns. */
static void set_territories(struct jalon_context *ctx, struct jalon_view *view)
{
    static struct jalon_territory cells[GRID * GRID];
    static struct jalon_position corners[GRID * GRID][5];
    static uint32_t ring_end = 5, polygon_end = 1;
    for (int i = 0; i < GRID * GRID; i++) {
        double west = -5 + i % GRID * 1.4, south = 42 + (double)(i / GRID) * 0.9;
        for (int j = 0; j < 5; j++) {
            corners[i][j] = (struct jalon_position){west + (j == 1 || j == 2 ? 1.4 : 0),
                                                    south + (j == 2 || j == 3 ? 0.9 : 0)};
        }
        cells[i] = (struct jalon_territory){
            .key = jalon_text_format(ctx->arena, "cell-%02d", i),
            .name = JALON_TEXT("Cell"),
            .kind = JALON_TEXT("cell"),
            .parent = JALON_TEXT_EMPTY,
            .geometry = {.type = JALON_GEOMETRY_POLYGON,
                         .srid = JALON_SRID_WGS84,
                         .positions = corners[i],
                         .position_count = 5,
                         .ring_ends = &ring_end,
                         .ring_count = 1,
                         .polygon_ends = &polygon_end,
                         .polygon_count = 1},
        };
    }
    need(jalon_view_set_territories(ctx, view, cells, GRID * GRID));
}

static void count_all(struct jalon_context *ctx, struct jalon_view *view)
{
    struct jalon_view_query query = {.category = -1, .status = -1};
    struct jalon_stats_request request = {
        &query, 1, JALON_STATS_BIT(JALON_STATS_DIMENSION_COUNT) - 1, 1800000000000000};
    struct jalon_stats stats = {.matched = 0};
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    int64_t start_us = jalon_clock_monotonic_us();
    for (int i = 0; i < COUNTS; i++) {
        need(jalon_snapshot_stats(ctx, snapshot, &request, &stats));
        jalon_context_reset(ctx);
    }
    printf("stats %.2f ms (%" PRId64 " counted, %" PRId64 " authors)\n",
           seconds_since(start_us) / COUNTS * 1e3, stats.matched, stats.people.authors);
    jalon_view_unpin(view, snapshot);
}

/* The clusters of a window of 1024 x 768 pixels around a random place; all of the map at zoom 0. */
static void cluster(struct jalon_context *ctx, struct jalon_view *view,
                    const struct jalon_position *positions, int64_t count, int zoom,
                    int32_t category, int32_t status, struct random_state *chance)
{
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    int64_t rounds = QUERIES / 20, found = 0;
    int64_t start_us = jalon_clock_monotonic_us();
    for (int64_t i = 0; i < rounds; i++) {
        struct jalon_position at = positions[random_next(chance) % (uint64_t)count];
        double half = 360.0 / (double)(1 << zoom);
        struct jalon_view_query query = {.category = category,
                                         .status = status,
                                         .has_box = zoom > 0,
                                         .box = {fmax(-180, at.lon - half), at.lat - half / 2,
                                                 fmin(180, at.lon + half), at.lat + half / 2}};
        struct jalon_cluster_list list;
        need(jalon_snapshot_cluster(ctx, snapshot, &query, zoom, &list));
        found += (int64_t)list.count;
        jalon_context_reset(ctx);
    }
    printf("clusters_z%d%s%s %.1f us (%" PRId64 " on average)\n", zoom,
           category < 0 ? "" : "_category", status < 0 ? "" : "_status",
           seconds_since(start_us) / (double)rounds * 1e6, found / rounds);
    jalon_view_unpin(view, snapshot);
}

/* Everything but loading. */
static void use(struct jalon_context *ctx, struct jalon_view *view,
                struct jalon_position *positions, int64_t count, bool is_short,
                struct random_state *chance)
{
    change(ctx, view, positions, count, chance);
    if (!is_short) {
        for (int64_t wanted = 10; wanted <= 10000; wanted *= 10) {
            query_boxes(ctx, view, positions, count, wanted, chance);
        }
        count_all(ctx, view);
    }
    for (int zoom = 0; zoom <= 16; zoom += 4) {
        cluster(ctx, view, positions, count, zoom, -1, -1, chance);
        cluster(ctx, view, positions, count, zoom, 1, -1, chance);
        cluster(ctx, view, positions, count, zoom, -1, 1, chance);
    }
}

/* With the files that the view kept for another start. */
static void remove_folder(const char *folder)
{
    DIR *files = opendir(folder);
    for (struct dirent *file; files != NULL && (file = readdir(files)) != NULL;) {
        if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0) {
            unlinkat(dirfd(files), file->d_name, 0);
        }
    }
    if (files != NULL) {
        closedir(files);
    }
    if (rmdir(folder) != 0) {
        fprintf(stderr, "bench_view: files are left in %s\n", folder);
    }
}

int main(int argc, char **argv)
{
    int64_t count = 1000000;
    bool is_short = argc == 3 && strcmp(argv[2], "short") == 0;
    bool is_load = argc == 3 && strcmp(argv[2], "load") == 0;
    if (argc > 3 || (argc == 3 && !is_short && !is_load) ||
        (argc >= 2 && !jalon_text_to_int64(jalon_text_from(argv[1]), &count)) || count < 1 ||
        count > 100000000) {
        fprintf(stderr, "usage: bench_view [CONTRIBUTIONS [short | load]]\n");
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
    struct jalon_context *kept = jalon_context_create();
    if (kept == NULL) {
        need(JALON_NO_MEMORY);
    }
    make_authors(kept);
    /* As in a server: what is ready to send lies in files there. */
    char folder[] = "bench_view.XXXXXX";
    if (mkdtemp(folder) == NULL) {
        need(JALON_UNAVAILABLE);
    }
    need(jalon_view_create(ctx, &map, &view));
    need(jalon_view_set_folder(ctx, view, jalon_text_from(folder)));
    set_territories(kept, view);
    load(ctx, view, positions, count);
    if (!is_load) {
        use(ctx, view, positions, count, is_short, &chance);
    }
    jalon_view_destroy(view);
    remove_folder(folder);
    jalon_context_destroy(kept);
    jalon_context_destroy(ctx);
    free(positions);
    return 0;
}
