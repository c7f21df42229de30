/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* XML into a buffer, by libxml2's writer. Layer 2. */
#include "xml_write.h"

/* Bytes that one text may take. */
#define TEXT_MAX ((size_t)64 * 1024 * 1024)

static int take_bytes(void *handle, const char *data, int size)
{
    struct jalon_buffer *buffer = handle;
    /* The buffer keeps its failure; told of it, libxml2 would write to standard error. */
    jalon_buffer_append(buffer, data, (size_t)size);
    return size;
}

/* libxml2 answers a negative number when it has no memory. */
static void judge(struct jalon_xml *xml, int answer)
{
    if (answer < 0 && xml->buffer->status == JALON_OK) {
        xml->buffer->status = JALON_NO_MEMORY;
    }
}

void jalon_xml_begin(struct jalon_xml *xml, struct jalon_buffer *buffer)
{
    *xml = (struct jalon_xml){.buffer = buffer};
    jalon_buffer_init(&xml->text, TEXT_MAX);
    xmlOutputBuffer *output = xmlOutputBufferCreateIO(take_bytes, NULL, buffer, NULL);
    xml->writer = output != NULL ? xmlNewTextWriter(output) : NULL;
    if (xml->writer == NULL) {
        xmlOutputBufferClose(output);
        judge(xml, -1);
    }
}

void jalon_xml_end(struct jalon_xml *xml)
{
    judge(xml, xml->writer != NULL ? xmlTextWriterFlush(xml->writer) : -1);
    if (xml->writer != NULL) {
        xmlFreeTextWriter(xml->writer);
    }
    jalon_buffer_finish(&xml->text);
}

void jalon_xml_open(struct jalon_xml *xml, const char *name)
{
    judge(xml, xmlTextWriterStartElement(xml->writer, (const xmlChar *)name));
}

void jalon_xml_close(struct jalon_xml *xml)
{
    judge(xml, xmlTextWriterEndElement(xml->writer));
}

/* Is there a character at `at` that XML 1.0 (2.2, Char) has no place for? Its bytes, or 0. */
static size_t forbidden_bytes(struct jalon_text text, size_t at)
{
    unsigned char c = (unsigned char)text.data[at];
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
        return 1;
    }
    bool is_noncharacter = c == 0xef && text.length - at > 2 &&
                           (unsigned char)text.data[at + 1] == 0xbf &&
                           (unsigned char)text.data[at + 2] >= 0xbe;
    return is_noncharacter ? 3 : 0; /* U+FFFE, U+FFFF */
}

/* A copy that ends with NUL and has only what XML can hold. */
static const xmlChar *clean(struct jalon_xml *xml, struct jalon_text text)
{
    jalon_buffer_clear(&xml->text);
    size_t start = 0;
    for (size_t at = 0; at < text.length; at++) {
        size_t bytes = forbidden_bytes(text, at);
        if (bytes > 0) {
            jalon_buffer_append(&xml->text, text.data + start, at - start);
            jalon_buffer_append_string(&xml->text, "\xef\xbf\xbd");
            start = at + bytes;
            at = start - 1;
        }
    }
    jalon_buffer_append(&xml->text, text.data + start, text.length - start);
    if (jalon_buffer_status(&xml->text) != JALON_OK && xml->buffer->status == JALON_OK) {
        xml->buffer->status = jalon_buffer_status(&xml->text);
    }
    return (const xmlChar *)jalon_buffer_text(&xml->text).data;
}

void jalon_xml_attribute(struct jalon_xml *xml, const char *name, struct jalon_text value)
{
    judge(xml,
          xmlTextWriterWriteAttribute(xml->writer, (const xmlChar *)name, clean(xml, value)));
}

void jalon_xml_text(struct jalon_xml *xml, struct jalon_text text)
{
    judge(xml, xmlTextWriterWriteString(xml->writer, clean(xml, text)));
}

void jalon_xml_element(struct jalon_xml *xml, const char *name, struct jalon_text text)
{
    jalon_xml_open(xml, name);
    jalon_xml_text(xml, text);
    jalon_xml_close(xml);
}

void jalon_xml_raw(struct jalon_xml *xml, struct jalon_text text)
{
    judge(xml, xmlTextWriterWriteRaw(xml->writer, clean(xml, text)));
}
