/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who belongs to which map. Layer 2. */
#include "jalon/json.h"
#include "jalon/store_membership.h"
#include "store/private.h"

enum { CATEGORIES_MAX = 1 << 20 };

/* The keys in a JSON array of strings; NULL: none. */
static enum jalon_status read_categories(struct jalon_context *ctx,
                                         const struct jalon_db_value *column,
                                         struct jalon_member *member)
{
    const struct jalon_json *list = NULL;
    struct jalon_text json = jalon_db_to_text(column);
    enum jalon_status status = json.length > 0 ? jalon_json_parse(ctx, json, &list) : JALON_OK;
    if (status != JALON_OK) {
        return status == JALON_NO_MEMORY
                   ? status
                   : jalon_store_bad_row(ctx, "a membership of account", member->account);
    }
    size_t count = jalon_json_size(list);
    struct jalon_text *keys = jalon_arena_allocate(ctx->arena, count * sizeof *keys);
    if (keys == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < count; i++) {
        keys[i] = jalon_json_text(jalon_json_element(list, i));
    }
    member->categories = keys;
    member->category_count = count;
    return JALON_OK;
}

static enum jalon_status read_member(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    struct jalon_member *out = object;
    (void)with;
    struct jalon_member member = {
        .account = jalon_db_to_integer(&row[0]),
        .is_operator = jalon_db_to_integer(&row[3]) != 0,
        .role = JALON_ROLE_CONTRIBUTOR,
        .since_us = jalon_db_to_time_us(&row[7]),
    };
    struct jalon_text role = jalon_db_to_text(&row[4]);
    member.is_listed = role.length > 0;
    if (member.is_listed && !jalon_role_parse(role, &member.role)) {
        return jalon_store_bad_row(ctx, "a membership of account", member.account);
    }
    const struct jalon_store_text texts[] = {
        {1, &member.name}, {2, &member.display_name}, {6, &member.territory}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    if (status == JALON_OK) {
        status = read_categories(ctx, &row[5], &member);
    }
    if (status == JALON_OK) {
        *out = member;
    }
    return status;
}

enum jalon_status jalon_store_find_member(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, struct jalon_text name,
                                          struct jalon_member *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_text(name)};
    return jalon_store_read_one(ctx, session, JALON_QUERY_MEMBERSHIP_FIND, values,
                                JALON_STORE_COUNT(values), read_member, NULL, out);
}

enum jalon_status jalon_store_list_members(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, struct jalon_text after,
                                           size_t limit, struct jalon_member **out,
                                           size_t *out_count)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(map->number),
        jalon_db_text(after),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_member), .read = read_member};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_MEMBERSHIP_LIST,
                                                     values, JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

static void write_categories(struct jalon_buffer *buffer, const struct jalon_member *member)
{
    for (size_t i = 0; i < member->category_count; i++) {
        jalon_buffer_append_char(buffer, i == 0 ? '[' : ',');
        jalon_buffer_append_json(buffer, member->categories[i]);
    }
    if (member->category_count > 0) {
        jalon_buffer_append_char(buffer, ']');
    }
}

enum jalon_status jalon_store_put_member(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map,
                                         const struct jalon_member *member)
{
    struct jalon_buffer categories;
    jalon_buffer_init(&categories, CATEGORIES_MAX);
    write_categories(&categories, member);
    enum jalon_status status = jalon_buffer_status(&categories);
    if (status == JALON_OK) {
        struct jalon_db_value values[] = {
            jalon_db_integer(map->number),
            jalon_db_integer(member->account),
            jalon_db_text(jalon_text_from(jalon_role_name(member->role))),
            jalon_db_text_or_null(jalon_buffer_text(&categories)),
            jalon_db_text_or_null(member->territory),
            jalon_db_time(member->since_us),
        };
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_MEMBERSHIP_PUT, values,
                                  JALON_STORE_COUNT(values), NULL);
    } else {
        status = status == JALON_NO_MEMORY ? jalon_no_memory(ctx)
                                           : jalon_fail(ctx, status, "too many categories");
    }
    jalon_buffer_finish(&categories);
    return status;
}

enum jalon_status jalon_store_remove_member(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t account)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(account)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_MEMBERSHIP_REMOVE, values,
                            JALON_STORE_COUNT(values), NULL);
}

enum jalon_status jalon_store_count_other_admins(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map, int64_t account,
                                                 int64_t *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(map->number), jalon_db_integer(account)};
    return jalon_store_read_integer(ctx, session, JALON_QUERY_MEMBERSHIP_COUNT_ADMINS, values,
                                    JALON_STORE_COUNT(values), out);
}

static enum jalon_status append_slug(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     void *object)
{
    struct jalon_text *list = object;
    struct jalon_text grown = jalon_text_format(
        ctx->arena, "%.*s%s%.*s", JALON_TEXT_ARGS(*list), list->length > 0 ? ", " : "",
        JALON_TEXT_ARGS(jalon_db_to_text(&row[0])));
    if (grown.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *list = grown;
    return JALON_OK;
}

enum jalon_status jalon_store_list_alone(struct jalon_context *ctx, struct jalon_session *session,
                                         int64_t account, size_t limit, struct jalon_text *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(account), jalon_db_integer((int64_t)limit)};
    struct jalon_text list = JALON_TEXT_EMPTY;
    enum jalon_status status =
        jalon_store_each_row(ctx, session, JALON_QUERY_MEMBERSHIP_ALONE, values,
                             JALON_STORE_COUNT(values), append_slug, &list);
    if (status == JALON_OK) {
        *out = list;
    }
    return status;
}
