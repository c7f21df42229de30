/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Maps: their own row, the list of them, their end. What describes collections: descriptions.c.
 * Layer 2. */
#include <string.h>

#include "store/descriptions.h"

/* --- Writing --- */

enum { RULES = 14, LICENCES_MAX = 1 << 16 };

/* One a line; NULL: any. */
static enum jalon_status join_licences(struct jalon_context *ctx, const struct jalon_rules *rules,
                                       struct jalon_db_value *out)
{
    struct jalon_buffer lines;
    jalon_buffer_init(&lines, LICENCES_MAX);
    for (size_t i = 0; i < rules->licence_count; i++) {
        jalon_buffer_append_string(&lines, i > 0 ? "\n" : "");
        jalon_buffer_append_text(&lines, rules->licences[i]);
    }
    enum jalon_status status = jalon_buffer_status(&lines);
    struct jalon_text joined = status == JALON_OK
                                   ? jalon_text_copy(ctx->arena, jalon_buffer_text(&lines))
                                   : JALON_TEXT_EMPTY;
    jalon_buffer_finish(&lines);
    if (joined.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = jalon_db_text_or_null(joined);
    return JALON_OK;
}

static enum jalon_status fill_rules(struct jalon_context *ctx, const struct jalon_rules *rules,
                                    struct jalon_db_value out[RULES])
{
    out[0] = jalon_db_text(jalon_text_from(jalon_moderation_mode_name(rules->moderation)));
    out[1] = jalon_db_integer(rules->trust_count);
    out[2] = jalon_db_text(jalon_text_from(jalon_visibility_name(rules->reading)));
    out[3] = jalon_db_text(jalon_text_from(jalon_edit_mode_name(rules->edits)));
    out[4] = jalon_db_text(jalon_text_from(jalon_outside_mode_name(rules->outside)));
    out[6] = jalon_db_integer(rules->location_grid_m);
    out[7] = jalon_db_integer(rules->report_threshold);
    out[8] = jalon_db_integer(rules->pending_days);
    out[9] = jalon_db_integer(rules->secret_days);
    out[10] = jalon_db_integer(rules->contact_days);
    out[11] = jalon_db_integer(rules->trace_days);
    out[12] = jalon_db_integer(rules->report_days);
    out[13] = jalon_db_integer(rules->charter);
    return join_licences(ctx, rules, &out[5]);
}

enum jalon_status jalon_store_insert_map(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_map *map)
{
    struct jalon_db_value values[15 + RULES] = {
        jalon_db_text(map->slug),
        jalon_db_text(map->title.fr),
        jalon_db_text(map->title.en),
        jalon_db_text_or_null(map->description.fr),
        jalon_db_text_or_null(map->description.en),
        jalon_db_text_or_null(map->template_name),
        jalon_db_text_or_null(map->licence),
        jalon_db_text_or_null(map->attribution),
        jalon_db_text(jalon_text_from(jalon_write_policy_name(map->policy))),
        jalon_db_boolean(map->account_needed),
        jalon_db_double(map->box.west),
        jalon_db_double(map->box.south),
        jalon_db_double(map->box.east),
        jalon_db_double(map->box.north),
        jalon_db_time(map->created_us),
    };
    int64_t number;
    enum jalon_status status = fill_rules(ctx, &map->rules, &values[15]);
    if (status == JALON_OK) {
        status = jalon_db_insert(ctx, session->connection, JALON_QUERY_MAP_INSERT, values,
                                 JALON_STORE_COUNT(values), &number);
    }
    if (status == JALON_CONFLICT) {
        return jalon_fail(ctx, status, "there is a map '%s' already", map->slug.data);
    }
    struct jalon_collection *collections = NULL;
    if (status == JALON_OK) {
        status = jalon_store_insert_description(ctx, session, map, number, &collections);
    }
    if (status == JALON_OK) {
        map->number = number;
        map->collections = collections;
    }
    return status;
}

enum jalon_status jalon_store_update_map(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map)
{
    struct jalon_db_value values[13 + RULES] = {
        jalon_db_integer(map->number),
        jalon_db_text(map->title.fr),
        jalon_db_text(map->title.en),
        jalon_db_text_or_null(map->description.fr),
        jalon_db_text_or_null(map->description.en),
        jalon_db_text_or_null(map->licence),
        jalon_db_text_or_null(map->attribution),
        jalon_db_text(jalon_text_from(jalon_write_policy_name(map->policy))),
        jalon_db_boolean(map->account_needed),
        jalon_db_double(map->box.west),
        jalon_db_double(map->box.south),
        jalon_db_double(map->box.east),
        jalon_db_double(map->box.north),
    };
    int64_t changed = 0;
    enum jalon_status status = fill_rules(ctx, &map->rules, &values[13]);
    if (status == JALON_OK) {
        status = jalon_db_execute(ctx, session->connection, JALON_QUERY_MAP_UPDATE, values,
                                  JALON_STORE_COUNT(values), &changed);
    }
    if (status == JALON_OK && changed == 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "this map is not there any more");
    }
    return status == JALON_OK ? jalon_store_note_description(ctx, session, map->number) : status;
}

