/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who belongs to a map: roles, and the bounds of moderators. Layer 3 (app). */
#include "jalon/app_moderation.h"
#include "jalon/app_rules.h"
#include "jalon/clock.h"
#include "jalon/json.h"

#include "internal.h"
#include "rights.h"

/* --- Reading --- */
enum jalon_status jalon_app_list_members(struct jalon_context *ctx, struct jalon_app *app,
                                         struct jalon_text slug, const struct jalon_actor *actor,
                                         struct jalon_text after, size_t limit,
                                         struct jalon_member **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status =
        jalon_rights_begin_reading(ctx, app, slug, actor, JALON_RIGHT_SEE_MEMBERS, &map, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_members(ctx, session, &map, after, limit, out, out_count);
    }
    jalon_session_end(session);
    return status;
}

static void describe(const struct jalon_map *map, const struct jalon_party *party,
                     struct jalon_me *out)
{
    *out = (struct jalon_me){
        .role = party->role,
        .is_bounded = party->is_bounded,
        .categories = party->categories,
        .category_count = party->is_bounded ? party->category_count : 0,
        .territory = party->territory,
        .audience = jalon_rights_audience(party),
    };
    for (int right = 0; right < JALON_RIGHT_COUNT; right++) {
        out->rights[right] = jalon_rights_allows(map, party, (enum jalon_right)right);
    }
}

enum jalon_status jalon_app_find_me(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text slug, const struct jalon_actor *actor,
                                    struct jalon_me *out)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    struct jalon_party party;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_map_load(ctx, session, slug, &map);
    }
    if (status == JALON_OK) {
        status = jalon_rights_find_party(ctx, session, &map, actor, &party);
    }
    jalon_session_end(session);
    if (status == JALON_OK) {
        describe(&map, &party, out);
    }
    return status;
}

/* --- Judging --- */
static void check_categories(struct jalon_context *ctx, const struct jalon_map *map,
                             const struct jalon_put_member *command)
{
    for (size_t i = 0; i < command->category_count; i++) {
        if (jalon_map_find_category(map, command->categories[i]) < 0) {
            jalon_error_add(ctx, JALON_ERROR_POINTER,
                            jalon_json_pointer_at(ctx, "/categories", i),
                            "this map has no category '%.*s'",
                            JALON_TEXT_ARGS(command->categories[i]));
        }
    }
}

static enum jalon_status check_territory(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, struct jalon_text key)
{
    struct jalon_territory found;
    enum jalon_status status = key.length == 0
                                   ? JALON_OK
                                   : jalon_store_find_territory(ctx, session, map, key, &found);
    if (status != JALON_NOT_FOUND) {
        return status;
    }
    jalon_error_add(ctx, JALON_ERROR_POINTER, "/territory", "this map has no territory '%.*s'",
                    JALON_TEXT_ARGS(key));
    return JALON_OK;
}

/* Every fault at once. */
static enum jalon_status read_command(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      const struct jalon_put_member *command,
                                      struct jalon_member *member)
{
    bool is_role = jalon_role_parse(command->role, &member->role) &&
                   member->role >= JALON_ROLE_CONTRIBUTOR && member->role <= JALON_ROLE_ADMIN;
    if (!is_role) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/role",
                        "expected contributor, member, moderator or admin");
    } else if (member->role != JALON_ROLE_MODERATOR && command->category_count > 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/categories", "only moderators have bounds");
    } else if (member->role != JALON_ROLE_MODERATOR && command->territory.length > 0) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/territory", "only moderators have bounds");
    }
    check_categories(ctx, map, command);
    enum jalon_status status = check_territory(ctx, session, map, command->territory);
    member->categories = command->categories;
    member->category_count = command->category_count;
    member->territory = command->territory;
    return status == JALON_OK ? jalon_error_verdict(ctx, "the role cannot be given like this")
                              : status;
}

