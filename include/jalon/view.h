/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The live view of one map: what public reads are answered from. Layer 2; no SQL, no HTTP.
 *
 * Events go in as whole contributions, answers come out. Only published contributions of public
 * collections are in it, and of those only the public fields (the others are NONE in what comes
 * out): what is private cannot be found or leave through it, and is asked from the store. With a
 * location_grid_m each is a point, in the middle of its square (jalon_geometry_coarsen): where it is
 * cannot be found either. Who may see more has a view of a description that says so (jalon/model.h). Many
 * threads read at once, beside those who write, who wait for each other. A cache: it can be rebuilt
 * from the store at any time.
 */
#ifndef JALON_VIEW_H
#define JALON_VIEW_H

#include "jalon/context.h"
#include "jalon/cql2.h"
#include "jalon/feature.h"
#include "jalon/geo.h"
#include "jalon/model.h"
#include "jalon/query.h"

struct jalon_view;

/* Takes a deep copy of the map's description. NULL is allowed by destroy. */
enum jalon_status jalon_view_create(struct jalon_context *ctx, const struct jalon_map *map,
                                    struct jalon_view **out) JALON_MUST_USE;
void jalon_view_destroy(struct jalon_view *view);
/* The description the view was made with; valid as long as the view. */
const struct jalon_map *jalon_view_map(const struct jalon_view *view);

/*
 * The territories that contributions are counted and filtered by; copied. Once, before anything is
 * applied or loaded: when they change the view is loaded anew. Their polygons have to be valid;
 * JALON_INVALID for another geometry.
 */
enum jalon_status jalon_view_set_territories(struct jalon_context *ctx, struct jalon_view *view,
                                             const struct jalon_territory *territories,
                                             size_t count) JALON_MUST_USE;
/* Those of the view, without geometry; valid as long as it is. */
const struct jalon_territory *jalon_view_territories(const struct jalon_view *view,
                                                     size_t *out_count);
/*
 * Is the label position outside of all the view's territories? Not when there are none, nor of what
 * has no place. Any thread.
 */
enum jalon_status jalon_view_is_outside(struct jalon_context *ctx, struct jalon_view *view,
                                        const struct jalon_geometry *geometry,
                                        bool *out) JALON_MUST_USE;

/*
 * Takes the state after an event: inserts, replaces or (when it is not published any more) removes
 * the contribution. `seq` and `time_us` are the event's; an event at or below the view's seq is
 * ignored, one beyond the next is accepted (loading starts with a state, not with event 1).
 * Nothing changes on JALON_NO_MEMORY, nor on JALON_TOO_LARGE (a Feature of more than 256 MB).
 */
enum jalon_status jalon_view_apply(struct jalon_context *ctx, struct jalon_view *view,
                                   const struct jalon_contribution *contribution, int64_t seq,
                                   int64_t time_us) JALON_MUST_USE;
/*
 * The first filling: contributions that are not in the view yet, each once, in any order. They are
 * seen after jalon_view_set_seq; nobody reads or applies meanwhile. When it fails, drop the view.
 * JALON_NO_MEMORY, also when the disk is full.
 */
enum jalon_status jalon_view_load(struct jalon_context *ctx, struct jalon_view *view,
                                  const struct jalon_contribution *contributions, size_t count)
    JALON_MUST_USE;
/* Ends a loading: the view now stands at this event. JALON_NO_MEMORY as above. */
enum jalon_status jalon_view_set_seq(struct jalon_context *ctx, struct jalon_view *view,
                                     int64_t seq, int64_t time_us) JALON_MUST_USE;

/* --- Memory and files --- */
/*
 * Where the view may make files (a path; copied), before anything is in it: what is large then lives
 * in pages of files that are mapped into memory, which the system can drop and read again.
 */
enum jalon_status jalon_view_set_folder(struct jalon_context *ctx, struct jalon_view *view,
                                        struct jalon_text folder) JALON_MUST_USE;
/* Removes from a folder what processes that were killed have left there half written. */
void jalon_view_tidy_folder(const char *folder);
/* Removes the kept files of maps that `is_known` (asked for the slug) says no of. */
void jalon_view_forget_maps(const char *folder,
                            bool (*is_known)(void *user, struct jalon_text slug), void *user);
