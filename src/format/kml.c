/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * KML 2.2 (OGC 07-147r2): the reader, and the format's row. Layer 2.
 *
 * libxml2's text reader goes from Placemark to Placemark and holds one at a time. Nothing is loaded
 * from outside, and a document type declaration ends the reading, so that no entity is ever
 * expanded. Folders, styles, network links and views are passed over.
 */
#include <libxml/xmlreader.h>
#include <string.h>

#include "kml_placemark.h"
#include "kml_write.h"
#include "reader.h"

/*
 * Bytes between two Placemarks and of one; below the 10,000,000 of one text at which libxml2 itself
 * gives up, whose error cannot be told from a lack of memory.
 */
#define PLACEMARK_MAX ((size_t)9 * 1024 * 1024)

struct kml_reader {
    struct jalon_reader base;
    xmlTextReader *xml;
    bool on_placemark; /* the text reader stands on the next one */
    struct jalon_text *names; /* of the columns */
    size_t name_capacity;
    /* While libxml2 reads: */
    struct jalon_context *ctx;
    struct jalon_text piece;
    size_t since_placemark; /* bytes given since the last one ended */
    enum jalon_status input_status;
    /* The first error that libxml2 found. */
    bool broken;
    bool truncated;
    bool entities; /* it was too much of them */
    int broken_line;
    char library_text[160]; /* for the operator */
};

/* --- libxml2's callbacks --- */
static int give_bytes(void *handle, char *data, int size)
{
    struct kml_reader *reader = handle;
    if (reader->piece.length == 0) {
        reader->input_status =
            jalon_text_input_read(reader->ctx, reader->base.input, &reader->piece);
        if (reader->input_status != JALON_OK) {
            reader->piece = JALON_TEXT_EMPTY;
            return -1;
        }
    }
    if (reader->since_placemark > PLACEMARK_MAX) {
        reader->input_status =
            jalon_fail(reader->ctx, JALON_TOO_LARGE, "one element of more than %zu MiB",
                       PLACEMARK_MAX / 1024 / 1024);
        return -1;
    }
    size_t count = reader->piece.length < (size_t)size ? reader->piece.length : (size_t)size;
    memcpy(data, reader->piece.data, count);
    reader->piece = jalon_text_slice(reader->piece.data + count, reader->piece.length - count);
    reader->since_placemark += count;
    return (int)count;
}

static void note_error(void *handle, xmlErrorPtr error)
{
    struct kml_reader *reader = handle;
    if (reader->broken || error->level != XML_ERR_FATAL) {
        return;
    }
    reader->broken = true;
    reader->truncated =
        error->code == XML_ERR_DOCUMENT_END || error->code == XML_ERR_TAG_NOT_FINISHED;
    reader->entities = error->code == XML_ERR_ENTITY_LOOP;
    reader->broken_line = error->line;
    snprintf(reader->library_text, sizeof reader->library_text, "libxml2: %s",
             error->message != NULL ? error->message : "no message");
}

/* --- Stepping --- */
static enum jalon_status refuse_doctype(struct jalon_context *ctx)
{
    return jalon_fail(ctx, JALON_UNSUPPORTED,
                      "the file has a document type declaration, which KML does not know");
}

static enum jalon_status fail_broken(struct jalon_context *ctx, const struct kml_reader *reader)
{
    if (reader->input_status != JALON_OK) {
        return reader->input_status;
    }
    if (!reader->broken) {
        return jalon_no_memory(ctx);
    }
    jalon_error_internal(ctx, "%s", reader->library_text);
    if (reader->entities) {
        return refuse_doctype(ctx);
    }
    if (reader->truncated) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "line %d: the file ends before its end: it was not copied whole",
                          reader->broken_line);
    }
    return jalon_fail(ctx, JALON_UNSUPPORTED,
                      "line %d: the XML is not well formed, or breaks off there (or its characters "
                      "are not %s: see --encoding)",
                      reader->broken_line, jalon_text_input_encoding(reader->base.input));
}

/* libxml2's answer of a step as a status: JALON_NOT_FOUND at the end of the document. */
static enum jalon_status judge_step(struct jalon_context *ctx, const struct kml_reader *reader,
                                    int answer)
{
    if (answer < 0 || reader->broken) {
        return fail_broken(ctx, reader);
    }
    return answer == 0 ? JALON_NOT_FOUND : JALON_OK;
}

