/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How contributions relate, within a map and across maps of this server. Layer 3 (app). */
#include "jalon/clock.h"

#include "talk.h"

enum { WHOLES_MAX = 1000 };

/* --- Ends --- */
static bool is_same(struct jalon_link_end a, struct jalon_link_end b)
{
    return a.map == b.map && a.contribution == b.contribution;
}

static struct jalon_link_end end_of(const struct talk *talk)
{
    return (struct jalon_link_end){talk->map->number, talk->subject.number};
}

/* The published contribution, as whoever asks may read it. */
static enum jalon_status find_end(struct jalon_context *ctx, struct jalon_app *app,
                                  const struct jalon_about *about, struct jalon_link_end *out)
{
    struct jalon_live_map *live = NULL;
    struct jalon_view_item item = {.number = 0};
    enum jalon_status status =
        jalon_audience_hold(ctx, app, about->map, &about->actor, &live);
    bool found = false;
    if (status == JALON_OK) {
        const struct jalon_map *map = jalon_view_map(live->view);
        const struct jalon_snapshot *snapshot = jalon_view_pin(live->view);
        int32_t collection = jalon_map_find_collection(map, about->collection);
        found = collection >= 0 &&
                map->collections[collection].visibility == JALON_VISIBILITY_PUBLIC &&
                jalon_snapshot_find(snapshot, collection, about->id, &item);
        *out = (struct jalon_link_end){map->number, item.number};
        jalon_view_unpin(live->view, snapshot);
        jalon_live_release(app, live);
    }
    if (found) {
        return JALON_OK;
    }
    if (status != JALON_OK && status != JALON_NOT_FOUND && status != JALON_FORBIDDEN &&
        status != JALON_UNAUTHENTICATED) {
        return status;
    }
    jalon_error_clear(ctx);
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/target",
                         "there is no such contribution that you may read");
}

/* --- Adding --- */
struct adding {
    enum jalon_link_type type;
    struct jalon_link_end target;
    struct jalon_relation link;
};

/* Would the source be a part of itself? Looks at the wholes that the target is in. */
static enum jalon_status check_wholes(struct jalon_context *ctx, struct talk *talk,
                                      const struct adding *adding)
{
    struct jalon_link_end *seen =
        jalon_arena_allocate(ctx->arena, WHOLES_MAX * sizeof *seen);
    size_t count = 0;
    if (seen == NULL) {
        return jalon_no_memory(ctx);
    }
    seen[count++] = adding->target;
    for (size_t i = 0; i < count; i++) {
        struct jalon_link_end *wholes = NULL;
        size_t whole_count = 0;
        if (is_same(seen[i], end_of(talk))) {
            return jalon_fail(ctx, JALON_CONFLICT, "it would be a part of itself");
        }
        enum jalon_status status = jalon_store_list_targets(ctx, talk->session, seen[i],
                                                            adding->type, &wholes, &whole_count);
        if (status != JALON_OK) {
            return status;
        }
        for (size_t j = 0; j < whole_count; j++) {
            size_t k = 0;
            while (k < count && !is_same(seen[k], wholes[j])) {
                k++;
            }
            if (k == WHOLES_MAX) {
                return jalon_fail(ctx, JALON_CONFLICT, "it is part of too many wholes");
            }
            if (k == count) {
                seen[count++] = wholes[j];
            }
        }
    }
    return JALON_OK;
}

static enum jalon_status check_number(struct jalon_context *ctx, struct talk *talk)
{
    int64_t count = 0;
    enum jalon_status status =
        jalon_store_count_links(ctx, talk->session, end_of(talk), &count);
    return status == JALON_OK && count >= JALON_LINKS_MAX
               ? jalon_fail(ctx, JALON_CONFLICT, "this contribution has %d links already",
                            JALON_LINKS_MAX)
               : status;
}

