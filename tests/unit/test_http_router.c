/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From paths to rows. */
#include "http_unit.h"

static enum jalon_status nothing(struct jalon_request *request, struct jalon_response *response)
{
    (void)request;
    (void)response;
    return JALON_OK;
}

static const struct jalon_route routes[] = {
    {.path = "/maps/{map}", .handler = nothing, .operation_id = "map"},
    {.path = "/maps/{map}/collections/{collection}/items", .operation_id = "items"},
    {.path = "/maps/{map}/collections/{collection}/items",
     .method = JALON_POST,
     .operation_id = "create"},
    {.path = "/", .operation_id = "home"},
    {.path = "/maps/new", .method = JALON_PUT, .operation_id = "new"},
    {.path = "/a/{x}/c", .operation_id = "axc"},
    {.path = "/a/b/{y}", .operation_id = "aby"},
    {.path = NULL},
};

static enum jalon_status match(struct jalon_context *ctx, const char *path,
                               struct jalon_match *out)
{
    struct jalon_router *router;
    assert_int_equal(jalon_router_create(ctx, routes, &router), JALON_OK);
    enum jalon_status status = jalon_router_match(ctx, router, jalon_text_from(path), out);
    if (status == JALON_OK) { /* keep what is looked at after the router is gone */
        struct jalon_pattern *copy = jalon_arena_allocate(ctx->arena, sizeof *copy);
        *copy = *out->pattern;
        out->pattern = copy;
    }
    jalon_router_destroy(router);
    return status;
}

static void assert_matches(struct jalon_context *ctx, const char *path, const char *operation)
{
    struct jalon_match found;
    assert_int_equal(match(ctx, path, &found), JALON_OK);
    for (int i = 0; i < JALON_METHOD_COUNT; i++) {
        if (found.pattern->routes[i] != NULL) {
            assert_string_equal(found.pattern->routes[i]->operation_id, operation);
            return;
        }
    }
    fail();
}

static void paths_find_their_rows(void **state)
{
    assert_matches(*state, "/", "home");
    assert_matches(*state, "/maps/montpellier", "map");
    assert_matches(*state, "/%6daps/montpellier", "map");
    assert_matches(*state, "/maps/m/collections/c/items", "items");
}

static void a_fixed_segment_wins(void **state)
{
    assert_matches(*state, "/maps/new", "new");
    assert_matches(*state, "/a/b/c", "aby");
    assert_matches(*state, "/a/z/c", "axc");
}

static void variables_are_decoded_after_the_split(void **state)
{
    struct jalon_match found;
    assert_int_equal(match(*state, "/maps/a%2Fb+c/collections/caf%C3%A9/items", &found), JALON_OK);
    assert_int_equal(found.variable_count, 2);
    assert_text(found.variables[0].name, "map");
    assert_text(found.variables[0].value, "a/b+c");
    assert_text(found.variables[1].value, "caf\xc3\xa9");
}

static void what_is_not_there_is_not_found(void **state)
{
    static const char *const paths[] = {
        "/maps", "/maps/", "//", "/maps//collections/c/items", "/maps/.", "/maps/..",
        "/maps/%2e%2e", "/Maps/m", "/maps/m/x",
        "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18",
    };
    struct jalon_match found;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (match(*state, paths[i], &found) != JALON_NOT_FOUND) {
            fail_msg("%s is found", paths[i]);
        }
    }
}

static void a_slash_at_the_end_is_noticed(void **state)
{
    struct jalon_match found;
    assert_int_equal(match(*state, "/maps/m/", &found), JALON_OK);
    assert_true(found.slash_at_end);
    assert_int_equal(match(*state, "/maps/m", &found), JALON_OK);
    assert_false(found.slash_at_end);
    assert_int_equal(match(*state, "/", &found), JALON_OK);
    assert_false(found.slash_at_end);
    assert_int_equal(match(*state, "/maps/m//", &found), JALON_NOT_FOUND);
}

static void broken_encodings_are_invalid(void **state)
{
    static const char *const paths[] = {
        "/maps/%", "/maps/%4", "/maps/%4g", "/maps/%00", "/maps/a%0Ab", "/maps/%7f",
        "/maps/%ff", "/maps/%C3", "/maps/%ED%A0%80",
    };
    struct jalon_match found;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (match(*state, paths[i], &found) != JALON_INVALID) {
            fail_msg("%s is not refused", paths[i]);
        }
    }
}

static void allow_lists_the_methods(void **state)
{
    struct jalon_match found;
    struct jalon_buffer allow;
    jalon_buffer_init(&allow, 100);
    assert_int_equal(match(*state, "/maps/m/collections/c/items", &found), JALON_OK);
    jalon_pattern_allow(found.pattern, 0, &allow);
    assert_text(jalon_buffer_text(&allow), "GET, HEAD, OPTIONS, POST");
    jalon_buffer_finish(&allow);
    assert_int_equal(match(*state, "/maps/new", &found), JALON_OK);
    jalon_pattern_allow(found.pattern, 0, &allow);
    assert_text(jalon_buffer_text(&allow), "OPTIONS, PUT");
    jalon_buffer_finish(&allow);
}

static void a_table_that_contradicts_itself_is_refused(void **state)
{
    static const struct jalon_route tables[][3] = {
        {{.path = "/a"}, {.path = "/a"}, {.path = NULL}},
        {{.path = "/a/{b}"}, {.path = "/a/{c}", .method = JALON_PUT}, {.path = NULL}},
        {{.path = "a"}, {.path = NULL}},
        {{.path = "/a//b"}, {.path = NULL}},
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct jalon_router *router = NULL;
        assert_int_equal(jalon_router_create(*state, tables[i], &router), JALON_INVALID);
        assert_null(router);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_rows),
        cmocka_unit_test(a_fixed_segment_wins),
        cmocka_unit_test(variables_are_decoded_after_the_split),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(a_slash_at_the_end_is_noticed),
        cmocka_unit_test(broken_encodings_are_invalid),
        cmocka_unit_test(allow_lists_the_methods),
        cmocka_unit_test(a_table_that_contradicts_itself_is_refused),
    };
    return cmocka_run_group_tests(tests, make_context, drop_context);
}
