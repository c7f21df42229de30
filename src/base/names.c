/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Names of enumerations' values. Layer 0 (base). */
#include "jalon/names.h"

size_t jalon_names_find(const char *const *names, size_t count, struct jalon_text name)
{
    size_t at = 0;
    while (at < count && !jalon_text_is(name, names[at])) {
        at++;
    }
    return at;
}
