/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What has become of maps of which somebody knows some state. Layer 2. */
#include "jalon/clock.h"
#include "store/private.h"

/* Two numbers of 20 characters at most, brackets and commas. */
enum { ASKED_SIZE = 48 };

enum { COLUMN_PLACE, COLUMN_DESCRIBED, COLUMN_LAST_SEQ, COLUMN_KNOWN_TIME };

struct progress {
    struct jalon_map_progress *maps;
    size_t count;
};

static enum jalon_status take_progress(struct jalon_context *ctx, const struct jalon_db_value *row,
                                       void *object)
{
    const struct progress *progress = object;
    int64_t place = jalon_db_to_integer(&row[COLUMN_PLACE]);
    if (place < 0 || place >= (int64_t)progress->count) {
        return jalon_store_bad_row(ctx, "the progress of map", place);
    }
    struct jalon_map_progress *map = &progress->maps[place];
    map->is_there = true;
    map->described_us = jalon_db_to_time_us(&row[COLUMN_DESCRIBED]);
    map->last_seq = jalon_db_to_integer(&row[COLUMN_LAST_SEQ]);
    map->known_time_us = jalon_db_to_time_us(&row[COLUMN_KNOWN_TIME]);
    return JALON_OK;
}

enum jalon_status jalon_store_follow(struct jalon_context *ctx, struct jalon_session *session,
                                     struct jalon_map_progress *maps, size_t count)
{
    struct progress progress = {maps, count};
    struct jalon_buffer asked;
    jalon_buffer_init(&asked, (count + 1) * ASKED_SIZE);
    jalon_buffer_append_char(&asked, '[');
    for (size_t i = 0; i < count; i++) {
        maps[i].is_there = false;
        jalon_buffer_append_format(&asked, "%s[%lld,%lld]", i > 0 ? "," : "",
                                   (long long)maps[i].map, (long long)maps[i].known_seq);
    }
    jalon_buffer_append_char(&asked, ']');
    enum jalon_status status = jalon_buffer_status(&asked);
    if (status == JALON_OK) {
        struct jalon_db_value value = jalon_db_text(jalon_buffer_text(&asked));
        status = jalon_store_each_row(ctx, session, JALON_QUERY_MAP_FOLLOW, &value, 1,
                                      take_progress, &progress);
    } else {
        status = jalon_no_memory(ctx);
    }
    jalon_buffer_finish(&asked);
    return status;
}

enum jalon_status jalon_store_note_description(struct jalon_context *ctx,
                                               struct jalon_session *session, int64_t map)
{
    struct jalon_db_value values[] = {jalon_db_integer(map), jalon_db_time(jalon_clock_now_us())};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_MAP_DESCRIBED, values,
                            JALON_STORE_COUNT(values), NULL);
}
