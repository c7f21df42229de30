/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What endpoints share. Layer 4 (api). */
#include "endpoint.h"

#include "jalon/clock.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "jalon/hash.h"
#include "jalon/web.h"

enum jalon_status jalon_api_authenticate(struct jalon_context *ctx, void *api,
                                         enum jalon_credential credential,
                                         struct jalon_text secret, struct jalon_identity *out)
{
    struct jalon_api *self = api;
    struct jalon_signed_in who;
    enum jalon_status status = credential == JALON_CREDENTIAL_SESSION
                                   ? jalon_app_resume(ctx, self->app, secret, &who)
                                   : jalon_app_authenticate(ctx, self->app, secret, &who);
    if (status == JALON_OK) {
        *out = (struct jalon_identity){who.account, who.scopes};
    }
    return status;
}

enum jalon_status jalon_api_begin_group(struct jalon_context *ctx, void *application)
{
    const struct jalon_api *api = application;
    return jalon_app_begin_group(ctx, api->app);
}

enum jalon_status jalon_api_end_group(struct jalon_context *ctx, void *application)
{
    (void)application; /* the group is this thread's */
    return jalon_app_end_group(ctx);
}

enum jalon_status jalon_api_shows(struct jalon_request *request, int64_t seq, int64_t since_us,
                                  bool at_once)
{
    struct jalon_api *api = request->application;
    struct jalon_text map = jalon_request_variable(request, "map");
    if (map.length == 0) {
        return JALON_OK;
    }
    struct jalon_actor actor = jalon_endpoint_actor(request);
    /* How many events there are is not told to who may not read the map: the handler refuses. Who may
     * is asked for again and again. */
    if (!at_once && jalon_app_may_read(request->ctx, api->app, map, &actor) != JALON_OK) {
        jalon_error_clear(request->ctx);
        return JALON_OK;
    }
    return jalon_app_shows(request->ctx, api->app, map, seq, since_us, at_once);
}

static uint64_t mix(uint64_t hash, struct jalon_text text)
{
    static const uint8_t key[JALON_HASH_KEY_SIZE] = "jalon settings";
    return hash * 31 + jalon_hash_keyed(key, text.data, text.length);
}

uint64_t jalon_api_hash_offers(const struct jalon_api *api)
{
    uint64_t hash = mix(0, jalon_web_version());
    for (size_t i = 0; i < api->base_map_count; i++) {
        hash = mix(hash, api->base_maps[i].url);
    }
    for (size_t i = 0; i < api->crs.count; i++) {
        hash = hash * 31 + (uint64_t)api->crs.items[i].srid * 2 + api->crs.items[i].north_first;
    }
    return hash;
}

/*
 * Of everything that may change without an event: the map's description, whose it is, the pages,
 * options.
 */
static uint64_t settings_hash(const struct jalon_api *api, const struct jalon_map *map)
{
    uint64_t hash = (uint64_t)map->created_us * 8 + (uint64_t)map->policy * 2 + map->account_needed;
    hash = (hash * 31 + (uint64_t)map->described_us) * 31 + (uint64_t)map->seen_by;
    hash = mix(mix(hash, map->title.fr), map->title.en);
    hash = mix(mix(hash, map->description.fr), map->description.en);
    hash = mix(mix(hash, map->licence), map->attribution);
    hash = hash * 31 + (uint64_t)map->described_us; /* all else that can be set */
    return hash * 31 + api->offers;
}

/* What is in a territory changes with the territory: one that is replaced has a new id. */
static uint64_t territories_hash(uint64_t hash, const struct jalon_snapshot *snapshot)
{
    size_t count;
    const struct jalon_territory *territories = jalon_snapshot_territories(snapshot, &count);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *id = territories[i].id.bytes;
        hash = mix(hash, jalon_text_slice((const char *)id, sizeof territories[i].id.bytes));
    }
    return hash;
}

bool jalon_endpoint_unchanged(struct jalon_request *request, struct jalon_response *response,
                              const struct jalon_reading *reading)
{
    return jalon_endpoint_unchanged_on_day(request, response, reading, 0);
}

