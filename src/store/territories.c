/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Areas of a map. Layer 2. */
#include "jalon/store_membership.h"
#include "store/private.h"

enum jalon_status jalon_store_put_territory(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map,
                                            const struct jalon_territory *territory)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[11] = {
        jalon_db_integer(map->number),
        jalon_store_id(territory->id, id),
        jalon_db_text(territory->key),
        jalon_db_text(territory->name),
        jalon_db_text(territory->kind),
        jalon_db_text_or_null(territory->parent),
    };
    enum jalon_status status =
        jalon_store_put_geometry(ctx, session, &territory->geometry, &values[6]);
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_TERRITORY_PUT, values,
                                  JALON_STORE_COUNT(values), NULL);
    }
    return status == JALON_OK ? jalon_store_note_description(ctx, session, map->number) : status;
}

static enum jalon_status read_territory(struct jalon_context *ctx, const struct jalon_db_value *row,
                                        const void *with, void *object)
{
    enum { ID, KEY, NAME, KIND, PARENT, GEOMETRY };
    const struct jalon_store_place *place = with;
    struct jalon_territory read = {.key = JALON_TEXT_EMPTY}, *out = object;
    const struct jalon_store_text texts[] = {{KEY, &read.key},
                                             {NAME, &read.name},
                                             {KIND, &read.kind},
                                             {PARENT, &read.parent},
                                             {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    if (status == JALON_OK) {
        status = jalon_store_read_geometry(ctx, place->form, &row[GEOMETRY], &read.geometry);
    }
    if (status == JALON_NO_MEMORY) {
        return status;
    }
    if (status != JALON_OK || !jalon_id_parse(jalon_db_to_text(&row[ID]), &read.id)) {
        return jalon_store_bad_row(ctx, "a territory of map", place->map->number);
    }
    *out = read;
    return JALON_OK;
}

enum jalon_status jalon_store_list_territories(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map,
                                               struct jalon_territory **out, size_t *out_count)
{
    struct jalon_db_value value = jalon_db_integer(map->number);
    struct jalon_store_place place = {map, jalon_db_geometry_form(session->store->db)};
    struct jalon_store_list list = {
        .size = sizeof(struct jalon_territory), .read = read_territory, .with = &place};
    enum jalon_status status =
        jalon_store_read_list(ctx, session, JALON_QUERY_TERRITORY_LIST, &value, 1, &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_find_territory(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, struct jalon_text key,
                                             struct jalon_territory *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_text(key)};
    struct jalon_store_place place = {map, jalon_db_geometry_form(session->store->db)};
    return jalon_store_read_one(ctx, session, JALON_QUERY_TERRITORY_FIND, values,
                                JALON_STORE_COUNT(values), read_territory, &place, out);
}
