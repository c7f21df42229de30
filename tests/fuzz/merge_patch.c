/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Target: merge patches (RFC 7396): a line with the target, then the patch. */
#include "fuzz.h"
#include "jalon/json.h"

/* 2.0 is written as 2: the same number in JSON. */
static bool same_kind(const struct jalon_json *a, const struct jalon_json *b)
{
    enum jalon_json_kind first = jalon_json_kind(a), second = jalon_json_kind(b);
    bool numbers = (first == JALON_JSON_INTEGER || first == JALON_JSON_NUMBER) &&
                   (second == JALON_JSON_INTEGER || second == JALON_JSON_NUMBER);
    return first == second || (numbers && jalon_json_number(a) == jalon_json_number(b));
}

/* The definition of the RFC, looked at from the result. */
static void check(const struct jalon_json *target, const struct jalon_json *patch,
                  const struct jalon_json *result)
{
    struct jalon_text key;
    const struct jalon_json *value;
    void *iterator = NULL;
    if (jalon_json_kind(patch) != JALON_JSON_OBJECT) {
        HOLDS(same_kind(result, patch));
        return;
    }
    HOLDS(jalon_json_kind(result) == JALON_JSON_OBJECT);
    while (jalon_json_next(patch, &iterator, &key, &value)) {
        const struct jalon_json *member = jalon_json_member(result, key.data);
        if (jalon_json_kind(value) == JALON_JSON_NULL) {
            HOLDS(member == NULL);
        } else {
            HOLDS(member != NULL);
            check(jalon_json_member(target, key.data), value, member);
        }
    }
    for (iterator = NULL; jalon_json_kind(target) == JALON_JSON_OBJECT &&
                          jalon_json_next(target, &iterator, &key, &value);) {
        HOLDS(jalon_json_member(patch, key.data) != NULL ||
              jalon_json_member(result, key.data) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input;
    const struct jalon_json *target, *patch, *result;
    if (!fuzz_begin(&input, data, size)) {
        return 0;
    }
    struct jalon_text rest = input.text;
    struct jalon_text first = fuzz_take_until(&rest, '\n');
    if (jalon_json_parse(input.ctx, first, &target) == JALON_OK &&
        jalon_json_parse(input.ctx, rest, &patch) == JALON_OK) {
        struct jalon_buffer once, twice;
        jalon_buffer_init(&once, 1 << 22);
        jalon_buffer_init(&twice, 1 << 22);
        jalon_json_write_merged(&once, target, patch);
        HOLDS(jalon_json_parse(input.ctx, jalon_buffer_text(&once), &result) == JALON_OK);
        check(target, patch, result);
        /* The same patch again changes nothing any more. */
        jalon_json_write_merged(&twice, result, patch);
        HOLDS(jalon_text_equal(jalon_buffer_text(&once), jalon_buffer_text(&twice)));
        jalon_buffer_finish(&once);
        jalon_buffer_finish(&twice);
    }
    return fuzz_end(&input);
}
