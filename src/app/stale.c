/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two edits of one state: which fields they both change. Layer 3 (app). */
#include "stale.h"

#include "jalon/json.h"

#include "internal.h"

enum { VERSIONS_MOST = 10000, CONFLICTS_MAX = 64 << 20 };

enum jalon_status jalon_stale_find(struct jalon_context *ctx, struct jalon_session *session,
                                   const struct jalon_map *map,
                                   const struct jalon_contribution *now,
                                   const struct jalon_states *states, struct past *out)
{
    const struct jalon_contribution_state *newest = NULL;
    struct past past;
    for (size_t i = 0; i < states->count; i++) {
        const struct jalon_contribution_state *state = &states->list[i];
        if (state->version < now->version &&
            (newest == NULL || state->version > newest->version)) {
            newest = state;
        }
    }
    if (newest == NULL) {
        return JALON_NOT_FOUND;
    }
    enum jalon_status status =
        jalon_past_find(ctx, session, map, now, newest->version, VERSIONS_MOST, &past);
    if (status == JALON_OK && past.contribution.updated_us != newest->updated_us) {
        status = JALON_NOT_FOUND; /* of another history */
    }
    if (status == JALON_OK) {
        *out = past;
    }
    return status;
}

bool jalon_stale_is_current(const struct jalon_states *states,
                            const struct jalon_contribution *contribution)
{
    for (size_t i = 0; i < states->count; i++) {
        if (states->list[i].version == contribution->version &&
            states->list[i].updated_us == contribution->updated_us) {
            return true;
        }
    }
    return states->any;
}

/* --- Comparing --- */
static enum jalon_status write_side(struct jalon_context *ctx, struct jalon_buffer *buffer,
                                    const struct jalon_map *map, const char *name,
                                    const struct jalon_contribution *contribution,
                                    struct jalon_text field)
{
    jalon_buffer_append_format(buffer, ",\"%s\":", name);
    return jalon_history_write_field(ctx, buffer, map, contribution, field);
}

struct comparison {
    const struct jalon_map *map;
    const struct past *seen;
    const struct jalon_contribution *now, *yours;
    struct jalon_buffer buffer;
    size_t count;
};

static enum jalon_status write_conflict(struct jalon_context *ctx, struct comparison *comparison,
                                        const struct past_change *change)
{
    struct jalon_buffer *buffer = &comparison->buffer;
    jalon_buffer_append_string(buffer, comparison->count++ > 0 ? ",{\"field\":" : "{\"field\":");
    jalon_buffer_append_json(buffer, change->field);
    enum jalon_status status = JALON_OK;
    if (change->is_redacted || change->is_unfit) {
        jalon_buffer_append_string(buffer, ",\"unknown\":true");
    } else {
        status = write_side(ctx, buffer, comparison->map, "base",
                            &comparison->seen->contribution, change->field);
    }
    if (status == JALON_OK) {
        status = write_side(ctx, buffer, comparison->map, "yours", comparison->yours,
                            change->field);
    }
    if (status == JALON_OK) {
        status = write_side(ctx, buffer, comparison->map, "current", comparison->now,
                            change->field);
    }
    jalon_buffer_append_char(buffer, '}');
    return status;
}

/*
 * The fields that differ, as a list of changes; private ones are not among them. Places differ by where
 * they are, not by where they are seen.
 */
static enum jalon_status find_differences(struct jalon_context *ctx, const struct jalon_map *map,
                                          const struct jalon_contribution *before,
                                          const struct jalon_contribution *after,
                                          const struct jalon_json **out)
{
    struct jalon_text changes;
    struct jalon_map exact = jalon_audience_own(map);
    enum jalon_status status = jalon_history_changes(ctx, map, before, after, &changes);
    if (status == JALON_OK) {
        status = jalon_history_public(ctx, &exact, after->collection, changes, &changes);
    }
    return status == JALON_OK ? jalon_json_parse(ctx, changes, out) : status;
}

static struct jalon_text field_at(const struct jalon_json *list, size_t index)
{
    return jalon_json_text(jalon_json_member(jalon_json_element(list, index), "field"));
}

static bool has_field(const struct jalon_json *list, struct jalon_text field)
{
    bool found = false;
    for (size_t i = 0; !found && i < jalon_json_size(list); i++) {
        found = jalon_text_equal(field_at(list, i), field);
    }
    return found;
}

static enum jalon_status compare(struct jalon_context *ctx, struct comparison *comparison,
                                 const struct jalon_contribution *from)
{
    const struct jalon_json *changed, *differing;
    enum jalon_status status =
        find_differences(ctx, comparison->map, from, comparison->yours, &changed);
    if (status == JALON_OK) {
        status = find_differences(ctx, comparison->map, comparison->now, comparison->yours,
                                  &differing);
    }
    for (size_t i = 0; status == JALON_OK && i < jalon_json_size(changed); i++) {
        struct jalon_text field = field_at(changed, i);
        const struct past_change *change = jalon_past_find_change(comparison->seen, field);
        /* That two found the same place must not be told to who may not know it. */
        bool is_veiled = comparison->map->rules.location_grid_m > 0 &&
                         jalon_text_is(field, "geometry");
        if (change != NULL && (is_veiled || has_field(differing, field))) {
            status = write_conflict(ctx, comparison, change);
        }
    }
    return status;
}

enum jalon_status jalon_stale_compare(struct jalon_context *ctx, const struct jalon_map *map,
                                      const struct past *seen,
                                      const struct jalon_contribution *now,
                                      const struct jalon_contribution *from,
                                      const struct jalon_contribution *yours,
                                      struct jalon_text *out, size_t *out_count)
{
    struct comparison comparison = {.map = map, .seen = seen, .now = now, .yours = yours};
    struct jalon_text text = {NULL, 0};
    jalon_buffer_init(&comparison.buffer, CONFLICTS_MAX);
    jalon_buffer_append_char(&comparison.buffer, '[');
    enum jalon_status status = compare(ctx, &comparison, from);
    jalon_buffer_append_char(&comparison.buffer, ']');
    if (status == JALON_OK && jalon_buffer_status(&comparison.buffer) == JALON_OK) {
        text = jalon_text_copy(ctx->arena, jalon_buffer_text(&comparison.buffer));
    }
    jalon_buffer_finish(&comparison.buffer);
    if (status == JALON_OK && text.data == NULL) {
        status = jalon_no_memory(ctx);
    }
    if (status == JALON_OK) {
        *out = text;
        *out_count = comparison.count;
    }
    return status;
}
