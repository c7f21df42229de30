/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What one account has done, in all maps. Layer 2. */
#include "store/people.h"

static enum jalon_status read_contribution(struct jalon_context *ctx,
                                           const struct jalon_db_value *row, const void *with,
                                           void *object)
{
    enum { MAP_NUMBER, NUMBER, MAP, TITLE_FR, TITLE_EN, COLLECTION, ID, TITLE, MODERATION, VERSION,
           CREATED, UPDATED };
    struct jalon_own_contribution *own = object;
    (void)with;
    *own = (struct jalon_own_contribution){
        .place = {jalon_db_to_integer(&row[MAP_NUMBER]), jalon_db_to_integer(&row[NUMBER])},
        .version = jalon_db_to_integer(&row[VERSION]),
        .created_us = jalon_db_to_time_us(&row[CREATED]),
        .updated_us = jalon_db_to_time_us(&row[UPDATED]),
    };
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &own->id)) {
        return jalon_store_bad_row(ctx, "contribution", own->place.number);
    }
    const struct jalon_store_text texts[] = {
        {MAP, &own->map},
        {TITLE_FR, &own->map_title_fr},
        {TITLE_EN, &own->map_title_en},
        {COLLECTION, &own->collection},
        {TITLE, &own->title},
        {MODERATION, &own->moderation},
        {0, NULL},
    };
    return jalon_store_copy_texts(ctx, row, texts);
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
        jalon_db_integer(only_public),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_own_contribution),
                                    .read = read_contribution};
    enum jalon_status status =
        jalon_store_read_list(ctx, session, JALON_QUERY_OWN_CONTRIBUTIONS, values,
                              JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

static enum jalon_status read_membership(struct jalon_context *ctx,
                                         const struct jalon_db_value *row, const void *with,
                                         void *object)
{
    enum { MAP, TITLE_FR, TITLE_EN, ROLE, SINCE };
    struct jalon_own_membership *own = object;
    (void)with;
    *own = (struct jalon_own_membership){.since_us = jalon_db_to_time_us(&row[SINCE])};
    const struct jalon_store_text texts[] = {
        {MAP, &own->map},
        {TITLE_FR, &own->map_title_fr},
        {TITLE_EN, &own->map_title_en},
        {ROLE, &own->role},
        {0, NULL},
    };
    return jalon_store_copy_texts(ctx, row, texts);
}

enum jalon_status jalon_store_list_memberships(struct jalon_context *ctx,
                                               struct jalon_session *session, int64_t account,
                                               struct jalon_own_membership **out,
                                               size_t *out_count)
{
    struct jalon_db_value value = jalon_db_integer(account);
    struct jalon_store_list list = {
        .size = sizeof(struct jalon_own_membership), .read = read_membership};
    enum jalon_status status =
        jalon_store_read_list(ctx, session, JALON_QUERY_OWN_MEMBERSHIPS, &value, 1, &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
