/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Does the history of a contribution lead to what it is now? Layer 3 (app).
 *
 * Its changes are applied one after the other, oldest first, and compared with what would have been
 * written had it been created as it is now.
 */
#include "jalon/json.h"

#include "internal.h"
#include "retrace.h"

enum { TEXT_MAX = 64 << 20 };

/* The value of one field while the history is applied. */
struct value {
    struct jalon_text field;
    const struct jalon_json *json; /* NULL: absent */
    bool is_unknown;               /* it was redacted */
};

struct state {
    struct value *values;
    size_t count, capacity;
};

static struct value *find_value(struct state *state, struct jalon_text field)
{
    for (size_t i = 0; i < state->count; i++) {
        if (jalon_text_equal(state->values[i].field, field)) {
            return &state->values[i];
        }
    }
    return NULL;
}

static enum jalon_status set_value(struct jalon_context *ctx, struct state *state,
                                   struct jalon_text field, const struct jalon_json *json)
{
    struct value *value = find_value(state, field);
    if (value == NULL) {
        struct value *grown = jalon_arena_grow(ctx->arena, state->values, state->count,
                                               state->count + 1, sizeof *grown, &state->capacity);
        if (grown == NULL) {
            return jalon_no_memory(ctx);
        }
        state->values = grown;
        value = &state->values[state->count++];
        value->field = field;
    }
    value->json = json;
    value->is_unknown = false;
    return JALON_OK;
}

/* Both as this program writes them. */
static enum jalon_status compare(struct jalon_context *ctx, const struct jalon_json *a,
                                 const struct jalon_json *b, bool *out_same)
{
    struct jalon_buffer one, other;
    jalon_buffer_init(&one, TEXT_MAX);
    jalon_buffer_init(&other, TEXT_MAX);
    jalon_json_write(&one, a);
    jalon_json_write(&other, b);
    bool whole = jalon_buffer_status(&one) == JALON_OK && jalon_buffer_status(&other) == JALON_OK;
    if (whole) {
        *out_same = (a == NULL) == (b == NULL) &&
                    jalon_text_equal(jalon_buffer_text(&one), jalon_buffer_text(&other));
    }
    jalon_buffer_finish(&one);
    jalon_buffer_finish(&other);
    return whole ? JALON_OK : jalon_no_memory(ctx);
}

/* Of fields that the collection does not have any more nothing can be said. */
static bool is_known(const struct jalon_collection *collection, struct jalon_text field)
{
    return jalon_collection_find_field(collection, field) >= 0 ||
           jalon_property_is_reserved(field) || jalon_text_is(field, "geometry");
}

/* --- Applying --- */

struct retrace {
    struct jalon_context *ctx;
    const struct jalon_collection *collection;
    struct state state;
    struct jalon_text *out_fault; /* the first one; NULL data: none */
};

static enum jalon_status fault(struct retrace *retrace, const char *format, int64_t version,
                               struct jalon_text field)
{
    if (retrace->out_fault->data != NULL) {
        return JALON_OK;
    }
    struct jalon_text text = jalon_text_format(retrace->ctx->arena, "%s '%.*s' (version %lld)",
                                               format, JALON_TEXT_ARGS(field), (long long)version);
    *retrace->out_fault = text;
    return text.data != NULL ? JALON_OK : jalon_no_memory(retrace->ctx);
}

/*
 * A side that was redacted is any value. `is_last_word`: the change is a redaction, whose absent side is
 * absent.
 */