/*
 * Instead of loading: takes the files that an earlier view of the same description and territories
 * has kept in the folder, checked whole. Each is the state after some event; `knows` is asked whether
 * that event is one of the map's, for files may be of a history that a backup has put an end to. The
 * view then stands at the earliest of these events: what follows is to be applied.
 * JALON_NOT_FOUND: there are none that fit; nothing has changed.
 */
enum jalon_status jalon_view_restore(struct jalon_context *ctx, struct jalon_view *view,
                                     bool (*knows)(void *user, int64_t seq, int64_t time_us),
                                     void *user) JALON_MUST_USE;
/*
 * Keeps the present state in files for jalon_view_restore, when it is worth it: the map is large and
 * much has changed since. Others may read and change meanwhile. They can be thrown away at any time.
 */
enum jalon_status jalon_view_keep(struct jalon_context *ctx,
                                  struct jalon_view *view) JALON_MUST_USE;
/*
 * What is kept of the present state and before must not be there any more (it was redacted): its files
 * are removed now, and jalon_view_keep writes new ones whatever else has changed.
 */
void jalon_view_forget_kept(struct jalon_view *view);
/* The same for who has no view of the map: its files in the folder are removed. */
void jalon_view_forget_map(const char *folder, struct jalon_text slug);
/*
 * Puts together what many changes have scattered. To be called now and then, beside readers and
 * writers; a writer does what cannot wait itself. JALON_NO_MEMORY: nothing has changed.
 */
enum jalon_status jalon_view_tidy(struct jalon_context *ctx,
                                  struct jalon_view *view) JALON_MUST_USE;
/* Bytes of memory and of mapped files, about. */
size_t jalon_view_memory(struct jalon_view *view);
/* How much of it is files. */
size_t jalon_view_mapped(struct jalon_view *view);

/* --- Reading --- */
/*
 * A consistent state: nothing in it changes or goes until it is released, by any thread. Readers never
 * wait for writers, nor writers for readers; a state that is held keeps its memory.
 */
struct jalon_snapshot;
const struct jalon_snapshot *jalon_view_pin(struct jalon_view *view);
void jalon_view_unpin(struct jalon_view *view, const struct jalon_snapshot *snapshot);
/* The last event in it, and that event's time (the map's creation when there is none). */
int64_t jalon_snapshot_seq(const struct jalon_snapshot *snapshot);
int64_t jalon_snapshot_time_us(const struct jalon_snapshot *snapshot);
/*
 * May anything that meets the box, or met it, have changed after event `since`? False says for sure
 * that a drawing of the box made at that event is still right. Of the last 1,000 events or so it is
 * known where they were (the boxes before and after); for earlier ones the answer is true. What jalon_view_load
 * brings is no event: it is for states that nobody has drawn yet.
 */
bool jalon_snapshot_changed(const struct jalon_snapshot *snapshot, int64_t since,
                            struct jalon_box box);

/*
 * A field's value must be this: numbers compare as numbers, a multi-enum contains it, NONE finds
 * those without a value.
 */
struct jalon_view_condition {
    int32_t field; /* index in the collection */
    struct jalon_value value;
};

/* --- Filters (CQL2) --- */
enum jalon_view_type {
    JALON_VIEW_BOOLEAN,
    JALON_VIEW_NUMBER,
    JALON_VIEW_TEXT,
    JALON_VIEW_DATE,
    JALON_VIEW_TIMESTAMP,
    JALON_VIEW_INTERVAL,
    JALON_VIEW_GEOMETRY,
    JALON_VIEW_ARRAY, /* a set of texts */
};

/* A property that a filter may name: one that every contribution has, or a public field. */
struct jalon_view_queryable {
    struct jalon_text name;
    enum jalon_view_type type;
    int32_t field; /* index in the collection; -1: of every contribution */
    uint32_t number;
};

/* The queryables by number: false behind the last one. */
bool jalon_view_queryable_at(const struct jalon_collection *collection, size_t index,
                             struct jalon_view_queryable *out);

/* A function that a filter may call, of one operand (TIMESTAMP: also a date), giving an integer. */
struct jalon_view_function {
    const char *name; /* in any case */
    const char *description;
    enum jalon_view_type operand;
};
const struct jalon_view_function *jalon_view_functions(size_t *out_count);

struct jalon_view_filter;

