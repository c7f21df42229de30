/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words of src/app/words, and what stands for the names in them. Layer 3 (app). */
#include "words.h"

#include <assert.h>

#include "jalon/translations.h"

extern const struct jalon_embedded mail_words[];

enum { VALUE_MAX = 1000 };

static struct jalon_translations translations = JALON_TRANSLATIONS_OF(mail_words);

enum jalon_status jalon_words_find(struct jalon_context *ctx, struct jalon_text language,
                                   const char *key, bool *out_found, struct jalon_text *out)
{
    const struct jalon_json *tree;
    enum jalon_status status = jalon_translations_read(ctx, &translations, language, &tree);
    if (status == JALON_OK) {
        const struct jalon_json *words = jalon_json_member(tree, key);
        *out_found = words != NULL;
        *out = jalon_json_text(words);
    }
    return status;
}

/* How many bytes make up a character that has no place in a line: 0: it has. */
static size_t unprintable(struct jalon_text text, size_t at)
{
    const unsigned char *c = (const unsigned char *)text.data + at;
    size_t left = text.length - at;
    if (c[0] <= ' ' || c[0] == 0x7f) {
        return 1;
    }
    if (left >= 2 && c[0] == 0xc2 && c[1] < 0xa0) { /* U+0080 to U+009F */
        return 2;
    }
    /* Ends of lines, and what turns the direction of writing: U+2028 to U+202E, U+2066 to U+2069. */
    bool is_turning = left >= 3 && c[0] == 0xe2 &&
                      ((c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae) ||
                       (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9));
    return is_turning ? 3 : 0;
}

void jalon_words_append_line(struct jalon_buffer *out, struct jalon_text text, size_t most)
{
    bool is_open = false; /* something was written, and nothing since but spaces */
    bool is_begun = false;
    size_t points = 0;
    for (size_t i = 0; i < text.length;) {
        size_t skipped = unprintable(text, i);
        if (skipped > 0) {
            is_open = is_begun;
            i += skipped;
            continue;
        }
        if (((unsigned char)text.data[i] & 0xc0) != 0x80 && points++ == most) {
            jalon_buffer_append_string(out, "…");
            return;
        }
        if (is_open) {
            jalon_buffer_append_char(out, ' ');
            is_open = false;
        }
        jalon_buffer_append_char(out, text.data[i++]);
        is_begun = true;
    }
}

static const struct jalon_mail_value *find_value(const struct jalon_mail_value *values,
                                                 size_t count, struct jalon_text name)
{
    for (size_t i = 0; i < count; i++) {
        if (jalon_text_is(name, values[i].name)) {
            return &values[i];
        }
    }
    return NULL;
}

static void append_value(struct jalon_buffer *out, const struct jalon_mail_value *values,
                         size_t count, struct jalon_text name)
{
    static const struct jalon_text here = {JALON_MAIL_HERE, 1};
    if (jalon_text_is(name, "here")) {
        jalon_buffer_append_text(out, here);
        return;
    }
    const struct jalon_mail_value *value = find_value(values, count, name);
    assert(value != NULL); /* the words name what is not there: a test fills all of them */
    if (value == NULL) {
        return;
    }
    struct jalon_text text = value->value;
    if (jalon_text_starts_with(text, JALON_MAIL_HERE)) { /* a link of ours */
        jalon_buffer_append_text(out, here);
        text = jalon_text_slice(text.data + 1, text.length - 1);
    }
    jalon_words_append_line(out, text, VALUE_MAX);
}

void jalon_words_fill(struct jalon_buffer *out, struct jalon_text words,
                      const struct jalon_mail_value *values, size_t count)
{
    while (words.length > 0) {
        size_t open = jalon_text_find(words, '{');
        jalon_buffer_append(out, words.data, open);
        struct jalon_text rest = jalon_text_slice(words.data + open, words.length - open);
        size_t close = jalon_text_find(rest, '}');
        if (close == rest.length) {
            jalon_buffer_append_text(out, rest);
            return;
        }
        append_value(out, values, count, jalon_text_slice(rest.data + 1, close - 1));
        words = jalon_text_slice(rest.data + close + 1, rest.length - close - 1);
    }
}
