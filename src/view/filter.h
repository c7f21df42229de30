/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A compiled filter: typed nodes with constants already worked out. Layer 2 (view), private.
 *
 * Evaluation takes no memory of ours for a contribution; only GEOS does, where shapes are compared.
 */
#ifndef JALON_VIEW_FILTER_H
#define JALON_VIEW_FILTER_H

#include "jalon/geo.h"
#include "jalon/view.h"

#include "meets.h"
#include "segment.h"

enum jalon_view_truth {
    JALON_VIEW_FALSE,
    JALON_VIEW_TRUE,
    JALON_VIEW_UNKNOWN, /* NULL */
};

/* One value; NULL is told apart by whoever gives it. */
struct jalon_view_datum {
    enum jalon_view_type type;
    unsigned folding; /* of the text, JALON_CQL2_…_BIT, not applied yet */
    bool is_days;     /* times are midnights that stand for days */
    union {
        bool boolean;
        double number;
        struct jalon_text text;
        struct {
            int64_t first_us, last_us; /* the same for an instant; INT64_MIN, INT64_MAX: open */
        };
    };
};

enum jalon_view_node_kind {
    JALON_VIEW_NODE_NULL,
    JALON_VIEW_NODE_LITERAL,  /* datum; of type GEOMETRY: spatial */
    JALON_VIEW_NODE_PROPERTY, /* queryable */
    JALON_VIEW_NODE_LIST,     /* an array, or an interval of two ends: operands */
    JALON_VIEW_NODE_OPEN,     /* an end of an interval: datum */
    JALON_VIEW_NODE_CALL,     /* op, operands */
};

/* A literal of type GEOMETRY. */
struct jalon_view_spatial {
    struct jalon_geo_shape *shape;
    struct jalon_box box; /* degrees; as written when it is a BBOX: west > east is possible */
    bool is_box;          /* then `area` is all of it */
    /* The borders of a literal that is one polygon or multipolygon, or a BBOX; 0 of any other. */
    const struct jalon_geometry *outlines;
    size_t outline_count;
    struct jalon_view_area area;
};

/* A LIKE pattern: code points, and these. */
enum { JALON_VIEW_ANY_STRING = -1, JALON_VIEW_ANY_CHARACTER = -2 };
enum { JALON_VIEW_PATTERN_MAX = 255 };

struct jalon_view_pattern {
    int32_t *codes;
    size_t count;
};

struct jalon_view_node {
    enum jalon_view_node_kind kind;
    enum jalon_view_type type;
    enum jalon_cql2_op op;
    bool is_constant;
    struct jalon_view_node **operands;
    size_t count;
    struct jalon_view_queryable queryable;
    struct jalon_view_datum datum;
    struct jalon_view_spatial spatial;
    struct jalon_view_pattern pattern; /* of LIKE */
    size_t function;                   /* of FUNCTION: index of jalon_view_functions */
};

struct jalon_view_run;

/* How the positions of literals are written. */
struct jalon_view_axes {
    int32_t srid;
    bool north_first;
};

struct jalon_view_filter {
    const struct jalon_view_node *root;
    struct jalon_view_run *run; /* what changes while it is evaluated */
    /* What fulfils it meets this box (west > east: across the antimeridian). */
    bool has_box;
    struct jalon_box box;
    /* What it was made from, and so what tells it from others for the same collection. */
    struct jalon_text text;
    bool is_json;
    struct jalon_view_axes axes;
};

/*
 * Evaluating one filter on one contribution after the other: an entry, or a row of a segment. Zero
 * what is not needed.
 */
struct jalon_view_run {
    const struct jalon_map *map;
    const struct jalon_view_entry *entry; /* NULL: */
    const struct jalon_view_segment *segment;
    uint32_t row;
    int32_t collection;                 /* index; of the segment */
    struct jalon_view_scratch *scratch; /* for a row that is read as a whole: */
    const struct jalon_view_entry *read;
    uint32_t read_row;
    const struct jalon_view_datum *instead; /* what every property is taken for; NULL: what it is */
    bool is_null;                           /* it is taken for NULL */
    bool failed;                            /* GEOS did */
    char id[JALON_ID_TEXT_SIZE];
};

/* Is the filter true of it (not false, not NULL)? */
bool jalon_view_filter_holds(const struct jalon_view_filter *filter,
                             const struct jalon_view_entry *entry);
enum jalon_view_truth jalon_view_node_truth(struct jalon_view_run *run,
                                            const struct jalon_view_node *node);
