/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GeoJSON (RFC 7946) and newline-delimited GeoJSON (RFC 8142): the reader, and the formats' rows.
 * Layer 2.
 *
 * One reader for both, since the splitter takes a FeatureCollection, an array, a lone Feature and a
 * sequence alike, and files do not always hold what their names say.
 */
#include "feature_record.h"
#include "geojson_crs.h"
#include "geojson_write.h"
#include "reader.h"

struct geojson_reader {
    struct jalon_reader base;
    struct jalon_json_splitter *splitter;
    struct jalon_crs_scanner crs;
    int32_t srid;
    bool srid_known; /* the member before the features has been looked at, or the option counts */
    bool input_ended;
};

/* --- The CRS --- */
static enum jalon_status check_late_crs(struct jalon_context *ctx,
                                        const struct geojson_reader *reader)
{
    int32_t srid = 0;
    enum jalon_status status = reader->srid == JALON_SRID_WGS84 && reader->crs.after_features
                                   ? jalon_crs_scanner_srid(ctx, &reader->crs, &srid)
                                   : JALON_OK;
    if (status != JALON_OK || srid == 0 || srid == reader->srid) {
        return status == JALON_INVALID ? JALON_UNSUPPORTED : status;
    }
    return jalon_fail(ctx, JALON_UNSUPPORTED,
                      "after its features the file says that they are in EPSG:%d: read it again "
                      "with --crs EPSG:%d",
                      (int)srid, (int)srid);
}

/* When the first value is there, a "crs" before the features has passed by whole. */
static enum jalon_status settle_crs(struct jalon_context *ctx, struct geojson_reader *reader)
{
    int32_t srid = 0;
    if (reader->srid_known) {
        return JALON_OK;
    }
    reader->srid_known = true;
    enum jalon_status status = reader->crs.after_features
                                   ? JALON_OK
                                   : jalon_crs_scanner_srid(ctx, &reader->crs, &srid);
    if (status != JALON_OK) {
        return status == JALON_INVALID ? JALON_UNSUPPORTED : status;
    }
    reader->srid = srid != 0 ? srid : reader->srid;
    return JALON_OK;
}

/* --- Records --- */
static enum jalon_status feed(struct jalon_context *ctx, struct geojson_reader *reader)
{
    struct jalon_text piece;
    enum jalon_status status = jalon_text_input_read(ctx, reader->base.input, &piece);
    if (status != JALON_OK) {
        return status;
    }
    reader->input_ended = piece.length == 0;
    jalon_crs_scanner_feed(&reader->crs, piece);
    status = jalon_json_splitter_feed(ctx, reader->splitter, piece.data, piece.length);
    return status == JALON_INVALID ? JALON_UNSUPPORTED : status;
}

/* The next whole value. What the splitter cannot follow breaks the file, not the row. */
static enum jalon_status next_value(struct jalon_context *ctx, struct geojson_reader *reader,
                                    struct jalon_text *out, int64_t *out_line)
{
    for (;;) {
        enum jalon_status status = jalon_json_splitter_next(ctx, reader->splitter, out, out_line);
        if (status != JALON_NOT_FOUND) {
            return status == JALON_INVALID ? JALON_UNSUPPORTED : status;
        }
        if (reader->input_ended) {
            status = check_late_crs(ctx, reader);
            return status == JALON_OK ? JALON_NOT_FOUND : status;
        }
        status = feed(ctx, reader);
        if (status != JALON_OK) {
            return status;
        }
    }
}

static enum jalon_status parse_record(struct jalon_context *ctx,
                                      const struct geojson_reader *reader, struct jalon_text text,
                                      struct jalon_record *out)
{
    const struct jalon_json *json;
    if (!jalon_text_is_utf8(text)) {
        return jalon_text_input_refuse(ctx, reader->base.input, out->row);
    }
    enum jalon_status status = jalon_json_parse(ctx, text, &json);
    if (status == JALON_INVALID || status == JALON_TOO_LARGE) {
        /* The parser counts lines from the feature's first one. Too deep is its trouble only. */
        struct jalon_text reason = ctx->error.message;
        return jalon_fail(ctx, JALON_INVALID, "within the feature that starts on line %lld: %.*s",
                          (long long)out->row, JALON_TEXT_ARGS(reason));
    }
    return status == JALON_OK ? jalon_feature_to_record(ctx, json, JALON_FEATURE_OF_FILE,
                                                        reader->srid, out)
                              : status;
}

static enum jalon_status geojson_next(struct jalon_context *ctx, struct jalon_reader *base,
                                      struct jalon_record *out)
{
    struct geojson_reader *reader = (struct geojson_reader *)base;
    struct jalon_text text;
    enum jalon_status status = next_value(ctx, reader, &text, &out->row);
    if (status == JALON_OK) {
        status = settle_crs(ctx, reader);
    }
    return status == JALON_OK ? parse_record(ctx, reader, text, out) : status;
}

/* --- Open and close --- */
static void geojson_finish(struct jalon_reader *base)
{
    struct geojson_reader *reader = (struct geojson_reader *)base;
    jalon_json_splitter_destroy(reader->splitter);
    jalon_crs_scanner_finish(&reader->crs);
}

static const struct jalon_reader_class geojson_class = {.next = geojson_next,
                                                        .finish = geojson_finish};

static enum jalon_status geojson_open(struct jalon_context *ctx, const struct jalon_source *source,
                                      const struct jalon_reader_options *options,
                                      struct jalon_reader **out)
{
    struct jalon_reader *base;
    enum jalon_status status =
        jalon_reader_create(ctx, &geojson_class, sizeof(struct geojson_reader), source,
                            options->encoding, &base);
    if (status != JALON_OK) {
        return status;
    }
    struct geojson_reader *reader = (struct geojson_reader *)base;
    jalon_crs_scanner_init(&reader->crs);
    reader->srid = options->srid;
    reader->srid_known = options->srid != JALON_SRID_WGS84;
    reader->splitter = jalon_json_splitter_create("features", JALON_FORMAT_RECORD_MAX);
    if (reader->splitter == NULL) {
        jalon_reader_close(base);
        return jalon_no_memory(ctx);
    }
    *out = base;
    return JALON_OK;
}

const struct jalon_format jalon_format_geojson = {
    .name = "geojson",
    .media_type = "application/geo+json",
    .extension = "geojson",
    .other_extensions = "json",
    .label = {.fr = {"GeoJSON", 7}, .en = {"GeoJSON", 7}},
    .open_reader = geojson_open,
    .writer = &jalon_geojson_writer,
};

const struct jalon_format jalon_format_ndjson = {
    .name = "ndjson",
    .media_type = "application/x-ndjson",
    .extension = "ndjson",
    .other_extensions = "geojsonl geojsons jsonl",
    .label = {.fr = {"GeoJSON par lignes", 18}, .en = {"GeoJSON lines", 13}},
    .open_reader = geojson_open,
    .writer = &jalon_ndjson_writer,
};
