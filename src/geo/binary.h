/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What WKB and BLOB-Geometry have in common: counted sequences of coordinates. They differ in how a
 * part begins: WKB repeats byte order and type, BLOB-Geometry writes a mark and the type.
 * Layer 1 (geo), private.
 */
#ifndef JALON_GEO_BINARY_H
#define JALON_GEO_BINARY_H

#include "builder.h"

struct jalon_geo_binary {
    struct jalon_geometry_builder builder;
    const unsigned char *data;
    size_t size;
    size_t at;
    bool little_endian;
    bool blob;        /* parts begin as in a BLOB-Geometry */
    unsigned numbers; /* a position, 2 to 4; those after the second are dropped */
    int32_t srid;     /* as an EWKB type word announced it; 0 when none did */
};

/* False at the end of the data. */
bool jalon_geo_binary_u32(struct jalon_geo_binary *in, uint32_t *out);
bool jalon_geo_binary_double(struct jalon_geo_binary *in, double *out);
/* "the geometry is cut short" or the like, with the byte at which reading stopped. */
enum jalon_status jalon_geo_binary_refuse(struct jalon_geo_binary *in, const char *reason);
/*
 * Takes a type word apart: ISO thousands (Z, M, ZM), and with them the flags of EWKB when
 * the form is WKB, reading the SRID they announce.
 */
enum jalon_status jalon_geo_binary_type(struct jalon_geo_binary *in,
                                        enum jalon_geometry_type *out) JALON_MUST_USE;
/* What follows the type word. No count is believed before the bytes for it are seen. */
enum jalon_status jalon_geo_binary_body(struct jalon_geo_binary *in,
                                        enum jalon_geometry_type type) JALON_MUST_USE;

/* Little-endian. */
void jalon_geo_binary_write_u32(struct jalon_buffer *buffer, uint32_t value);
void jalon_geo_binary_write_double(struct jalon_buffer *buffer, double value);
/* What follows the type word of a geometry that is not NONE. */
void jalon_geo_binary_write_body(struct jalon_buffer *buffer, const struct jalon_geometry *geometry,
                                 bool blob);

#endif
