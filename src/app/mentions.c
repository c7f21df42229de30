/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Accounts that a text names. Layer 3 (app). */
#include "mentions.h"

enum { NAME_LENGTH_MIN = 2, NAME_LENGTH_MAX = 63, EXCERPT_BYTES = 400 };

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || c == '_';
}

static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/* The name behind an @ that stands at the beginning of a word; what ends a sentence is no part of it. */
static struct jalon_text name_at(struct jalon_text text, size_t at)
{
    size_t end = at + 1;
    if (text.data[at] != '@' || (at > 0 && is_word(text.data[at - 1]))) {
        return JALON_TEXT_EMPTY;
    }
    while (end < text.length && is_of_name(text.data[end])) {
        end++;
    }
    while (end > at + 1 && (text.data[end - 1] == '.' || text.data[end - 1] == '-')) {
        end--;
    }
    size_t length = end - at - 1;
    bool fits = length >= NAME_LENGTH_MIN && length <= NAME_LENGTH_MAX;
    return fits ? jalon_text_slice(text.data + at + 1, length) : JALON_TEXT_EMPTY;
}

static bool has_name(const struct mentions *mentions, struct jalon_text name)
{
    for (size_t i = 0; i < mentions->count; i++) {
        if (jalon_text_equal(mentions->names[i], name)) {
            return true;
        }
    }
    return false;
}

/* Nobody hears of a map that is not theirs to read. */
static enum jalon_status may_read(struct jalon_context *ctx, struct talk *talk,
                                  struct jalon_text name, bool *out)
{
    const struct jalon_actor actor = {
        .account = name,
        .scopes = JALON_SCOPE_ALL,
        .secret = JALON_TEXT_EMPTY,
        .device = JALON_TEXT_EMPTY,
    };
    struct jalon_party party;
    if (talk->map->rules.reading == JALON_VISIBILITY_PUBLIC) {
        *out = true;
        return JALON_OK;
    }
    enum jalon_status status =
        jalon_rights_find_party(ctx, talk->session, talk->map, &actor, &party);
    if (status == JALON_OK) {
        *out = jalon_rights_allows(talk->map, &party, JALON_RIGHT_READ);
    }
    return status;
}

enum jalon_status jalon_mentions_find(struct jalon_context *ctx, struct talk *talk,
                                      struct jalon_text text, struct mentions *out)
{
    enum jalon_status status = JALON_OK;
    out->count = 0;
    for (size_t i = 0; status == JALON_OK && i < text.length && out->count < JALON_MENTIONS_MAX;
         i++) {
        struct jalon_text name = name_at(text, i);
        bool may = false;
        if (name.length == 0 || has_name(out, name)) {
            continue;
        }
        name = jalon_text_copy(ctx->arena, name);
        status = name.data != NULL ? may_read(ctx, talk, name, &may) : jalon_no_memory(ctx);
        if (status == JALON_OK && may) {
            out->names[out->count++] = name;
        }
    }
    return status;
}

struct jalon_text jalon_mentions_excerpt(struct jalon_text text)
{
    size_t length = text.length < EXCERPT_BYTES ? text.length : EXCERPT_BYTES;
    while (length > 0 && length < text.length && ((unsigned char)text.data[length] & 0xc0) == 0x80) {
        length--; /* not within a character */
    }
    return jalon_text_slice(text.data, length);
}
