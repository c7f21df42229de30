/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Shapefiles in a zip (ESRI Shapefile Technical Description, 1998), UTF-8. Private to gdal.
 *
 * A Shapefile holds shapes of one kind, so that a layer becomes one for points, one for multipoints,
 * one for lines, one for polygons, and a table (dbf alone) of what has no place: key_points, …; a
 * layer of one kind is called after its key alone. What the form cannot hold is told in columns.csv:
 * the whole names of columns (see short_names.h) and how many texts had to be cut at 254 bytes. Times
 * are text, a boolean is 1 or 0.
 */
#include <cpl_conv.h>
#include <cpl_string.h>

#include "archive.h"
#include "short_names.h"
#include "target.h"

enum {
    TEXT_BYTES = 254,
    COLUMNS_MAX = 255, /* of dBase */
    LISTING_MAX = 1 << 24,
};

enum kind { KIND_POINTS, KIND_MULTIPOINTS, KIND_LINES, KIND_POLYGONS, KIND_TABLE, KIND_COUNT };

static const struct {
    const char *suffix;
    OGRwkbGeometryType type;
    unsigned geometry_types;
} kinds[KIND_COUNT] = {
    [KIND_POINTS] = {"_points", wkbPoint, JALON_GEOMETRY_BIT(JALON_GEOMETRY_POINT)},
    [KIND_MULTIPOINTS] = {"_multipoints", wkbMultiPoint,
                          JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTIPOINT)},
    [KIND_LINES] = {"_lines", wkbLineString,
                    JALON_GEOMETRY_BIT(JALON_GEOMETRY_LINESTRING) |
                        JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTILINESTRING)},
    [KIND_POLYGONS] = {"_polygons", wkbPolygon,
                       JALON_GEOMETRY_BIT(JALON_GEOMETRY_POLYGON) |
                           JALON_GEOMETRY_BIT(JALON_GEOMETRY_MULTIPOLYGON)},
    [KIND_TABLE] = {"_table", wkbNone, JALON_GEOMETRY_BIT(JALON_GEOMETRY_NONE)},
};

struct target {
    struct jalon_context *ctx;
    const char *zip;
    const char *folder;
    GDALDatasetH dataset;
    struct jalon_buffer listing; /* columns.csv */
    struct jalon_buffer readme;
    /* Of the layer at hand: */
    const struct layer *layer;
    OGRLayerH files[KIND_COUNT]; /* those that are there */
    char (*names)[SHORT_NAME_SIZE];
    int64_t *cut; /* texts, by column */
};

static enum jalon_status shapefile_open(struct jalon_context *ctx, const char *path,
                                        struct target **out)
{
    struct target *target = jalon_arena_allocate_zeroed(ctx->arena, 1, sizeof *target);
    struct jalon_text folder = jalon_text_format(ctx->arena, "%s.d", path);
    GDALDriverH driver = GDALGetDriverByName("ESRI Shapefile");
    if (target == NULL || folder.data == NULL) {
        return jalon_no_memory(ctx);
    }
    target->ctx = ctx;
    target->zip = path;
    target->folder = folder.data;
    target->dataset =
        driver != NULL ? GDALCreate(driver, folder.data, 0, 0, 0, GDT_Unknown, NULL) : NULL;
    if (target->dataset == NULL) {
        return fail_gdal(ctx, JALON_INTERNAL, "the folder of Shapefiles");
    }
    jalon_buffer_init(&target->listing, LISTING_MAX);
    jalon_buffer_init(&target->readme, LISTING_MAX);
    jalon_buffer_append_string(&target->listing, "collection,column,name,label,type,cut\r\n");
    *out = target;
    return JALON_OK;
}

/* --- Columns --- */
struct shape_type {
    OGRFieldType type;
    int width;
};

