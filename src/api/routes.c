/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The route table: what this server answers. Layer 4 (api).
 *
 * The router, the checks before a handler and the API description read it. One row an endpoint.
 */
#include <assert.h>
#include <pthread.h>

#include "endpoint.h"
#include "items_file.h"
#include "item_write.h"
#include "mail.h"
#include "people.h"

enum { ROUTES_MAX = 255, REPRESENTATIONS_MAX = 16, BODY_MAX = 4 << 20 };

#define PAGE {"html", "text/html"}
static const struct jalon_representation json_only[] = {{"json", "application/json"}, {0}};
static const struct jalon_representation json_or_page[] = {
    {"json", "application/json"},
    PAGE,
    {0},
};
static const struct jalon_representation openapi_only[] = {
    {"json", "application/vnd.oai.openapi+json;version=3.0"},
    {0},
};
static const struct jalon_representation openapi[] = {
    {"json", "application/vnd.oai.openapi+json;version=3.0"},
    PAGE,
    {0},
};
static const struct jalon_representation schema[] = {
    {"json", "application/schema+json"},
    PAGE,
    {0},
};
static const struct jalon_representation item_or_page[] = {
    {"geojson", "application/geo+json"},
    {"json", "application/geo+json"},
    PAGE,
    {0},
};
static const struct jalon_representation one_item[] = {
    {"geojson", "application/geo+json"},
    {"json", "application/geo+json"},
    {0},
};
static const struct jalon_representation vector_tile[] = {
    {"mvt", "application/vnd.mapbox-vector-tile"},
    {0},
};
static const struct jalon_representation stats[] = {
    {"json", "application/json"}, PAGE, {"csv", "text/csv"}, {"svg", "image/svg+xml"}, {0},
};
/* Every format that can be written (jalon/format.h), "json" for the first of them, and pages. */
static struct jalon_representation items[REPRESENTATIONS_MAX];

static const struct jalon_parameter no_parameters[] = {{0}};
static const struct jalon_parameter asset_parameters[] = {
    {"v", JALON_PARAMETER_STRING, "The client's version: the file may then be kept for ever.", 0, 0, 0},
    {0},
};
#define BOX_PARAMETER                                                                              \
    {"bbox", JALON_PARAMETER_NUMBERS,                                                              \
     "Only contributions whose geometry meets this box: west, south, east, north in degrees (or "  \
     "with heights third and sixth). West is greater than east across the antimeridian.",          \
     4, 6, 0}
#define CRS_DESCRIPTION                                                                            \
    ", by its URI, with the order of axes that its authority gives it: one of the collection's `crs`. "
#define BOX_CRS_PARAMETER                                                                          \
    {"bbox-crs", JALON_PARAMETER_URI,                                                              \
     "The coordinate reference system of bbox" CRS_DESCRIPTION                                     \
     "Longitude and latitude (CRS84) when nothing is said.",                                       \
     0, 0, 0}
#define CRS_PARAMETER                                                                              \
    {"crs", JALON_PARAMETER_URI,                                                                   \
     "The coordinate reference system of the answer" CRS_DESCRIPTION                               \
     "Longitude and latitude (CRS84) when nothing is said.",                                       \
     0, 0, 0}