static enum jalon_status add(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct adding *adding = object;
    bool exists = false;
    adding->link = (struct jalon_relation){
        .id = jalon_id_make(),
        .type = adding->type,
        .source = end_of(talk),
        .target = adding->target,
        .author = talk->party.actor.account,
        .created_us = jalon_clock_now_us(),
    };
    if (is_same(adding->link.source, adding->target)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/target",
                             "is the contribution itself");
    }
    enum jalon_status status =
        jalon_store_has_link(ctx, talk->session, &adding->link, &exists);
    if (status == JALON_OK && !exists) {
        status = check_number(ctx, talk);
    }
    if (status == JALON_OK && !exists &&
        (adding->type == JALON_LINK_PART_OF || adding->type == JALON_LINK_CONTINUES)) {
        status = check_wholes(ctx, talk, adding);
    }
    if (status == JALON_OK && !exists) {
        status = jalon_store_insert_link(ctx, talk->session, &adding->link);
        exists = status == JALON_CONFLICT;
    }
    return exists && (status == JALON_OK || status == JALON_CONFLICT)
               ? jalon_fail(ctx, JALON_CONFLICT, "there is such a link already")
               : status;
}

static enum jalon_status read_target(struct jalon_context *ctx, const struct jalon_about *about,
                                     const struct jalon_add_link *command,
                                     struct jalon_about *out)
{
    *out = (struct jalon_about){
        .map = command->map.length > 0 ? command->map : about->map,
        .collection = command->collection,
        .actor = about->actor,
    };
    if (!jalon_id_parse(command->id, &out->id)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/target/id",
                             "expected the id of a contribution");
    }
    return JALON_OK;
}

enum jalon_status jalon_app_add_link(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct jalon_about *about,
                                     const struct jalon_add_link *command,
                                     struct jalon_link_view *out)
{
    struct adding adding = {.target = {0, 0}};
    struct jalon_about other;
    struct jalon_link_end near_end, far_end;
    bool is_inverse = false;
    if (!jalon_link_type_parse(command->type, &adding.type, &is_inverse)) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_POINTER, "/type",
                             "expected answers, answered_by, part_of, has_part, same_as, continues "
                             "or continued_by");
    }
    enum jalon_status status = read_target(ctx, about, command, &other);
    if (status == JALON_OK) {
        status = find_end(ctx, app, &other, &far_end);
    }
    if (status == JALON_OK && find_end(ctx, app, about, &near_end) != JALON_OK) {
        jalon_error_clear(ctx);
        status = jalon_fail(ctx, JALON_NOT_FOUND,
                            "there is no such contribution in this collection");
    }
    if (status == JALON_OK) {
        /* The other side asks for what begins there. */
        adding.target = is_inverse ? near_end : far_end;
        status = jalon_talk_write(ctx, app, is_inverse ? &other : about, JALON_RIGHT_LINK, add,
                                  &adding);
    }
    if (status != JALON_OK) {
        return status;
    }
    *out = (struct jalon_link_view){
        .id = adding.link.id,
        .type = jalon_link_type_name(adding.type, is_inverse),
        .other = {.map = other.map, .collection = other.collection, .id = other.id,
                  .title = JALON_TEXT_EMPTY},
        .author = adding.link.author,
        .created_us = adding.link.created_us,
    };
    return JALON_OK;
}

/* --- Reading --- */
struct page {
    struct jalon_id after;
    size_t limit;
    struct jalon_link_end from;
    struct jalon_relation *links;
    struct jalon_linked *others;
    bool *is_there;
    size_t count;
};

static enum jalon_status list(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct page *page = object;
    page->from = end_of(talk);
    enum jalon_status status =
        jalon_store_list_links(ctx, talk->session, page->from, page->after, page->limit,
                               &page->links, &page->count);
    if (status != JALON_OK) {
        return status;
    }
    page->others = jalon_arena_allocate(ctx->arena, page->count * sizeof *page->others);
    page->is_there = jalon_arena_allocate(ctx->arena, page->count * sizeof *page->is_there);
    if (page->others == NULL || page->is_there == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; status == JALON_OK && i < page->count; i++) {
        const struct jalon_relation *link = &page->links[i];
        bool is_inverse = is_same(link->target, page->from);
        status = jalon_store_find_linked(ctx, talk->session,
                                         is_inverse ? link->source : link->target,
                                         &page->others[i]);
        page->is_there[i] = status == JALON_OK;
        status = status == JALON_NOT_FOUND ? JALON_OK : status;
    }
    return status;
}