/* False: NULL. For every type but GEOMETRY and ARRAY. */
bool jalon_view_node_datum(struct jalon_view_run *run, const struct jalon_view_node *node,
                           struct jalon_view_datum *out);

/* What an arithmetic operation gives; not finite: NULL. */
double jalon_view_calculate(enum jalon_cql2_op op, double a, double b);

/* --- Properties --- */
/* The queryables of every contribution, by number; those of fields follow. */
enum jalon_view_property {
    JALON_VIEW_PROPERTY_ID,
    JALON_VIEW_PROPERTY_TITLE,
    JALON_VIEW_PROPERTY_DESCRIPTION,
    JALON_VIEW_PROPERTY_CATEGORIES,
    JALON_VIEW_PROPERTY_STATUS,
    JALON_VIEW_PROPERTY_AUTHOR,
    JALON_VIEW_PROPERTY_CREATED,
    JALON_VIEW_PROPERTY_UPDATED,
    JALON_VIEW_PROPERTY_OBSERVED,
    JALON_VIEW_PROPERTY_CONFIRMED,
    JALON_VIEW_PROPERTY_VERSION,
    JALON_VIEW_PROPERTY_LICENCE,
    JALON_VIEW_PROPERTY_SOURCE,
    JALON_VIEW_PROPERTY_SOURCE_ID,
    JALON_VIEW_PROPERTY_CAMPAIGN,
    JALON_VIEW_PROPERTY_SUPPORTS,
    JALON_VIEW_PROPERTY_COMMENTS,
    JALON_VIEW_PROPERTY_GEOMETRY,
    JALON_VIEW_PROPERTY_COUNT
};
bool jalon_view_queryable_find(const struct jalon_collection *collection, struct jalon_text name,
                               struct jalon_view_queryable *out);
bool jalon_view_property_datum(struct jalon_view_run *run,
                               const struct jalon_view_queryable *queryable,
                               struct jalon_view_datum *out);
bool jalon_view_property_is_null(struct jalon_view_run *run,
                                 const struct jalon_view_queryable *queryable);
/* False: it has no shape. */
bool jalon_view_property_shape(struct jalon_view_run *run, struct jalon_geometry *out_geometry,
                               struct jalon_box *out_box);
/* Of an ARRAY: how many, and each. */
size_t jalon_view_property_count(struct jalon_view_run *run,
                                 const struct jalon_view_queryable *queryable);
struct jalon_text jalon_view_property_item(struct jalon_view_run *run,
                                           const struct jalon_view_queryable *queryable,
                                           size_t index);

/* --- Text --- */
int jalon_view_text_compare(const struct jalon_view_datum *a, const struct jalon_view_datum *b);
/* Applies the folding; in the arena; data is NULL when there is no memory. */
struct jalon_text jalon_view_text_fold(struct jalon_arena *arena, struct jalon_text text,
                                       unsigned folding);
bool jalon_view_text_matches(const struct jalon_view_datum *text,
                             const struct jalon_view_pattern *pattern);
/* False when there is no memory; a count above JALON_VIEW_PATTERN_MAX has no codes. */
bool jalon_view_pattern_make(struct jalon_arena *arena, struct jalon_text text,
                             struct jalon_view_pattern *out);

/* --- Time --- */
/* Beside a time, a date ends with the last microsecond of its day. */
void jalon_view_time_end_day(struct jalon_view_datum *datum);
enum jalon_view_truth jalon_view_time_relate(enum jalon_cql2_op op, struct jalon_view_datum a,
                                             struct jalon_view_datum b);
/* Negative, 0, positive; an instant within a day is that day. */
int jalon_view_time_compare(struct jalon_view_datum a, struct jalon_view_datum b);

/* --- Functions --- */
/* The operand is of the function's type. */
double jalon_view_function_call(size_t function, const struct jalon_view_datum *operand);

/* --- Space --- */
/* Makes the literal of a GEOMETRY, COLLECTION or BOX. */
enum jalon_status jalon_view_spatial_make(struct jalon_context *ctx, const struct jalon_cql2 *cql2,
                                          const struct jalon_cql2_node *node,
                                          struct jalon_view_axes axes,
                                          struct jalon_view_spatial *out) JALON_MUST_USE;
enum jalon_view_truth jalon_view_spatial_truth(struct jalon_view_run *run,
                                               const struct jalon_view_node *node);

#endif
