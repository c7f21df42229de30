/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Query strings. */
#include "http_unit.h"

static const struct jalon_parameter rows[] = {
    {.name = "bbox", .type = JALON_PARAMETER_NUMBERS},
    {.name = "limit", .type = JALON_PARAMETER_INTEGER, .minimum = 1, .maximum = 1000,
     .fallback = 100},
    {.name = NULL},
};
static const struct jalon_representation json[] = {{"json", "application/json"}, {NULL, NULL}};
static const struct jalon_route route = {.parameters = rows, .representations = json};
static const struct jalon_route open_route = {.parameters = rows, .open_parameters = true};

static enum jalon_status parse(struct jalon_context *ctx, const char *query,
                               struct jalon_exchange *out)
{
    jalon_error_clear(ctx);
    *out = (struct jalon_exchange){.request = {.ctx = ctx, .route = &route}};
    return jalon_parameters_parse(ctx, jalon_text_from(query), &out->parameters,
                                  &out->parameter_count);
}

static void values_are_decoded(void **state)
{
    struct jalon_exchange exchange;
    struct jalon_text value, name;
    assert_int_equal(parse(*state, "bbox=1,2%2C3&&q=a+b%2Bc&empty=&flag&caf%c3%a9=x&", &exchange),
                     JALON_OK);
    assert_int_equal(jalon_request_parameter_count(&exchange.request), 5);
    assert_true(jalon_request_parameter(&exchange.request, "bbox", &value));
    assert_text(value, "1,2,3");
    assert_true(jalon_request_parameter(&exchange.request, "q", &value));
    assert_text(value, "a b+c");
    assert_int_equal(value.data[value.length], 0);
    assert_true(jalon_request_parameter(&exchange.request, "empty", &value));
    assert_text(value, "");
    assert_true(jalon_request_parameter(&exchange.request, "flag", &value));
    assert_text(value, "");
    jalon_request_parameter_at(&exchange.request, 4, &name, &value);
    assert_text(name, "caf\xc3\xa9");
    assert_false(jalon_request_parameter(&exchange.request, "BBOX", &value));
}

static void nothing_is_no_parameter(void **state)
{
    struct jalon_exchange exchange;
    assert_int_equal(parse(*state, "", &exchange), JALON_OK);
    assert_int_equal(exchange.parameter_count, 0);
    assert_int_equal(parse(*state, "&&&", &exchange), JALON_OK);
    assert_int_equal(exchange.parameter_count, 0);
}

static void every_error_is_named_at_once(void **state)
{
    struct jalon_context *ctx = *state;
    struct jalon_exchange exchange;
    assert_int_equal(parse(ctx, "a=%zz&b=1&b=2&c=%ff&d=%00&e=ok&%4=x&f=%", &exchange),
                     JALON_INVALID);
    static const char *const names[] = {"a", "b", "c", "d", "", "f"};
    assert_int_equal(ctx->error.detail_total, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_text(ctx->error.details[i].where, names[i]);
        assert_int_equal(ctx->error.details[i].place, JALON_ERROR_PARAMETER);
    }
}

static void repeated_names_are_found_behind_their_encoding(void **state)
{
    struct jalon_exchange exchange;
    assert_int_equal(parse(*state, "limit=1&%6cimit=1", &exchange), JALON_INVALID);
}

static void their_number_is_bounded(void **state)
{
    struct jalon_exchange exchange;
    char query[8 * (JALON_PARAMETERS_MAX + 1) + 1];
    size_t length = 0;
    for (int i = 0; i <= JALON_PARAMETERS_MAX; i++) {
        length += (size_t)snprintf(query + length, sizeof query - length, "p%d=&", i);
    }
    assert_int_equal(parse(*state, query, &exchange), JALON_INVALID);
}

static void unknown_names_are_refused_with_the_known(void **state)
{
    struct jalon_context *ctx = *state;
    struct jalon_exchange exchange;
    assert_int_equal(parse(ctx, "limit=1&bobx=1&f=json&x", &exchange), JALON_OK);
    assert_int_equal(
        jalon_parameters_check(ctx, &route, exchange.parameters, exchange.parameter_count),
        JALON_INVALID);
    assert_int_equal(ctx->error.detail_total, 2);
    assert_text(ctx->error.details[0].where, "bobx");
    assert_true(said(ctx, "f, bbox, limit"));
    jalon_error_clear(ctx);
    assert_int_equal(
        jalon_parameters_check(ctx, &open_route, exchange.parameters, exchange.parameter_count),
        JALON_OK);
    assert_true(jalon_route_declares(&route, JALON_TEXT("f")));
    assert_false(jalon_route_declares(&open_route, JALON_TEXT("f")));
    assert_true(jalon_route_declares(&open_route, JALON_TEXT("limit")));
}

static void integers_follow_their_row(void **state)
{
    struct jalon_exchange exchange;
    int64_t limit = 0;
    assert_int_equal(parse(*state, "", &exchange), JALON_OK);
    assert_int_equal(jalon_request_integer(&exchange.request, "limit", &limit), JALON_OK);
    assert_int_equal(limit, 100);
    assert_int_equal(parse(*state, "limit=5000", &exchange), JALON_OK);
    assert_int_equal(jalon_request_integer(&exchange.request, "limit", &limit), JALON_OK);
    assert_int_equal(limit, 1000);
    static const char *const wrong[] = {"limit=0", "limit=-1", "limit=", "limit=1.0",
                                        "limit=+5", "limit=9223372036854775808"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        limit = 42;
        assert_int_equal(parse(*state, wrong[i], &exchange), JALON_OK);
        if (jalon_request_integer(&exchange.request, "limit", &limit) != JALON_INVALID) {
            fail_msg("%s is %d", wrong[i], (int)limit);
        }
        assert_int_equal(limit, 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_decoded),
        cmocka_unit_test(nothing_is_no_parameter),
        cmocka_unit_test(every_error_is_named_at_once),
        cmocka_unit_test(repeated_names_are_found_behind_their_encoding),
        cmocka_unit_test(their_number_is_bounded),
        cmocka_unit_test(unknown_names_are_refused_with_the_known),
        cmocka_unit_test(integers_follow_their_row),
    };
    return cmocka_run_group_tests(tests, make_context, drop_context);
}
