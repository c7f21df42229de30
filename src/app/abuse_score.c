/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What looks like advertising. Layer 3 (app).
 *
 * Points for signs that a reader would see at once; from a number of them on somebody looks at it
 * before anybody else does. Nothing is thrown away.
 */
#include "abuse.h"

#include <string.h>

#include "jalon/clock.h"
#include "jalon/hash.h"
#include "jalon/query.h"
#include "jalon/rate.h"

#include "internal.h"

enum {
    SUSPECT_FROM = 5,
    LINK_POINTS = 2,
    LINKS_COUNTED_MAX = 6,
    TITLE_LINK_POINTS = 4,
    REPEATED_POINTS = 3,
    MARKUP_POINTS = 4,
    REPEATED_MAX = 3,      /* the same text, in a map, within … */
    REPEATED_WITHIN_S = 3600,
    WORDS_REPEATED_MIN = 4 /* shorter ones are names of things: "Parking" */
};

static const uint8_t text_key[JALON_HASH_KEY_SIZE] = "what was written";

struct signs {
    int64_t links;
    bool title_link, repeated, markup;
};

/* --- Links --- */
static bool begins(struct jalon_text text, size_t at, const char *with)
{
    size_t length = strlen(with);
    return at + length <= text.length &&
           jalon_text_equal_ascii_case(jalon_text_slice(text.data + at, length),
                                       jalon_text_slice(with, length));
}

static int64_t count_links(struct jalon_text text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.length; i++) {
        bool begins_word = i == 0 || strchr(" \t\r\n([\"'<>=,;", text.data[i - 1]) != NULL;
        if (begins(text, i, "http://") || begins(text, i, "https://") ||
            (begins_word && begins(text, i, "www."))) {
            count++;
            i += strlen("http://");
        }
    }
    return count;
}

/* What only those write who think that it becomes a link. */
static bool has_markup(struct jalon_text text)
{
    static const char *const marks[] = {"[url", "<a ", "[link", "](http"};
    for (size_t i = 0; i < text.length; i++) {
        for (size_t j = 0; j < sizeof marks / sizeof marks[0]; j++) {
            if (begins(text, i, marks[j])) {
                return true;
            }
        }
    }
    return false;
}

/* --- The same again --- */
/* A hash of the words, without case and accents; *out_count says how many there are. */
static uint64_t hash_words(struct jalon_text text, uint64_t hash, size_t *out_count)
{
    struct jalon_query_word_reader reader;
    struct jalon_text word;
    jalon_query_words_begin(&reader, text);
    while (jalon_query_words_next(&reader, &word)) {
        hash = hash * UINT64_C(0x9e3779b97f4a7c15) ^
               jalon_hash_keyed(text_key, word.data, word.length);
        ++*out_count;
    }
    return hash;
}

static bool is_repeated(struct jalon_app *app, const struct jalon_map *map,
                        const struct jalon_contribution *contribution)
{
    static const struct jalon_rate_limit limit = {
        INT64_C(1000000) * REPEATED_WITHIN_S / REPEATED_MAX, INT64_C(1000000) * REPEATED_WITHIN_S};
    size_t words = 0;
    int64_t wait_us;
    uint64_t key[2] = {0, (uint64_t)map->number};
    key[0] = hash_words(contribution->title, key[0], &words);
    key[0] = hash_words(contribution->description, key[0], &words);
    return words >= WORDS_REPEATED_MIN &&
           !jalon_rate_take(app->abuse->texts, key, sizeof key, &limit, jalon_clock_monotonic_us(),
                            &wait_us);
}

/* --- The score --- */
static void look_at(struct jalon_text text, struct signs *signs)
{
    signs->links += count_links(text);
    signs->markup = signs->markup || has_markup(text);
}

static struct signs find_signs(struct jalon_app *app, const struct jalon_map *map,
                               const struct jalon_contribution *contribution)
{
    const struct jalon_collection *collection = &map->collections[contribution->collection];
    struct signs signs = {.links = 0};
    look_at(contribution->title, &signs);
    signs.title_link = signs.links > 0;
    look_at(contribution->description, &signs);
    for (size_t i = 0; i < collection->field_count; i++) {
        enum jalon_field_type type = collection->fields[i].type;
        if (contribution->fields[i].kind == JALON_VALUE_TEXT &&
            (type == JALON_FIELD_STRING || type == JALON_FIELD_TEXT)) {
            look_at(contribution->fields[i].text, &signs);
        }
    }
    signs.repeated = is_repeated(app, map, contribution);
    return signs;
}

enum jalon_status jalon_abuse_judge_text(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_map *map,
                                         const struct jalon_contribution *contribution,
                                         struct jalon_text *out)
{
    struct signs signs = find_signs(app, map, contribution);
    int64_t links = signs.links > LINKS_COUNTED_MAX ? LINKS_COUNTED_MAX : signs.links;
    int64_t score = links * LINK_POINTS + (signs.title_link ? TITLE_LINK_POINTS : 0) +
                    (signs.repeated ? REPEATED_POINTS : 0) + (signs.markup ? MARKUP_POINTS : 0);
    *out = JALON_TEXT_EMPTY;
    if (score < SUSPECT_FROM) {
        return JALON_OK;
    }
    struct jalon_text detail = jalon_text_format(
        ctx->arena, "{\"score\":%lld,\"links\":%lld,\"link_in_title\":%s,\"repeated\":%s,\"markup\":%s}",
        (long long)score, (long long)signs.links, signs.title_link ? "true" : "false",
        signs.repeated ? "true" : "false", signs.markup ? "true" : "false");
    if (detail.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = detail;
    return JALON_OK;
}
