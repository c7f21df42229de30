/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One row of anything that comes in: a line of CSV, a GeoJSON feature, a KML placemark, the body of
 * a POST. Layer 1 (model).
 *
 * Readers (format) make records without knowing collections; the import and the contribution rules
 * (app) turn them into contributions without knowing formats.
 */
#ifndef JALON_RECORD_H
#define JALON_RECORD_H

#include "jalon/model.h"

struct jalon_record_value {
    struct jalon_text name; /* column or property, as in the source (dBase type cut off) */
    /* Kept in the type the format has: CSV and KML give TEXT. NONE: null, absent, empty cell. */
    struct jalon_value value;
    /* True when the source held an object or a mixed array: `value` is then its JSON text. */
    bool structured;
};

struct jalon_record {
    int64_t row; /* 1-based line of the file where the record starts */
    bool has_geometry; /* the source gave a position (geometry.type is NONE when it was null) */
    struct jalon_geometry geometry;
    struct jalon_text id; /* the feature's own id as text; empty when it has none */
    struct jalon_record_value *values;
    size_t value_count;
};

#endif