bool jalon_endpoint_unchanged_on_day(struct jalon_request *request,
                                     struct jalon_response *response,
                                     const struct jalon_reading *reading, int64_t day)
{
    int64_t seq = jalon_snapshot_seq(reading->snapshot);
    uint64_t hash =
        territories_hash(settings_hash(request->application, reading->map), reading->snapshot);
    /* A database that was put back gives the number of an event that it has lost to another one. */
    hash = hash * 31 + (uint64_t)jalon_snapshot_time_us(reading->snapshot);
    /* The program's version is in it: another one may write other bytes for the same state. */
    struct jalon_text etag = jalon_text_format(
        request->ctx->arena, "%s-%llx-%llx%s%.0lld", JALON_VERSION, (unsigned long long)hash,
        (unsigned long long)seq, day != 0 ? "-" : "", (long long)day);
    return etag.data != NULL && jalon_response_not_modified(request, response, etag);
}

enum jalon_status jalon_endpoint_begin_reading(struct jalon_request *request,
                                               struct jalon_reading *out)
{
    struct jalon_api *api = request->application;
    struct jalon_actor actor = jalon_endpoint_actor(request);
    return jalon_app_read(request->ctx, api->app, jalon_request_variable(request, "map"), &actor,
                          out);
}

enum jalon_status jalon_endpoint_read_map(struct jalon_request *request,
                                          struct jalon_response *response, map_answer answer)
{
    struct jalon_api *api = request->application;
    struct jalon_reading reading = {.live = NULL};
    enum jalon_status status = jalon_endpoint_begin_reading(request, &reading);
    if (status != JALON_OK) {
        return status;
    }
    response->seq = jalon_snapshot_seq(reading.snapshot);
    status = answer(request, response, &reading);
    jalon_app_end_reading(api->app, &reading);
    return status == JALON_OK ? jalon_endpoint_finish(request, response) : status;
}

enum jalon_status jalon_endpoint_finish(struct jalon_request *request,
                                        struct jalon_response *response)
{
    enum jalon_status status = jalon_buffer_status(&response->body);
    if (status == JALON_NO_MEMORY) {
        return jalon_no_memory(request->ctx);
    }
    return status == JALON_OK
               ? JALON_OK
               : jalon_fail(request->ctx, status, "the answer is too large; ask for less of it");
}

enum jalon_status jalon_endpoint_finish_hashed(struct jalon_request *request,
                                               struct jalon_response *response)
{
    static const uint8_t key[JALON_HASH_KEY_SIZE] = "jalon body";
    struct jalon_text body = jalon_buffer_text(&response->body);
    struct jalon_text etag =
        jalon_text_format(request->ctx->arena, "%016llx",
                          (unsigned long long)jalon_hash_keyed(key, body.data, body.length));
    if (etag.data == NULL) {
        return jalon_no_memory(request->ctx);
    }
    if (jalon_response_not_modified(request, response, etag)) {
        return JALON_OK;
    }
    return jalon_endpoint_finish(request, response);
}

bool jalon_endpoint_is_public(const struct jalon_collection *collection)
{
    return collection->visibility == JALON_VISIBILITY_PUBLIC;
}

enum jalon_status jalon_endpoint_collection(struct jalon_request *request,
                                            const struct jalon_map *map, int32_t *out)
{
    struct jalon_text key = jalon_request_variable(request, "collection");
    int32_t collection = jalon_map_find_collection(map, key);
    if (collection < 0 || !jalon_endpoint_is_public(&map->collections[collection])) {
        return jalon_fail(request->ctx, JALON_NOT_FOUND,
                          "there is no collection '%.*s' in this map", JALON_TEXT_ARGS(key));
    }
    *out = collection;
    return JALON_OK;
}

enum jalon_status jalon_endpoint_id(struct jalon_request *request, struct jalon_id *out)
{
    return jalon_id_parse(jalon_request_variable(request, "id"), out)
               ? JALON_OK
               : jalon_fail(request->ctx, JALON_NOT_FOUND,
                            "there is no such contribution in this collection");
}

struct jalon_text jalon_endpoint_header(const struct jalon_request *request, const char *name)
{
    struct jalon_text value;
    return jalon_request_header(request, name, &value) ? value : JALON_TEXT_EMPTY;
}

/* Jalon-Charter: a version, or nonsense. */
static int32_t read_charter(const struct jalon_request *request)
{
    struct jalon_text said;
    int64_t version;
    if (!jalon_request_header(request, "Jalon-Charter", &said)) {
        return 0;
    }
    return jalon_text_to_int64(said, &version) && version > 0 && version <= INT32_MAX
               ? (int32_t)version
               : -1;
}