/* What else selects contributions, for every answer made of them (items_query.h). */
#define FILTER_PARAMETERS                                                                          \
        {"datetime", JALON_PARAMETER_STRING,                                                       \
         "Only contributions observed at this time (RFC 3339), on this date, or in this interval: " \
         "two of them with \"/\" between; \"..\" or nothing leaves an end open. Those without a date " \
         "of observation match.",                                                                  \
         0, 0, 0},                                                                                 \
        {"category", JALON_PARAMETER_STRING,                                                       \
         "Only this category and what is below it, by key.", 0, 0, 0},                             \
        {"status", JALON_PARAMETER_STRING, "Only contributions in this status, by key.", 0, 0, 0}, \
        {"author", JALON_PARAMETER_STRING,                                                         \
         "Only contributions of this account; empty: anonymous.", 0, 0, 0},                        \
        {"within", JALON_PARAMETER_STRING,                                                         \
         "Only contributions in this territory or on its border, by key: where their label is.",   \
         0, 0, 0},                                                                                 \
        {"campaign", JALON_PARAMETER_STRING,                                                       \
         "Only contributions made in this campaign, by key; empty: in none.", 0, 0, 0},            \
        {"updated", JALON_PARAMETER_STRING,                                                        \
         "Only contributions last changed at this time (RFC 3339), on this date, or in this "      \
         "interval: two of them with \"/\" between; \"..\" leaves an end open.",                     \
         0, 0, 0},                                                                                 \
        {"stale", JALON_PARAMETER_BOOLEAN,                                                         \
         "Only contributions that nobody updated, observed or confirmed for longer than their "  \
         "collection's `stale_after_days`, or (false) only the others.",                                        \
         0, 0, 0},                                                                                 \
        {"q", JALON_PARAMETER_STRING,                                                              \
         "Only contributions in which every one of these words begins a word of the title, the "   \
         "description, a text field or the label of a choice, whatever case and accents; words "   \
         "in quotation marks have to be there whole and in a row.",                                \
         0, 0, 0},                                                                                 \
        {"near", JALON_PARAMETER_NUMBERS,                                                          \
         "Only contributions within `radius` of this place: longitude, latitude in degrees. "      \
         "Lists of items are in the order of distance then, and need no radius.",                  \
         2, 2, 0},                                                                                 \
        {"radius", JALON_PARAMETER_NUMBER,                                                         \
         "How far from `near`, in metres over the ellipsoid; of lines and polygons the nearest "   \
         "place counts.",                                                                          \
         0, JALON_QUERY_RADIUS_MAX_M, 0},                                                          \
        {"filter", JALON_PARAMETER_STRING,                                                         \
         "Only contributions for which this CQL2 expression is true; what it may name: "           \
         "…/queryables.",                                                                          \
         0, 0, 0},                                                                                 \
        {"filter-lang", JALON_PARAMETER_STRING,                                                    \
         "The encoding of the filter: cql2-text (when nothing is said) or cql2-json.", 0, 0, 0},   \
        {"filter-crs", JALON_PARAMETER_URI,                                                        \
         "The coordinate reference system of the filter's geometries, by its URI, with its own "   \
         "order of axes; longitude and latitude (CRS84) when nothing is said.",                    \
         0, 0, 0}

#define PROPERTIES_PARAMETER                                                                       \
    {"properties", JALON_PARAMETER_STRING,                                                         \
     "Only these properties in each Feature, by name, with commas between.", 0, 0, 0}

static const struct jalon_parameter item_parameters[] = {CRS_PARAMETER, PROPERTIES_PARAMETER, {0}};
static const struct jalon_parameter items_parameters[] = {
    BOX_PARAMETER,
    BOX_CRS_PARAMETER,
    CRS_PARAMETER,
    FILTER_PARAMETERS,
    PROPERTIES_PARAMETER,
    {"sortby", JALON_PARAMETER_STRING,
     "The order of the list: up to four properties with commas between, each with - before it for "
     "descending; what there is: …/sortables. Without it contributions stand in the order in which "
     "they came.",
     0, 0, 0},
    {"limit", JALON_PARAMETER_INTEGER,
     "At most this many contributions. Of a GeoPackage and Shapefiles: all that match when nothing is "
     "said.", 1,
     JALON_QUERY_LIMIT_MAX, JALON_QUERY_LIMIT_DEFAULT},
    {"next", JALON_PARAMETER_STRING, "The token of a page, from the link `next` of the one before.",
     0, 0, 0},
    {0},
};
#define TILE_BOX_PARAMETER                                                                         \
    {"bbox", JALON_PARAMETER_NUMBERS,                                                              \
     "Only shapes that meet this box, and of what is merged what stands in it: west, south, east, " \
     "north in degrees (or with heights third and sixth). West is greater than east across the "   \
     "antimeridian.",                                                                              \
     4, 6, 0}

static const struct jalon_parameter tile_parameters[] = {
    TILE_BOX_PARAMETER, FILTER_PARAMETERS, {0}};