static bool at_element(const struct kml_reader *reader, const char *name)
{
    return xmlTextReaderNodeType(reader->xml) == XML_READER_TYPE_ELEMENT &&
           strcmp((const char *)xmlTextReaderConstLocalName(reader->xml), name) == 0;
}

/* What may be around Placemarks: everything else is passed over whole. */
static bool holds_placemarks(const struct kml_reader *reader)
{
    static const char *const names[] = {"kml",    "Document", "Folder", "Schema", "SimpleField",
                                        "Update", "Create",   NULL};
    for (size_t i = 0; names[i] != NULL; i++) {
        if (at_element(reader, names[i])) {
            return true;
        }
    }
    return xmlTextReaderNodeType(reader->xml) != XML_READER_TYPE_ELEMENT;
}

static enum jalon_status add_column(struct jalon_context *ctx, struct kml_reader *reader,
                                    struct jalon_text name)
{
    struct jalon_text text = jalon_text_copy(reader->base.arena, name);
    struct jalon_text *names =
        jalon_arena_grow(reader->base.arena, reader->names, reader->base.columns.count,
                         reader->base.columns.count + 1, sizeof *names, &reader->name_capacity);
    if (text.data == NULL || names == NULL) {
        return jalon_no_memory(ctx);
    }
    names[reader->base.columns.count] = text;
    reader->names = names;
    reader->base.columns = (struct jalon_columns){names, reader->base.columns.count + 1};
    return JALON_OK;
}

static enum jalon_status add_schema_field(struct jalon_context *ctx, struct kml_reader *reader)
{
    xmlChar *name = xmlTextReaderGetAttribute(reader->xml, (const xmlChar *)"name");
    struct jalon_text text = jalon_text_from((const char *)name);
    /* OGR declares these two for the elements of the same name. */
    bool known = text.length == 0 || jalon_text_is(text, "Name") ||
                 jalon_text_is(text, "Description");
    enum jalon_status status = known ? JALON_OK : add_column(ctx, reader, text);
    xmlFree(name);
    return status;
}

/* To the next node; over what holds no Placemark, and over a Placemark, at once. */
static enum jalon_status step(struct jalon_context *ctx, struct kml_reader *reader)
{
    reader->since_placemark = 0;
    return judge_step(ctx, reader,
                      holds_placemarks(reader) ? xmlTextReaderRead(reader->xml)
                                               : xmlTextReaderNext(reader->xml));
}

/* Goes to the next Placemark; before the first one it takes the schema's fields on the way. */
static enum jalon_status find_placemark(struct jalon_context *ctx, struct kml_reader *reader,
                                        bool first)
{
    enum jalon_status status = step(ctx, reader);
    while (status == JALON_OK && !at_element(reader, "Placemark")) {
        if (first && at_element(reader, "SimpleField")) {
            status = add_schema_field(ctx, reader);
        }
        if (status == JALON_OK) {
            status = step(ctx, reader);
        }
    }
    return status;
}

/* --- Records --- */
static enum jalon_status kml_next(struct jalon_context *ctx, struct jalon_reader *base,
                                  struct jalon_record *out)
{
    struct kml_reader *reader = (struct kml_reader *)base;
    reader->ctx = ctx;
    enum jalon_status status = reader->on_placemark ? JALON_OK : find_placemark(ctx, reader, false);
    reader->on_placemark = false;
    if (status != JALON_OK) {
        return status;
    }
    xmlNode *placemark = xmlTextReaderExpand(reader->xml);
    if (placemark == NULL || reader->broken) {
        return fail_broken(ctx, reader);
    }
    out->row = xmlGetLineNo(placemark);
    reader->since_placemark = 0;
    return jalon_kml_read_placemark(ctx, placemark, out);
}

/* --- Open and close --- */
static void kml_finish(struct jalon_reader *base)
{
    struct kml_reader *reader = (struct kml_reader *)base;
    if (reader->xml != NULL) {
        xmlFreeTextReader(reader->xml);
    }
}

static const struct jalon_reader_class kml_class = {.next = kml_next, .finish = kml_finish};

