/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Values of enum and multi-enum fields: choices by key, in imports also by label. Layer 3 (app). */
#include "field_value.h"
#include "lenient.h"

/* The choice that the word names, or NULL; a key wins over a label. */
static const struct jalon_choice *find_choice(struct field_reading *reading, struct jalon_text word)
{
    const struct jalon_field *field = reading->field;
    for (size_t i = 0; i < field->choice_count; i++) {
        if (jalon_text_equal(field->choices[i].key, word)) {
            return &field->choices[i];
        }
    }
    if (reading->words == NULL) {
        return NULL;
    }
    size_t count = 0;
    int32_t owner = (int32_t)(field - reading->words->collection->fields);
    const struct lexicon_entry *found =
        jalon_lexicon_find(reading->ctx, reading->words, owner, word, &count);
    return count > 0 ? &field->choices[found->index] : NULL;
}

/* "must be one of a, b, c": the first dozen of them. */
static const char *expected_choices(struct field_reading *reading)
{
    struct jalon_arena *arena = reading->ctx->arena;
    size_t const shown = 12;
    struct jalon_text list = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < reading->field->choice_count && i < shown; i++) {
        list = jalon_text_format(arena, "%s%s%s", list.data, i > 0 ? ", " : "",
                                 reading->field->choices[i].key.data);
        if (list.data == NULL) {
            return jalon_say(reading->ctx, "is none of the choices");
        }
    }
    return jalon_field_reason(
        reading, jalon_text_format(arena, jalon_say(reading->ctx, "must be one of %s%s"), list.data,
                                   reading->field->choice_count > shown ? ", …" : ""));
}

const char *jalon_field_read_enum(struct field_reading *reading, struct jalon_value value,
                                  struct jalon_value *out)
{
    if (reading->words != NULL && value.kind == JALON_VALUE_BOOLEAN) {
        value = (struct jalon_value){
            .kind = JALON_VALUE_TEXT,
            .text = value.boolean ? JALON_TEXT("yes") : JALON_TEXT("no"),
        };
    }
    const struct jalon_choice *choice =
        value.kind == JALON_VALUE_TEXT ? find_choice(reading, value.text) : NULL;
    if (choice == NULL) {
        return expected_choices(reading);
    }
    *out = (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = choice->key};
    return NULL;
}

/* Marks the choice that the word names; false when there is none. */
static bool mark_choice(struct field_reading *reading, struct jalon_text word, bool *chosen,
                        size_t *count)
{
    const struct jalon_choice *choice = find_choice(reading, word);
    if (choice == NULL) {
        return false;
    }
    size_t at = (size_t)(choice - reading->field->choices);
    *count += !chosen[at];
    chosen[at] = true;
    return true;
}

static const char *mark_list(struct field_reading *reading, struct jalon_value value, bool *chosen,
                             size_t *count)
{
    for (size_t i = 0; i < value.list.count; i++) {
        if (!mark_choice(reading, value.list.items[i], chosen, count)) {
            return expected_choices(reading);
        }
    }
    return reading->words != NULL || *count == value.list.count
               ? NULL
               : jalon_say(reading->ctx, "must name each choice once");
}

/* "a;b|c": what none of the signs divides is one word, so that a label may hold a comma. */
static const char *mark_words(struct field_reading *reading, struct jalon_text words,
                              const char *signs, bool *chosen, size_t *count)
{
    struct jalon_text word;
    while (jalon_lenient_next_word(&words, signs, &word)) {
        if (word.length == 0 || mark_choice(reading, word, chosen, count)) {
            continue;
        }
        bool divisible = signs[0] != ',' && jalon_text_find(word, ',') < word.length;
        const char *reason =
            divisible ? mark_words(reading, word, ",", chosen, count) : expected_choices(reading);
        if (reason != NULL) {
            return reason;
        }
    }
    return NULL;
}

const char *jalon_field_read_multi_enum(struct field_reading *reading, struct jalon_value value,
                                        struct jalon_value *out)
{
    const struct jalon_field *field = reading->field;
    struct jalon_arena *arena = reading->ctx->arena;
    bool *chosen = jalon_arena_allocate_zeroed(arena, field->choice_count, sizeof *chosen);
    struct jalon_text *keys = jalon_arena_allocate(arena, field->choice_count * sizeof *keys);
    if (chosen == NULL || keys == NULL) {
        reading->status = jalon_no_memory(reading->ctx);
        return NULL;
    }
    size_t count = 0;
    const char *reason = jalon_say(reading->ctx, "must be a list of choices");
    if (value.kind == JALON_VALUE_LIST) {
        reason = mark_list(reading, value, chosen, &count);
    } else if (reading->words != NULL && value.kind == JALON_VALUE_TEXT) {
        reason = mark_words(reading, value.text, ";|", chosen, &count);
    }
    size_t written = 0;
    for (size_t i = 0; i < field->choice_count; i++) {
        if (chosen[i]) {
            keys[written++] = field->choices[i].key;
        }
    }
    if (count > 0) {
        *out = (struct jalon_value){.kind = JALON_VALUE_LIST, .list = {keys, count}};
    }
    return reason;
}
