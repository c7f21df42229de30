/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What fuzz targets share. A target is one file with LLVMFuzzerTestOneInput (libFuzzer's contract: 0,
 * always); what must hold of every input it says with HOLDS. replay.c runs a target over files.
 */
#ifndef JALON_FUZZ_H
#define JALON_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "jalon/buffer.h"
#include "jalon/context.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* One input: a context, and the bytes in memory that ends where they end, and a NUL behind them. */
struct fuzz_input {
    struct jalon_context *ctx;
    struct jalon_text text;
    char *owned;
};

/* False: no memory. */
bool fuzz_begin(struct fuzz_input *input, const uint8_t *data, size_t size);
/* Also checks what the context's error says. Always 0. */
int fuzz_end(struct fuzz_input *input);
/* What a failure says is UTF-8 and tells no path, statement or library that was not in the input. */
void fuzz_check_words(struct jalon_text words, struct jalon_text input);
/* Takes the first byte off, for targets that choose by it; 0 when there is none. */
unsigned fuzz_take_byte(struct jalon_text *text);
/* Takes everything up to the byte and that byte off; all of it when there is none. */
struct jalon_text fuzz_take_until(struct jalon_text *text, char byte);

/*
 * Reads the text as a file of this format (jalon_format_find), whole and in pieces of a few bytes:
 * both ways give the same records and the same end.
 */
int fuzz_read_file(const char *format, const uint8_t *data, size_t size);

#endif
