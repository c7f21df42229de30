/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What fuzz targets share. */
#include "fuzz.h"

#include <string.h>

bool fuzz_begin(struct fuzz_input *input, const uint8_t *data, size_t size)
{
    input->ctx = jalon_context_create();
    input->owned = malloc(size + 1);
    if (input->ctx == NULL || input->owned == NULL) {
        jalon_context_destroy(input->ctx);
        free(input->owned);
        return false;
    }
    if (size > 0) {
        memcpy(input->owned, data, size);
    }
    input->owned[size] = '\0';
    input->text = jalon_text_slice(input->owned, size);
    return true;
}

static const char *const secrets[] = {"/tmp/",  "/home/", "SELECT ", "INSERT ", ".sqlite", "SQLITE_",
                                      "GEOS",   "libxml", "jansson", "std::",   "errno"};

static bool holds(struct jalon_text text, const char *words)
{
    size_t length = strlen(words);
    for (size_t i = 0; i + length <= text.length; i++) {
        if (memcmp(text.data + i, words, length) == 0) {
            return true;
        }
    }
    return false;
}

void fuzz_check_words(struct jalon_text words, struct jalon_text input)
{
    HOLDS(jalon_text_is_utf8(words));
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (holds(words, secrets[i]) && !holds(input, secrets[i])) {
            fprintf(stderr, "%s is told in: %.*s\n", secrets[i], JALON_TEXT_ARGS(words));
            abort();
        }
    }
}

int fuzz_end(struct fuzz_input *input)
{
    const struct jalon_error *error = &input->ctx->error;
    fuzz_check_words(error->message, input->text);
    for (size_t i = 0; i < error->detail_count; i++) {
        fuzz_check_words(error->details[i].where, input->text);
        fuzz_check_words(error->details[i].reason, input->text);
    }
    jalon_context_destroy(input->ctx);
    free(input->owned);
    return 0;
}

unsigned fuzz_take_byte(struct jalon_text *text)
{
    if (text->length == 0) {
        return 0;
    }
    unsigned byte = (unsigned char)text->data[0];
    *text = jalon_text_slice(text->data + 1, text->length - 1);
    return byte;
}

struct jalon_text fuzz_take_until(struct jalon_text *text, char byte)
{
    size_t end = jalon_text_find(*text, byte);
    size_t skip = end < text->length ? end + 1 : end;
    struct jalon_text piece = jalon_text_slice(text->data, end);
    *text = jalon_text_slice(text->data + skip, text->length - skip);
    return piece;
}