static const struct jalon_parameter map_tile_parameters[] = {
    {"collections", JALON_PARAMETER_STRING,
     "Only these collections, by key, with commas between; each is a layer.", 0, 0, 0},
    TILE_BOX_PARAMETER,
    FILTER_PARAMETERS,
    {0},
};
static const struct jalon_parameter clusters_parameters[] = {
    {"zoom", JALON_PARAMETER_INTEGER, "The zoom, of a map whose tiles are 512 pixels wide.", 0,
     JALON_CLUSTER_ZOOM_LIMIT, 0},
    {"bbox", JALON_PARAMETER_NUMBERS,
     "Only clusters that stand in this box: west, south, east, north in degrees. They are the same in "
     "every box.",
     4, 6, 0},
    {"collections", JALON_PARAMETER_STRING,
     "Only these collections, by key, with commas between. Each is merged by itself.", 0, 0, 0},
    FILTER_PARAMETERS,
    {0},
};
static const struct jalon_parameter cluster_parameters[] = {
    {"limit", JALON_PARAMETER_INTEGER, "At most this many features.", 1, JALON_QUERY_LIMIT_MAX,
     JALON_QUERY_LIMIT_DEFAULT},
    {"next", JALON_PARAMETER_STRING, "The token of a page, from the link `next` of the one before.",
     0, 0, 0},
    FILTER_PARAMETERS,
    {0},
};
static const struct jalon_parameter stats_parameters[] = {
    {"collections", JALON_PARAMETER_STRING, "Only these collections, by key, with commas between.",
     0, 0, 0},
    {"by", JALON_PARAMETER_STRING,
     "What to count by, with commas between: category, status, territory, month, author_class, "
     "collection, freshness. Absent: all that the map has.",
     0, 0, 0},
    BOX_PARAMETER,
    BOX_CRS_PARAMETER,
    FILTER_PARAMETERS,
    {0},
};
static const struct jalon_parameter revisions_parameters[] = {
    {"limit", JALON_PARAMETER_INTEGER, "At most this many revisions.", 1, 1000, 100},
    {"before", JALON_PARAMETER_INTEGER, "Only versions below this one; 0: from the newest.", 0,
     INT64_MAX, 0},
    {0},
};

static const char *const geojson_body[] = {"application/geo+json", "application/json", NULL};

static const char *const merge_patch_body[] = {"application/merge-patch+json", NULL};

#define REASON_HEADER                                                                              \
    {"Jalon-Reason", JALON_PARAMETER_STRING,                                                       \
     "Why, for the history: percent-encoded UTF-8. Needed to reach a status that closes.", 0, 0, 0}
#define CRS_HEADER                                                                                 \
    {"Content-Crs", JALON_PARAMETER_STRING,                                                        \
     "The URI of the coordinate reference system of the body's geometry, which is in the system's " \
     "own order of axes; longitude and latitude (CRS84) when nothing is said.",                    \
     0, 0, 0}
#define EDIT_HEADERS                                                                               \
    {"If-Match", JALON_PARAMETER_STRING,                                                           \
     "The ETag of the state that is to be changed: 428 without, 412 when there is another one.",   \
     0, 0, 0},                                                                                     \
    {"Jalon-Edit-Secret", JALON_PARAMETER_STRING,                                                  \
     "The `edit_secret` of an anonymous contribution, from the answer that created it.", 0, 0, 0}, \
    REASON_HEADER

#define KEY_HEADER                                                                                 \
    {"Idempotency-Key", JALON_PARAMETER_STRING,                                                    \
     "A random text for this addition: sent again with the same it is not made again but answered " \
     "as before, for a day.",                                                                      \
     0, 0, 0}

#define ANONYMOUS_HEADERS                                                                          \
    {"Jalon-Device", JALON_PARAMETER_STRING,                                                       \
     "Of who has no account: a random text that the device keeps, 16 to 128 visible ASCII "        \
     "characters. Only a hash of it is kept.",                                                     \
     0, 0, 0},                                                                                     \
    {"Jalon-Proof", JALON_PARAMETER_STRING,                                                        \
     "Of who has no account, while so much is written to the map that 429 asks for it: what solves " \
     "…/challenge.",                                                                               \
     0, 0, 0}

