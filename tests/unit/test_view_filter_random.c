/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Random filters against an evaluator as simple as can be: 1, 0 and -1 (NULL), no constants worked
 * out, no index, no short cuts. Text and the tree of this test are made together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "view_fixture.h"

enum { COUNT = 300, FILTERS = 1500 };

static struct jalon_context *ctx;
static struct jalon_view *view;
static struct jalon_contribution all[COUNT];

static int setup(void **state)
{
    (void)state;
    struct chance chance = {21};
    ctx = jalon_context_create();
    if (ctx == NULL || jalon_view_create(ctx, &fixture_map, &view) != JALON_OK) {
        return 1;
    }
    for (int64_t i = 0; i < COUNT; i++) {
        all[i] = chance_contribution(&chance, ctx->arena, i + 1);
        all[i].collection = PLACES;
    }
    fixture_load(ctx, view, all, COUNT);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    jalon_view_destroy(view);
    jalon_context_destroy(ctx);
    return 0;
}

/* --- A filter: its text, and functions that know one contribution --- */

struct naive;
typedef int (*judge_function)(const struct naive *node, const struct jalon_contribution *one);

struct naive {
    judge_function judge;
    struct naive *children[2];
    double numbers[2];
    const char *word;
    int which;
};

static struct naive nodes[200];
static size_t node_count;

static struct naive *make(judge_function judge)
{
    assert_true(node_count < 200);
    nodes[node_count] = (struct naive){.judge = judge};
    return &nodes[node_count++];
}

/* False: NULL. */
static bool number_of(int which, const struct jalon_contribution *one, double *out)
{
    const struct jalon_value *value = &one->fields[which == 0 ? WIDTH : LEVEL];
    if (which == 2) {
        *out = (double)one->version;
        return true;
    }
    *out = value->kind == JALON_VALUE_INTEGER ? (double)value->integer : value->number;
    return value->kind != JALON_VALUE_NONE;
}

static struct jalon_text text_of(int which, const struct jalon_contribution *one)
{
    struct jalon_text none = {"", 0};
    switch (which) {
    case 0: return one->author;
    case 1: return one->title;
    case 2: return one->status >= 0 ? fixture_statuses[one->status].key : none;
    default: return one->fields[NAME].kind == JALON_VALUE_TEXT ? one->fields[NAME].text : none;
    }
}

static const char *const number_names[] = {"width", "level", "version"};
static const char *const text_names[] = {"author", "title", "status", "name"};
static const char *const signs[] = {"=", "<>", "<", "<=", ">", ">="};

static int holds(int sign, int order)
{
    bool const answers[] = {order == 0, order != 0, order<0, order <= 0, order> 0, order >= 0};
    return answers[sign];
}

static int judge_and(const struct naive *node, const struct jalon_contribution *one)
{
    int a = node->children[0]->judge(node->children[0], one);
    int b = node->children[1]->judge(node->children[1], one);
    return a == 0 || b == 0 ? 0 : a == -1 || b == -1 ? -1 : 1;
}

static int judge_or(const struct naive *node, const struct jalon_contribution *one)
{
    int a = node->children[0]->judge(node->children[0], one);
    int b = node->children[1]->judge(node->children[1], one);
    return a == 1 || b == 1 ? 1 : a == -1 || b == -1 ? -1 : 0;
}

static int judge_not(const struct naive *node, const struct jalon_contribution *one)
{
    int a = node->children[0]->judge(node->children[0], one);
    return a == -1 ? -1 : !a;
}

/* property * n0 sign n1; `which` is sign * 3 + property */
static int judge_number(const struct naive *node, const struct jalon_contribution *one)
{
    double value;
    if (!number_of(node->which % 3, one, &value)) {
        return -1;
    }
    value = value * node->numbers[0];
    return holds(node->which / 3, (value > node->numbers[1]) - (value < node->numbers[1]));
}

static int judge_between(const struct naive *node, const struct jalon_contribution *one)
{
    double value;
    return number_of(node->which, one, &value)
               ? value >= node->numbers[0] && value <= node->numbers[1]
               : -1;
}

/* width sign level */
static int judge_pair(const struct naive *node, const struct jalon_contribution *one)
{
    double a, b;
    return number_of(0, one, &a) && number_of(1, one, &b) ? holds(node->which, (a > b) - (a < b))
                                                          : -1;
}

static int judge_text(const struct naive *node, const struct jalon_contribution *one)
{
    struct jalon_text value = text_of(node->which % 4, one);
    return value.length > 0
               ? holds(node->which / 4, jalon_text_compare(value, jalon_text_from(node->word)))
               : -1;
}

static bool matches(const char *pattern, const char *text)
{
    if (*pattern == '\0') {
        return *text == '\0';
    }
    if (*pattern == '%') {
        return matches(pattern + 1, text) || (*text != '\0' && matches(pattern, text + 1));
    }
    if (*text == '\0' || (*pattern != '_' && *pattern != *text)) {
        return false;
    }
    for (text++; ((unsigned char)*text & 0xc0) == 0x80;) {
        text++;
    }
    return matches(pattern + 1, text);
}

static int judge_like(const struct naive *node, const struct jalon_contribution *one)
{
    struct jalon_text value = text_of(node->which, one);
    return value.length > 0 ? matches(node->word, value.data) : -1;
}

static int judge_null(const struct naive *node, const struct jalon_contribution *one)
{
    double value;
    return node->which < 3 ? !number_of(node->which, one, &value)
                           : text_of(node->which - 3, one).length == 0;
}

