/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names of enumerations' values: tables, and the functions that go with each. Layer 0 (base). */
#ifndef JALON_NAMES_H
#define JALON_NAMES_H

#include <assert.h>

#include "jalon/text.h"

/* How many names a table has. */
#define JALON_NAMES_COUNT(names) (sizeof(names) / sizeof((names)[0]))

/* Where `name` stands among the `count` names of a table; `count` when it does not. */
size_t jalon_names_find(const char *const *names, size_t count, struct jalon_text name);

/*
 * Defines, by a table of the names of enum jalon_<kind> in the order of its values:
 *   const char *jalon_<kind>_name(enum jalon_<kind> value), which borrows from the table;
 *   bool jalon_<kind>_parse(struct jalon_text name, enum jalon_<kind> *out), false for no name of it.
 */
#define JALON_DEFINE_NAMES(kind, names)                                                            \
    const char *jalon_##kind##_name(enum jalon_##kind value)                                       \
    {                                                                                              \
        assert((size_t)value < JALON_NAMES_COUNT(names));                                          \
        return (names)[value];                                                                     \
    }                                                                                              \
    bool jalon_##kind##_parse(struct jalon_text name, enum jalon_##kind *out)                      \
    {                                                                                              \
        size_t found = jalon_names_find(names, JALON_NAMES_COUNT(names), name);                    \
        if (found < JALON_NAMES_COUNT(names)) {                                                    \
            *out = (enum jalon_##kind)found;                                                       \
        }                                                                                          \
        return found < JALON_NAMES_COUNT(names);                                                   \
    }

#endif