/*
 * Gives a filter its meaning for a collection (index): what properties are, which types go together
 * and in which coordinate reference system its geometries are (`crs` as jalon_geo_parse_crs takes
 * it, with that system's own order of axes; empty: CRS84). The result lives in the context's arena,
 * borrows from map and cql2, and is for one thread at a time. JALON_INVALID: an unknown property
 * (the reason names those there are), operands of the wrong type, a geometry that is not valid or
 * outside the world; parameter "filter", or "filter-crs" for an unknown one.
 *
 * NULL is a third truth value (SQL): what is compared with a missing value is neither so nor not
 * so. Text is compared by code points. A date beside a time stands for its whole day in UTC.
 * Dividing by zero gives NULL, and so does comparing a contribution's geometry that is not valid.
 */
enum jalon_status jalon_view_filter_compile(struct jalon_context *ctx, const struct jalon_map *map,
                                            int32_t collection, const struct jalon_cql2 *cql2,
                                            struct jalon_text crs,
                                            const struct jalon_view_filter **out) JALON_MUST_USE;
/* The filter that a geometry on WGS 84, a valid polygon or multipolygon, meets the contribution's. */
enum jalon_status jalon_view_region_compile(struct jalon_context *ctx, const struct jalon_map *map,
                                            int32_t collection,
                                            const struct jalon_geometry *region,
                                            const struct jalon_view_filter **out) JALON_MUST_USE;

/* --- Sorting --- */
/*
 * The properties that a list can be sorted by: what each contribution has of title, status, author,
 * created, updated, observed, confirmed, supports, comments and id, and the public fields of one
 * value. False behind the last one.
 */
bool jalon_view_sortable_at(const struct jalon_collection *collection, size_t index,
                            struct jalon_view_queryable *out);

/* Ascending: numbers from the least, times from the earliest, false before true, texts as
 * jalon_query_sort_bytes. What has no value comes last in both directions. */
struct jalon_view_sort {
    struct jalon_view_queryable property; /* a sortable one of the collection */
    bool is_descending;
};
/* Is it a value of such a property, or of none? */
bool jalon_view_sort_fits(const struct jalon_view_sort *sort,
                          const struct jalon_query_sort_value *value);

enum jalon_view_staleness {
    JALON_VIEW_ANY_AGE,
    JALON_VIEW_STALE, /* jalon_contribution_is_stale */
    JALON_VIEW_NOT_STALE,
};

struct jalon_view_query {
    int32_t collection; /* index in the map */
    bool nothing; /* nothing matches: the collection has not what is asked for */
    bool has_box;
    /* Degrees. The shape itself must meet it, borders included; none never does. */
    struct jalon_box box;
    const struct jalon_view_condition *conditions; /* all must hold */
    size_t condition_count;
    int32_t category; /* this one or a descendant; -1: any */
    int32_t status;   /* -1: any */
    bool has_author;
    struct jalon_text author; /* exact; empty: anonymous */
    const struct jalon_view_filter *filter; /* made for this collection; NULL: none */
    /*
     * Made for this collection: beside `box`, which holds it, of what shape a box is that was drawn in
     * another system. NULL: the box is all.
     */
    const struct jalon_view_filter *region;
    bool has_territory;
    int32_t territory; /* index in the view's: the label position is in it or on its border */
    /*
     * Every term is found in the title, the description, or the public fields that are lines, texts
     * or choices (the labels, in both languages); a phrase within one of them. NULL: none.
     */
    const struct jalon_query_search *search;
    bool has_near;
    struct jalon_geo_circle near; /* the shape is within its radius (INFINITY: has positions) */
    bool has_updated;
    struct jalon_query_interval updated;
    bool has_observed; /* the day it was observed on meets `observed`, or there is none */
    struct jalon_query_interval observed;
    bool has_campaign;
    struct jalon_text campaign; /* exact; empty: made in none */
    enum jalon_view_staleness staleness;
    int64_t today; /* jalon_clock_day: what staleness is measured from */
    /*
     * Sorted by distance from `near`, which there has to be, then number; or by these properties, one
     * after the other, then number; else by number alone.
     */
    bool by_distance;
    const struct jalon_view_sort *sorts;
    size_t sort_count; /* at most JALON_QUERY_SORTS_MAX */
    /* Only what comes after this place: that of the last one seen. Its number; 0: from the start. */
    int64_t after;
    double after_m; /* by_distance: how far that one is */
    const struct jalon_query_sort_value *after_values; /* sorted: what it has, sort_count of them */
    size_t limit;  /* at most this many come back; 0: only count */
};

