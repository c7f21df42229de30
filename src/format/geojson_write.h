/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Writers of GeoJSON and newline-delimited GeoJSON. Layer 2, private to format. */
#ifndef JALON_FORMAT_GEOJSON_WRITE_H
#define JALON_FORMAT_GEOJSON_WRITE_H

#include "jalon/format.h"

extern const struct jalon_item_writer jalon_geojson_writer;
extern const struct jalon_item_writer jalon_ndjson_writer;

#endif
