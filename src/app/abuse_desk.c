/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Closing zones and keeping people out, and ending both. Layer 3 (app). */
#include "abuse.h"

#include "jalon/app_moderation.h"
#include "jalon/clock.h"
#include "jalon/geo.h"

#include "internal.h"

enum { REASON_MAX = JALON_ABUSE_REASON_MAX };
/* A zone, unlike a block, always ends: nobody need remember to open it. */
static const int64_t zone_longest_us = INT64_C(366) * 24 * 3600 * 1000000;

/* --- What every use case begins and ends with --- */
static enum jalon_status begin(struct jalon_context *ctx, struct jalon_app *app,
                               struct jalon_text slug, const struct jalon_actor *actor,
                               enum jalon_right right, struct jalon_map *out_map,
                               struct jalon_session **out)
{
    enum jalon_status status = jalon_write_alone(ctx, app, out);
    if (status == JALON_OK) {
        status = jalon_map_take(ctx, *out, slug, out_map);
    }
    if (status == JALON_OK) {
        status = jalon_rights_check_actor(ctx, *out, out_map, actor, right);
    }
    if (status == JALON_OK) {
        status = jalon_store_forget_ended(ctx, *out, out_map, jalon_clock_now_us());
    }
    return status;
}

/* A reason is always given: those it concerns read it. */
static void check_reason(struct jalon_context *ctx, struct jalon_text reason)
{
    if (jalon_text_trim(reason).length == 0 || jalon_text_code_points(reason) > REASON_MAX) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/reason",
                        "expected 1 to %d characters: those it concerns read it", REASON_MAX);
    }
}

static enum jalon_status note(struct jalon_context *ctx, struct jalon_session *session,
                              const struct jalon_map *map, const struct jalon_actor *actor,
                              const char *action, struct jalon_text subject,
                              struct jalon_text reason, int64_t ends_us)
{
    char end_text[JALON_CLOCK_TEXT_SIZE];
    struct jalon_text detail = JALON_TEXT("{}");
    if (ends_us != 0) {
        jalon_clock_format(ends_us, end_text);
        detail = jalon_text_format(ctx->arena, "{\"ends\":\"%s\"}", end_text);
    }
    return detail.data != NULL ? jalon_audit_add(ctx, session, map, actor->account, action, 0,
                                                 subject, reason, detail)
                               : jalon_no_memory(ctx);
}

static enum jalon_status write_id(struct jalon_context *ctx, struct jalon_id id,
                                  struct jalon_text *out)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    *out = jalon_text_copy(ctx->arena, jalon_text_from(text));
    return out->data != NULL ? JALON_OK : jalon_no_memory(ctx);
}

/* --- Zones --- */
enum jalon_status jalon_zone_read_geometry(struct jalon_context *ctx,
                                           const struct jalon_json *geometry,
                                           struct jalon_zone *zone)
{
    return jalon_geometry_from_json(ctx, geometry, "/geometry", 4326, &zone->geometry);
}

void jalon_zone_write_geometry(struct jalon_buffer *buffer, const struct jalon_zone *zone)
{
    jalon_geometry_write_json(buffer, &zone->geometry);
}

static enum jalon_status check_zone(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, struct jalon_zone *zone)
{
    struct jalon_geometry valid;
    bool repaired;
    struct jalon_zone *others;
    size_t count = 0;
    check_reason(ctx, zone->reason);
    if (zone->ends_us <= zone->created_us || zone->ends_us - zone->created_us > zone_longest_us) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/ends",
                        "expected a time within a year from now: zones end by themselves");
    }
    bool is_area = zone->geometry.type == JALON_GEOMETRY_POLYGON ||
                   zone->geometry.type == JALON_GEOMETRY_MULTIPOLYGON;
    if (!is_area) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/geometry",
                        "expected a Polygon or a MultiPolygon");
    }
    enum jalon_status status = jalon_error_verdict(ctx, "this zone cannot be closed");
    if (status == JALON_OK) {
        status = jalon_geometry_check_range(ctx, &zone->geometry, "/geometry");
    }
    if (status == JALON_OK) {
        status = jalon_geometry_make_valid(ctx, &zone->geometry, "/geometry", &valid, &repaired);
    }
    if (status == JALON_OK) {
        zone->geometry = valid;
        status = jalon_store_list_zones(ctx, session, map, zone->created_us, (struct jalon_id){{0}},
                                        JALON_ZONES_MAX,
                                        &others, &count);
    }
    return status == JALON_OK && count >= JALON_ZONES_MAX
               ? jalon_fail(ctx, JALON_CONFLICT, "this map has %d closed zones already: open one",
                            JALON_ZONES_MAX)
               : status;
}

