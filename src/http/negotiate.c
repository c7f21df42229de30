/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Content negotiation (RFC 9110, section 12): representation, language, coding. Layer 2.
 *
 * Elements that do not follow the grammar are passed over; a header without any good element is
 * as absent, because clients that write nonsense want an answer.
 */
#include "exchange.h"

#include <string.h>

enum { QUALITY_NONE = -1, QUALITY_FULL = 1000 };

struct element {
    struct jalon_text value;
    int quality; /* thousandths */
};

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) */
static int parse_quality(struct jalon_text text)
{
    if (text.length == 0 || text.length > 5 || (text.data[0] != '0' && text.data[0] != '1') ||
        (text.length > 1 && text.data[1] != '.')) {
        return QUALITY_NONE;
    }
    int quality = (text.data[0] - '0') * QUALITY_FULL;
    int place = QUALITY_FULL / 10;
    for (size_t i = 2; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return QUALITY_NONE;
        }
        quality += (text.data[i] - '0') * place;
        place /= 10;
    }
    return quality <= QUALITY_FULL ? quality : QUALITY_NONE;
}

/* Position of the byte outside quoted strings, or the length. */
static size_t find_unquoted(struct jalon_text text, char byte)
{
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"') {
            quoted = !quoted;
        } else if (quoted && text.data[i] == '\\') {
            i++;
        } else if (!quoted && text.data[i] == byte) {
            return i;
        }
    }
    return text.length;
}

static struct jalon_text cut(struct jalon_text *rest, char byte)
{
    size_t end = find_unquoted(*rest, byte);
    struct jalon_text piece = jalon_text_trim(jalon_text_slice(rest->data, end));
    size_t skip = end < rest->length ? end + 1 : end;
    *rest = jalon_text_slice(rest->data + skip, rest->length - skip);
    return piece;
}

/* The next element that follows the grammar; parameters other than q are ignored. */
static bool next_element(struct jalon_text *rest, struct element *out)
{
    while (rest->length > 0) {
        struct jalon_text piece = cut(rest, ',');
        struct element element = {cut(&piece, ';'), QUALITY_FULL};
        while (piece.length > 0) {
            struct jalon_text parameter = cut(&piece, ';');
            if (parameter.length >= 2 && (parameter.data[0] == 'q' || parameter.data[0] == 'Q') &&
                parameter.data[1] == '=') {
                element.quality =
                    parse_quality(jalon_text_slice(parameter.data + 2, parameter.length - 2));
            }
        }
        if (element.value.length > 0 && element.quality != QUALITY_NONE) {
            *out = element;
            return true;
        }
    }
    return false;
}

/* How exactly a media range names a type: 4 itself … 1 any; 0 not at all. */
static int range_precision(struct jalon_text range, struct jalon_text type)
{
    type = jalon_text_trim(jalon_text_slice(type.data, jalon_text_find(type, ';')));
    if (jalon_text_equal_ascii_case(range, type)) {
        return 4;
    }
    /* Who asks for JSON is served by what is written in it (RFC 6839, 3.1). */
    if (jalon_text_equal_ascii_case(range, JALON_TEXT("application/json")) &&
        jalon_text_ends_with(type, "+json")) {
        return 3;
    }
    size_t slash = jalon_text_find(type, '/');
    if (range.length == slash + 2 && jalon_text_ends_with(range, "/*") &&
        jalon_text_equal_ascii_case(jalon_text_slice(range.data, slash),
                                    jalon_text_slice(type.data, slash))) {
        return 2;
    }
    return jalon_text_is(range, "*/*") ? 1 : 0;
}

/* The quality the most precise range of the header gives to the type; *any: was there a range? */
static int accept_quality(struct jalon_text accept, const char *media_type, int *out_precision,
                          bool *any)
{
    struct element element;
    int quality = 0;
    int best = 0;
    while (next_element(&accept, &element)) {
        if (jalon_text_find(element.value, '/') == element.value.length) {
            continue;
        }
        *any = true;
        int precision = range_precision(element.value, jalon_text_from(media_type));
        if (precision > best) {
            best = precision;
            quality = element.quality;
        }
    }
    *out_precision = best;
    return quality;
}

static enum jalon_status by_name(struct jalon_context *ctx,
                                 const struct jalon_representation *list, struct jalon_text f,
                                 const struct jalon_representation **out)
{
    const char *names = NULL;
    for (const struct jalon_representation *row = list; row->name != NULL; row++) {
        if (jalon_text_is(f, row->name)) {
            *out = row;
            return JALON_OK;
        }
        names = names == NULL ? row->name
                              : jalon_text_format(ctx->arena, "%s, %s", names, row->name).data;
    }
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "f", "must be one of: %s",
                         names != NULL ? names : "");
}

