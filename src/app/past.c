/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A contribution as it was in an earlier version, from its history backwards. Layer 3 (app).
 *
 * Read twice: first who changed what, page by page, which is forgotten at once; then, of each field
 * that has changed, only the first change after that version, which says what it was before.
 */
#include "past.h"

#include "jalon/json.h"

enum { PAGE = 200 };

struct walk {
    struct jalon_context *ctx;  /* of what is found */
    struct jalon_context *page; /* of what is read, reset behind each page */
    struct jalon_session *session;
    const struct jalon_map *map;
    struct past past;
    size_t capacity;
    int64_t number, version;
    bool is_there; /* the version was found */
};

/* Where the change of this field is, or would be. */
static size_t find_index(const struct past *past, struct jalon_text field)
{
    size_t i = 0;
    while (i < past->change_count && !jalon_text_equal(past->changes[i].field, field)) {
        i++;
    }
    return i;
}

const struct past_change *jalon_past_find_change(const struct past *past, struct jalon_text field)
{
    size_t index = find_index(past, field);
    return index < past->change_count ? &past->changes[index] : NULL;
}

static enum jalon_status parse_changes(struct jalon_context *ctx, struct jalon_text changes,
                                       const struct jalon_json **out)
{
    enum jalon_status status = jalon_json_parse(ctx, changes, out);
    return status == JALON_OK || status == JALON_NO_MEMORY
               ? status
               : jalon_fail(ctx, JALON_INTERNAL, "the history of this contribution is damaged");
}

/* --- Who changed what --- */
static enum jalon_status note_change(struct walk *walk, struct jalon_text field, int64_t version)
{
    struct past *past = &walk->past;
    size_t index = find_index(past, field);
    if (index == past->change_count) {
        struct past_change *grown =
            jalon_arena_grow(walk->ctx->arena, past->changes, past->change_count,
                             past->change_count + 1, sizeof *grown, &walk->capacity);
        struct jalon_text name = jalon_text_copy(walk->ctx->arena, field);
        if (grown == NULL || name.data == NULL) {
            return jalon_no_memory(walk->ctx);
        }
        past->changes = grown;
        grown[past->change_count++] = (struct past_change){.field = name};
    }
    past->changes[index].version = version; /* older ones come later */
    return JALON_OK;
}

static enum jalon_status note_revision(struct walk *walk, const struct jalon_revision *revision)
{
    const struct jalon_json *list = NULL;
    if (revision->version == walk->version) {
        walk->past.contribution.updated_us = revision->time_us;
        walk->is_there = true;
        return JALON_OK;
    }
    enum jalon_status status = parse_changes(walk->page, revision->changes, &list);
    for (size_t i = 0; status == JALON_OK && i < jalon_json_size(list); i++) {
        const struct jalon_json *change = jalon_json_element(list, i);
        status = note_change(walk, jalon_json_text(jalon_json_member(change, "field")),
                             revision->version);
    }
    return status;
}

static enum jalon_status note_all(struct walk *walk, int64_t now)
{
    enum jalon_status status = JALON_OK;
    int64_t before = now + 1;
    while (status == JALON_OK && before > walk->version) {
        struct jalon_revision *revisions = NULL;
        size_t count = 0;
        status = jalon_store_list_revisions(walk->page, walk->session, walk->map, walk->number,
                                            before, PAGE, &revisions, &count);
        for (size_t i = 0; status == JALON_OK && i < count; i++) {
            before = revisions[i].version;
            if (before >= walk->version) {
                status = note_revision(walk, &revisions[i]);
            }
        }
        if (status == JALON_OK && (count == 0 || walk->is_there)) {
            break;
        }
        if (status == JALON_OK) {
            jalon_context_reset(walk->page);
        }
    }
    return status;
}

/* --- What it was --- */
static enum jalon_status set_before(struct walk *walk, struct past_change *change,
                                    const struct jalon_json *list)
{
    const struct jalon_json *found = NULL;
    for (size_t i = 0; i < jalon_json_size(list) && found == NULL; i++) {
        const struct jalon_json *one = jalon_json_element(list, i);
        if (jalon_text_equal(jalon_json_text(jalon_json_member(one, "field")), change->field)) {
            found = one;
        }
    }
    bool fits = true;
    const struct jalon_json *before = jalon_json_member(found, "before");
    change->is_redacted =
        before == NULL && jalon_json_boolean(jalon_json_member(found, "redacted"));
    enum jalon_status status = jalon_past_set_field(
        walk->ctx, walk->map, &walk->past.contribution, change->field, before, &fits);
    change->is_unfit = !fits;
    if (status == JALON_OK && !fits) {
        status = jalon_past_set_field(walk->ctx, walk->map, &walk->past.contribution,
                                      change->field, NULL, &fits);
    }
    return status;
}

static enum jalon_status set_all(struct walk *walk)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < walk->past.change_count; i++) {
        struct past_change *change = &walk->past.changes[i];
        struct jalon_revision *revision = NULL;
        const struct jalon_json *list = NULL;
        size_t count = 0;
        status = jalon_store_list_revisions(walk->ctx, walk->session, walk->map, walk->number,
                                            change->version + 1, 1, &revision, &count);
        if (status == JALON_OK && count > 0) {
            status = parse_changes(walk->ctx, revision->changes, &list);
        }
        if (status == JALON_OK) {
            status = set_before(walk, change, list);
        }
    }
    return status;
}

static enum jalon_status walk_back(struct walk *walk, int64_t now)
{
    enum jalon_status status =
        jalon_past_own_arrays(walk->ctx, walk->map, &walk->past.contribution);
    if (status == JALON_OK) {
        status = note_all(walk, now);
        if (status != JALON_OK && walk->page->error.message.length > 0) {
            return jalon_fail_like(walk->ctx, status, walk->page);
        }
    }
    if (status == JALON_OK && !walk->is_there) {
        status = JALON_NOT_FOUND;
    }
    return status == JALON_OK ? set_all(walk) : status;
}

enum jalon_status jalon_past_find(struct jalon_context *ctx, struct jalon_session *session,
                                  const struct jalon_map *map,
                                  const struct jalon_contribution *now, int64_t version,
                                  int64_t most, struct past *out)
{
    if (version < 1 || version > now->version || (most > 0 && now->version - version > most)) {
        return JALON_NOT_FOUND;
    }
    struct walk walk = {
        .ctx = ctx,
        .page = jalon_context_create_beside(ctx),
        .session = session,
        .map = map,
        .past = {.contribution = *now},
        .number = now->number,
        .version = version,
    };
    if (walk.page == NULL) {
        return jalon_no_memory(ctx);
    }
    walk.past.contribution.version = version;
    enum jalon_status status = walk_back(&walk, now->version);
    jalon_context_destroy(walk.page);
    if (status == JALON_OK) {
        *out = walk.past;
    }
    return status;
}