enum jalon_status jalon_app_close_zone(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text slug, const struct jalon_actor *actor,
                                       struct jalon_zone *zone)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    struct jalon_text subject;
    enum jalon_status status =
        begin(ctx, app, slug, actor, JALON_RIGHT_CLOSE_ZONE, &map, &session);
    zone->id = jalon_id_make();
    zone->created_us = jalon_clock_now_us();
    zone->author = actor->account;
    if (status == JALON_OK) {
        status = check_zone(ctx, session, &map, zone);
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_zone(ctx, session, &map, zone);
    }
    if (status == JALON_OK) {
        status = write_id(ctx, zone->id, &subject);
    }
    if (status == JALON_OK) {
        status = note(ctx, session, &map, actor, "close_zone", subject, zone->reason,
                      zone->ends_us);
    }
    return jalon_write_end(ctx, session, status);
}

enum jalon_status jalon_app_open_zone(struct jalon_context *ctx, struct jalon_app *app,
                                      struct jalon_text slug, const struct jalon_actor *actor,
                                      struct jalon_id id)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    struct jalon_text subject;
    enum jalon_status status =
        begin(ctx, app, slug, actor, JALON_RIGHT_CLOSE_ZONE, &map, &session);
    if (status == JALON_OK) {
        status = jalon_store_end_zone(ctx, session, &map, id);
        if (status == JALON_NOT_FOUND) {
            status = jalon_fail(ctx, status, "there is no such closed zone in this map");
        }
    }
    if (status == JALON_OK) {
        status = write_id(ctx, id, &subject);
    }
    if (status == JALON_OK) {
        status = note(ctx, session, &map, actor, "open_zone", subject, JALON_TEXT_EMPTY, 0);
    }
    return jalon_write_end(ctx, session, status);
}

enum jalon_status jalon_app_list_zones(struct jalon_context *ctx, struct jalon_app *app,
                                       struct jalon_text slug, const struct jalon_actor *actor,
                                       struct jalon_id after, size_t limit,
                                       struct jalon_zone **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status =
        jalon_rights_begin_reading(ctx, app, slug, actor, JALON_RIGHT_READ, &map, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_zones(ctx, session, &map, jalon_clock_now_us(), after, limit,
                                        out, out_count);
    }
    jalon_session_end(session);
    return status;
}

/* --- Blocks --- */
/* The desk's own people are not kept out of what they look after. */
static enum jalon_status find_account(struct jalon_context *ctx, struct jalon_session *session,
                                      const struct jalon_map *map, struct jalon_text name,
                                      struct jalon_block *block)
{
    struct jalon_actor other = {.account = name, .scopes = JALON_SCOPE_ALL};
    struct jalon_account account;
    enum jalon_status status = jalon_store_find_account(ctx, session, name, &account);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no account '%.*s' here", JALON_TEXT_ARGS(name));
    }
    if (status == JALON_OK) {
        status = jalon_rights_check_actor(ctx, session, map, &other, JALON_RIGHT_MODERATE);
    }
    if (status == JALON_OK) {
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          "'%.*s' looks after this map: take the role away first",
                          JALON_TEXT_ARGS(name));
    }
    if (status == JALON_FORBIDDEN) {
        jalon_error_clear(ctx);
        block->account = account.name;
        status = JALON_OK;
    }
    return status;
}

static enum jalon_status find_trace(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map,
                                    const struct jalon_block_command *command,
                                    struct jalon_block *block)
{
    struct jalon_contribution found;
    struct jalon_text device = JALON_TEXT_EMPTY, address = JALON_TEXT_EMPTY;
    enum jalon_status status =
        jalon_store_find_by_id(ctx, session, map, *command->contribution, &found);
    if (status == JALON_NOT_FOUND) {
        return jalon_fail(ctx, status, "there is no such contribution in this map");
    }
    if (status == JALON_OK) {
        status = jalon_store_find_trace(ctx, session, map, found.number, &device, &address);
    }
    if (status != JALON_OK && status != JALON_NOT_FOUND) {
        return status;
    }
    bool is_device = command->what == JALON_BLOCK_DEVICE;
    struct jalon_text trace = is_device ? device : address;
    if (trace.length == 0) {
        return jalon_fail_at(
            ctx, JALON_NOT_FOUND, JALON_ERROR_POINTER, "/what",
            is_device ? "nothing is known, or not any more, of the device it came from"
                      : "nothing is known, or not any more, of the address it came from");
    }
    *(is_device ? &block->device : &block->address) = trace;
    return JALON_OK;
}