enum jalon_status jalon_store_delete_map(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map)
{
    /* What points comes before what is pointed at. */
    static const int queries[] = {
        JALON_QUERY_COMMUNITY_DELETE_MEMBERSHIP,  JALON_QUERY_COMMUNITY_DELETE_CHARTER,
        JALON_QUERY_COMMUNITY_DELETE_AUDIT,       JALON_QUERY_COMMUNITY_DELETE_NOTIFICATION,
        JALON_QUERY_COMMUNITY_DELETE_COMMENT,     JALON_QUERY_COMMUNITY_DELETE_CONFIRMATION,
        JALON_QUERY_COMMUNITY_DELETE_SUPPORT,     JALON_QUERY_COMMUNITY_DELETE_CLAIM,
        JALON_QUERY_COMMUNITY_DELETE_REVIEW,      JALON_QUERY_COMMUNITY_DELETE_REPORT,
        JALON_QUERY_COMMUNITY_DELETE_PROPOSAL,    JALON_QUERY_COMMUNITY_DELETE_BLOCK,
        JALON_QUERY_COMMUNITY_DELETE_ORIGIN,      JALON_QUERY_COMMUNITY_DELETE_ZONE,
        JALON_QUERY_COMMUNITY_DELETE_TICKET,      JALON_QUERY_COMMUNITY_DELETE_LINK,
        JALON_QUERY_CONTRIBUTION_DELETE,          JALON_QUERY_REVISION_DELETE,
        JALON_QUERY_EVENT_DELETE,                 JALON_QUERY_IDEMPOTENCY_DELETE,
        JALON_QUERY_TERRITORY_DELETE,
        JALON_QUERY_COLLECTION_DELETE_TRANSITIONS, JALON_QUERY_COLLECTION_DELETE_STATUSES,
        JALON_QUERY_COLLECTION_DELETE_CHOICES,    JALON_QUERY_COLLECTION_DELETE_FIELDS,
        JALON_QUERY_COLLECTION_DELETE_CATEGORIES, JALON_QUERY_COLLECTION_DELETE,
        JALON_QUERY_CATEGORY_DELETE,              JALON_QUERY_MAP_DELETE,
    };
    struct jalon_db_value value = jalon_db_integer(map->number);
    int64_t changed = 0;
    enum jalon_status status = jalon_session_write_index(ctx, session);
    for (size_t i = 0; status == JALON_OK && i < JALON_STORE_COUNT(queries); i++) {
        status = jalon_db_execute(ctx, session->connection, queries[i], &value, 1, &changed);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_session_forget_map(session, map->number);
    if (changed == 0) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "this map is not there any more");
    }
    return JALON_OK;
}

/* --- Reading --- */

static enum jalon_status read_texts(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    struct jalon_map *out)
{
    struct jalon_text *const texts[] = {
        &out->slug,           &out->title.fr,      &out->title.en, &out->description.fr,
        &out->description.en, &out->template_name, &out->licence,  &out->attribution,
    };
    for (size_t i = 0; i < JALON_STORE_COUNT(texts); i++) {
        enum jalon_status status = jalon_store_copy_text(ctx, &row[1 + i], texts[i]);
        if (status != JALON_OK) {
            return status;
        }
    }
    return JALON_OK;
}

/* The lines of a column. */
static enum jalon_status split_licences(struct jalon_context *ctx,
                                        const struct jalon_db_value *column,
                                        struct jalon_rules *out)
{
    struct jalon_text rest;
    struct jalon_text *list = NULL;
    size_t count = 0, capacity = 0;
    enum jalon_status status = jalon_store_copy_text(ctx, column, &rest);
    while (status == JALON_OK && rest.length > 0) {
        size_t end = jalon_text_find(rest, '\n');
        list = jalon_arena_grow(ctx->arena, list, count, count + 1, sizeof *list, &capacity);
        struct jalon_text line =
            list == NULL ? JALON_TEXT_EMPTY
                         : jalon_text_copy(ctx->arena, jalon_text_slice(rest.data, end));
        if (line.data == NULL) {
            return jalon_no_memory(ctx);
        }
        list[count++] = line;
        size_t used = end + (end < rest.length);
        rest = jalon_text_slice(rest.data + used, rest.length - used);
    }
    out->licences = list;
    out->licence_count = count;
    return status;
}

