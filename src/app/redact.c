/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Redaction: values are removed from a contribution and from its history, and that this was done, by
 * whom and why, is the newest revision. Layer 3 (app).
 */
#include "redact.h"

#include <math.h>

#include "jalon/app_mail.h"
#include "jalon/app_moderation.h"
#include "jalon/clock.h"
#include "jalon/geo.h"

#include "deed.h"
#include "past.h"
#include "redact_words.h"

enum { PAGE = 200, CHANGES_MAX = 64 << 20, WORDS_MIN = 3 };

struct redaction {
    const struct jalon_redaction *command;
    struct deed_subject subject;
    struct redact_list list;   /* what goes as it is, or */
    struct redact_words words; /* what goes wherever it stands; its text may be empty */
    struct jalon_redacted done;
};

/* --- What is to go --- */
/* Why this field of that version cannot be redacted, or NULL. */
static const char *judge_field(const struct jalon_collection *collection,
                               const struct jalon_json *change, struct jalon_text field)
{
    if (!jalon_history_shows(collection, field)) {
        return JALON_WORDS("is not a field of this collection");
    }
    if (jalon_text_is(field, "status") || jalon_text_is(field, "moderation")) {
        return JALON_WORDS("says nothing of anybody, and stays");
    }
    if (jalon_json_member(change, "after") != NULL) {
        return NULL;
    }
    return jalon_json_boolean(jalon_json_member(change, "redacted"))
               ? JALON_WORDS("has been redacted in that version already")
               : JALON_WORDS("was not set by that version");
}

static enum jalon_status take_values(struct jalon_context *ctx, const struct jalon_map *map,
                                     struct redaction *redaction, const struct jalon_json *changes)
{
    const struct jalon_redaction *command = redaction->command;
    const struct jalon_collection *collection =
        &map->collections[redaction->subject.contribution.collection];
    struct redact_list *list = &redaction->list;
    list->values =
        jalon_arena_allocate_zeroed(ctx->arena, command->field_count + 1, sizeof *list->values);
    if (list->values == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < command->field_count; i++) {
        const struct jalon_json *change = jalon_history_find_change(changes, command->fields[i]);
        const char *fault = judge_field(collection, change, command->fields[i]);
        struct redact_value *value = &list->values[list->count];
        if (fault != NULL) {
            jalon_error_add(ctx, JALON_ERROR_POINTER, jalon_json_pointer_at(ctx, "/fields", i),
                            "%s", jalon_say(ctx, fault));
            continue;
        }
        value->field = command->fields[i];
        value->json = jalon_json_member(change, "after");
        status = jalon_redact_write(ctx, value->json, &value->text);
        list->count++;
    }
    return status == JALON_OK ? jalon_error_verdict(ctx, "this cannot be redacted") : status;
}

/* Few letters stand in every other word; and nobody is told in the reason what nobody is to read. */
static enum jalon_status take_words(struct jalon_context *ctx, const struct jalon_map *map,
                                    struct redaction *redaction)
{
    const struct jalon_redaction *command = redaction->command;
    redaction->words = (struct redact_words){
        .text = command->text,
        .collection = &map->collections[redaction->subject.contribution.collection],
    };
    if (command->field_count > 0) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/fields",
                             "must not be given with `text`: either is a redaction of its own");
    }
    if (jalon_text_code_points(jalon_text_trim(command->text)) < WORDS_MIN) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/text",
                             "must have at least %d characters", WORDS_MIN);
    }
    return jalon_redact_has_words(&redaction->words, command->reason)
               ? jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/reason",
                               "repeats what is to be removed")
               : JALON_OK;
}

static enum jalon_status find_values(struct jalon_context *ctx, struct jalon_turn *turn,
                                     struct redaction *redaction)
{
    struct jalon_revision *revision = NULL;
    const struct jalon_json *changes = NULL;
    int64_t version = redaction->command->version;
    bool has_words = redaction->command->text.length > 0;
    size_t count = 0;
    if (redaction->command->field_count == 0 && !has_words) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/fields",
                             "names no field that is to be redacted");
    }
    if (redaction->command->with_current && !has_words) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/current",
                             "is said of `text` only: values of fields go also where they are now");
    }
    enum jalon_status status =
        version < 1 || version >= INT64_MAX
            ? JALON_NOT_FOUND
            : jalon_store_list_revisions(ctx, turn->session, turn->map,
                                         redaction->subject.contribution.number, version + 1, 1,
                                         &revision, &count);
    if (status == JALON_NOT_FOUND ||
        (status == JALON_OK && (count == 0 || revision->version != version))) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "this contribution has no version %lld",
                          (long long)version);
    }
    if (status == JALON_OK && has_words) {
        return take_words(ctx, turn->map, redaction);
    }
    if (status == JALON_OK) {
        status = jalon_json_parse(ctx, revision->changes, &changes);
    }
    return status == JALON_OK ? take_values(ctx, turn->map, redaction, changes) : status;
}

