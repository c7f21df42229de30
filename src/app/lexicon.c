/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words by which files name choices, categories and statuses. Layer 3 (app). */
#include "lexicon.h"

#include <stdlib.h>
#include <string.h>

struct jalon_text jalon_words_fold(struct jalon_context *ctx, struct jalon_text text)
{
    static const char quote[] = "\xE2\x80\x99"; /* U+2019 */
    struct jalon_text folded = jalon_text_fold(ctx->arena, text);
    char *bytes = (char *)folded.data; /* the arena's, and ours */
    size_t length = 0;
    for (size_t at = 0; bytes != NULL && at < folded.length;) {
        bool curly = folded.length - at >= 3 && memcmp(bytes + at, quote, 3) == 0;
        bool sign = curly || bytes[at] == '-' || bytes[at] == '_' || bytes[at] == '\'';
        bytes[length++] = sign ? ' ' : bytes[at];
        at += curly ? 3 : 1;
    }
    if (bytes == NULL) {
        return folded;
    }
    bytes[length] = '\0';
    return jalon_text_slice(bytes, length);
}

bool jalon_words_alike(struct jalon_context *ctx, struct jalon_text a, struct jalon_text b)
{
    struct jalon_text folded_a = jalon_words_fold(ctx, a);
    struct jalon_text folded_b = jalon_words_fold(ctx, b);
    return folded_a.data != NULL && folded_b.data != NULL && jalon_text_equal(folded_a, folded_b);
}

static int compare_words(int32_t owner, struct jalon_text word, const struct lexicon_entry *entry)
{
    if (owner != entry->owner) {
        return owner < entry->owner ? -1 : 1;
    }
    return jalon_text_compare(word, entry->folded);
}

static int compare_entries(const void *a, const void *b)
{
    const struct lexicon_entry *left = a, *right = b;
    int order = compare_words(left->owner, left->folded, right);
    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

/* Words are few: keys, two labels, two foreign values. An empty one means nothing. */
static bool add(struct jalon_context *ctx, struct lexicon *lexicon, int32_t owner, int32_t index,
                struct jalon_text word)
{
    if (word.length == 0) {
        return true;
    }
    struct jalon_text folded = jalon_words_fold(ctx, word);
    lexicon->entries[lexicon->count++] = (struct lexicon_entry){owner, index, folded};
    return folded.data != NULL;
}

static bool add_field(struct jalon_context *ctx, struct lexicon *lexicon, int32_t owner,
                      const struct jalon_field *field)
{
    bool good = true;
    for (size_t i = 0; good && i < field->choice_count; i++) {
        const struct jalon_choice *choice = &field->choices[i];
        int32_t index = (int32_t)i;
        good = add(ctx, lexicon, owner, index, choice->key) &&
               add(ctx, lexicon, owner, index, choice->label.fr) &&
               add(ctx, lexicon, owner, index, choice->label.en) &&
               add(ctx, lexicon, owner, index, choice->osm) &&
               add(ctx, lexicon, owner, index, choice->acceslibre);
    }
    return good;
}

static bool add_labelled(struct jalon_context *ctx, struct lexicon *lexicon, int32_t owner,
                         int32_t index, struct jalon_text key, struct jalon_label label)
{
    return add(ctx, lexicon, owner, index, key) && add(ctx, lexicon, owner, index, label.fr) &&
           add(ctx, lexicon, owner, index, label.en);
}

static bool add_all(struct jalon_context *ctx, struct lexicon *lexicon, const struct jalon_map *map)
{
    const struct jalon_collection *collection = lexicon->collection;
    bool good = true;
    for (size_t i = 0; good && i < collection->field_count; i++) {
        good = add_field(ctx, lexicon, (int32_t)i, &collection->fields[i]);
    }
    for (size_t i = 0; good && i < map->category_count; i++) {
        const struct jalon_category *category = &map->categories[i];
        good = !jalon_collection_uses_category(map, collection, (int32_t)i) ||
               add_labelled(ctx, lexicon, LEXICON_CATEGORIES, (int32_t)i, category->key,
                            category->label);
    }
    for (size_t i = 0; good && i < collection->status_count; i++) {
        const struct jalon_workflow_status *status = &collection->statuses[i];
        good = add_labelled(ctx, lexicon, LEXICON_STATUSES, (int32_t)i, status->key, status->label);
    }
    return good;
}

/* One word often stands for the same thing in several ways ("Culture", "Culture"). */
static void sort_and_drop_repeated(struct lexicon *lexicon)
{
    qsort(lexicon->entries, lexicon->count, sizeof *lexicon->entries, compare_entries);
    size_t kept = 0;
    for (size_t i = 0; i < lexicon->count; i++) {
        if (kept == 0 || compare_entries(&lexicon->entries[kept - 1], &lexicon->entries[i]) != 0) {
            lexicon->entries[kept++] = lexicon->entries[i];
        }
    }
    lexicon->count = kept;
}

enum jalon_status jalon_lexicon_make(struct jalon_context *ctx, const struct jalon_map *map,
                                     int32_t collection, struct lexicon *out)
{
    struct lexicon lexicon = {.collection = &map->collections[collection]};
    size_t most = 3 * (map->category_count + lexicon.collection->status_count);
    for (size_t i = 0; i < lexicon.collection->field_count; i++) {
        most += 5 * lexicon.collection->fields[i].choice_count;
    }
    lexicon.entries = jalon_arena_allocate_zeroed(ctx->arena, most, sizeof *lexicon.entries);
    if (lexicon.entries == NULL || !add_all(ctx, &lexicon, map)) {
        return jalon_no_memory(ctx);
    }
    sort_and_drop_repeated(&lexicon);
    *out = lexicon;
    return JALON_OK;
}

const struct lexicon_entry *jalon_lexicon_find(struct jalon_context *ctx,
                                               const struct lexicon *lexicon, int32_t owner,
                                               struct jalon_text word, size_t *out_count)
{
    struct jalon_text folded = jalon_words_fold(ctx, word);
    size_t low = 0, high = lexicon->count;
    *out_count = 0;
    if (folded.data == NULL) {
        return NULL;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_words(owner, folded, &lexicon->entries[middle]) > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low;
    while (end < lexicon->count && compare_words(owner, folded, &lexicon->entries[end]) == 0) {
        end++;
    }
    *out_count = end - low;
    return &lexicon->entries[low];
}
