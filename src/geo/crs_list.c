/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The coordinate reference systems that a server offers. Layer 1 (geo). */
#include "jalon/crs.h"

#include <stdio.h>
#include <string.h>

#include "crs.h"

#define PROJECTED(code) {code, false, false}
#define GEOGRAPHIC(code) {code, true, true}

/*
 * What the EPSG register says of them stands here, so that a server starts without asking PROJ;
 * tests/unit/test_geo_crs_list.c does ask. OGC's suite tries the first twenty, and expects a box
 * whose two corners it has transformed to hold what it held before: those that are turned little
 * against the meridians of mainland France come first.
 */
static const struct jalon_crs common[] = {
    {JALON_SRID_WGS84, false, true}, /* CRS84 */
    GEOGRAPHIC(JALON_SRID_WGS84),
    PROJECTED(3857),
    PROJECTED(2154), /* RGF93 / Lambert-93 */
    PROJECTED(27572), /* NTF (Paris) / Lambert II étendu */
    PROJECTED(3942), /* RGF93 / CC42 … CC50 */
    PROJECTED(3943),
    PROJECTED(3944),
    PROJECTED(3945),
    PROJECTED(3946),
    PROJECTED(3947),
    PROJECTED(3948),
    PROJECTED(3949),
    PROJECTED(3950),
    PROJECTED(25831),    /* ETRS89 / UTM 31N */
    GEOGRAPHIC(4171),    /* RGF93 */
    GEOGRAPHIC(4258),    /* ETRS89 */
    {3035, true, false}, /* ETRS89 / LAEA Europe */
    GEOGRAPHIC(5489),    /* Guadeloupe, Martinique: RGAF09 */
    GEOGRAPHIC(4624),    /* Guyane: RGFG95 */
    GEOGRAPHIC(4627),    /* La Réunion: RGR92 */
    GEOGRAPHIC(4470),    /* Mayotte: RGM04 */
    GEOGRAPHIC(4463),    /* Saint-Pierre-et-Miquelon: RGSPM06 */
    GEOGRAPHIC(4749),    /* Nouvelle-Calédonie: RGNC91-93 */
    GEOGRAPHIC(4687),    /* Polynésie française: RGPF */
    GEOGRAPHIC(8900),    /* Wallis-et-Futuna: RGWF96 */
    PROJECTED(5490),     /* RGAF09 / UTM 20N */
    PROJECTED(4559),     /* the same, before: RRAF 1991 */
    PROJECTED(2972),     /* RGFG95 / UTM 22N */
    PROJECTED(2975),     /* RGR92 / UTM 40S */
    PROJECTED(4471),     /* RGM04 / UTM 38S */
    PROJECTED(4467),     /* RGSPM06 / UTM 21N */
    PROJECTED(3163),     /* RGNC91-93 / Lambert */
    PROJECTED(3296),     /* RGPF / UTM 5S … 8S */
    PROJECTED(3297),
    PROJECTED(3298),
    PROJECTED(3299),
    PROJECTED(8903),  /* RGWF96 / UTM 1S */
    PROJECTED(7076),  /* Terres australes: RGTAAF07 / UTM 39S */
    PROJECTED(25830), /* ETRS89 / UTM 30N, beside France */
    PROJECTED(25832),
};

enum { COMMON = sizeof common / sizeof *common };

static const struct jalon_crs *find(const struct jalon_crs *items, size_t count, int32_t srid,
                                    bool is_crs84)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].srid == srid && jalon_crs_is_crs84(&items[i]) == is_crs84) {
            return &items[i];
        }
    }
    return NULL;
}

enum jalon_status jalon_crs_list_make(struct jalon_context *ctx, const struct jalon_text *added,
                                      size_t added_count, struct jalon_crs_list *out)
{
    struct jalon_crs *items =
        jalon_arena_allocate(ctx->arena, (COMMON + added_count) * sizeof *items);
    if (items == NULL) {
        return jalon_no_memory(ctx);
    }
    size_t count = COMMON;
    memcpy(items, common, sizeof common);
    for (size_t i = 0; i < added_count; i++) {
        struct jalon_crs one = {.srid = 0};
        enum jalon_status status =
            jalon_geo_parse_crs_axes(ctx, added[i], &one.srid, &one.north_first);
        if (status == JALON_OK) {
            status = jalon_geo_crs_is_geographic(ctx, one.srid, &one.is_geographic);
        }
        if (status != JALON_OK) {
            return status;
        }
        if (find(items, count, one.srid, jalon_crs_is_crs84(&one)) == NULL) {
            items[count++] = one;
        }
    }
    *out = (struct jalon_crs_list){items, count};
    return JALON_OK;
}

const struct jalon_crs *jalon_crs_find(const struct jalon_crs_list *list, struct jalon_text name)
{
    bool is_crs84;
    int32_t srid = jalon_geo_crs_read_name(name, &is_crs84);
    return srid != 0 ? find(list->items, list->count, srid, is_crs84) : NULL;
}

const char *jalon_crs_uri(const struct jalon_crs *crs, char out[JALON_CRS_URI_SIZE])
{
    if (jalon_crs_is_crs84(crs)) {
        snprintf(out, JALON_CRS_URI_SIZE, "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
    } else {
        snprintf(out, JALON_CRS_URI_SIZE, "http://www.opengis.net/def/crs/EPSG/0/%d",
                 (int)crs->srid);
    }
    return out;
}