/* --- From where it goes --- */
static enum jalon_status redact_changes(struct jalon_context *ctx,
                                        const struct redaction *redaction,
                                        struct jalon_text changes, struct jalon_text *out,
                                        size_t *out_count)
{
    return redaction->words.text.length > 0
               ? jalon_redact_words_changes(ctx, &redaction->words, changes, out, out_count)
               : jalon_redact_changes(ctx, &redaction->list, changes, out, out_count);
}

static enum jalon_status redact_revisions(struct jalon_context *ctx, struct jalon_turn *turn,
                                          struct redaction *redaction)
{
    int64_t number = redaction->subject.contribution.number;
    int64_t before = 0;
    size_t count = 0;
    enum jalon_status status = JALON_OK;
    do {
        struct jalon_revision *revisions = NULL;
        status = jalon_store_list_revisions(ctx, turn->session, turn->map, number, before, PAGE,
                                            &revisions, &count);
        for (size_t i = 0; status == JALON_OK && i < count; i++) {
            struct jalon_text changes;
            size_t found = 0;
            before = revisions[i].version;
            status = redact_changes(ctx, redaction, revisions[i].changes, &changes, &found);
            if (status == JALON_OK && found > 0) {
                redaction->done.revisions++;
                status = jalon_store_redact_revision(ctx, turn->session, turn->map, number, before,
                                                     changes);
            }
        }
    } while (status == JALON_OK && count == PAGE);
    return status;
}

static enum jalon_status redact_proposals(struct jalon_context *ctx, struct jalon_turn *turn,
                                          struct redaction *redaction)
{
    int64_t number = redaction->subject.contribution.number;
    struct jalon_proposal_filter filter = {.author = JALON_TEXT_EMPTY};
    struct jalon_id before;
    size_t count = 0;
    enum jalon_status status = JALON_OK;
    do {
        struct jalon_proposal *proposals = NULL;
        status = jalon_store_list_proposals(ctx, turn->session, turn->map, number, &filter, PAGE,
                                            &proposals, &count);
        for (size_t i = 0; status == JALON_OK && i < count; i++) {
            struct jalon_text changes;
            size_t found = 0;
            before = proposals[i].id;
            filter.before = &before;
            status = redact_changes(ctx, redaction, proposals[i].changes, &changes, &found);
            if (status == JALON_OK && found > 0) {
                redaction->done.places++;
                status = jalon_store_redact_proposal(ctx, turn->session, turn->map, before,
                                                     changes);
            }
        }
    } while (status == JALON_OK && count == PAGE);
    return status;
}

static enum jalon_status redact_quotes(struct jalon_context *ctx, struct jalon_turn *turn,
                                       struct redaction *redaction,
                                       const struct jalon_contribution *after)
{
    struct jalon_map stored, seen;
    struct jalon_text json;
    /* Who asks again may be anybody: he is told what everybody sees. */
    enum jalon_status status =
        jalon_store_load_map(ctx, turn->session, turn->map->slug, &stored);
    if (status == JALON_OK &&
        !jalon_map_as_seen(ctx->arena, &stored, JALON_VISIBILITY_PUBLIC, &seen)) {
        status = jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        status = jalon_contribute_write_feature(ctx, &seen, after, &json);
    }
    if (status == JALON_OK) {
        status = jalon_store_redact_answers(ctx, turn->session, turn->map, after->id, json);
    }
    for (size_t i = 0; status == JALON_OK && i < redaction->list.count; i++) {
        status = jalon_store_redact_quotes(ctx, turn->session, turn->map, after->number,
                                           jalon_json_text(redaction->list.values[i].json));
    }
    return status;
}

/* Out of what others said of it, and what was told of it. */
static enum jalon_status redact_sayings(struct jalon_context *ctx, struct jalon_turn *turn,
                                        struct redaction *redaction,
                                        const struct jalon_contribution *after)
{
    int64_t places = 0;
    if (redaction->words.text.length == 0) {
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_store_redact_words(ctx, turn->session, turn->map, after, redaction->words.text,
                                 JALON_TEXT(JALON_REDACTION_MARK), &places);
    redaction->done.places += (size_t)places;
    if (status == JALON_OK && redaction->done.places + redaction->done.revisions == 0) {
        status = jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/text",
                               "stands nowhere in what is kept of this contribution");
    }
    return status;
}