static struct shape_type shape_type(enum jalon_field_type type)
{
    switch (type) {
    case JALON_FIELD_NUMBER: return (struct shape_type){OFTReal, 0};
    case JALON_FIELD_INTEGER: return (struct shape_type){OFTInteger64, 18};
    case JALON_FIELD_BOOLEAN: return (struct shape_type){OFTInteger, 1};
    case JALON_FIELD_DATE: return (struct shape_type){OFTDate, 0};
    case JALON_FIELD_DATE_TIME: return (struct shape_type){OFTString, 27};
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
    return (struct shape_type){OFTString, 0}; /* grows with what comes */
}

static enum jalon_status add_columns(struct target *target, OGRLayerH file)
{
    OGRErr error = OGRERR_NONE;
    for (size_t i = 0; error == OGRERR_NONE && i < target->layer->column_count; i++) {
        struct shape_type type = shape_type(target->layer->columns[i].type);
        OGRFieldDefnH definition = OGR_Fld_Create(target->names[i], type.type);
        OGR_Fld_SetWidth(definition, type.width);
        error = OGR_L_CreateField(file, definition, FALSE);
        OGR_Fld_Destroy(definition);
    }
    return error == OGRERR_NONE ? JALON_OK
                                : fail_gdal(target->ctx, JALON_INTERNAL, "a column");
}

/* --- Files --- */
static enum jalon_status create_file(struct target *target, enum kind kind, OGRLayerH *out)
{
    const struct layer *layer = target->layer;
    bool is_alone = (layer->geometry_types & ~kinds[kind].geometry_types) == 0;
    struct jalon_text name = jalon_text_format(target->ctx->arena, "%s%s", layer->key.data,
                                               is_alone ? "" : kinds[kind].suffix);
    OGRSpatialReferenceH reference = make_reference(target->ctx, layer->srid);
    if (name.data == NULL || reference == NULL) {
        return name.data == NULL ? jalon_no_memory(target->ctx) : JALON_INTERNAL;
    }
    char **options = CSLSetNameValue(NULL, "ENCODING", "UTF-8");
    options = CSLSetNameValue(options, "RESIZE", "YES"); /* to the longest text there is */
    options = CSLSetNameValue(options, "DBF_DATE_LAST_UPDATE",
                              CPLSPrintf("%.10s", layer->time.data));
    OGRLayerH file = GDALDatasetCreateLayer(target->dataset, name.data, reference,
                                            kinds[kind].type, options);
    CSLDestroy(options);
    OSRRelease(reference);
    if (file == NULL) {
        return fail_gdal(target->ctx, JALON_INTERNAL, "a Shapefile");
    }
    enum jalon_status status = add_columns(target, file);
    if (status == JALON_OK) {
        target->files[kind] = file;
        *out = file;
    }
    return status;
}

static enum jalon_status find_file(struct target *target, OGRGeometryH geometry, OGRLayerH *out)
{
    enum kind kind = KIND_TABLE;
    OGRwkbGeometryType type =
        geometry != NULL ? wkbFlatten(OGR_G_GetGeometryType(geometry)) : wkbNone;
    for (int i = 0; geometry != NULL && i < KIND_TABLE; i++) {
        if (kinds[i].geometry_types & JALON_GEOMETRY_BIT(type)) {
            kind = (enum kind)i;
        }
    }
    if (target->files[kind] != NULL) {
        *out = target->files[kind];
        return JALON_OK;
    }
    return create_file(target, kind, out);
}

/* --- What is told beside the files --- */
static void append_quoted(struct jalon_buffer *buffer, struct jalon_text text)
{
    jalon_buffer_append_char(buffer, '"');
    for (size_t i = 0; i < text.length; i++) {
        jalon_buffer_append_string(buffer, text.data[i] == '"' ? "\"" : "");
        jalon_buffer_append_char(buffer, text.data[i]);
    }
    jalon_buffer_append_char(buffer, '"');
}

static void list_columns(struct target *target)
{
    const struct layer *layer = target->layer;
    for (size_t i = 0; i < layer->column_count; i++) {
        jalon_buffer_append_format(&target->listing, "%s,%s,%s,", layer->key.data,
                                   target->names[i], layer->columns[i].name.data);
        append_quoted(&target->listing, layer->columns[i].label);
        jalon_buffer_append_format(&target->listing, ",%s,%lld\r\n",
                                   jalon_field_type_name(layer->columns[i].type),
                                   (long long)target->cut[i]);
    }
}

static void describe(struct target *target)
{
    const struct layer *layer = target->layer;
    struct jalon_buffer *readme = &target->readme;
    jalon_buffer_append_format(readme, "%s (%s)\r\n", layer->title.data, layer->key.data);
    const struct {
        const char *name;
        struct jalon_text text;
    } lines[] = {
        {"", layer->description},
        {"Licence : ", layer->licence},
        {"Attribution : ", layer->attribution},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].text.length > 0) {
            jalon_buffer_append_format(readme, "%s%s\r\n", lines[i].name, lines[i].text.data);
        }
    }
    jalon_buffer_append_string(readme, "\r\n");
}

static const char notes[] =
    "Les noms des colonnes ont dix caract\xc3\xa8res au plus : columns.csv donne leurs noms entiers,\r\n"
    "et combien de textes ont \xc3\xa9t\xc3\xa9 coup\xc3\xa9s \xc3\xa0 254 octets. Un bool\xc3\xa9"
    "en vaut 1 ou 0.\r\n"
    "\r\n"
    "Names of columns have at most ten characters: columns.csv gives their whole names, and how\r\n"
    "many texts were cut at 254 bytes. A boolean is 1 or 0.\r\n";