static int judge_tag(const struct naive *node, const struct jalon_contribution *one)
{
    const struct jalon_value *value = &one->fields[TAGS];
    if (value->kind == JALON_VALUE_NONE) {
        return -1;
    }
    for (size_t i = 0; i < value->list.count; i++) {
        if (jalon_text_is(value->list.items[i], node->word)) {
            return 1;
        }
    }
    return 0;
}

static int judge_after(const struct naive *node, const struct jalon_contribution *one)
{
    return one->created_us > (int64_t)node->numbers[0] * 86400000000; /* that midnight */
}

/* --- Making one --- */

static struct naive *write_leaf(struct chance *chance, struct jalon_buffer *out)
{
    static const char *const words[] = {"ana", "bo", "open", "title \"5", "doing", "n"};
    static const char *const patterns[] = {"%a%", "t_tle%", "b_", "%\"1__\"%", "%_", "name%9%"};
    static const char *const tags[] = {"ramp", "lift", "bench"};
    struct naive *node = make(judge_null);
    size_t sign = chance_below(chance, 6), number = chance_below(chance, 3);
    size_t text = chance_below(chance, 4), word = chance_below(chance, 6);
    node->numbers[0] = (double)chance_below(chance, 5) - 1;
    node->numbers[1] = (double)chance_below(chance, 5) / 2;
    switch (chance_below(chance, 8)) {
    case 0:
        node->judge = judge_number;
        node->which = (int)(sign * 3 + number);
        jalon_buffer_append_format(out, "%s*(%g) %s %g", number_names[number], node->numbers[0],
                                   signs[sign], node->numbers[1]);
        break;
    case 1:
        node->judge = judge_between;
        node->which = (int)number;
        jalon_buffer_append_format(out, "%s BETWEEN %g AND %g", number_names[number],
                                   node->numbers[0], node->numbers[1]);
        break;
    case 2:
        node->judge = judge_pair;
        node->which = (int)sign;
        jalon_buffer_append_format(out, "width %s level", signs[sign]);
        break;
    case 3:
        node->judge = judge_text;
        node->which = (int)(sign * 4 + text);
        node->word = words[word];
        jalon_buffer_append_format(out, "%s %s '%s'", text_names[text], signs[sign], words[word]);
        break;
    case 4:
        node->judge = judge_like;
        node->which = (int)text;
        node->word = patterns[word];
        jalon_buffer_append_format(out, "%s LIKE '%s'", text_names[text], patterns[word]);
        break;
    case 5:
        node->judge = judge_tag;
        node->word = tags[number];
        jalon_buffer_append_format(out, "A_OVERLAPS(tags,('none','%s'))", tags[number]);
        break;
    case 6:
        node->judge = judge_after;
        node->numbers[0] = (double)word;
        jalon_buffer_append_format(out, "created > TIMESTAMP('1970-01-0%zuT00:00:00Z')", word + 1);
        break;
    default:
        node->which = (int)(number + sign) % 7;
        jalon_buffer_append_format(out, "%s IS NULL",
                                   node->which < 3 ? number_names[node->which]
                                                   : text_names[node->which - 3]);
        break;
    }
    return node;
}

static struct naive *write_filter(struct chance *chance, struct jalon_buffer *out, int depth)
{
    size_t kind = depth == 0 ? 3 : chance_below(chance, 4);
    if (kind == 3) {
        return write_leaf(chance, out);
    }
    struct naive *node = make(kind == 0 ? judge_and : kind == 1 ? judge_or : judge_not);
    jalon_buffer_append_string(out, kind == 2 ? "NOT (" : "(");
    node->children[0] = write_filter(chance, out, depth - 1);
    if (kind != 2) {
        jalon_buffer_append_string(out, kind == 0 ? ") AND (" : ") OR (");
        node->children[1] = write_filter(chance, out, depth - 1);
    }
    jalon_buffer_append_char(out, ')');
    return node;
}

static void check(const char *text, const struct naive *naive, int64_t *found)
{
    struct jalon_context *own = jalon_context_create();
    struct jalon_view_query query = fixture_query(PLACES, COUNT);
    struct jalon_view_result result;
    struct jalon_cql2 cql2;
    assert_non_null(own);
    if (jalon_cql2_parse_text(own, jalon_text_from(text), &cql2) != JALON_OK ||
        jalon_view_filter_compile(own, &fixture_map, PLACES, &cql2, JALON_TEXT_EMPTY,
                                  &query.filter) != JALON_OK) {
        fail_msg("%s: %s", text, own->error.details[0].reason.data);
    }
    const struct jalon_snapshot *snapshot = jalon_view_pin(view);
    assert_int_equal(jalon_snapshot_query(own, snapshot, &query, &result), JALON_OK);
    size_t next = 0;
    for (size_t i = 0; i < COUNT; i++) {
        bool is_there =
            next < result.count && result.items[next].number == all[i].number;
        if (is_there != (naive->judge(naive, &all[i]) == 1)) {
            fail_msg("%s: contribution %zu is %sthere", text, i + 1, is_there ? "" : "not ");
        }
        next += is_there;
    }
    assert_int_equal(next, result.matched);
    *found += result.matched;
    jalon_view_unpin(view, snapshot);
    jalon_context_destroy(own);
}

static void filters_find_what_a_simple_evaluator_finds(void **state)
{
    (void)state;
    struct chance chance = {77};
    int64_t found = 0;
    for (int i = 0; i < FILTERS; i++) {
        struct jalon_buffer text;
        jalon_buffer_init(&text, 100000);
        node_count = 0;
        const struct naive *naive = write_filter(&chance, &text, 1 + i % 5);
        check(text.data, naive, &found);
        jalon_buffer_finish(&text);
    }
    assert_true(found > FILTERS * COUNT / 10 && found < FILTERS * COUNT * 9 / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(filters_find_what_a_simple_evaluator_finds, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