static const struct jalon_parameter create_headers[] = {
    {"Prefer", JALON_PARAMETER_STRING,
     "`handling=strict`: 409 with the candidates as `possible_duplicates` when it may be here already, "
     "in place of 201 with them.",
     0, 0, 0},
    ANONYMOUS_HEADERS,
    CRS_HEADER,
    KEY_HEADER,
    REASON_HEADER,
    {0},
};
static const struct jalon_parameter put_headers[] = {
    {"If-None-Match", JALON_PARAMETER_STRING,
     "`*`: to create under the id in the address, a UUID of version 7.", 0, 0, 0},
    CRS_HEADER,
    KEY_HEADER,
    EDIT_HEADERS,
    {0},
};
static const struct jalon_parameter patch_headers[] = {
    {"Prefer", JALON_PARAMETER_STRING,
     "`merge`: with the ETag of an older state, what others have changed since is kept, where this "
     "changes something else (Preference-Applied says so); 412 where both change the same.",
     0, 0, 0},
    CRS_HEADER,
    EDIT_HEADERS,
    {0},
};
static const struct jalon_parameter delete_headers[] = {EDIT_HEADERS, {0}};

static const struct jalon_route routes[] = {
    {JALON_GET, "/", jalon_directory_get, "getDirectory", "The maps of this server", "server",
     .parameters = no_parameters, .representations = json_or_page},
    {JALON_GET, "/maps", jalon_directory_get, "getMaps", "The maps of this server", "server",
     .parameters = no_parameters, .representations = json_or_page},
    {JALON_GET, "/api", jalon_openapi_server_get, "getServerApi",
     "What belongs to no map of this server, described: accounts, sessions, health", "server",
     .parameters = no_parameters, .representations = openapi_only, .one_language = true,
     .for_everyone = true},
    {JALON_GET, "/health", jalon_health_get, "getHealth", "Is this process alive?", "server",
     .parameters = no_parameters, .representations = json_only, .one_language = true,
     .for_everyone = true},
    {JALON_GET, "/ready", jalon_ready_get, "getReadiness", "Can this process answer now?",
     "server", .parameters = no_parameters, .representations = json_only, .one_language = true,
     .for_everyone = true},
    {JALON_GET, "/metrics", jalon_metrics_get, "getMetrics",
     "What this process counts, in the text format of Prometheus", "server",
     .parameters = no_parameters, .representations = NULL, .one_language = true,
     .for_everyone = true},
    {JALON_GET, "/assets/{name}", jalon_assets_get, "getAsset", "A file of the browser client",
     "server", .parameters = asset_parameters, .representations = NULL, .one_language = true,
     .for_everyone = true},
    {JALON_GET, "/tileMatrixSets", jalon_matrix_sets_get, "getTileMatrixSetsList",
     "The tile matrix sets of this server", "tiles", .parameters = no_parameters,
     .representations = json_only, .one_language = true,
     .for_everyone = true},
    {JALON_GET, "/tileMatrixSets/{tileMatrixSetId}", jalon_matrix_set_get, "getTileMatrixSet",
     "How the world is cut into tiles", "tiles", .parameters = no_parameters,
     .representations = json_only, .one_language = true,
     .for_everyone = true},
    {JALON_GET, "/maps/{map}", jalon_landing_get, "getLandingPage",
     "The map: title, licence, categories, links", "map", .parameters = no_parameters,
     .representations = json_or_page},
    {JALON_GET, "/maps/{map}/api", jalon_openapi_get, "getApi", "This description", "map",
     .parameters = no_parameters, .representations = openapi, .one_language = true},
    {JALON_GET, "/maps/{map}/conformance", jalon_conformance_get, "getConformance",
     "The standards' classes that are conformed to", "map", .parameters = no_parameters,
     .representations = json_or_page, .one_language = true},
    {JALON_GET, "/maps/{map}/territories", jalon_territories_get, "getTerritories",
     "The map's territories, as polygons", "map", .parameters = no_parameters,
     .representations = one_item, .one_language = true},
    {JALON_GET, "/maps/{map}/stats", jalon_stats_get, "getStatistics",
     "Counts of what matches, by theme, place, time and contributors", "map",
     .parameters = stats_parameters, .open_parameters = true, .representations = stats},
    {JALON_GET, "/maps/{map}/functions", jalon_functions_get, "getFunctions",
     "The functions that a filter may call", "map", .parameters = no_parameters,
     .representations = json_only, .one_language = true},
    {JALON_GET, "/maps/{map}/collections", jalon_collections_get, "getCollections",
     "The collections, with counts and extents", "collection", .parameters = no_parameters,
     .representations = json_or_page},
    {JALON_GET, "/maps/{map}/collections/{collection}", jalon_collection_get, "getCollection",
     "One collection", "collection", .parameters = no_parameters, .representations = json_or_page},
    {JALON_GET, "/maps/{map}/collections/{collection}/schema", jalon_schema_get, "getSchema",
     "The JSON Schema of a contribution", "collection", .parameters = no_parameters,
     .representations = schema, .one_language = true},
    {JALON_GET, "/maps/{map}/collections/{collection}/queryables", jalon_queryables_get,
     "getQueryables", "What a filter may ask of a contribution, as a JSON Schema", "collection",
     .parameters = no_parameters, .representations = schema},
    {JALON_GET, "/maps/{map}/collections/{collection}/sortables", jalon_sortables_get,
     "getSortables", "What lists can be sorted by, as a JSON Schema", "collection",
     .parameters = no_parameters, .representations = schema},
    {JALON_GET, "/maps/{map}/collections/{collection}/items", jalon_items_get, "getItems",
     "The contributions that match, page by page", "items", .parameters = items_parameters,
     .open_parameters = true, .representations = items, .one_language = true,
     .takes_long = jalon_items_takes_long},
    {JALON_POST, "/maps/{map}/collections/{collection}/items", jalon_items_post, "createItem",
     "Add a contribution", "items", .parameters = no_parameters, .representations = one_item,
     .body_types = geojson_body, .body_max = BODY_MAX, .one_language = true,
     .headers = create_headers, .may = jalon_item_may_add, .scope = JALON_SCOPE_WRITE,
     .body = &jalon_feature_body, .answers = {201}},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}", jalon_item_get, "getItem",
     "One contribution", "items", .parameters = item_parameters, .representations = item_or_page,
     .one_language = true},
    {JALON_PUT, "/maps/{map}/collections/{collection}/items/{id}", jalon_item_put, "replaceItem",
     "Replace a contribution, or create one under an id of the client", "items",
     .parameters = no_parameters, .representations = one_item, .body_types = geojson_body,
     .body_max = BODY_MAX, .one_language = true, .headers = put_headers,
     .may = jalon_item_may_put, .asked_first = jalon_item_put_asked_first,
     .scope = JALON_SCOPE_WRITE,
     .body = &jalon_feature_body, .answers = {200, 201, 202}},
    {JALON_PATCH, "/maps/{map}/collections/{collection}/items/{id}", jalon_item_patch,
     "updateItem", "Change parts of a contribution", "items", .parameters = no_parameters,
     .representations = one_item, .body_types = merge_patch_body, .body_max = BODY_MAX,
     .one_language = true, .headers = patch_headers, .may = jalon_item_may_edit,
     .scope = JALON_SCOPE_WRITE,
     .body = &jalon_feature_patch_body, .answers = {200, 202}},
    {JALON_DELETE, "/maps/{map}/collections/{collection}/items/{id}", jalon_item_delete,
     "deleteItem", "Delete a contribution; its history is kept", "items",
     .parameters = no_parameters, .one_language = true, .headers = delete_headers,
     .may = jalon_item_may_delete, .scope = JALON_SCOPE_WRITE},
    {JALON_GET, "/maps/{map}/collections/{collection}/items/{id}/revisions", jalon_revisions_get,
     "getRevisions", "The history of a contribution, newest first", "items",
     .parameters = revisions_parameters, .representations = json_only, .one_language = true},
    {JALON_GET, "/maps/{map}/tiles", jalon_tile_sets_get, "map.dataset.vector.getTileSetsList",
     "The tile sets of the map", "tiles", .parameters = no_parameters,
     .representations = json_only},
    {JALON_GET, "/maps/{map}/tiles/WebMercatorQuad", jalon_tile_set_get,
     "map.dataset.vector.getTileSet", "What the tiles of the map hold", "tiles",
     .parameters = no_parameters, .representations = json_only},
    {JALON_GET, "/maps/{map}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
     jalon_tile_get, "map.dataset.vector.getTile",
     "A vector tile of the map, a layer for each collection; up to its cluster_max_zoom it holds the "
     "clusters of `clusters` with point_count, expansion_zoom and cluster_id, from there on every "
     "contribution by itself", "tiles",
     .parameters = map_tile_parameters, .open_parameters = true, .representations = vector_tile,
     .one_language = true,
     .answers = {200, 204}},
    {JALON_GET, "/maps/{map}/collections/{collection}/tiles", jalon_tile_sets_get,
     "collection.vector.getTileSetsList", "The tile sets of the collection", "tiles",
     .parameters = no_parameters, .representations = json_only},
    {JALON_GET, "/maps/{map}/collections/{collection}/tiles/WebMercatorQuad", jalon_tile_set_get,
     "collection.vector.getTileSet", "What the tiles of the collection hold", "tiles",
     .parameters = no_parameters, .representations = json_only},
    {JALON_GET,
     "/maps/{map}/collections/{collection}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
     jalon_tile_get, "collection.vector.getTile", "A vector tile of the collection, with its clusters up to its cluster_max_zoom", "tiles",
     .parameters = tile_parameters, .open_parameters = true, .representations = vector_tile,
     .one_language = true,
     .answers = {200, 204}},
    {JALON_GET, "/maps/{map}/tilejson", jalon_tilejson_get, "getTileJson",
     "The tiles of the map, for clients of vector tiles (TileJSON 3)", "tiles",
     .parameters = no_parameters, .representations = json_only},
    {JALON_GET, "/maps/{map}/styles/{style}", jalon_style_get, "getStyle",
     "How the map may be drawn from its tiles (MapLibre style)", "tiles",
     .parameters = no_parameters, .representations = json_only},
    {JALON_GET, "/maps/{map}/clusters", jalon_clusters_get, "getClusters",
     "The contributions that match, merged where they are dense at a zoom", "clusters",
     .parameters = clusters_parameters, .open_parameters = true, .representations = one_item,
     .one_language = true},
    {JALON_GET, "/maps/{map}/clusters/{cluster}/leaves", jalon_cluster_leaves_get,
     "getClusterLeaves", "The contributions in a cluster, page by page", "clusters",
     .parameters = cluster_parameters, .open_parameters = true, .representations = one_item,
     .one_language = true},
    {JALON_GET, "/maps/{map}/clusters/{cluster}/children", jalon_cluster_children_get,
     "getClusterChildren", "What a cluster falls apart into at its expansion zoom", "clusters",
     .parameters = cluster_parameters, .open_parameters = true, .representations = one_item,
     .one_language = true},
    {0},
};

