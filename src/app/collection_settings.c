/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The settings of a collection, as texts that an operator writes. Layer 3 (app). */
#include <stddef.h>

#include "jalon/app.h"

#include "internal.h"
#include "lenient.h"

static const struct {
    const char *key;
    size_t offset; /* of an int32_t */
    int32_t minimum, maximum;
} numbers[] = {
    {"cluster_max_zoom", offsetof(struct jalon_collection, cluster_max_zoom), 0,
     JALON_CLUSTER_MAX_ZOOM_MAX},
    {"cluster_min_points", offsetof(struct jalon_collection, cluster_min_points), 2,
     JALON_CLUSTER_MIN_POINTS_MAX},
    {"cluster_radius", offsetof(struct jalon_collection, cluster_radius),
     JALON_CLUSTER_RADIUS_MIN, JALON_CLUSTER_RADIUS_MAX},
    {"duplicate_distance_m", offsetof(struct jalon_collection, duplicate_distance_m), 0,
     JALON_DUPLICATE_DISTANCE_MAX_M},
    {"stale_after_days", offsetof(struct jalon_collection, stale_after_days), 0,
     JALON_STALE_AFTER_DAYS_MAX},
};

static enum jalon_status set_number(struct jalon_context *ctx, struct jalon_collection *collection,
                                    size_t at, struct jalon_text value)
{
    int64_t number;
    if (!jalon_text_to_int64(value, &number) || number < numbers[at].minimum ||
        number > numbers[at].maximum) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, numbers[at].key,
                             "must be a whole number from %d to %d", numbers[at].minimum,
                             numbers[at].maximum);
    }
    *(int32_t *)(void *)((char *)collection + numbers[at].offset) = (int32_t)number;
    return JALON_OK;
}

/* "a,b"; nothing for none; "*" for those of short values. */
static enum jalon_status set_tile_fields(struct jalon_context *ctx,
                                         struct jalon_collection *collection,
                                         struct jalon_text value)
{
    int32_t *fields =
        jalon_arena_allocate(ctx->arena, (collection->field_count + 1) * sizeof *fields);
    struct jalon_text word;
    if (fields == NULL) {
        return jalon_no_memory(ctx);
    }
    collection->tile_fields = fields;
    collection->tile_field_count = 0;
    collection->chooses_tile_fields = !jalon_text_is(value, "*");
    while (collection->chooses_tile_fields && jalon_lenient_next_word(&value, ",", &word)) {
        if (word.length == 0) {
            continue;
        }
        int32_t field = jalon_collection_find_field(collection, word);
        const char *reason = jalon_collection_refuse_tile_field(collection, field);
        if (reason != NULL) {
            return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "tile_fields",
                                 "'%.*s': %s", JALON_TEXT_ARGS(word), jalon_say(ctx, reason));
        }
        fields[collection->tile_field_count++] = field;
    }
    return JALON_OK;
}

enum jalon_status jalon_collection_set(struct jalon_context *ctx,
                                       struct jalon_collection *collection, struct jalon_text key,
                                       struct jalon_text value)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (jalon_text_is(key, numbers[i].key)) {
            return set_number(ctx, collection, i, value);
        }
    }
    if (jalon_text_is(key, "tile_fields")) {
        return set_tile_fields(ctx, collection, value);
    }
    return jalon_fail(ctx, JALON_INVALID,
                      "'%.*s' is not a setting of a collection; there are cluster_max_zoom, "
                      "cluster_min_points, cluster_radius, duplicate_distance_m, "
                      "stale_after_days, tile_fields",
                      JALON_TEXT_ARGS(key));
}
