/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Taking the name of an account that ends out of the words of others: they stay, "@zoe" in them
 * does not. Layer 3 (app).
 *
 * What holds the name is read beside the writers, page by page; only what is changed is written, in
 * a short transaction a page.
 */
#include "erase_mentions.h"

#include "redact_words.h"

enum { PAGE = 100, TEXT_MAX = 64 << 20 };

/* --- In a text --- */
static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || c == '_';
}

static size_t backslashes_before(struct jalon_text text, size_t at)
{
    size_t count = 0;
    while (count < at && text.data[at - 1 - count] == '\\') {
        count++;
    }
    return count;
}

/* May a name begin at the @? In JSON the letter before it may be that of an escape: "\n@zoe". */
static bool begins(struct jalon_text text, size_t at, bool is_json)
{
    if (at == 0 || !is_word(text.data[at - 1])) {
        return true;
    }
    return is_json && backslashes_before(text, at - 1) % 2 == 1;
}

/* Does the name end there? A full stop or hyphen is part of one only when it goes on behind it. */
static bool ends(struct jalon_text text, size_t at)
{
    size_t next = at;
    while (next < text.length && (text.data[next] == '.' || text.data[next] == '-')) {
        next++;
    }
    return (next == at || next == text.length || !is_word(text.data[next])) &&
           (at == text.length || !is_word(text.data[at]));
}

bool jalon_mentions_replace(struct jalon_text text, struct jalon_text name,
                            struct jalon_text successor, bool is_json, struct jalon_buffer *out)
{
    size_t copied = 0;
    bool any = false;
    for (size_t i = 0; i + 1 + name.length <= text.length; i++) {
        struct jalon_text here = jalon_text_slice(text.data + i + 1, name.length);
        if (text.data[i] != '@' || !begins(text, i, is_json) ||
            !jalon_text_equal_ascii_case(here, name) || !ends(text, i + 1 + name.length)) {
            continue;
        }
        jalon_buffer_append(out, text.data + copied, i - copied);
        jalon_buffer_append_text(out, successor);
        copied = i + 1 + name.length;
        any = true;
        i = copied - 1;
    }
    jalon_buffer_append(out, text.data + copied, text.length - copied);
    return any;
}

/* --- In the database --- */
struct erasing {
    struct jalon_text name, mention, successor; /* "zoe", "@zoe", what stands there then */
    int64_t map;
    size_t source;
};

static enum jalon_status rewrite(struct jalon_context *ctx, struct jalon_session *session,
                                 const struct erasing *erasing,
                                 const struct jalon_mentioning *item, bool *any)
{
    struct jalon_buffer text;
    enum jalon_status status = JALON_OK;
    jalon_buffer_init(&text, TEXT_MAX);
    bool is_named =
        jalon_mentions_replace(item->text, erasing->name, erasing->successor,
                               jalon_store_mentions_are_json(erasing->source), &text);
    if (is_named) {
        *any = true;
        status = jalon_buffer_status(&text) == JALON_OK
                     ? jalon_store_rewrite_mentioning(ctx, session, erasing->source, erasing->map,
                                                      item, jalon_buffer_text(&text))
                     : jalon_no_memory(ctx);
    }
    jalon_buffer_finish(&text);
    return status;
}

static enum jalon_status rewrite_all(struct jalon_context *ctx, struct jalon_app *app,
                                     const struct erasing *erasing,
                                     const struct jalon_mentioning *items, size_t count, bool *any)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = rewrite(ctx, session, erasing, &items[i], any);
    }
    return jalon_write_end(ctx, session, status);
}

static enum jalon_status list(struct jalon_context *ctx, struct jalon_app *app,
                              const struct erasing *erasing, const struct jalon_mentioning *after,
                              struct jalon_mentioning **out, size_t *out_count)
{
    struct jalon_session *session = NULL;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_list_mentioning(ctx, session, erasing->source, erasing->map,
                                             erasing->mention, after, PAGE, out, out_count);
    }
    jalon_session_end(session);
    return status;
}

/* *out_again: a page ended where there may be more of the same key. */
static enum jalon_status pass(struct jalon_context *ctx, struct jalon_app *app,
                              const struct erasing *erasing, bool *out_again)
{
    struct jalon_mentioning *items = NULL;
    const struct jalon_mentioning *last = NULL;
    size_t count = 0;
    bool any = false, was_full = false;
    enum jalon_status status;
    do {
        status = list(ctx, app, erasing, last, &items, &count);
        if (status == JALON_OK && count > 0) {
            status = rewrite_all(ctx, app, erasing, items, count, &any);
            last = &items[count - 1];
        }
        was_full = was_full || count == PAGE;
    } while (status == JALON_OK && count == PAGE);
    *out_again = any && was_full;
    return status;
}

enum jalon_status jalon_mentions_erase(struct jalon_context *ctx, struct jalon_app *app,
                                       const struct jalon_erased *erased, int64_t map)
{
    struct erasing erasing = {
        .name = erased->former,
        .mention = jalon_text_format(ctx->arena, "@%.*s", JALON_TEXT_ARGS(erased->former)),
        .successor = erased->erasure == JALON_ERASURE_REMOVE
                         ? JALON_TEXT(JALON_REDACTION_MARK)
                         : jalon_text_format(ctx->arena, "@%.*s", JALON_TEXT_ARGS(erased->name)),
        .map = map,
    };
    enum jalon_status status = JALON_OK;
    if (erasing.mention.data == NULL || erasing.successor.data == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; status == JALON_OK && i < JALON_MENTION_SOURCES; i++) {
        bool again = true;
        erasing.source = i;
        while (status == JALON_OK && again) {
            status = pass(ctx, app, &erasing, &again);
        }
    }
    return status;
}