/* The tables of the areas that have one of their own; these rows come first. */
extern const struct jalon_route jalon_routes_pages[];
static const struct jalon_route *const areas[] = {
    routes,
    jalon_routes_duplicates,
    jalon_routes_mail,
    jalon_routes_abuse,
    jalon_routes_conversation,
    jalon_routes_people,
    jalon_routes_moderation,
    jalon_routes_rules,
    jalon_routes_pages,
    jalon_routes_memory,
};
static struct jalon_route all[ROUTES_MAX + 1];

static void join_areas(void)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
        for (const struct jalon_route *row = areas[i]; row->path != NULL; row++) {
            assert(count < ROUTES_MAX);
            assert((row->body_types == NULL) == (row->body == NULL));
            all[count++] = *row;
        }
    }
}

static void list_formats(void)
{
    size_t format_count, count = 0;
    const struct jalon_format *const *formats = jalon_formats(&format_count);
    for (size_t i = 0; i < format_count && count < REPRESENTATIONS_MAX - 3; i++) {
        if (formats[i]->writer != NULL) {
            items[count++] =
                (struct jalon_representation){formats[i]->name, formats[i]->media_type};
        }
    }
    items[count++] = (struct jalon_representation){"json", items[0].media_type};
    items[count] = (struct jalon_representation)PAGE;
}

static void prepare(void)
{
    list_formats();
    join_areas();
}

const struct jalon_route *jalon_api_routes(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    return all;
}
