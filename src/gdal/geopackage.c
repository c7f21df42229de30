/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GeoPackage 1.3 (OGC 12-128r18): a feature table a layer, with a spatial index. Private to gdal.
 *
 * Columns have the types of their fields. A choice is kept by its key; what the keys mean is the
 * coded domain of the column (schema extension), which the column's label describes.
 */
#include <cpl_conv.h>
#include <cpl_string.h>
#include <string.h>

#include "target.h"

/* Features of one transaction: what is kept of it stays small. */
enum { TRANSACTION_FEATURES = 50000, LAYERS_MAX = 1000 };

struct target {
    struct jalon_context *ctx;
    GDALDatasetH dataset;
    OGRLayerH layer;
    struct jalon_text titles[LAYERS_MAX]; /* of the layers that are there */
    size_t layer_count;
    size_t since_commit;
};

static enum jalon_status geopackage_open(struct jalon_context *ctx, const char *path,
                                         struct target **out)
{
    struct target *target = jalon_arena_allocate_zeroed(ctx->arena, 1, sizeof *target);
    GDALDriverH driver = GDALGetDriverByName("GPKG");
    if (target == NULL) {
        return jalon_no_memory(ctx);
    }
    /* Nobody reads the file before it is whole. */
    CPLSetConfigOption("OGR_SQLITE_SYNCHRONOUS", "OFF"); /* lint: engine, GDAL names it so */
    CPLSetConfigOption("OGR_SQLITE_JOURNAL", "OFF");     /* lint: engine, GDAL names it so */
    char **options = CSLSetNameValue(NULL, "VERSION", "1.3");
    target->ctx = ctx;
    target->dataset =
        driver != NULL ? GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, options) : NULL;
    CSLDestroy(options);
    if (target->dataset == NULL) {
        return fail_gdal(ctx, JALON_INTERNAL, "the GeoPackage");
    }
    *out = target;
    return JALON_OK;
}

/* --- Columns --- */
static OGRFieldType field_type(enum jalon_field_type type)
{
    switch (type) {
    case JALON_FIELD_NUMBER: return OFTReal;
    case JALON_FIELD_INTEGER: return OFTInteger64;
    case JALON_FIELD_BOOLEAN: return OFTInteger;
    case JALON_FIELD_DATE: return OFTDate;
    case JALON_FIELD_DATE_TIME: return OFTDateTime;
    case JALON_FIELD_STRING:
    case JALON_FIELD_TEXT:
    case JALON_FIELD_ENUM:
    case JALON_FIELD_MULTI_ENUM:
    case JALON_FIELD_URL:
    case JALON_FIELD_EMAIL:
    case JALON_FIELD_PHONE:
    case JALON_FIELD_OPENING_HOURS:
    case JALON_FIELD_TYPE_COUNT: break;
    }
    return OFTString;
}

/* The domain of a column with choices; false when there is none to make. */
static bool add_domain(struct target *target, const struct layer *layer,
                       const struct column *column, const char **out_name)
{
    struct jalon_text name = jalon_text_format(target->ctx->arena, "%s_%s", layer->key.data,
                                               column->name.data);
    OGRCodedValue *values = jalon_arena_allocate_zeroed(
        target->ctx->arena, column->choice_count + 1, sizeof *values); /* ends with NULL */
    if (column->type != JALON_FIELD_ENUM || column->choice_count == 0 || name.data == NULL ||
        values == NULL) {
        return false;
    }
    for (size_t i = 0; i < column->choice_count; i++) {
        values[i].pszCode = (char *)(uintptr_t)column->choices[i].key.data;
        values[i].pszValue = (char *)(uintptr_t)column->choices[i].label.data;
    }
    OGRFieldDomainH domain = OGR_CodedFldDomain_Create(name.data, column->label.data, OFTString,
                                                       OFSTNone, values);
    bool added = domain != NULL && GDALDatasetAddFieldDomain(target->dataset, domain, NULL);
    OGR_FldDomain_Destroy(domain);
    *out_name = name.data;
    return added;
}

static enum jalon_status add_column(struct target *target, const struct layer *layer,
                                    const struct column *column)
{
    const char *domain;
    OGRFieldDefnH definition = OGR_Fld_Create(column->name.data, field_type(column->type));
    if (column->type == JALON_FIELD_BOOLEAN) {
        OGR_Fld_SetSubType(definition, OFSTBoolean);
    }
    if (add_domain(target, layer, column, &domain)) {
        OGR_Fld_SetDomainName(definition, domain);
    }
    OGRErr error = OGR_L_CreateField(target->layer, definition, FALSE);
    OGR_Fld_Destroy(definition);
    return error == OGRERR_NONE ? JALON_OK
                                : fail_gdal(target->ctx, JALON_INTERNAL, column->name.data);
}

/* --- Layers --- */
/* The identifier of a table is unique in its file. */
static const char *identifier_of(const struct target *target, const struct layer *layer)
{
    for (size_t i = 0; i < target->layer_count; i++) {
        if (jalon_text_equal(target->titles[i], layer->title)) {
            return layer->key.data;
        }
    }
    return layer->title.length > 0 ? layer->title.data : layer->key.data;
}

/* A name for the primary key, or the geometry, that no column has. */
static const char *free_name(const struct layer *layer, const char *name, const char *other)
{
    for (size_t i = 0; i < layer->column_count; i++) {
        if (jalon_text_is(layer->columns[i].name, name)) {
            return other;
        }
    }
    return name;
}

