/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* LIKE on bytes: a pattern is cut up once, and what it must have is looked for first. Layer 2
 * (view). */
#include <string.h>

#include "plan.h"

/* --- Patterns --- */

/* The bytes of a code point; answers how many. */
static size_t spell(int32_t code, uint16_t out[4])
{
    uint32_t c = (uint32_t)code;
    size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (length == 1) {
        out[0] = (uint16_t)c;
        return 1;
    }
    for (size_t i = length - 1; i > 0; i--, c >>= 6) {
        out[i] = (uint16_t)(0x80 | (c & 0x3f));
    }
    out[0] = (uint16_t)((0xf00U >> length & 0xff) | c);
    return length;
}

/* The longest run of bytes. */
static bool find_needle(struct jalon_arena *arena, struct jalon_view_like *like)
{
    size_t best = 0, best_length = 0, start = 0;
    for (size_t i = 0; i <= like->count; i++) {
        if (i < like->count && like->tokens[i] < 256) {
            continue;
        }
        if (i - start > best_length) {
            best = start;
            best_length = i - start;
        }
        start = i + 1;
    }
    char *needle = jalon_arena_allocate(arena, best_length);
    if (needle == NULL) {
        return false;
    }
    for (size_t i = 0; i < best_length; i++) {
        needle[i] = (char)(unsigned char)like->tokens[best + i];
    }
    like->needle = jalon_text_slice(needle, best_length);
    like->is_anywhere = like->count == best_length + 2 && best == 1 &&
                        like->tokens[0] == JALON_VIEW_LIKE_STRING &&
                        like->tokens[like->count - 1] == JALON_VIEW_LIKE_STRING;
    return true;
}

bool jalon_view_like_make(struct jalon_arena *arena, const struct jalon_view_pattern *pattern,
                          struct jalon_view_like *out)
{
    struct jalon_view_like like = {
        .tokens = jalon_arena_allocate(arena, 4 * pattern->count * sizeof *like.tokens)};
    if (like.tokens == NULL) {
        return false;
    }
    for (size_t i = 0; i < pattern->count; i++) {
        switch (pattern->codes[i]) {
        case JALON_VIEW_ANY_STRING: like.tokens[like.count++] = JALON_VIEW_LIKE_STRING; break;
        case JALON_VIEW_ANY_CHARACTER: like.tokens[like.count++] = JALON_VIEW_LIKE_CHARACTER; break;
        default: like.count += spell(pattern->codes[i], like.tokens + like.count); break;
        }
    }
    *out = like;
    return find_needle(arena, out);
}

/* --- Matching --- */

/* Behind the character that starts here. */
static const char *step(const char *at, const char *end)
{
    at++;
    while (at < end && ((unsigned char)*at & 0xc0) == 0x80) {
        at++;
    }
    return at;
}

/* As jalon_view_text_matches does. */
bool jalon_view_like_matches(const struct jalon_view_like *like, struct jalon_text text)
{
    const char *at = text.data, *end = text.data + text.length, *resume = NULL;
    size_t token = 0, resume_token = 0;
    for (;;) {
        uint16_t wanted = token < like->count ? like->tokens[token] : UINT16_MAX;
        if (wanted == JALON_VIEW_LIKE_STRING) {
            if (++token == like->count) {
                return true;
            }
            resume = at;
            resume_token = token;
        } else if (at == end) {
            return token == like->count;
        } else if (wanted == (unsigned char)*at) {
            at++;
            token++;
        } else if (wanted == JALON_VIEW_LIKE_CHARACTER) {
            at = step(at, end);
            token++;
        } else if (resume == NULL || resume == end) {
            return false;
        } else {
            resume = step(resume, end);
            at = resume;
            token = resume_token;
        }
    }
}

/* --- Searching --- */

enum { CHUNK = 64 };

/* A bit for each of 64 places that has the needle's first byte, and its last one where that would
 * be. */
static uint64_t find_places(const char *first, const char *last, char a, char b)
{
    unsigned char places[CHUNK];
    unsigned char any = 0;
    for (int i = 0; i < CHUNK; i++) {
        places[i] = (unsigned char)((first[i] == a) & (last[i] == b));
        any |= places[i];
    }
    uint64_t bits = 0;
    for (size_t i = 0; any != 0 && i < CHUNK; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, places + i, sizeof bytes);
        bits |= (bytes * UINT64_C(0x0102040810204080) >> 56) << i;
    }
    return bits;
}

/* The same where fewer than 64 are left. */
static uint64_t find_last_places(const struct jalon_view_seek *seek)
{
    size_t length = seek->needle.length;
    uint64_t bits = 0;
    for (size_t i = 0; i < CHUNK && seek->start + i + length <= seek->size; i++) {
        const char *at = seek->bytes + seek->start + i;
        bool is_so =
            at[0] == seek->needle.data[0] && at[length - 1] == seek->needle.data[length - 1];
        bits |= (uint64_t)is_so << i;
    }
    return bits;
}

static void look(struct jalon_view_seek *seek)
{
    size_t length = seek->needle.length;
    const char *first = seek->bytes + seek->start, *last = first + length - 1;
    bool is_whole = seek->start + length - 1 + CHUNK <= seek->size;
    seek->places =
        is_whole ? find_places(first, last, seek->needle.data[0], seek->needle.data[length - 1])
                 : find_last_places(seek);
}

void jalon_view_seek_begin(struct jalon_view_seek *seek, const char *bytes, size_t size, size_t at,
                           struct jalon_text needle)
{
    *seek = (struct jalon_view_seek){.bytes = bytes, .size = size, .start = at, .needle = needle};
    look(seek);
}

/* Comparing first and last bytes of many places at once (Mula, "SIMD-friendly string search"). */
size_t jalon_view_seek_next(struct jalon_view_seek *seek, size_t at)
{
    while (seek->start < seek->size) {
        if (at >= seek->start + CHUNK) {
            seek->start += (at - seek->start) / CHUNK * CHUNK;
            look(seek);
            continue;
        }
        if (at > seek->start) {
            seek->places &= ~UINT64_C(0) << (at - seek->start);
        }
        for (; seek->places != 0; seek->places &= seek->places - 1) {
            size_t place = seek->start + (size_t)__builtin_ctzll(seek->places);
            if (memcmp(seek->bytes + place, seek->needle.data, seek->needle.length) == 0) {
                return place;
            }
        }
        at = seek->start + CHUNK;
    }
    return seek->size;
}
