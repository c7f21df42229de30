/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * File formats: one const struct a format, in one table. Layer 2, blind to store, view and http.
 *
 * Negotiation (`f=`, Accept), `jalon import`, `jalon export` and the API description all read the
 * table. A writer takes contributions one by one and appends bytes to a bounded buffer that its
 * caller drains; a reader takes bytes from a source and yields records. Memory never grows with
 * the file on either side.
 */
#ifndef JALON_FORMAT_H
#define JALON_FORMAT_H

#include "jalon/buffer.h"
#include "jalon/context.h"
#include "jalon/embedded.h"
#include "jalon/model.h"
#include "jalon/record.h"

/* --- Reading --- */
/* Where bytes come from; the handle outlives the reader. */
struct jalon_source {
    /* Up to `size` bytes; *out_size 0 at the end. Errors are the stream's own. */
    enum jalon_status (*read)(struct jalon_context *ctx, void *handle, void *data, size_t size,
                              size_t *out_size);
    void *handle;
};

struct jalon_reader_options {
    struct jalon_text encoding; /* iconv name; empty: UTF-8 when it is, else Windows-1252 */
    char delimiter;             /* CSV: ';' ',' '\t' or '|'; 0: found from the first lines */
    int32_t srid;               /* of the coordinates in the file; 4326 unless --crs says else */
    /* CSV: where the position is: x and y, or WKT (also GeoJSON); empty: usual names recognised. */
    struct jalon_text x_column;
    struct jalon_text y_column;
    struct jalon_text wkt_column;
};

struct jalon_reader;

/*
 * Columns a reader knows before the first record (CSV header, KML schema); may be none. Those that
 * hold the position are not among them, nor among a record's values.
 */
struct jalon_columns {
    const struct jalon_text *names;
    size_t count;
};

struct jalon_format {
    const char *name;        /* "geojson": value of f= and --format */
    const char *media_type;  /* "application/geo+json" */
    const char *extension;   /* "geojson", without the dot: of files that we write */
    const char *other_extensions; /* more that are read, between spaces: "json"; or NULL */
    struct jalon_label label;
    /*
     * Reading; NULL when the format is only written. Options are copied where they are kept.
     * JALON_UNSUPPORTED: not such a file, an encoding not known; JALON_INVALID: an option that does
     * not fit the file (a column it does not have: the detail names the option).
     */
    enum jalon_status (*open_reader)(struct jalon_context *ctx, const struct jalon_source *source,
                                     const struct jalon_reader_options *options,
                                     struct jalon_reader **out);
    /* Writing a collection's items; NULL when the format is only read. */
    const struct jalon_item_writer *writer;
};

/* All formats; the first one is the default of items. */
const struct jalon_format *const *jalon_formats(size_t *out_count);
/* By name ("csv"), or NULL. */
const struct jalon_format *jalon_format_find(struct jalon_text name);
/* By a file's extension, without regard to case, or NULL. */
const struct jalon_format *jalon_format_for_path(struct jalon_text path);

/*
 * The next record, in the context's arena (reset the context between records). JALON_NOT_FOUND at
 * the end, and ever after. JALON_INVALID: this row cannot be read (details say column and reason),
 * *out->row is set, and the next call goes on with the row after it. Any other status ends the
 * reading, and what was read is not the whole file: JALON_UNSUPPORTED when the file breaks off or
 * is no longer well formed (the message says the line), JALON_TOO_LARGE when one row, cell or
 * feature passes its bound, JALON_NO_MEMORY, or what the source answered.
 *
 * A row without a position has has_geometry false. geometry.srid is options.srid; a GeoJSON file
 * whose "crs" member names another CRS (2008 form) has that one while options.srid is 4326. Empty
 * strings of files are NONE.
 */
enum jalon_status jalon_reader_next(struct jalon_context *ctx, struct jalon_reader *reader,
                                    struct jalon_record *out) JALON_MUST_USE;
struct jalon_columns jalon_reader_columns(const struct jalon_reader *reader);
/* The encoding that is being read ("UTF-8", "WINDOWS-1252"); for the report. */
const char *jalon_reader_encoding(const struct jalon_reader *reader);
/* Bytes of the source consumed so far, for progress. */
int64_t jalon_reader_position(const struct jalon_reader *reader);
/* NULL is allowed. */
void jalon_reader_close(struct jalon_reader *reader);

/* --- Writing --- */
struct jalon_link {
    struct jalon_text rel;
    struct jalon_text type;
    struct jalon_text title; /* may be empty */
    struct jalon_text href;
    bool templated;
};

/* One contribution to write, and the bytes that were made when it was stored. */
struct jalon_item {
    const struct jalon_contribution *contribution; /* NULL for writers that do not need it */
    struct jalon_text json; /* its GeoJSON Feature, ready (see jalon/feature.h) */
    /*
     * Where it is in the frame's system, east first unless the writer keeps axes; NULL: as it is in
     * the contribution and in the Feature.
     */
    const struct jalon_geometry *geometry;
};