/* False when the database has what this program does not know. */
static bool read_rules(const struct jalon_db_value *columns, struct jalon_rules *out)
{
    int32_t *const numbers[] = {&out->location_grid_m, &out->report_threshold, &out->pending_days,
                                &out->secret_days,     &out->contact_days,     &out->trace_days,
                                &out->report_days,     &out->charter};
    out->trust_count = (int32_t)jalon_db_to_integer(&columns[1]);
    for (size_t i = 0; i < JALON_STORE_COUNT(numbers); i++) {
        *numbers[i] = (int32_t)jalon_db_to_integer(&columns[6 + i]);
    }
    return jalon_moderation_mode_parse(jalon_db_to_text(&columns[0]), &out->moderation) &&
           jalon_visibility_parse(jalon_db_to_text(&columns[2]), &out->reading) &&
           jalon_edit_mode_parse(jalon_db_to_text(&columns[3]), &out->edits) &&
           jalon_outside_mode_parse(jalon_db_to_text(&columns[4]), &out->outside);
}

static enum jalon_status read_map(struct jalon_context *ctx, const struct jalon_db_value *row,
                                  struct jalon_map *out)
{
    *out = (struct jalon_map){
        .number = jalon_db_to_integer(&row[0]),
        .account_needed = jalon_db_to_integer(&row[10]) != 0,
        .box = {
            .west = jalon_db_to_double(&row[11]),
            .south = jalon_db_to_double(&row[12]),
            .east = jalon_db_to_double(&row[13]),
            .north = jalon_db_to_double(&row[14]),
        },
        .created_us = jalon_db_to_time_us(&row[15]),
        .described_us = jalon_db_to_time_us(&row[16]),
    };
    if (!jalon_write_policy_parse(jalon_db_to_text(&row[9]), &out->policy) ||
        !read_rules(&row[17], &out->rules)) {
        return jalon_store_bad_row(ctx, "map", out->number);
    }
    enum jalon_status status = split_licences(ctx, &row[22], &out->rules);
    return status == JALON_OK ? read_texts(ctx, row, out) : status;
}

enum jalon_status jalon_store_load_map(struct jalon_context *ctx, struct jalon_session *session,
                                       struct jalon_text slug, struct jalon_map *out)
{
    struct jalon_db_value value = jalon_db_text(slug);
    struct jalon_db_cursor *cursor;
    const struct jalon_db_value *row;
    struct jalon_map map;
    enum jalon_status status =
        jalon_store_query_row(ctx, session, JALON_QUERY_MAP_FIND, &value, 1, &cursor, &row);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no map '%.*s'", JALON_TEXT_ARGS(slug));
    }
    if (status != JALON_OK) {
        return status;
    }
    status = read_map(ctx, row, &map);
    jalon_db_cursor_end(cursor);
    if (status == JALON_OK) {
        status = jalon_store_load_description(ctx, session, &map);
    }
    if (status == JALON_OK) {
        *out = map;
    }
    return status;
}

static enum jalon_status read_summary(struct jalon_context *ctx, const struct jalon_db_value *row,
                                      const void *with, void *object)
{
    enum { NUMBER, SLUG, TITLE_FR, TITLE_EN, SEQ, READING };
    struct jalon_map_summary *summary = object;
    (void)with;
    summary->number = jalon_db_to_integer(&row[NUMBER]);
    summary->seq = jalon_db_to_integer(&row[SEQ]);
    if (!jalon_visibility_parse(jalon_db_to_text(&row[READING]), &summary->reading)) {
        return jalon_fail(ctx, JALON_INTERNAL, "a map says unclearly who may read it");
    }
    const struct jalon_store_text texts[] = {
        {SLUG, &summary->slug},
        {TITLE_FR, &summary->title.fr},
        {TITLE_EN, &summary->title.en},
        {0, NULL},
    };
    return jalon_store_copy_texts(ctx, row, texts);
}

enum jalon_status jalon_store_list_maps(struct jalon_context *ctx, struct jalon_session *session,
                                        struct jalon_map_summary **out, size_t *out_count)
{
    struct jalon_store_list list = {.size = sizeof(struct jalon_map_summary), .read = read_summary};
    enum jalon_status status =
        jalon_store_read_list(ctx, session, JALON_QUERY_MAP_LIST, NULL, 0, &list);
    if (status == JALON_OK) {
        *out = list.items;
        *out_count = list.count;
    }
    return status;
}
