/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What endpoints share: the map of a request, links, ETags. Private to api. */
#ifndef JALON_API_ENDPOINT_H
#define JALON_API_ENDPOINT_H

#include "jalon/api.h"
#include "jalon/format.h"
#include "jalon/json.h"

/* Answers from one consistent state of the map named in the path. */
typedef enum jalon_status (*map_answer)(struct jalon_request *request,
                                        struct jalon_response *response,
                                        const struct jalon_reading *reading);

/*
 * Opens the map named in the path, as whoever asks may see it; to be ended (jalon_app_end_reading), also
 * after a failure.
 */
enum jalon_status jalon_endpoint_begin_reading(struct jalon_request *request,
                                               struct jalon_reading *out) JALON_MUST_USE;
/* Opens the map, calls `answer`, and closes. */
enum jalon_status jalon_endpoint_read_map(struct jalon_request *request,
                                          struct jalon_response *response, map_answer answer)
    JALON_MUST_USE;
/*
 * Does the client have this state already? Then there is nothing left to write: 304 is sent. Asked
 * when the request is known to be right, because a wrong one is told so whatever the client holds.
 * The ETag stands for the map's last event and its description.
 */
bool jalon_endpoint_unchanged(struct jalon_request *request, struct jalon_response *response,
                              const struct jalon_reading *reading);
/* The same for what also changes with the day (jalon_clock_day, not 0). */
bool jalon_endpoint_unchanged_on_day(struct jalon_request *request,
                                     struct jalon_response *response,
                                     const struct jalon_reading *reading, int64_t day);
/* The public collection named in the path, as an index. JALON_NOT_FOUND. */
enum jalon_status jalon_endpoint_collection(struct jalon_request *request,
                                            const struct jalon_map *map, int32_t *out)
    JALON_MUST_USE;
/* The contribution id in the path. JALON_NOT_FOUND when it is not one: nothing is there. */
enum jalon_status jalon_endpoint_id(struct jalon_request *request, struct jalon_id *out)
    JALON_MUST_USE;
/* Is the collection shown to everybody? */
bool jalon_endpoint_is_public(const struct jalon_collection *collection);

/* Who sends this, for app. */
struct jalon_actor jalon_endpoint_actor(const struct jalon_request *request);
/*
 * Does Prefer (RFC 7240, 2) name this preference with this value (empty: without one)? Its first
 * mention counts; what follows a ";" is not read.
 */
bool jalon_endpoint_prefers(const struct jalon_request *request, const char *name,
                            const char *value);
/* A header's value; empty when absent. */
struct jalon_text jalon_endpoint_header(const struct jalon_request *request, const char *name);

/* public_url + a formatted path, in the request's arena; empty when there is no memory. */
struct jalon_text jalon_endpoint_url(struct jalon_request *request, const char *format, ...)
    JALON_PRINTF(2, 3);
/* "&name=value" of a URL. */
void jalon_endpoint_append_parameter(struct jalon_buffer *url, struct jalon_text name,
                                     struct jalon_text value);
/* The words of the label in the request's language. */
struct jalon_text jalon_endpoint_words(const struct jalon_request *request,
                                       struct jalon_label label);

/* One member of "links". */
void jalon_endpoint_put_link(struct jalon_json_writer *writer, const char *rel, const char *type,
                             const char *title, struct jalon_text href);
void jalon_endpoint_put_label(struct jalon_json_writer *writer, const char *key,
                              struct jalon_label label);
void jalon_endpoint_put_box(struct jalon_json_writer *writer, const char *key,
                            struct jalon_box box);
/* A text, or null when it is empty; a time, or null for 0. */
void jalon_endpoint_put_text_or_null(struct jalon_json_writer *writer, const char *key,
                                     struct jalon_text text);
void jalon_endpoint_put_time(struct jalon_json_writer *writer, const char *key, int64_t time_us);
void jalon_endpoint_put_id(struct jalon_json_writer *writer, const char *key, struct jalon_id id);
/* Begins an answer that is this requester's alone, an object. */
void jalon_endpoint_begin_private(struct jalon_response *response,
                                  struct jalon_json_writer *writer);
/*
 * The body as an object, its members by the table that is also the route's. JALON_INVALID with every
 * fault.
 */
enum jalon_status jalon_endpoint_read_body(struct jalon_request *request,
                                           const struct jalon_body *body,
                                           void *out) JALON_MUST_USE;
/* What the body became: JALON_OK, or its failure told in the error slot. */
enum jalon_status jalon_endpoint_finish(struct jalon_request *request,
                                        struct jalon_response *response) JALON_MUST_USE;
/* The same for answers that no event number stands for: their bytes are the ETag. */
enum jalon_status jalon_endpoint_finish_hashed(struct jalon_request *request,
                                               struct jalon_response *response) JALON_MUST_USE;

/* --- Tables of routes, beside routes.c --- */
extern const struct jalon_route jalon_routes_abuse[];
extern const struct jalon_route jalon_routes_conversation[];
extern const struct jalon_route jalon_routes_duplicates[];
extern const struct jalon_route jalon_routes_moderation[];
extern const struct jalon_route jalon_routes_rules[];
extern const struct jalon_route jalon_routes_memory[];

/* --- Handlers, one file each --- */
enum jalon_status jalon_account_page_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_answer_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_assets_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_audit_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_cluster_children_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_cluster_leaves_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_clusters_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_collection_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_collections_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_conformance_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_desk_page_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_directory_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_duplicates_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_functions_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_health_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_item_delete(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_item_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_item_patch(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_item_put(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_items_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_items_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_landing_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_matrix_set_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_matrix_sets_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_moderation_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_moderation_item_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_moderation_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_openapi_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_openapi_server_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_metrics_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_queryables_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_ready_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_proposal_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_proposal_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_proposals_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_proposals_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_revision_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_revision_redact(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_revision_restore(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_reports_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_reports_post(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_verdict_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_revisions_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_schema_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_sortables_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_stats_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_style_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_tile_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_tile_set_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_tile_sets_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_tilejson_get(struct jalon_request *, struct jalon_response *);
enum jalon_status jalon_territories_get(struct jalon_request *, struct jalon_response *);

/* --- Bodies: what the handlers read, for their rows --- */
extern const struct jalon_body jalon_answer_post_body;
extern const struct jalon_body jalon_moderation_item_post_body;
extern const struct jalon_body jalon_moderation_post_body;
extern const struct jalon_body jalon_proposal_post_body;
extern const struct jalon_body jalon_reports_post_body;
extern const struct jalon_body jalon_revision_redact_body;
extern const struct jalon_body jalon_revision_restore_body;

#endif