/* --- What is left of it now --- */
/* A place is left where it is about: to two decimals, which is a kilometre or so. */
static enum jalon_status coarsen(struct jalon_context *ctx, const struct jalon_map *map,
                                 struct jalon_contribution *after)
{
    struct jalon_position *position = jalon_arena_allocate(ctx->arena, sizeof *position);
    if (position == NULL) {
        return jalon_no_memory(ctx);
    }
    if ((map->collections[after->collection].geometry_types &
         JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT)) == 0) {
        return jalon_fail(ctx, JALON_CONFLICT,
                          "the place is the present one, and what takes no points cannot have it "
                          "coarsened: change it first");
    }
    enum jalon_status status = jalon_geometry_label_position(ctx, &after->geometry, position);
    if (status == JALON_OK) {
        position->lon = round(position->lon * 100) / 100;
        position->lat = round(position->lat * 100) / 100;
        after->geometry = (struct jalon_geometry){.type = JALON_GEOMETRY_POINT,
                                                  .srid = JALON_SRID_WGS84,
                                                  .positions = position,
                                                  .position_count = 1};
    }
    return status;
}

static enum jalon_status empty_field(struct jalon_context *ctx, const struct jalon_map *map,
                                     struct jalon_text field, struct jalon_contribution *after)
{
    const struct jalon_collection *collection = &map->collections[after->collection];
    int32_t index = jalon_collection_find_field(collection, field);
    bool fits;
    if (jalon_text_is(field, "geometry")) {
        return coarsen(ctx, map, after);
    }
    if (index >= 0 && collection->fields[index].required &&
        (collection->fields[index].type == JALON_FIELD_STRING ||
         collection->fields[index].type == JALON_FIELD_TEXT)) {
        after->fields[index] =
            (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("…")};
        return JALON_OK;
    }
    return jalon_past_set_field(ctx, map, after, field, NULL, &fits);
}

/* The value that a field has, as it is written; data NULL: it has none. */
static enum jalon_status write_present(struct jalon_context *ctx, const struct jalon_map *map,
                                       const struct jalon_contribution *contribution,
                                       struct jalon_text field, struct jalon_text *out)
{
    struct jalon_buffer buffer;
    const struct jalon_json *json = NULL;
    struct jalon_text text = {NULL, 0};
    struct jalon_map exact = jalon_audience_own(map);
    jalon_buffer_init(&buffer, CHANGES_MAX);
    enum jalon_status status =
        jalon_history_write_field(ctx, &buffer, &exact, contribution, field);
    if (status == JALON_OK && jalon_buffer_status(&buffer) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
    if (status == JALON_OK) {
        status = text.data != NULL ? jalon_json_parse(ctx, text, &json) : jalon_no_memory(ctx);
    }
    if (status == JALON_OK && jalon_json_kind(json) == JALON_JSON_NULL) {
        *out = (struct jalon_text){NULL, 0};
        return JALON_OK;
    }
    return status == JALON_OK ? jalon_redact_write(ctx, json, out) : status;
}

static void append_side(struct jalon_buffer *buffer, const char *name, struct jalon_text value)
{
    if (value.data != NULL) {
        jalon_buffer_append_format(buffer, ",\"%s\":", name);
        jalon_buffer_append_text(buffer, value);
    }
}

/* Empties the field if it has that value still, and says that it was redacted. */
static enum jalon_status redact_present(struct jalon_context *ctx, const struct jalon_map *map,
                                        const struct redact_value *value,
                                        struct jalon_contribution *after,
                                        struct jalon_buffer *changes)
{
    struct jalon_text before, left;
    enum jalon_status status = write_present(ctx, map, after, value->field, &before);
    bool is_present =
        status == JALON_OK && before.data != NULL && jalon_text_equal(before, value->text);
    if (is_present) {
        status = empty_field(ctx, map, value->field, after);
    }
    if (status == JALON_OK) {
        status = write_present(ctx, map, after, value->field, &left);
    }
    if (status != JALON_OK) {
        return status;
    }
    jalon_buffer_append_string(changes, changes->length > 1 ? ",{\"field\":" : "{\"field\":");
    jalon_buffer_append_json(changes, value->field);
    jalon_buffer_append_string(changes, ",\"redacted\":true");
    if (!is_present) {
        append_side(changes, "before", before);
    }
    append_side(changes, "after", left);
    jalon_buffer_append_char(changes, '}');
    return JALON_OK;
}

/* What everybody reads now is changed by who means to. */
static enum jalon_status redact_words_present(struct jalon_context *ctx,
                                              const struct jalon_map *map,
                                              const struct redaction *redaction,
                                              struct jalon_contribution *after,
                                              struct jalon_buffer *changes)
{
    size_t count = 0;
    enum jalon_status status =
        jalon_redact_words_present(ctx, map, &redaction->words, after, changes, &count);
    return status == JALON_OK && count > 0 && !redaction->command->with_current
               ? jalon_fail_at(ctx, JALON_CONFLICT, JALON_ERROR_POINTER, "/current",
                               "must be true: the words stand in what the contribution says now")
               : status;
}

static enum jalon_status make_after(struct jalon_context *ctx, const struct jalon_map *map,
                                    const struct redaction *redaction,
                                    struct jalon_contribution *out, struct jalon_text *out_changes)
{
    const struct jalon_contribution *now = &redaction->subject.contribution;
    struct jalon_contribution after = *now;
    struct jalon_buffer changes;
    struct jalon_text text = {NULL, 0};
    jalon_buffer_init(&changes, CHANGES_MAX);
    jalon_buffer_append_char(&changes, '[');
    enum jalon_status status = jalon_past_own_arrays(ctx, map, &after);
    for (size_t i = 0; status == JALON_OK && i < redaction->list.count; i++) {
        status = redact_present(ctx, map, &redaction->list.values[i], &after, &changes);
    }
    if (status == JALON_OK && redaction->words.text.length > 0) {
        status = redact_words_present(ctx, map, redaction, &after, &changes);
    }
    jalon_buffer_append_char(&changes, ']');
    if (status == JALON_OK && jalon_buffer_status(&changes) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(&changes));
    }
    jalon_buffer_finish(&changes);
    if (status == JALON_OK && text.data == NULL) {
        status = jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        after.version++;
        after.updated_us = jalon_clock_not_before_us(now->updated_us);
        *out = after;
        *out_changes = text;
    }
    return status;
}

