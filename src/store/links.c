/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Links between contributions: rows <-> structs. Layer 2. */
#include <assert.h>

#include "jalon/store_conversation.h"
#include "store/private.h"

static const char *const names[JALON_LINK_TYPE_COUNT][2] = {
    [JALON_LINK_ANSWERS] = {"answers", "answered_by"},
    [JALON_LINK_PART_OF] = {"part_of", "has_part"},
    [JALON_LINK_SAME_AS] = {"same_as", "same_as"},
    [JALON_LINK_CONTINUES] = {"continues", "continued_by"},
};

const char *jalon_link_type_name(enum jalon_link_type type, bool is_inverse)
{
    assert((size_t)type < JALON_STORE_COUNT(names));
    return names[type][is_inverse];
}

bool jalon_link_type_parse(struct jalon_text name, enum jalon_link_type *out, bool *out_inverse)
{
    for (size_t i = 0; i < 2 * JALON_STORE_COUNT(names); i++) {
        if (jalon_text_is(name, names[i / 2][i % 2])) {
            *out = (enum jalon_link_type)(i / 2);
            *out_inverse = i % 2 == 1;
            return true;
        }
    }
    return false;
}

static struct jalon_db_value type_value(enum jalon_link_type type)
{
    return jalon_db_text(jalon_text_from(jalon_link_type_name(type, false)));
}

/* --- Writing --- */

enum jalon_status jalon_store_insert_link(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_relation *link)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(link->source.map),
        jalon_store_id(link->id, id),
        jalon_db_integer(link->source.contribution),
        type_value(link->type),
        jalon_db_integer(link->target.map),
        jalon_db_integer(link->target.contribution),
        jalon_db_text_or_null(link->author),
        jalon_db_time(link->created_us),
    };
    return jalon_store_insert_new(ctx, session, JALON_QUERY_LINK_INSERT, values,
                                  JALON_STORE_COUNT(values));
}

enum jalon_status jalon_store_delete_link(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_relation *link)
{
    char id[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {jalon_db_integer(link->source.map),
                                      jalon_store_id(link->id, id)};
    return jalon_db_execute(ctx, session->connection, JALON_QUERY_LINK_DELETE, values,
                            JALON_STORE_COUNT(values), NULL);
}

/* --- Reading --- */

static enum jalon_status read_link(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   const void *with, void *object)
{
    struct jalon_relation *out = object;
    (void)with;
    enum { ID, MAP, CONTRIBUTION, TYPE, TARGET_MAP, TARGET, AUTHOR, CREATED };
    struct jalon_relation read = {
        .source = {jalon_db_to_integer(&row[MAP]), jalon_db_to_integer(&row[CONTRIBUTION])},
        .target = {jalon_db_to_integer(&row[TARGET_MAP]), jalon_db_to_integer(&row[TARGET])},
        .created_us = jalon_db_to_time_us(&row[CREATED]),
    };
    bool is_inverse = false;
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &read.id) ||
        !jalon_link_type_parse(jalon_db_to_text(&row[TYPE]), &read.type, &is_inverse)) {
        return jalon_store_bad_row(ctx, "a link of contribution", read.source.contribution);
    }
    enum jalon_status status = jalon_store_copy_text(ctx, &row[AUTHOR], &read.author);
    if (status == JALON_OK) {
        *out = read;
    }
    return status;
}

enum jalon_status jalon_store_find_link(struct jalon_context *ctx, struct jalon_session *session,
                                        struct jalon_link_end end, struct jalon_id id,
                                        struct jalon_relation *out)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {jalon_db_integer(end.map),
                                      jalon_db_integer(end.contribution),
                                      jalon_store_id(id, text)};
    enum jalon_status status =
        jalon_store_read_one(ctx, session, JALON_QUERY_LINK_FIND, values, JALON_STORE_COUNT(values),
                             read_link, NULL, out);
    return status == JALON_NOT_FOUND
               ? jalon_fail(ctx, status, "there is no such link of this contribution")
               : status;
}

enum jalon_status jalon_store_list_links(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_link_end end, struct jalon_id after,
                                         size_t limit, struct jalon_relation **out, size_t *out_count)
{
    char text[JALON_ID_TEXT_SIZE];
    struct jalon_db_value values[] = {
        jalon_db_integer(end.map),
        jalon_db_integer(end.contribution),
        jalon_store_id(after, text),
        jalon_db_integer((int64_t)limit),
    };
    struct jalon_store_list list = {.size = sizeof(struct jalon_relation), .read = read_link};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_LINK_LIST, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

enum jalon_status jalon_store_count_links(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_link_end source, int64_t *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(source.map),
                                      jalon_db_integer(source.contribution)};
    return jalon_store_read_integer(ctx, session, JALON_QUERY_LINK_COUNT, values,
                                    JALON_STORE_COUNT(values), out);
}

enum jalon_status jalon_store_has_link(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_relation *link, bool *out)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(link->source.map),   jalon_db_integer(link->source.contribution),
        type_value(link->type),               jalon_db_integer(link->target.map),
        jalon_db_integer(link->target.contribution),
    };
    return jalon_store_has_row(ctx, session, JALON_QUERY_LINK_EXISTS, values,
                               JALON_STORE_COUNT(values), out);
}

static enum jalon_status read_target(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    struct jalon_link_end *end = object;
    (void)ctx;
    (void)with;
    *end = (struct jalon_link_end){jalon_db_to_integer(&row[0]), jalon_db_to_integer(&row[1])};
    return JALON_OK;
}

enum jalon_status jalon_store_list_targets(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           struct jalon_link_end source, enum jalon_link_type type,
                                           struct jalon_link_end **out, size_t *out_count)
{
    struct jalon_db_value values[] = {jalon_db_integer(source.map),
                                      jalon_db_integer(source.contribution), type_value(type)};
    struct jalon_store_list list = {.size = sizeof(struct jalon_link_end), .read = read_target};
    enum jalon_status status = jalon_store_read_list(ctx, session, JALON_QUERY_LINK_WHOLES, values,
                                                     JALON_STORE_COUNT(values), &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}

/* `with`: which end of a link it is. */
static enum jalon_status read_linked(struct jalon_context *ctx, const struct jalon_db_value *row,
                                     const void *with, void *object)
{
    enum { MAP, COLLECTION, ID, TITLE, VISIBILITY, READING };
    const struct jalon_link_end *end = with;
    struct jalon_linked *out = object;
    struct jalon_linked read;
    if (!jalon_id_parse(jalon_db_to_text(&row[ID]), &read.id) ||
        !jalon_visibility_parse(jalon_db_to_text(&row[VISIBILITY]), &read.visibility) ||
        !jalon_visibility_parse(jalon_db_to_text(&row[READING]), &read.reading)) {
        return jalon_store_bad_row(ctx, "contribution", end->contribution);
    }
    const struct jalon_store_text texts[] = {
        {MAP, &read.map}, {COLLECTION, &read.collection}, {TITLE, &read.title}, {0, NULL}};
    enum jalon_status status = jalon_store_copy_texts(ctx, row, texts);
    if (status == JALON_OK) {
        *out = read;
    }
    return status;
}

enum jalon_status jalon_store_find_linked(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_link_end end, struct jalon_linked *out)
{
    struct jalon_db_value values[] = {jalon_db_integer(end.map),
                                      jalon_db_integer(end.contribution)};
    return jalon_store_read_one(ctx, session, JALON_QUERY_LINK_END, values,
                                JALON_STORE_COUNT(values), read_linked, &end, out);
}