struct jalon_actor jalon_endpoint_actor(const struct jalon_request *request)
{
    struct jalon_actor actor = {
        .account = request->account,
        .scopes = request->scopes,
        .charter = read_charter(request),
        .secret = jalon_endpoint_header(request, "Jalon-Edit-Secret"),
        .device = jalon_endpoint_header(request, "Jalon-Device"),
        .proof = jalon_endpoint_header(request, "Jalon-Proof"),
    };
    jalon_client_network(&request->client, actor.address);
    return actor;
}

struct jalon_text jalon_endpoint_url(struct jalon_request *request, const char *format, ...)
{
    char path[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    struct jalon_text url = jalon_text_format(request->ctx->arena, "%s%s", request->public_url.data,
                                              path);
    return url.data != NULL ? url : JALON_TEXT_EMPTY;
}

void jalon_endpoint_append_parameter(struct jalon_buffer *url, struct jalon_text name,
                                     struct jalon_text value)
{
    jalon_buffer_append_char(url, '&');
    jalon_buffer_append_url(url, name);
    jalon_buffer_append_char(url, '=');
    jalon_buffer_append_url(url, value);
}

struct jalon_text jalon_endpoint_words(const struct jalon_request *request,
                                       struct jalon_label label)
{
    return jalon_text_is(request->language, "en") ? label.en : label.fr;
}

void jalon_endpoint_put_link(struct jalon_json_writer *writer, const char *rel, const char *type,
                             const char *title, struct jalon_text href)
{
    jalon_json_begin_object(writer, NULL);
    jalon_json_put_string(writer, "rel", rel);
    jalon_json_put_string(writer, "type", type);
    jalon_json_put_string(writer, "title", title);
    jalon_json_put_text(writer, "href", href);
    jalon_json_end_object(writer);
}

void jalon_endpoint_put_label(struct jalon_json_writer *writer, const char *key,
                              struct jalon_label label)
{
    jalon_json_begin_object(writer, key);
    jalon_json_put_text(writer, "fr", label.fr);
    jalon_json_put_text(writer, "en", label.en);
    jalon_json_end_object(writer);
}

void jalon_endpoint_put_box(struct jalon_json_writer *writer, const char *key, struct jalon_box box)
{
    jalon_json_begin_array(writer, key);
    jalon_json_put_number(writer, NULL, box.west);
    jalon_json_put_number(writer, NULL, box.south);
    jalon_json_put_number(writer, NULL, box.east);
    jalon_json_put_number(writer, NULL, box.north);
    jalon_json_end_array(writer);
}

/* --- Bodies and answers in JSON --- */
void jalon_endpoint_put_text_or_null(struct jalon_json_writer *writer, const char *key,
                                     struct jalon_text text)
{
    if (text.length == 0) {
        jalon_json_put_null(writer, key);
    } else {
        jalon_json_put_text(writer, key, text);
    }
}

void jalon_endpoint_put_time(struct jalon_json_writer *writer, const char *key, int64_t time_us)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    if (time_us == 0) {
        jalon_json_put_null(writer, key);
        return;
    }
    jalon_clock_format(time_us, text);
    jalon_json_put_string(writer, key, text);
}

void jalon_endpoint_put_id(struct jalon_json_writer *writer, const char *key, struct jalon_id id)
{
    char text[JALON_ID_TEXT_SIZE];
    jalon_id_format(id, text);
    jalon_json_put_string(writer, key, text);
}

void jalon_endpoint_begin_private(struct jalon_response *response,
                                  struct jalon_json_writer *writer)
{
    response->media_type = "application/json";
    response->cache_control = JALON_TEXT("no-store");
    jalon_json_writer_init(writer, &response->body);
    jalon_json_begin_object(writer, NULL);
}

enum jalon_status jalon_endpoint_read_body(struct jalon_request *request,
                                           const struct jalon_body *body, void *out)
{
    const struct jalon_json *json;
    assert(request->route->body == body); /* what is described is what is read */
    enum jalon_status status = jalon_json_parse(request->ctx, request->body, &json);
    if (status != JALON_OK) {
        return status;
    }
    if (jalon_json_kind(json) != JALON_JSON_OBJECT) {
        return jalon_fail_at(request->ctx, JALON_INVALID, JALON_ERROR_POINTER, "",
                             "expected an object, found %s",
                             jalon_say(request->ctx, jalon_json_kind_name(jalon_json_kind(json))));
    }
    jalon_json_read_object(request->ctx, json, "", body->fields, body->field_count, out);
    return jalon_error_verdict(request->ctx, "the request's body is not right");
}
