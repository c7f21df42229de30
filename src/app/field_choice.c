/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Values of enum and multi-enum fields: choices by key, in imports also by label. Layer 3 (app). */
#include "field_value.h"

static bool choice_matches(struct field_reading *reading, const struct jalon_choice *choice,
                           struct jalon_text word)
{
    struct jalon_context *ctx = reading->ctx;
    if (!reading->lenient) {
        return jalon_text_equal(choice->key, word);
    }
    return jalon_text_alike(ctx, choice->key, word) ||
           jalon_text_alike(ctx, choice->label.fr, word) ||
           jalon_text_alike(ctx, choice->label.en, word) ||
           (choice->osm.length > 0 && jalon_text_alike(ctx, choice->osm, word)) ||
           (choice->acceslibre.length > 0 && jalon_text_alike(ctx, choice->acceslibre, word));
}

/* The choice that the word names, or NULL; a key wins over a label. */
static const struct jalon_choice *find_choice(struct field_reading *reading, struct jalon_text word)
{
    const struct jalon_field *field = reading->field;
    for (size_t i = 0; i < field->choice_count; i++) {
        if (jalon_text_equal(field->choices[i].key, word)) {
            return &field->choices[i];
        }
    }
    for (size_t i = 0; i < field->choice_count; i++) {
        if (choice_matches(reading, &field->choices[i], word)) {
            return &field->choices[i];
        }
    }
    return NULL;
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
            return "is none of the choices";
        }
    }
    return jalon_field_reason(jalon_text_format(
        arena, "must be one of %s%s", list.data, reading->field->choice_count > shown ? ", …" : ""));
}

const char *jalon_field_read_enum(struct field_reading *reading, struct jalon_value value,
                                  struct jalon_value *out)
{
    if (reading->lenient && value.kind == JALON_VALUE_BOOLEAN) {
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

/* The next word of "a;b|c", trimmed; false at the end. */
static bool next_word(struct jalon_text *rest, struct jalon_text *out)
{
    if (rest->length == 0) {
        return false;
    }
    size_t end = 0;
    while (end < rest->length && rest->data[end] != ';' && rest->data[end] != '|') {
        end++;
    }
    *out = jalon_text_trim(jalon_text_slice(rest->data, end));
    size_t used = end < rest->length ? end + 1 : end;
    *rest = jalon_text_slice(rest->data + used, rest->length - used);
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
    return reading->lenient || *count == value.list.count ? NULL : "must name each choice once";
}

static const char *mark_words(struct field_reading *reading, struct jalon_text words, bool *chosen,
                              size_t *count)
{
    struct jalon_text word;
    while (next_word(&words, &word)) {
        if (!mark_choice(reading, word, chosen, count)) {
            return expected_choices(reading);
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
    const char *reason = "must be a list of choices";
    if (value.kind == JALON_VALUE_LIST) {
        reason = mark_list(reading, value, chosen, &count);
    } else if (reading->lenient && value.kind == JALON_VALUE_TEXT) {
        reason = mark_words(reading, value.text, chosen, &count);
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
