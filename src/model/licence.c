/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Licences: which forbid commercial reuse, and which a map takes. Layer 1 (model). */
#include "jalon/licence.h"

/* Those that forbid it and do not say so by a word NC. */
static const char *const closed[] = {
    "all rights reserved",
    "tous droits réservés",
    "copyright",
    "proprietary",
    "polyform-noncommercial-1.0.0",
    "hippocratic-2.1",
    "opendatacommons-nc",
};
enum { CLOSED = sizeof closed / sizeof closed[0] };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A word "nc", or one that begins with "noncommercial": CC-BY-NC-4.0, "BY NC SA". */
static bool says_nc(struct jalon_text licence)
{
    size_t at = 0;
    while (at < licence.length) {
        size_t end = at;
        while (end < licence.length && is_letter(licence.data[end])) {
            end++;
        }
        struct jalon_text word = jalon_text_slice(licence.data + at, end - at);
        if (jalon_text_equal_ascii_case(word, JALON_TEXT("nc")) ||
            jalon_text_equal_ascii_case(word, JALON_TEXT("noncommercial"))) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

bool jalon_licence_lets_sell(struct jalon_text licence)
{
    struct jalon_text name = jalon_text_trim(licence);
    for (size_t i = 0; i < CLOSED; i++) {
        if (jalon_text_equal_ascii_case(name, jalon_text_from(closed[i]))) {
            return false;
        }
    }
    return !says_nc(name);
}

struct jalon_text jalon_contribution_licence(const struct jalon_map *map,
                                             const struct jalon_contribution *contribution)
{
    struct jalon_text of_collection = map->collections[contribution->collection].licence;
    if (contribution->licence.length > 0) {
        return contribution->licence;
    }
    return of_collection.length > 0 ? of_collection : map->licence;
}

bool jalon_licence_is_allowed(const struct jalon_map *map,
                              const struct jalon_collection *collection, struct jalon_text licence)
{
    for (size_t i = 0; i < map->rules.licence_count; i++) {
        if (jalon_text_equal(licence, map->rules.licences[i])) {
            return true;
        }
    }
    struct jalon_text usual =
        collection->licence.length > 0 ? collection->licence : map->licence;
    return map->rules.licence_count == 0 || licence.length == 0 ||
           jalon_text_equal(licence, usual);
}
