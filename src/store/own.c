/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What one account has done, in all maps. Layer 2. */
#include "store/people.h"

struct list {
    void *items;
    size_t count, capacity;
};

static void *add(struct jalon_context *ctx, struct list *list, size_t size)
{
    char *grown = jalon_arena_grow(ctx->arena, list->items, list->count, list->count + 1, size,
                                   &list->capacity);
    if (grown == NULL) {
        return NULL;
    }
    list->items = grown;
    return grown + list->count++ * size;
}

/* Copies columns, from one on, into texts. */
static enum jalon_status copy_texts(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    struct jalon_text *const *texts, size_t count)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = jalon_store_copy_text(ctx, &row[i], texts[i]);
    }
    return status;
}

static enum jalon_status take_contribution(struct jalon_context *ctx,
                                           const struct jalon_db_value *row, void *object)
{
    struct jalon_own_contribution *own = add(ctx, object, sizeof *own);
    if (own == NULL) {
        return jalon_no_memory(ctx);
    }
    *own = (struct jalon_own_contribution){
        .place = {jalon_db_to_integer(&row[0]), jalon_db_to_integer(&row[1])},
        .version = jalon_db_to_integer(&row[9]),
        .created_us = jalon_db_to_time_us(&row[10]),
        .updated_us = jalon_db_to_time_us(&row[11]),
    };
    struct jalon_text *const place[] = {&own->map, &own->map_title_fr, &own->map_title_en,
                                        &own->collection};
    struct jalon_text *const words[] = {&own->title, &own->moderation};
    if (!jalon_id_parse(jalon_db_to_text(&row[6]), &own->id)) {
        return jalon_store_bad_row(ctx, "contribution", own->place.number);
    }
    enum jalon_status status = copy_texts(ctx, row + 2, place, JALON_STORE_COUNT(place));
    return status == JALON_OK ? copy_texts(ctx, row + 7, words, JALON_STORE_COUNT(words)) : status;
}

enum jalon_status jalon_store_list_own(struct jalon_context *ctx, struct jalon_session *session,
                                       struct jalon_text author, bool only_public,
                                       const struct jalon_own_place *before, size_t limit,
                                       struct jalon_own_contribution **out, size_t *out_count)
{
    struct jalon_db_value values[] = {
        jalon_db_text(author),
        jalon_db_integer(before != NULL ? before->map : INT64_MAX),
        jalon_db_integer(before != NULL ? before->number : INT64_MAX),
        jalon_db_integer((int64_t)limit),
    };
    struct list list = {.items = NULL};
    enum jalon_status status = jalon_store_each_row(
        ctx, session,
        only_public ? JALON_QUERY_OWN_PUBLIC_CONTRIBUTIONS : JALON_QUERY_OWN_CONTRIBUTIONS, values,
        JALON_STORE_COUNT(values), take_contribution, &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

static enum jalon_status take_membership(struct jalon_context *ctx,
                                         const struct jalon_db_value *row, void *object)
{
    struct jalon_own_membership *own = add(ctx, object, sizeof *own);
    if (own == NULL) {
        return jalon_no_memory(ctx);
    }
    *own = (struct jalon_own_membership){.since_us = jalon_db_to_time_us(&row[4])};
    struct jalon_text *const texts[] = {&own->map, &own->map_title_fr, &own->map_title_en,
                                        &own->role};
    return copy_texts(ctx, row, texts, JALON_STORE_COUNT(texts));
}

enum jalon_status jalon_store_list_memberships(struct jalon_context *ctx,
                                               struct jalon_session *session, int64_t account,
                                               struct jalon_own_membership **out,
                                               size_t *out_count)
{
    struct jalon_db_value value = jalon_db_integer(account);
    struct list list = {.items = NULL};
    enum jalon_status status = jalon_store_each_row(ctx, session, JALON_QUERY_OWN_MEMBERSHIPS,
                                                    &value, 1, take_membership, &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