/* A contribution that was found; jalon_snapshot_read gives the whole of it. */
struct jalon_view_item {
    int64_t number;
    struct jalon_text json; /* its Feature */
    /* Where it is in the snapshot. */
    int32_t collection;
    uint32_t part;
    uint32_t row;
};

struct jalon_view_result {
    struct jalon_view_item *items; /* in the query's order; in the context's arena */
    size_t count;
    int64_t matched; /* all that match, on every page, whatever `after` and `limit` */
    bool more;       /* there is a next page: after = number of the last item */
    double last_m;   /* by_distance: of the last item: the next page's after_m */
    /* Sorted: what the last item has, in the context's arena: the next page's after_values. */
    const struct jalon_query_sort_value *last_values;
    int64_t visited; /* contributions that were looked at one by one for this page: what it cost */
};

/*
 * Everything borrowed from the snapshot stays valid until it is unpinned. Indexes in the query are
 * within the map's description. JALON_NO_MEMORY; JALON_INTERNAL when a shape could not be compared.
 */
enum jalon_status jalon_snapshot_query(struct jalon_context *ctx,
                                       const struct jalon_snapshot *snapshot,
                                       const struct jalon_view_query *query,
                                       struct jalon_view_result *out) JALON_MUST_USE;
/*
 * Calls `visit` for every match whose shape meets the box (degrees; may cross the antimeridian), in
 * no order, whatever `after` and `limit`; with a zoom `large_at` (-1: none) only for those that are
 * not points nor small there (jalon_cluster_is_small), without looking at what is. What is visited is in the context's arena, borrowing from the snapshot. JALON_INTERNAL when shapes could
 * not be compared, JALON_NO_MEMORY: what was visited is then not all.
 */
enum jalon_status
jalon_snapshot_visit(struct jalon_context *ctx, const struct jalon_snapshot *snapshot,
                     const struct jalon_view_query *query, struct jalon_box box,
                     int large_at,
                     void (*visit)(void *user, const struct jalon_contribution *contribution),
                     void *user) JALON_MUST_USE;
/*
 * The contribution itself, but for fields that are not public. In the context's arena, borrowing from
 * the snapshot. JALON_NO_MEMORY.
 */
enum jalon_status jalon_snapshot_read(struct jalon_context *ctx,
                                      const struct jalon_snapshot *snapshot,
                                      const struct jalon_view_item *item,
                                      const struct jalon_contribution **out) JALON_MUST_USE;
/* Its shape alone, borrowed from the snapshot. */
struct jalon_geometry jalon_snapshot_geometry(const struct jalon_snapshot *snapshot,
                                              const struct jalon_view_item *item);
/* False when the collection (index; -1: any) has no published contribution with this id. */
bool jalon_snapshot_find(const struct jalon_snapshot *snapshot, int32_t collection,
                         struct jalon_id id, struct jalon_view_item *out);
/*
 * Published contributions of the collection, and the box around them (false: none has a shape): all
 * the way around when there are some on both sides of the antimeridian, never across it.
 */
int64_t jalon_snapshot_count(const struct jalon_snapshot *snapshot, int32_t collection);
bool jalon_snapshot_extent(const struct jalon_snapshot *snapshot, int32_t collection,
                           struct jalon_box *out);
/* The oldest `created` and newest `updated`; false when the collection is empty. */
bool jalon_snapshot_interval(const struct jalon_snapshot *snapshot, int32_t collection,
                             int64_t *out_first_us, int64_t *out_last_us);
/*
 * From the first to the last day that any of the collection was observed on, as midnights in UTC; false
 * when none was.
 */
bool jalon_snapshot_observed(const struct jalon_snapshot *snapshot, int32_t collection,
                             int64_t *out_first_us, int64_t *out_last_us);
/* As jalon_view_territories. */
const struct jalon_territory *jalon_snapshot_territories(const struct jalon_snapshot *snapshot,
                                                         size_t *out_count);
/* Contributions with this category or one below it, each once: what a query for it matches. */
int64_t jalon_snapshot_category_count(const struct jalon_snapshot *snapshot, int32_t collection,
                                      int32_t category);

#endif