/* --- Layers --- */
/* A layer without anything in it is an empty file of its first kind. */
static enum jalon_status end_layer(struct target *target)
{
    OGRLayerH file;
    enum kind first = KIND_TABLE;
    bool is_empty = true;
    if (target->layer == NULL) {
        return JALON_OK;
    }
    for (int i = KIND_COUNT - 1; i >= 0; i--) {
        is_empty = is_empty && target->files[i] == NULL;
        first = target->layer->geometry_types & kinds[i].geometry_types ? (enum kind)i : first;
    }
    enum jalon_status status = is_empty ? create_file(target, first, &file) : JALON_OK;
    if (status == JALON_OK) {
        list_columns(target);
        describe(target);
    }
    return status;
}

static enum jalon_status shapefile_layer(struct target *target, const struct layer *layer)
{
    struct jalon_arena *arena = target->ctx->arena;
    struct layer *copy = jalon_arena_allocate(arena, sizeof *copy);
    enum jalon_status status = end_layer(target);
    if (status != JALON_OK) {
        return status;
    }
    if (layer->column_count > COLUMNS_MAX) {
        return jalon_fail(target->ctx, JALON_TOO_LARGE,
                          "a Shapefile has at most %d columns, and here are %zu: choose some with "
                          "properties",
                          COLUMNS_MAX, layer->column_count);
    }
    target->names = jalon_arena_allocate_zeroed(arena, layer->column_count, SHORT_NAME_SIZE);
    target->cut = jalon_arena_allocate_zeroed(arena, layer->column_count, sizeof *target->cut);
    if (copy == NULL || target->names == NULL || target->cut == NULL) {
        return jalon_no_memory(target->ctx);
    }
    *copy = *layer; /* what the reader has may be the next one when this one ends */
    target->layer = copy;
    for (int i = 0; i < KIND_COUNT; i++) {
        target->files[i] = NULL;
    }
    make_short_names(layer->columns, layer->column_count, target->names);
    return JALON_OK;
}

/* --- Features --- */
static void set_value(struct target *target, OGRFeatureH row, size_t at, struct jalon_text value)
{
    enum jalon_field_type type = target->layer->columns[at].type;
    if (value.length == 0) {
        OGR_F_SetFieldNull(row, (int)at);
    } else if (type == JALON_FIELD_BOOLEAN) {
        OGR_F_SetFieldInteger(row, (int)at, jalon_text_is(value, "true"));
    } else if (shape_type(type).type == OFTString && value.length > TEXT_BYTES) {
        char text[TEXT_BYTES + 1];
        (void)snprintf(text, sizeof text, "%.*s", (int)cut_text(value, TEXT_BYTES), value.data);
        OGR_F_SetFieldString(row, (int)at, text);
        target->cut[at]++;
    } else {
        OGR_F_SetFieldString(row, (int)at, value.data);
    }
}

static enum jalon_status shapefile_feature(struct target *target, const struct layer *layer,
                                           const struct feature *feature)
{
    OGRGeometryH geometry;
    OGRLayerH file;
    enum jalon_status status = make_geometry(target->ctx, feature->wkb, &geometry);
    if (status == JALON_OK) {
        status = find_file(target, geometry, &file);
    }
    if (status != JALON_OK) {
        return status;
    }
    OGRFeatureH row = OGR_F_Create(OGR_L_GetLayerDefn(file));
    OGR_F_SetGeometryDirectly(row, geometry);
    for (size_t i = 0; i < layer->column_count; i++) {
        set_value(target, row, i, feature->values[i]);
    }
    OGRErr error = OGR_L_CreateFeature(file, row);
    OGR_F_Destroy(row);
    return error == OGRERR_NONE ? JALON_OK
                                : fail_gdal(target->ctx, JALON_TOO_LARGE, "a Shapefile");
}

static enum jalon_status shapefile_finish(struct target *target)
{
    enum jalon_status status = end_layer(target);
    if (status != JALON_OK) {
        return status;
    }
    CPLErrorReset();
    GDALClose(target->dataset);
    if (CPLGetLastErrorType() >= CE_Failure) {
        return fail_gdal(target->ctx, JALON_INTERNAL, "the Shapefiles");
    }
    jalon_buffer_append_string(&target->readme, notes);
    status = write_file(target->ctx, target->folder, "columns.csv",
                        jalon_buffer_text(&target->listing));
    if (status == JALON_OK) {
        status = write_file(target->ctx, target->folder, "README.txt",
                            jalon_buffer_text(&target->readme));
    }
    jalon_buffer_finish(&target->listing);
    jalon_buffer_finish(&target->readme);
    return status == JALON_OK ? pack_folder(target->ctx, target->folder, target->zip) : status;
}

const struct target_class shapefile_target = {
    .name = "shp",
    .open = shapefile_open,
    .layer = shapefile_layer,
    .feature = shapefile_feature,
    .finish = shapefile_finish,
};