/* A map that has an admin keeps one. */
static enum jalon_status check_admins(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map,
                                      const struct jalon_member *before,
                                      enum jalon_role role_after)
{
    int64_t others = 0;
    if (before->role != JALON_ROLE_ADMIN || role_after == JALON_ROLE_ADMIN) {
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_store_count_other_admins(ctx, session, map, before->account, &others);
    return status == JALON_OK && others == 0
               ? jalon_fail(ctx, JALON_CONFLICT,
                            "'%s' is the only admin of this map: make somebody else one first",
                            before->name.data)
               : status;
}

static enum jalon_status find_account(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map, struct jalon_text name,
                                      struct jalon_member *out)
{
    enum jalon_status status = jalon_store_find_member(ctx, session, map, name, out);
    return status == JALON_NOT_FOUND
               ? jalon_fail(ctx, status, "there is no account '%.*s' here", JALON_TEXT_ARGS(name))
               : status;
}

/* --- The trail --- */
enum { DETAIL_MAX = 1 << 20 };

static void put_bounds(struct jalon_json_writer *writer, const struct jalon_member *member)
{
    jalon_json_put_string(writer, "role", jalon_role_name(member->role));
    if (member->category_count > 0) {
        jalon_json_begin_array(writer, "categories");
        for (size_t i = 0; i < member->category_count; i++) {
            jalon_json_put_text(writer, NULL, member->categories[i]);
        }
        jalon_json_end_array(writer);
    }
    if (member->territory.length > 0) {
        jalon_json_put_text(writer, "territory", member->territory);
    }
}

/* {"before": …, "after": …}; without the one that there is not. */
static enum jalon_status note(struct jalon_context *ctx, struct jalon_session *session,
                              const struct jalon_map *map, const struct jalon_actor *actor,
                              const struct jalon_member *before, const struct jalon_member *after,
                              struct jalon_text reason)
{
    const struct jalon_member *const states[] = {before->is_listed ? before : NULL, after};
    static const char *const names[] = {"before", "after"};
    struct jalon_buffer buffer;
    struct jalon_json_writer writer;
    jalon_buffer_init(&buffer, DETAIL_MAX);
    jalon_json_writer_init(&writer, &buffer);
    jalon_json_begin_object(&writer, NULL);
    for (int i = 0; i < 2; i++) {
        if (states[i] != NULL) {
            jalon_json_begin_object(&writer, names[i]);
            put_bounds(&writer, states[i]);
            jalon_json_end_object(&writer);
        }
    }
    jalon_json_end_object(&writer);
    enum jalon_status status = jalon_buffer_status(&buffer);
    if (status == JALON_OK) {
        status = jalon_audit_add(ctx, session, map,
                                 actor != NULL ? actor->account : JALON_TEXT_EMPTY, "set_member", 0,
                                 before->name, reason, jalon_buffer_text(&buffer));
    }
    jalon_buffer_finish(&buffer);
    return status;
}

/* --- Writing --- */
static enum jalon_status put_member(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, const struct jalon_actor *actor,
                                    const struct jalon_put_member *command,
                                    struct jalon_member *out)
{
    struct jalon_member before, member;
    enum jalon_status status =
        jalon_rights_check_actor(ctx, session, map, actor, JALON_RIGHT_SET_MEMBERS);
    if (status == JALON_OK) {
        status = find_account(ctx, session, map, command->name, &before);
    }
    if (status == JALON_OK) {
        member = before;
        status = read_command(ctx, session, map, command, &member);
    }
    if (status == JALON_OK) {
        status = check_admins(ctx, session, map, &before, member.role);
    }
    if (status == JALON_OK) {
        member.since_us = before.is_listed ? before.since_us : jalon_clock_now_us();
        member.is_listed = true;
        status = jalon_store_put_member(ctx, session, map, &member);
    }
    if (status == JALON_OK) {
        status = note(ctx, session, map, actor, &before, &member, command->reason);
    }
    if (status == JALON_OK) {
        *out = member;
    }
    return status;
}

enum jalon_status jalon_app_put_member(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_actor *actor,
                                       const struct jalon_put_member *command,
                                       struct jalon_member *out)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    struct jalon_member done;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_map_take(ctx, session, command->map, &map);
    }
    if (status == JALON_OK) {
        status = put_member(ctx, session, &map, actor, command, &done);
    }
    status = jalon_write_end(ctx, session, status);
    if (status == JALON_OK) {
        *out = done;
    }
    return status;
}

static enum jalon_status remove_member(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_map *map,
                                       const struct jalon_actor *actor, struct jalon_text name,
                                       struct jalon_text reason)
{
    struct jalon_member before;
    bool leaves = actor != NULL && jalon_text_equal(actor->account, name) &&
                  (actor->scopes & JALON_SCOPE_ACCOUNT) != 0;
    enum jalon_status status =
        leaves ? JALON_OK
               : jalon_rights_check_actor(ctx, session, map, actor, JALON_RIGHT_SET_MEMBERS);
    if (status == JALON_OK) {
        status = find_account(ctx, session, map, name, &before);
    }
    if (status == JALON_OK && !before.is_listed) {
        return jalon_fail(ctx, JALON_NOT_FOUND, "'%s' has no role in this map", before.name.data);
    }
    if (status == JALON_OK) {
        status = check_admins(ctx, session, map, &before, JALON_ROLE_CONTRIBUTOR);
    }
    if (status == JALON_OK) {
        status = jalon_store_remove_member(ctx, session, map, before.account);
    }
    return status == JALON_OK ? note(ctx, session, map, actor, &before, NULL, reason) : status;
}

enum jalon_status jalon_app_remove_member(struct jalon_context *ctx, struct jalon_app *app,
                                          const struct jalon_actor *actor, struct jalon_text slug,
                                          struct jalon_text name, struct jalon_text reason)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status = jalon_write_alone(ctx, app, &session);
    if (status == JALON_OK) {
        status = jalon_map_take(ctx, session, slug, &map);
    }
    if (status == JALON_OK) {
        status = remove_member(ctx, session, &map, actor, name, reason);
    }
    return jalon_write_end(ctx, session, status);
}
