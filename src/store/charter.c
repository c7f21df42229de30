/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The charters of a map. Layer 2. */
#include "jalon/store_charter.h"
#include "store/private.h"

enum jalon_status jalon_store_insert_charter(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map,
                                             const struct jalon_charter *charter)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),      jalon_db_integer(charter->version),
        jalon_db_text(charter->text.fr),    jalon_db_text(charter->text.en),
        jalon_db_text_or_null(charter->author), jalon_db_time(charter->created_us),
    };
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_CHARTER_INSERT, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_find_charter(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int32_t version,
                                           struct jalon_charter *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(version)};
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_store_query_row(
        ctx, session, JALON_QUERY_CHARTER_FIND, values, JALON_STORE_COUNT(values), &cursor, &row);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_charter charter = {
        .version = (int32_t)jalon_db_to_integer(&row[0]),
        .created_us = jalon_db_to_time_us(&row[4]),
    };
    struct jalon_text *const texts[] = {&charter.text.fr, &charter.text.en, &charter.author};
    for (size_t i = 0; status == JALON_OK && i < JALON_STORE_COUNT(texts); i++) {
        status = jalon_store_copy_text(ctx, &row[1 + i], texts[i]);
    }
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        *out = charter;
    }
    return status;
}
