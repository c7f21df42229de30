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

static enum jalon_status read_charter(struct jalon_context *ctx, const struct jalon_db_value *row,
                                      const void *with, void *object)
{
    enum { VERSION, FR, EN, AUTHOR, CREATED };
    struct jalon_charter *out = object;
    struct jalon_charter charter = {
        .version = (int32_t)jalon_db_to_integer(&row[VERSION]),
        .created_us = jalon_db_to_time_us(&row[CREATED]),
    };
    const struct jalon_store_text texts[] = {
        {FR, &charter.text.fr}, {EN, &charter.text.en}, {AUTHOR, &charter.author}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    (void)with;
    if (status == JALON_OK) {
        *out = charter;
    }
    return status;
}

enum jalon_status jalon_store_find_charter(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int32_t version,
                                           struct jalon_charter *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(version)};
    return jalon_store_read_one(ctx, session, JALON_QUERY_CHARTER_FIND, values,
                                JALON_STORE_COUNT(values), read_charter, NULL, out);
}