/* The encoding that an XML declaration names (XML 1.0, 4.3.3); empty when it is UTF-8 or absent. */
static struct jalon_text declared_encoding(struct jalon_text head)
{
    size_t end = jalon_text_find(head, '>');
    const char *key = NULL;
    struct jalon_text declaration = jalon_text_slice(head.data, end);
    for (size_t i = 0; i + 9 < end && key == NULL; i++) {
        if (memcmp(head.data + i, "encoding=", 9) == 0) {
            key = head.data + i + 9;
        }
    }
    if (!jalon_text_starts_with(declaration, "<?xml") || key == NULL ||
        (*key != '"' && *key != '\'')) {
        return JALON_TEXT_EMPTY;
    }
    struct jalon_text rest = {key + 1, (size_t)(head.data + end - key - 1)};
    rest.length = jalon_text_find(rest, *key);
    return jalon_text_equal_ascii_case(rest, JALON_TEXT("utf-8")) ? JALON_TEXT_EMPTY : rest;
}

static enum jalon_status start_xml(struct jalon_context *ctx, struct kml_reader *reader,
                                   bool encoding_named)
{
    enum jalon_status status = JALON_OK;
    if (!encoding_named) {
        struct jalon_text head = jalon_text_input_head(reader->base.input);
        status =
            jalon_text_input_set_encoding(ctx, reader->base.input, declared_encoding(head));
    }
    if (status != JALON_OK) {
        return status;
    }
    int options = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES;
    reader->piece = JALON_TEXT_EMPTY;
    reader->xml = xmlReaderForIO(give_bytes, NULL, reader, NULL, "UTF-8", options);
    if (reader->xml == NULL) {
        return fail_broken(ctx, reader);
    }
    xmlTextReaderSetStructuredErrorHandler(reader->xml, note_error, reader);
    return JALON_OK;
}

/* The root element has to be KML's, or one of its features alone. */
static enum jalon_status check_root(struct jalon_context *ctx, struct kml_reader *reader)
{
    enum jalon_status status = JALON_OK;
    do {
        status = judge_step(ctx, reader, xmlTextReaderRead(reader->xml));
        if (status == JALON_OK &&
            xmlTextReaderNodeType(reader->xml) == XML_READER_TYPE_DOCUMENT_TYPE) {
            return refuse_doctype(ctx);
        }
    } while (status == JALON_OK &&
             xmlTextReaderNodeType(reader->xml) != XML_READER_TYPE_ELEMENT);
    if (status != JALON_OK) {
        return status == JALON_NOT_FOUND
                   ? jalon_fail(ctx, JALON_UNSUPPORTED, "there is no KML in this file")
                   : status;
    }
    if (!at_element(reader, "kml") && !at_element(reader, "Document") &&
        !at_element(reader, "Folder")) {
        return jalon_fail(ctx, JALON_UNSUPPORTED, "this is not KML: its root element is <%.40s>",
                          (const char *)xmlTextReaderConstLocalName(reader->xml));
    }
    return JALON_OK;
}

static enum jalon_status read_head(struct jalon_context *ctx, struct kml_reader *reader,
                                   const struct jalon_reader_options *options)
{
    enum jalon_status status = start_xml(ctx, reader, options->encoding.length > 0);
    if (status == JALON_OK) {
        status = check_root(ctx, reader);
    }
    if (status == JALON_OK) {
        status = add_column(ctx, reader, JALON_TEXT("name"));
    }
    if (status == JALON_OK) {
        status = add_column(ctx, reader, JALON_TEXT("description"));
    }
    if (status != JALON_OK) {
        return status;
    }
    status = find_placemark(ctx, reader, true);
    reader->on_placemark = status == JALON_OK;
    /* A KML file without any placemark is a file of no rows. */
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

static enum jalon_status kml_open(struct jalon_context *ctx, const struct jalon_source *source,
                                  const struct jalon_reader_options *options,
                                  struct jalon_reader **out)
{
    if (options->srid != JALON_SRID_WGS84) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "crs",
                             "KML is always in longitude and latitude on WGS 84: leave it out");
    }
    struct jalon_reader *base;
    enum jalon_status status = jalon_reader_create(ctx, &kml_class, sizeof(struct kml_reader),
                                                   source, options->encoding, &base);
    if (status != JALON_OK) {
        return status;
    }
    struct kml_reader *reader = (struct kml_reader *)base;
    reader->ctx = ctx;
    status = read_head(ctx, reader, options);
    if (status != JALON_OK) {
        jalon_reader_close(base);
        return status;
    }
    *out = base;
    return JALON_OK;
}

const struct jalon_format jalon_format_kml = {
    .name = "kml",
    .media_type = "application/vnd.google-earth.kml+xml",
    .extension = "kml",
    .other_extensions = NULL,
    .label = {.fr = {"KML", 3}, .en = {"KML", 3}},
    .open_reader = kml_open,
    .writer = &jalon_kml_writer,
};