static enum jalon_status create_layer(struct target *target, const struct layer *layer)
{
    OGRSpatialReferenceH reference = make_reference(target->ctx, layer->srid);
    if (reference == NULL) {
        return JALON_INTERNAL;
    }
    CPLSetConfigOption("OGR_CURRENT_DATE", layer->time.data); /* when it was last changed */
    char **options = CSLSetNameValue(NULL, "SPATIAL_INDEX", "YES");
    options = CSLSetNameValue(options, "FID", free_name(layer, "fid", "jalon_fid"));
    options = CSLSetNameValue(options, "GEOMETRY_NAME", free_name(layer, "geom", "jalon_geom"));
    options = CSLSetNameValue(options, "IDENTIFIER", identifier_of(target, layer));
    options = CSLSetNameValue(options, "DESCRIPTION", layer->description.data);
    target->layer = GDALDatasetCreateLayer(target->dataset, layer->key.data, reference,
                                           single_type(layer->geometry_types), options);
    CSLDestroy(options);
    OSRRelease(reference);
    if (target->layer == NULL) {
        return fail_gdal(target->ctx, JALON_INTERNAL, "a layer");
    }
    target->titles[target->layer_count++ % LAYERS_MAX] = layer->title;
    return JALON_OK;
}

static void put_metadata(struct target *target, const char *name, struct jalon_text value)
{
    if (value.length > 0) {
        GDALSetMetadataItem(target->layer, name, value.data, NULL);
    }
}

static enum jalon_status commit(struct target *target)
{
    bool good = target->since_commit == 0 ||
                GDALDatasetCommitTransaction(target->dataset) == OGRERR_NONE;
    target->since_commit = 0;
    return good ? JALON_OK : fail_gdal(target->ctx, JALON_INTERNAL, "the GeoPackage");
}

static enum jalon_status geopackage_layer(struct target *target, const struct layer *layer)
{
    enum jalon_status status = commit(target);
    if (status == JALON_OK) {
        status = create_layer(target, layer);
    }
    for (size_t i = 0; status == JALON_OK && i < layer->column_count; i++) {
        status = add_column(target, layer, &layer->columns[i]);
    }
    if (status == JALON_OK) {
        put_metadata(target, "TITLE", layer->title);
        put_metadata(target, "LICENCE", layer->licence);
        put_metadata(target, "ATTRIBUTION", layer->attribution);
    }
    return status;
}

/* --- Features --- */
/*
 * A DATETIME has milliseconds (OGC 12-128r18, 1.1.1.1.2). What is finer is cut off here: GDAL rounds,
 * and makes second 60 of 59.9996.
 */
static void set_time(OGRFeatureH feature, int at, struct jalon_text value)
{
    enum { MILLISECONDS_LENGTH = sizeof "2026-11-22T00:32:59.999" - 1 };
    char cut[MILLISECONDS_LENGTH + sizeof "Z"];
    if (value.length <= sizeof cut - 1) {
        OGR_F_SetFieldString(feature, at, value.data);
        return;
    }
    memcpy(cut, value.data, MILLISECONDS_LENGTH);
    memcpy(cut + MILLISECONDS_LENGTH, "Z", sizeof "Z");
    OGR_F_SetFieldString(feature, at, cut);
}

static void set_value(OGRFeatureH feature, int at, const struct column *column,
                      struct jalon_text value)
{
    if (value.length == 0) {
        OGR_F_SetFieldNull(feature, at);
    } else if (column->type == JALON_FIELD_BOOLEAN) {
        OGR_F_SetFieldInteger(feature, at, jalon_text_is(value, "true"));
    } else if (column->type == JALON_FIELD_DATE_TIME) {
        set_time(feature, at, value);
    } else {
        OGR_F_SetFieldString(feature, at, value.data);
    }
}

static enum jalon_status begin(struct target *target)
{
    if (target->since_commit == TRANSACTION_FEATURES) {
        enum jalon_status status = commit(target);
        if (status != JALON_OK) {
            return status;
        }
    }
    if (target->since_commit++ == 0 &&
        GDALDatasetStartTransaction(target->dataset, FALSE) != OGRERR_NONE) {
        return fail_gdal(target->ctx, JALON_INTERNAL, "the GeoPackage");
    }
    return JALON_OK;
}

static enum jalon_status geopackage_feature(struct target *target, const struct layer *layer,
                                            const struct feature *feature)
{
    OGRGeometryH geometry;
    enum jalon_status status = begin(target);
    if (status == JALON_OK) {
        status = make_geometry(target->ctx, feature->wkb, &geometry);
    }
    if (status != JALON_OK) {
        return status;
    }
    OGRFeatureH row = OGR_F_Create(OGR_L_GetLayerDefn(target->layer));
    OGR_F_SetGeometryDirectly(row, geometry);
    for (size_t i = 0; i < layer->column_count; i++) {
        set_value(row, (int)i, &layer->columns[i], feature->values[i]);
    }
    OGRErr error = OGR_L_CreateFeature(target->layer, row);
    OGR_F_Destroy(row);
    return error == OGRERR_NONE ? JALON_OK : fail_gdal(target->ctx, JALON_INTERNAL, "a feature");
}

static enum jalon_status geopackage_finish(struct target *target)
{
    enum jalon_status status = commit(target);
    if (status == JALON_OK) {
        CPLErrorReset();
        GDALClose(target->dataset); /* makes the indexes; tells failures no other way */
        if (CPLGetLastErrorType() >= CE_Failure) {
            return fail_gdal(target->ctx, JALON_INTERNAL, "the GeoPackage");
        }
    }
    return status;
}

const struct target_class geopackage_target = {
    .name = "gpkg",
    .open = geopackage_open,
    .layer = geopackage_layer,
    .feature = geopackage_feature,
    .finish = geopackage_finish,
};