/* May whoever asks read what is at the other end? The last map that was asked about is remembered. */
static bool may_read(struct jalon_context *ctx, struct jalon_app *app,
                     const struct jalon_actor *actor, const struct jalon_linked *other,
                     struct jalon_text *known, bool *known_reads,
                     enum jalon_visibility *known_audience)
{
    if (known->length == 0 || !jalon_text_equal(*known, other->map)) {
        *known_reads =
            jalon_audience_find(ctx, app, other->map, actor, known_audience) == JALON_OK;
        *known = other->map;
        jalon_error_clear(ctx);
    }
    return *known_reads && other->visibility <= *known_audience;
}

enum jalon_status jalon_app_list_links(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_about *about, struct jalon_id after,
                                       size_t limit, struct jalon_link_view **out,
                                       size_t *out_count, struct jalon_id *out_next)
{
    struct page page = {.after = after, .limit = limit};
    struct jalon_text known = JALON_TEXT_EMPTY;
    enum jalon_visibility audience = JALON_VISIBILITY_PUBLIC;
    bool reads = false;
    enum jalon_status status = jalon_talk_read(ctx, app, about, list, &page);
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_link_view *views = jalon_arena_allocate(ctx->arena, page.count * sizeof *views);
    if (views == NULL) {
        return jalon_no_memory(ctx);
    }
    size_t count = 0;
    for (size_t i = 0; i < page.count; i++) {
        const struct jalon_relation *link = &page.links[i];
        if (page.is_there[i] && may_read(ctx, app, &about->actor, &page.others[i], &known, &reads,
                                         &audience)) {
            views[count++] = (struct jalon_link_view){
                .id = link->id,
                .type = jalon_link_type_name(link->type, is_same(link->target, page.from)),
                .other = page.others[i],
                .author = link->author,
                .created_us = link->created_us,
            };
        }
    }
    *out = views;
    *out_count = count;
    *out_next = page.count == limit && page.count > 0 ? page.links[page.count - 1].id
                                                      : (struct jalon_id){{0}};
    return JALON_OK;
}

/* --- Removing --- */
struct removing {
    struct jalon_id id;
    struct jalon_relation link;
    struct jalon_linked source;
    struct jalon_link_end from;
};

static enum jalon_status find(struct jalon_context *ctx, struct talk *talk, void *object)
{
    struct removing *removing = object;
    removing->from = end_of(talk);
    enum jalon_status status = jalon_store_find_link(ctx, talk->session, removing->from,
                                                     removing->id, &removing->link);
    if (status == JALON_OK) {
        status = jalon_store_find_linked(ctx, talk->session, removing->link.source,
                                         &removing->source);
        if (status == JALON_NOT_FOUND) {
            status = jalon_fail(ctx, status, "there is no such link of this contribution");
        }
    }
    return status;
}

static enum jalon_status take_away(struct jalon_context *ctx, struct talk *talk, void *object)
{
    const struct removing *removing = object;
    return jalon_store_delete_link(ctx, talk->session, &removing->link);
}

enum jalon_status jalon_app_remove_link(struct jalon_context *ctx, struct jalon_app *app,
                                        const struct jalon_about *about, struct jalon_id id)
{
    struct removing removing = {.id = id};
    enum jalon_status status = jalon_talk_read(ctx, app, about, find, &removing);
    if (status != JALON_OK) {
        return status;
    }
    const struct jalon_about source = {
        .map = removing.source.map,
        .collection = removing.source.collection,
        .id = removing.source.id,
        .actor = about->actor,
    };
    return jalon_talk_write(ctx, app, &source, JALON_RIGHT_LINK, take_away, &removing);
}
