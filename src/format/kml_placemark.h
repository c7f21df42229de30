/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is inside a Placemark of KML 2.2 (OGC 07-147r2). Layer 2, private to format. */
#ifndef JALON_FORMAT_KML_PLACEMARK_H
#define JALON_FORMAT_KML_PLACEMARK_H

#include <libxml/tree.h>

#include "jalon/context.h"
#include "jalon/record.h"

/* Is it an element with this name, whatever its namespace's version? */
bool jalon_kml_is(const xmlNode *node, const char *name);
/* The text inside, trimmed, in the arena; data is NULL when there is no memory. */
struct jalon_text jalon_kml_text(struct jalon_context *ctx, xmlNode *node);

/*
 * Values: name, description, address, phoneNumber, when, begin, end where they are there, then the
 * extended data by their names; a name that comes again gets _2, _3, … Row is left as it is.
 */
enum jalon_status jalon_kml_read_placemark(struct jalon_context *ctx, xmlNode *placemark,
                                           struct jalon_record *out) JALON_MUST_USE;

/*
 * The geometry that a Placemark has (clauses 10.5 to 10.11). *out_present is false when it has
 * none. Altitudes are dropped, rings closed; a MultiGeometry becomes the multi form of its one kind,
 * or its only member. JALON_INVALID: coordinates that are not numbers, too few of them, kinds mixed,
 * a kind that has no place here (Model, Track).
 */
enum jalon_status jalon_kml_read_geometry(struct jalon_context *ctx, xmlNode *placemark,
                                          struct jalon_geometry *out, bool *out_present)
    JALON_MUST_USE;

#endif
