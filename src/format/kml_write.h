/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The writer of KML. Layer 2, private to format. */
#ifndef JALON_FORMAT_KML_WRITE_H
#define JALON_FORMAT_KML_WRITE_H

#include "jalon/format.h"

extern const struct jalon_item_writer jalon_kml_writer;

#endif
