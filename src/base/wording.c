/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is said in English, in another language. Layer 0. */
#include "jalon/wording.h"

#include <string.h>

const char *jalon_wording_find(const struct jalon_wording *wording, const char *english)
{
    size_t low = 0;
    size_t high = wording != NULL ? wording->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(english, wording->rows[middle].english);
        if (order == 0) {
            return wording->rows[middle].said;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return english;
}
