/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * XML into a buffer, by libxml2's writer. Layer 2, private to format.
 *
 * As appending to the buffer these functions never answer: a failure is the buffer's status in the
 * end. What XML cannot hold (most control characters) becomes U+FFFD.
 */
#ifndef JALON_FORMAT_XML_WRITE_H
#define JALON_FORMAT_XML_WRITE_H

#include <libxml/xmlwriter.h>

#include "jalon/buffer.h"

struct jalon_xml {
    xmlTextWriter *writer;
    struct jalon_buffer *buffer;
    struct jalon_buffer text; /* what is written next */
};

/* A writer of a part of a document; _end writes out what is left in it and frees. */
void jalon_xml_begin(struct jalon_xml *xml, struct jalon_buffer *buffer);
void jalon_xml_end(struct jalon_xml *xml);

void jalon_xml_open(struct jalon_xml *xml, const char *name);
void jalon_xml_close(struct jalon_xml *xml);
void jalon_xml_attribute(struct jalon_xml *xml, const char *name, struct jalon_text value);
void jalon_xml_text(struct jalon_xml *xml, struct jalon_text text);
/* An element with text in it. */
void jalon_xml_element(struct jalon_xml *xml, const char *name, struct jalon_text text);
/* Digits and signs that need no escape. */
void jalon_xml_raw(struct jalon_xml *xml, struct jalon_text text);

#endif
