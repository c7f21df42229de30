/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The distinct values of a column while it is built. Layer 2 (view).
 *
 * The hash has no key: who makes values collide only loses the dictionary, because a search ends
 * after a few places.
 */
#include <string.h>

#include "jalon/memory.h"

#include "column_build.h"

enum {
    PLACES_FIRST = 64,
    PLACES_SEARCHED = 64,
    FEW = 1024, /* distinct values there may be however few rows came so far */
};

struct jalon_view_dictionary_place {
    uint32_t hash;
    uint32_t code; /* 0: free */
};

void jalon_view_dictionary_init(struct jalon_view_dictionary *dictionary)
{
    *dictionary = (struct jalon_view_dictionary){.count = 1};
    jalon_buffer_init(&dictionary->bytes, UINT32_MAX);
}

void jalon_view_dictionary_finish(struct jalon_view_dictionary *dictionary)
{
    jalon_memory_release(dictionary->places);
    jalon_memory_release(dictionary->keys);
    jalon_buffer_finish(&dictionary->bytes);
    jalon_view_dictionary_init(dictionary);
}

/* Multiplying and folding, eight bytes at a time. */
static uint32_t hash_of(struct jalon_text bytes)
{
    uint64_t const odd = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = bytes.length * odd;
    size_t at = 0;
    for (; at + 8 <= bytes.length; at += 8) {
        uint64_t word;
        memcpy(&word, bytes.data + at, 8);
        hash = (hash ^ word) * odd;
        hash ^= hash >> 32;
    }
    uint64_t rest = 0;
    memcpy(&rest, bytes.data + at, bytes.length - at);
    hash = (hash ^ rest) * odd;
    hash ^= hash >> 29;
    return (uint32_t)((hash * odd) >> 32);
}

struct jalon_text jalon_view_dictionary_text(const struct jalon_view_dictionary *dictionary,
                                             uint32_t code)
{
    const struct jalon_view_dictionary_key *key = &dictionary->keys[code];
    return key->length > 0 ? jalon_text_slice(dictionary->bytes.data + key->at, key->length)
                           : JALON_TEXT_EMPTY;
}

/* Twice the places, before more than half are taken. */
static bool make_places(struct jalon_view_dictionary *dictionary)
{
    if (dictionary->count * 2 <= dictionary->capacity) {
        return true;
    }
    size_t capacity = dictionary->capacity == 0 ? PLACES_FIRST : 2 * dictionary->capacity;
    struct jalon_view_dictionary_place *places =
        jalon_memory_allocate_zeroed(capacity, sizeof *places);
    if (places == NULL) {
        return false;
    }
    for (size_t i = 0; i < dictionary->capacity; i++) {
        struct jalon_view_dictionary_place place = dictionary->places[i];
        size_t at = place.hash & (capacity - 1);
        while (place.code != 0 && places[at].code != 0) {
            at = (at + 1) & (capacity - 1);
        }
        if (place.code != 0) {
            places[at] = place;
        }
    }
    jalon_memory_release(dictionary->places);
    dictionary->places = places;
    dictionary->capacity = capacity;
    return true;
}

static bool make_keys(struct jalon_view_dictionary *dictionary)
{
    if (dictionary->count < dictionary->key_capacity) {
        return true;
    }
    size_t capacity = dictionary->key_capacity == 0 ? PLACES_FIRST : 2 * dictionary->key_capacity;
    struct jalon_view_dictionary_key *keys =
        jalon_memory_resize(dictionary->keys, capacity * sizeof *keys);
    if (keys == NULL) {
        return false;
    }
    dictionary->keys = keys;
    dictionary->key_capacity = capacity;
    return true;
}

static bool add(struct jalon_view_dictionary *dictionary, struct jalon_view_dictionary_place *place,
                uint32_t hash, struct jalon_text bytes)
{
    size_t at = dictionary->bytes.length;
    jalon_buffer_append_text(&dictionary->bytes, bytes);
    if (!make_keys(dictionary) || jalon_buffer_status(&dictionary->bytes) != JALON_OK) {
        return false;
    }
    dictionary->keys[dictionary->count] = (struct jalon_view_dictionary_key){at, bytes.length};
    *place = (struct jalon_view_dictionary_place){hash, dictionary->count++};
    return true;
}

bool jalon_view_dictionary_find(struct jalon_view_dictionary *dictionary, struct jalon_text bytes,
                                size_t row_count, uint32_t *out)
{
    *out = dictionary->last;
    if (*out != 0 && jalon_text_equal(jalon_view_dictionary_text(dictionary, *out), bytes)) {
        return true;
    }
    *out = 0;
    if (!make_places(dictionary)) {
        return false;
    }
    uint32_t hash = hash_of(bytes);
    size_t at = hash & (dictionary->capacity - 1);
    for (int i = 0; i < PLACES_SEARCHED; i++, at = (at + 1) & (dictionary->capacity - 1)) {
        struct jalon_view_dictionary_place *place = &dictionary->places[at];
        bool is_new = place->code == 0;
        if (is_new && (dictionary->count >= JALON_VIEW_CODES_MAX ||
                       dictionary->count > FEW + row_count / 2)) {
            break;
        }
        if (is_new && !add(dictionary, place, hash, bytes)) {
            return false;
        }
        if (is_new ||
            (place->hash == hash &&
             jalon_text_equal(jalon_view_dictionary_text(dictionary, place->code), bytes))) {
            *out = place->code;
            dictionary->last = *out;
            return true;
        }
    }
    *out = UINT32_MAX;
    return false;
}