/* What surrounds the items. */
struct jalon_items_frame {
    const struct jalon_map *map;
    const struct jalon_collection *collection;
    const struct jalon_link *links;
    size_t link_count;
    int64_t matched;  /* numberMatched; -1: neither this nor the next is known beforehand */
    int64_t returned; /* numberReturned */
    int64_t time_us;  /* timeStamp: of the last event in what is answered */
    /* Of the properties only these, by name; NULL: all. The id and the place are always there. */
    const struct jalon_text *properties;
    size_t property_count;
    int32_t srid; /* of what is written; 0: longitude and latitude on WGS 84 (CRS84) */
    unsigned pass; /* 0, 1 …: which time this is that the items are given; see passes */
};
/* Is this property one of those to write? */
bool jalon_items_frame_shows(const struct jalon_items_frame *frame, struct jalon_text property);

struct jalon_item_writer {
    bool needs_contribution; /* the Feature is not enough */
    bool keeps_axes; /* positions stand in the order that their system itself has */
    bool only_wgs84; /* the format has no other system */
    /*
     * What is written is rows (jalon/rows.h), which jalon/conversion.h makes the file of, as a whole:
     * several collections are written one after the other into one file.
     */
    bool is_converted;
    /* So often all items are given, once at least: GPX has its points before its lines. */
    unsigned passes;
    void (*begin)(struct jalon_buffer *buffer, const struct jalon_items_frame *frame);
    /* `index` counts from 0. */
    void (*item)(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                 const struct jalon_item *item, size_t index);
    void (*end)(struct jalon_buffer *buffer, const struct jalon_items_frame *frame);
    /* One item alone, with links; NULL when the format has no such thing. */
    void (*single)(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                   const struct jalon_item *item);
};

/* --- JSON documents of the model --- */
/*
 * Reads a template (schema/template.schema.json) into a map description without slug and numbers.
 * All errors at once, each with its pointer: unknown member, missing label, duplicate key,
 * transition to an unknown status, category cycle, … Everything lives in the context's arena.
 */
enum jalon_status jalon_template_read(struct jalon_context *ctx, struct jalon_text json,
                                      struct jalon_map *out) JALON_MUST_USE;
/* The templates that were built in (schema/templates): name and JSON text, as an embedded table. */
const struct jalon_embedded *jalon_builtin_templates(void);

/*
 * JSON Schema 2020-12 of a contribution of this collection, as POST accepts it: a GeoJSON Feature
 * ("type", "geometry", "properties" required). It holds all that a form needs. `self_url` is its
 * "$id". Never in it: fields that are not public. Beside the standard keywords ("title" is the
 * English label):
 *
 *   root                  x-label, x-description {"fr","en"}; x-map, x-collection (slug, key);
 *                         x-color "#rrggbb"
 *   properties.id         read only
 *   properties.geometry   x-geometry-types ["Point", …]; oneOf one GeoJSON shape for each
 *   properties.properties "properties" in the order of the form, "required", no others allowed:
 *     title, description, the fields, categories, status, observed, licence
 *     (categories and status only when the collection has some)
 *   each of these         x-label {"fr","en"}; x-type: the field type by name ("string", "text",
 *                         "number", "integer", "boolean", "date", "enum", "multi_enum", "url",
 *                         "email", "phone", "opening_hours"; "categories"; "status"); x-order 1, 2 …
 *   fields, when given    x-help {"fr","en"}, x-unit (UCUM), x-osm (tag key), x-acceslibre (column)
 *   by type               string, text: maxLength (string: one line) · number, integer: minimum,
 *                         maximum · date: format "date" · url: format "uri" · email: format "email"
 *   enum, status          oneOf [{"const": key, "title", "x-label"}, …], in order; a choice also
 *                         x-osm, x-acceslibre; a status also x-closes true
 *   multi_enum            type array, uniqueItems, items.oneOf as for enum
 *   status                default: the first one; x-transitions {"from": ["to", …], …}, all there
 *   categories            type array, uniqueItems, items.oneOf [{"const", "title", "x-label",
 *                         "x-color", "x-parent": key (absent for a root)}, …], parents first
 *
 * {"fr","en"} members are always both there. What OGC API Features part 5 has a word for is said by
 * it too: x-ogc-role ("id", "primary-geometry", "primary-instant" of observed), x-ogc-propertySeq,
 * x-ogc-unit.
 */
void jalon_schema_write(struct jalon_buffer *buffer, const struct jalon_map *map,
                        const struct jalon_collection *collection, struct jalon_text self_url);
/* A JSON array of the names in a set of geometry types: ["Point","LineString"]. */
void jalon_geometry_types_write(struct jalon_buffer *buffer, unsigned geometry_types);
/*
 * One cell of CSV: an apostrophe in front of what a spreadsheet would run as a formula and, where
 * RFC 4180 (2.6, 2.7) asks for them, quotes.
 */
void jalon_csv_write_cell(struct jalon_buffer *buffer, struct jalon_text text);
/* Territories as a GeoJSON FeatureCollection; properties key, name, kind, parent (key or null). */
void jalon_territories_write(struct jalon_buffer *buffer, const struct jalon_territory *territories,
                             size_t count);
/* Reads a GeoJSON Feature (body of POST) into a record; pointers from the body's root. */
enum jalon_status jalon_feature_read(struct jalon_context *ctx, struct jalon_text json,
                                     struct jalon_record *out) JALON_MUST_USE;
/* The same of a body that is parsed already. */
struct jalon_json;
enum jalon_status jalon_feature_read_tree(struct jalon_context *ctx, const struct jalon_json *tree,
                                          struct jalon_record *out) JALON_MUST_USE;

#endif
