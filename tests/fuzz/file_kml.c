/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: files as `jalon import` reads them, kml. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_read_file("kml", data, size);
}