static enum jalon_status apply_change(struct retrace *retrace, int64_t version, bool is_last_word,
                                      const struct jalon_json *change)
{
    struct jalon_text field = jalon_json_text(jalon_json_member(change, "field"));
    if (!is_known(retrace->collection, field)) {
        return JALON_OK;
    }
    struct value *had = find_value(&retrace->state, field);
    const struct jalon_json *before = jalon_json_member(change, "before");
    const struct jalon_json *after = jalon_json_member(change, "after");
    bool is_redacted = jalon_json_boolean(jalon_json_member(change, "redacted"));
    bool is_told = !(is_redacted && before == NULL) && !(had != NULL && had->is_unknown);
    bool same = false;
    /* Only what it began as has nothing before it: that is published unless the history says else. */
    bool begins = jalon_text_is(field, "moderation") && before == NULL;
    enum jalon_status status = JALON_OK;
    if (is_told && !begins) {
        status = compare(retrace->ctx, had != NULL ? had->json : NULL, before, &same);
    }
    if (status == JALON_OK && is_told && !begins && !same) {
        status =
            fault(retrace, "the history does not say what was there before of", version, field);
    }
    if (status == JALON_OK) {
        status = set_value(retrace->ctx, &retrace->state, field, after);
    }
    if (status == JALON_OK && is_redacted && after == NULL && !is_last_word) {
        find_value(&retrace->state, field)->is_unknown = true;
    }
    return status;
}

static enum jalon_status apply_changes(struct retrace *retrace, int64_t version,
                                       bool is_last_word, struct jalon_text changes)
{
    const struct jalon_json *list = NULL;
    enum jalon_status status = jalon_json_parse(retrace->ctx, changes, &list);
    if (status == JALON_NO_MEMORY) {
        return status;
    }
    if (status != JALON_OK || jalon_json_kind(list) != JALON_JSON_ARRAY) {
        jalon_error_clear(retrace->ctx);
        return fault(retrace, "the history cannot be read:", version, JALON_TEXT("changes"));
    }
    for (size_t i = 0; status == JALON_OK && i < jalon_json_size(list); i++) {
        status = apply_change(retrace, version, is_last_word, jalon_json_element(list, i));
    }
    return status;
}

/* What the history starts from, and what jalon_history_changes does not say of the end. */
static enum jalon_status set_moderation(struct retrace *retrace)
{
    const struct jalon_json *published = NULL;
    enum jalon_status status =
        jalon_json_parse(retrace->ctx, JALON_TEXT("\"published\""), &published);
    return status == JALON_OK ? set_value(retrace->ctx, &retrace->state, JALON_TEXT("moderation"),
                                          published)
                              : status;
}

/* Takes each value that is in `present` out of the state: nothing should remain. */
static enum jalon_status compare_states(struct retrace *retrace, struct retrace *present,
                                        int64_t version)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < present->state.count; i++) {
        struct value *is = &present->state.values[i];
        struct value *was = find_value(&retrace->state, is->field);
        bool same = was != NULL && was->is_unknown;
        if (!same) {
            status = compare(retrace->ctx, was != NULL ? was->json : NULL, is->json, &same);
        }
        if (status == JALON_OK && !same) {
            status = fault(retrace, "is not what the history leads to:", version, is->field);
        }
        if (was != NULL) {
            was->json = NULL;
        }
    }
    for (size_t i = 0; status == JALON_OK && i < retrace->state.count; i++) {
        if (retrace->state.values[i].json != NULL) {
            status = fault(retrace, "lacks what the history leads to:", version,
                           retrace->state.values[i].field);
        }
    }
    return status;
}

enum jalon_status jalon_retrace_history(struct jalon_context *ctx, const struct jalon_map *map,
                                     const struct jalon_contribution *contribution,
                                     const struct jalon_revision *revisions, size_t count,
                                     struct jalon_text *out_fault)
{
    const struct jalon_collection *collection = &map->collections[contribution->collection];
    struct jalon_text none = {NULL, 0}, changes;
    *out_fault = none;
    struct retrace retrace = {.ctx = ctx, .collection = collection, .out_fault = out_fault};
    struct retrace present = {.ctx = ctx, .collection = collection, .out_fault = out_fault};
    enum jalon_status status = set_moderation(&retrace);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = apply_changes(&retrace, revisions[i].version,
                               revisions[i].action == JALON_ACTION_REDACT, revisions[i].changes);
    }
    if (status == JALON_OK) {
        status = jalon_history_changes(ctx, map, NULL, contribution, &changes);
    }
    if (status == JALON_OK) {
        status = set_moderation(&present);
    }
    if (status == JALON_OK) {
        status = apply_changes(&present, contribution->version, false, changes);
    }
    return status == JALON_OK ? compare_states(&retrace, &present, contribution->version) : status;
}
