/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A KML Placemark as a record: its own elements, its extended data, its times. Layer 2. */
#include "kml_placemark.h"

struct values {
    struct jalon_record *record;
    size_t capacity;
};

static bool has_value(const struct jalon_record *record, struct jalon_text name)
{
    for (size_t i = 0; i < record->value_count; i++) {
        if (jalon_text_equal(record->values[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* A name that is there already gets _2, _3, … so that nothing is lost. */
static struct jalon_text make_unique(struct jalon_context *ctx, const struct jalon_record *record,
                                     struct jalon_text name)
{
    struct jalon_text unique = name;
    for (int i = 2; unique.data != NULL && has_value(record, unique); i++) {
        unique = jalon_text_format(ctx->arena, "%s_%d", name.data, i);
    }
    return unique;
}

static enum jalon_status add_value(struct jalon_context *ctx, struct values *values,
                                   struct jalon_text name, xmlNode *node)
{
    struct jalon_record *record = values->record;
    struct jalon_text text = jalon_kml_text(ctx, node);
    struct jalon_record_value *grown =
        jalon_arena_grow(ctx->arena, record->values, record->value_count, record->value_count + 1,
                         sizeof *grown, &values->capacity);
    struct jalon_text unique = name.data != NULL ? make_unique(ctx, record, name) : name;
    if (grown == NULL || text.data == NULL || unique.data == NULL) {
        return jalon_no_memory(ctx);
    }
    record->values = grown;
    grown[record->value_count++] = (struct jalon_record_value){
        .name = unique,
        .value = {.kind = text.length > 0 ? JALON_VALUE_TEXT : JALON_VALUE_NONE, .text = text},
    };
    return JALON_OK;
}

static struct jalon_text attribute(struct jalon_context *ctx, const xmlNode *node,
                                   const char *name)
{
    xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)name);
    struct jalon_text copy = jalon_text_copy(ctx->arena, jalon_text_from((const char *)value));
    xmlFree(value);
    return copy;
}

/* <Data name="…"><value>…</value></Data> */
static enum jalon_status add_data(struct jalon_context *ctx, struct values *values, xmlNode *data)
{
    for (xmlNode *child = data->children; child != NULL; child = child->next) {
        if (jalon_kml_is(child, "value")) {
            return add_value(ctx, values, attribute(ctx, data, "name"), child);
        }
    }
    return JALON_OK;
}

/* ExtendedData, and the SchemaData in it. */
static enum jalon_status add_extended(struct jalon_context *ctx, struct values *values,
                                      xmlNode *extended)
{
    enum jalon_status status = JALON_OK;
    for (xmlNode *child = extended->children; child != NULL && status == JALON_OK;
         child = child->next) {
        if (jalon_kml_is(child, "SimpleData")) {
            status = add_value(ctx, values, attribute(ctx, child, "name"), child);
        } else if (jalon_kml_is(child, "Data")) {
            status = add_data(ctx, values, child);
        } else if (jalon_kml_is(child, "SchemaData")) {
            status = add_extended(ctx, values, child);
        }
    }
    return status;
}

/* TimeStamp and TimeSpan: their when, begin and end. */
static enum jalon_status add_times(struct jalon_context *ctx, struct values *values, xmlNode *time)
{
    enum jalon_status status = JALON_OK;
    for (xmlNode *child = time->children; child != NULL && status == JALON_OK;
         child = child->next) {
        if (jalon_kml_is(child, "when") || jalon_kml_is(child, "begin") ||
            jalon_kml_is(child, "end")) {
            status = add_value(ctx, values, jalon_text_from((const char *)child->name), child);
        }
    }
    return status;
}

static bool is_plain_element(const xmlNode *node)
{
    static const char *const names[] = {"name", "description", "address", "phoneNumber", NULL};
    for (size_t i = 0; names[i] != NULL; i++) {
        if (jalon_kml_is(node, names[i])) {
            return true;
        }
    }
    return false;
}

static enum jalon_status add_child(struct jalon_context *ctx, struct values *values, xmlNode *child)
{
    if (is_plain_element(child)) {
        struct jalon_text name =
            jalon_text_copy(ctx->arena, jalon_text_from((const char *)child->name));
        return add_value(ctx, values, name, child);
    }
    if (jalon_kml_is(child, "ExtendedData")) {
        return add_extended(ctx, values, child);
    }
    if (jalon_kml_is(child, "TimeStamp") || jalon_kml_is(child, "TimeSpan")) {
        return add_times(ctx, values, child);
    }
    return JALON_OK;
}

enum jalon_status jalon_kml_read_placemark(struct jalon_context *ctx, xmlNode *placemark,
                                           struct jalon_record *out)
{
    struct values values = {.record = out};
    enum jalon_status status = JALON_OK;
    out->id = attribute(ctx, placemark, "id");
    if (out->id.data == NULL) {
        return jalon_no_memory(ctx);
    }
    for (xmlNode *child = placemark->children; child != NULL && status == JALON_OK;
         child = child->next) {
        status = add_child(ctx, &values, child);
    }
    return status == JALON_OK
               ? jalon_kml_read_geometry(ctx, placemark, &out->geometry, &out->has_geometry)
               : status;
}