/* --- Saying so --- */
static enum jalon_status tell(struct jalon_context *ctx, struct jalon_turn *turn,
                              const struct redaction *redaction)
{
    const struct jalon_redaction *command = redaction->command;
    const struct jalon_contribution *now = &redaction->subject.contribution;
    struct jalon_text actor = command->ref.actor.account;
    struct jalon_text detail = jalon_text_format(ctx->arena, "{\"version\":%lld,\"fields\":[",
                                                 (long long)command->version);
    for (size_t i = 0; detail.data != NULL && i < redaction->list.count; i++) {
        detail = jalon_text_format(ctx->arena, "%s%s\"%s\"", detail.data, i > 0 ? "," : "",
                                   redaction->list.values[i].field.data);
    }
    detail = detail.data != NULL
                 ? jalon_text_format(ctx->arena, "%s]%s}", detail.data,
                                     command->text.length > 0 ? ",\"text\":true" : "")
                 : detail;
    if (detail.data == NULL) {
        return jalon_no_memory(ctx);
    }
    enum jalon_status status =
        jalon_audit_add(ctx, turn->session, turn->map, actor, JALON_WORDS("redact"), now->number,
                        JALON_TEXT_EMPTY, command->reason, detail);
    if (status == JALON_OK) {
        status = jalon_deed_tell_decision(ctx, turn, now->author, "decision", "redact",
                                          now->number, actor, command->reason);
    }
    return status;
}

static enum jalon_status redact_in_turn(struct jalon_context *ctx, struct jalon_live_map *live,
                                        struct jalon_turn *turn, void *object)
{
    (void)live;
    struct redaction *redaction = object;
    const struct jalon_redaction *command = redaction->command;
    struct jalon_write write = {
        .action = JALON_ACTION_REDACT,
        .author = command->ref.actor.account,
        .reason = command->reason,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    struct jalon_contribution after;
    enum jalon_status status = jalon_deed_find(ctx, turn->session, turn->map, &command->ref,
                                               JALON_RIGHT_REDACT, &redaction->subject);
    if (status == JALON_OK) {
        status = jalon_deed_check_reason(ctx, command->reason);
    }
    if (status == JALON_OK) {
        status = find_values(ctx, turn, redaction);
    }
    if (status == JALON_OK) {
        status = make_after(ctx, turn->map, redaction, &after, &write.changes);
    }
    if (status == JALON_OK) {
        status = redact_revisions(ctx, turn, redaction);
    }
    if (status == JALON_OK) {
        status = redact_proposals(ctx, turn, redaction);
    }
    if (status == JALON_OK) {
        status = jalon_turn_put(ctx, turn, &after, &write, &redaction->done.seq);
    }
    if (status == JALON_OK) {
        status = redact_quotes(ctx, turn, redaction, &after);
    }
    if (status == JALON_OK) {
        status = redact_sayings(ctx, turn, redaction, &after);
    }
    if (status == JALON_OK) {
        redaction->done.state = jalon_audience_state(turn->map, &after);
        status = tell(ctx, turn, redaction);
    }
    return status;
}

enum jalon_status jalon_app_redact(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_redaction *command,
                                   struct jalon_redacted *out)
{
    struct redaction redaction = {.command = command};
    enum jalon_status status =
        jalon_deed_do(ctx, app, &command->ref, redact_in_turn, &redaction);
    if (status == JALON_OK) {
        *out = redaction.done;
    }
    return status;
}