static enum jalon_status not_acceptable(struct jalon_context *ctx,
                                        const struct jalon_representation *list)
{
    const char *types = list->media_type;
    for (const struct jalon_representation *row = list + 1; row->name != NULL; row++) {
        struct jalon_text longer = jalon_text_format(ctx->arena, "%s, %s", types, row->media_type);
        types = longer.data != NULL ? longer.data : types;
    }
    return jalon_fail(ctx, JALON_UNSUPPORTED, "Accept names nothing that is here; here are: %s",
                      types);
}

enum jalon_status jalon_negotiate_representation(struct jalon_context *ctx,
                                                 const struct jalon_representation *list,
                                                 const struct jalon_text *f,
                                                 const struct jalon_text *accept,
                                                 const struct jalon_representation **out)
{
    if (f != NULL) {
        return by_name(ctx, list, *f, out);
    }
    const struct jalon_representation *best = NULL;
    int best_quality = 0;
    int best_precision = 0;
    bool any = false;
    for (const struct jalon_representation *row = list; accept != NULL && row->name != NULL;
         row++) {
        int precision;
        int quality = accept_quality(*accept, row->media_type, &precision, &any);
        if (quality > best_quality ||
            (quality > 0 && quality == best_quality && precision > best_precision)) {
            best = row;
            best_quality = quality;
            best_precision = precision;
        }
    }
    if (best == NULL && any) {
        return not_acceptable(ctx, list);
    }
    *out = best != NULL ? best : list;
    return JALON_OK;
}

struct jalon_text jalon_negotiate_language(struct jalon_text accept_language)
{
    struct element element;
    struct jalon_text best = JALON_TEXT_EMPTY;
    int best_quality = 0;
    while (next_element(&accept_language, &element)) {
        struct jalon_text primary =
            jalon_text_slice(element.value.data, jalon_text_find(element.value, '-'));
        bool english = jalon_text_equal_ascii_case(primary, JALON_TEXT("en"));
        bool french = jalon_text_equal_ascii_case(primary, JALON_TEXT("fr"));
        if ((english || french) && element.quality > best_quality) {
            best_quality = element.quality;
            best = english ? JALON_TEXT("en") : JALON_TEXT("fr");
        }
    }
    return best;
}

/* --- Codings --- */

static const char *const coding_names[JALON_CODING_COUNT] = {
    [JALON_IDENTITY] = "",
    [JALON_GZIP] = "gzip",
    [JALON_BROTLI] = "br",
    [JALON_ZSTD] = "zstd",
};

/* What is sent when the client likes them alike: by cost, 860, 287 and 234 MB/s a core. */
static const enum jalon_coding coding_order[] = {JALON_ZSTD, JALON_BROTLI, JALON_GZIP,
                                                 JALON_IDENTITY};

const char *jalon_coding_name(enum jalon_coding coding)
{
    return coding_names[coding];
}

bool jalon_coding_is_accepted(struct jalon_codings codings, enum jalon_coding coding)
{
    return (codings.accepted >> coding & 1) != 0;
}

/* JALON_CODING_COUNT for one that is not here. */
static enum jalon_coding find_coding(struct jalon_text name)
{
    if (jalon_text_equal_ascii_case(name, JALON_TEXT("identity"))) {
        return JALON_IDENTITY;
    }
    if (jalon_text_equal_ascii_case(name, JALON_TEXT("x-gzip"))) {
        return JALON_GZIP; /* RFC 9110, 8.4.1.3 */
    }
    int coding = JALON_GZIP;
    while (coding < JALON_CODING_COUNT &&
           !jalon_text_equal_ascii_case(name, jalon_text_from(coding_names[coding]))) {
        coding++;
    }
    return (enum jalon_coding)coding;
}

/* RFC 9110, 12.5.3: no coding is taken unless it or "*" is named, identity unless it is refused. */
struct jalon_codings jalon_negotiate_coding(struct jalon_text accept_encoding)
{
    struct element element;
    int qualities[JALON_CODING_COUNT + 1]; /* and of those that are not here */
    int any = QUALITY_NONE;
    struct jalon_codings codings = {.preferred = JALON_IDENTITY};
    for (size_t i = 0; i <= JALON_CODING_COUNT; i++) {
        qualities[i] = QUALITY_NONE;
    }
    while (next_element(&accept_encoding, &element)) {
        *(jalon_text_is(element.value, "*") ? &any : &qualities[find_coding(element.value)]) =
            element.quality;
    }
    int best = 0;
    for (size_t i = 0; i < sizeof coding_order / sizeof coding_order[0]; i++) {
        enum jalon_coding coding = coding_order[i];
        int quality = qualities[coding] == QUALITY_NONE ? any : qualities[coding];
        bool taken = quality > 0 || (quality == QUALITY_NONE && coding == JALON_IDENTITY);
        codings.accepted |= (unsigned)taken << coding;
        if (quality > best) {
            best = quality;
            codings.preferred = coding;
        }
    }
    return codings;
}
