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
    jalon_id_format(territory->id, id);
    struct jalon_db_value values[11] = {
        jalon_db_integer(map->number),
        jalon_db_text((struct jalon_text){id, JALON_ID_TEXT_SIZE - 1}),
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

struct territories {
    struct jalon_territory *items;
    size_t count, capacity;
    enum jalon_db_geometry_form form;
};

static enum jalon_status take_territory(struct jalon_context *ctx, const struct jalon_db_value *row,
                                        void *object)
{
    struct territories *list = object;
    list->items = jalon_arena_grow(ctx->arena, list->items, list->count, list->count + 1,
                                   sizeof *list->items, &list->capacity);
    if (list->items == NULL) {
        return jalon_no_memory(ctx);
    }
    struct jalon_territory *territory = &list->items[list->count];
    struct jalon_text *const texts[] = {&territory->key, &territory->name, &territory->kind,
                                        &territory->parent};
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; i < JALON_STORE_COUNT(texts) && status == JALON_OK; i++) {
        status = jalon_store_copy_text(ctx, &row[1 + i], texts[i]);
    }
    if (status == JALON_OK) {
        status = jalon_store_read_geometry(ctx, list->form, &row[5], &territory->geometry);
    }
    bool readable = status == JALON_OK && jalon_id_parse(jalon_db_to_text(&row[0]), &territory->id);
    if (!readable) {
        return status == JALON_NO_MEMORY
                   ? status
                   : jalon_store_bad_row(ctx, "territory", (int64_t)list->count + 1);
    }
    list->count++;
    return JALON_OK;
}

enum jalon_status jalon_store_list_territories(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map,
                                               struct jalon_territory **out, size_t *out_count)
{
    struct jalon_db_value value = jalon_db_integer(map->number);
    struct territories list = {.form = jalon_db_geometry_form(session->store->db)};
    enum jalon_status status = jalon_store_each_row(ctx, session, JALON_QUERY_TERRITORY_LIST,
                                                    &value, 1, take_territory, &list);
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
    struct territories list = {.form = jalon_db_geometry_form(session->store->db)};
    enum jalon_status status =
        jalon_store_each_row(ctx, session, JALON_QUERY_TERRITORY_FIND, values,
                             JALON_STORE_COUNT(values), take_territory, &list);
    if (status == JALON_OK && list.count == 0) {
        return JALON_NOT_FOUND;
    }
    if (status == JALON_OK) {
        *out = list.items[0];
    }
    return status;
}