static enum jalon_status check_block(struct jalon_context *ctx,
                                     const struct jalon_block_command *command, int64_t now_us)
{
    check_reason(ctx, command->reason);
    if (command->ends_us != 0 && command->ends_us <= now_us) {
        jalon_error_add(ctx, JALON_ERROR_POINTER, "/ends", "expected a time to come");
    }
    return jalon_error_verdict(ctx, "nobody can be blocked like this");
}

static enum jalon_status make_block(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct jalon_map *map, const struct jalon_actor *actor,
                                    const struct jalon_block_command *command,
                                    struct jalon_block *block)
{
    enum jalon_status status = check_block(ctx, command, block->created_us);
    if (status == JALON_OK && command->of_server) {
        status = jalon_rights_check_actor(ctx, session, map, actor, JALON_RIGHT_CREATE_MAP);
    }
    if (status != JALON_OK) {
        return status;
    }
    return command->what == JALON_BLOCK_ACCOUNT
               ? find_account(ctx, session, map, command->account, block)
               : find_trace(ctx, session, map, command, block);
}

enum jalon_status jalon_app_block(struct jalon_context *ctx, struct jalon_app *app,
                                  struct jalon_text slug, const struct jalon_actor *actor,
                                  const struct jalon_block_command *command,
                                  struct jalon_block *out)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    struct jalon_block block = {
        .id = jalon_id_make(),
        .account = JALON_TEXT_EMPTY,
        .device = JALON_TEXT_EMPTY,
        .address = JALON_TEXT_EMPTY,
        .reason = command->reason,
        .author = actor->account,
        .created_us = jalon_clock_now_us(),
        .ends_us = command->ends_us,
        .is_of_server = command->of_server,
    };
    enum jalon_status status = begin(ctx, app, slug, actor, JALON_RIGHT_BLOCK, &map, &session);
    struct jalon_text subject = JALON_TEXT_EMPTY;
    if (status == JALON_OK) {
        status = make_block(ctx, session, &map, actor, command, &block);
    }
    if (status == JALON_OK) {
        status = jalon_store_insert_block(ctx, session, &map, &block);
    }
    if (status == JALON_OK) {
        subject = block.account;
        status = block.account.length > 0 ? JALON_OK : write_id(ctx, block.id, &subject);
    }
    if (status == JALON_OK) {
        status = note(ctx, session, &map, actor, "block", subject, block.reason, block.ends_us);
    }
    status = jalon_write_end(ctx, session, status);
    if (status == JALON_OK) {
        *out = block;
    }
    return status;
}

enum jalon_status jalon_app_unblock(struct jalon_context *ctx, struct jalon_app *app,
                                    struct jalon_text slug, const struct jalon_actor *actor,
                                    struct jalon_id id)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    struct jalon_block block;
    struct jalon_text subject = JALON_TEXT_EMPTY;
    enum jalon_status status = begin(ctx, app, slug, actor, JALON_RIGHT_BLOCK, &map, &session);
    if (status == JALON_OK) {
        status = jalon_store_load_block(ctx, session, &map, id, &block);
        if (status == JALON_NOT_FOUND) {
            status = jalon_fail(ctx, status, "there is no such block");
        }
    }
    if (status == JALON_OK && block.is_of_server) {
        status = jalon_rights_check_actor(ctx, session, &map, actor, JALON_RIGHT_CREATE_MAP);
    }
    if (status == JALON_OK) {
        status = jalon_store_end_block(ctx, session, &map, &block);
    }
    if (status == JALON_OK) {
        subject = block.account;
        status = block.account.length > 0 ? JALON_OK : write_id(ctx, id, &subject);
    }
    if (status == JALON_OK) {
        status = note(ctx, session, &map, actor, "unblock", subject, JALON_TEXT_EMPTY, 0);
    }
    return jalon_write_end(ctx, session, status);
}

enum jalon_status jalon_app_list_blocks(struct jalon_context *ctx, struct jalon_app *app,
                                        struct jalon_text slug, const struct jalon_actor *actor,
                                        struct jalon_id after, size_t limit,
                                        struct jalon_block **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    enum jalon_status status =
        jalon_rights_begin_reading(ctx, app, slug, actor, JALON_RIGHT_BLOCK, &map, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_blocks(ctx, session, &map, jalon_clock_now_us(), after, limit,
                                         out, out_count);
    }
    jalon_session_end(session);
    return status;
}
