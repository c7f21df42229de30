/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Requests from head to answer without a network: conditions, problems, compression, no memory. */
#include "http_unit.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "jalon/id.h"
#include "jalon/memory.h"

static enum jalon_status get_state(struct jalon_request *request, struct jalon_response *response)
{
    if (jalon_response_not_modified(request, response, JALON_TEXT("m1-42"))) {
        return JALON_OK;
    }
    for (int i = 0; i < 400; i++) {
        jalon_buffer_append_string(&response->body, "{\"a\":1},");
    }
    return JALON_OK;
}

/* The tag is said after the body: 304 all the same. */
static enum jalon_status get_late(struct jalon_request *request, struct jalon_response *response)
{
    (void)request;
    jalon_buffer_append_string(&response->body, "small");
    response->etag = JALON_TEXT("v1");
    return JALON_OK;
}

/* Small, and of a type that does not become smaller. */
static enum jalon_status get_picture(struct jalon_request *request,
                                     struct jalon_response *response)
{
    (void)request;
    response->media_type = "image/png";
    response->cache_control = JALON_TEXT("public, max-age=60");
    response->etag = JALON_TEXT("p");
    jalon_buffer_append_string(&response->body, "png");
    return JALON_OK;
}

static enum jalon_status get_seconds(struct jalon_request *request,
                                     struct jalon_response *response)
{
    (void)request;
    response->cache_control = JALON_TEXT("max-age=5");
    jalon_buffer_append_string(&response->body, "{}");
    return JALON_OK;
}

/* What no handler should say. */
static enum jalon_status get_split(struct jalon_request *request, struct jalon_response *response)
{
    (void)request;
    response->disposition = JALON_TEXT("attachment; filename=\"a\r\nSet-Cookie: b=c\"");
    response->links = JALON_TEXT("</x>\n; rel=next");
    response->location = JALON_TEXT("/a\x7f");
    return JALON_OK;
}

static enum jalon_status get_full(struct jalon_request *request, struct jalon_response *response)
{
    (void)request;
    response->retry_after_s = 30;
    jalon_error_internal(request->ctx, "SQLITE_FULL at /var/lib");
    return jalon_fail(request->ctx, JALON_UNAVAILABLE, "the store has no space left");
}

static enum jalon_status post(struct jalon_request *request, struct jalon_response *response)
{
    jalon_buffer_append_text(&response->body, request->body);
    jalon_buffer_append_text(&response->body, request->body_type);
    return JALON_OK;
}

static const struct jalon_representation geojson[] = {
    {"geojson", "application/geo+json"}, {"html", "text/html"}, {NULL, NULL}};
static const char *const types[] = {"application/geo+json", "application/json", NULL};
static const struct jalon_route routes[] = {
    {.path = "/state", .handler = get_state, .representations = geojson, .one_language = true},
    {.path = "/late", .handler = get_late, .representations = geojson},
    {.path = "/full", .handler = get_full},
    {.path = "/picture", .handler = get_picture, .one_language = true, .for_everyone = true},
    {.path = "/seconds", .handler = get_seconds, .representations = geojson},
    {.path = "/split", .handler = get_split},
    {.path = "/items/{id}", .method = JALON_POST, .handler = post, .body_types = types,
     .representations = geojson},
    {.path = NULL},
};

static struct jalon_http http;

static struct jalon_exchange *try_exchange(const char *method, const char *target,
                                           const char *const *headers, const char *body)
{
    struct jalon_exchange *exchange = jalon_exchange_create(&http, target);
    if (exchange == NULL) {
        return NULL;
    }
    exchange->head.method = jalon_text_from(method);
    exchange->head.version = JALON_TEXT("HTTP/1.1");
    exchange->head.headers[exchange->head.header_count++] =
        (struct jalon_pair){JALON_TEXT("Host"), JALON_TEXT("x")};
    for (size_t i = 0; headers != NULL && headers[i] != NULL; i += 2) {
        exchange->head.headers[exchange->head.header_count++] =
            (struct jalon_pair){jalon_text_from(headers[i]), jalon_text_from(headers[i + 1])};
    }
    jalon_exchange_open(exchange);
    if (body != NULL && exchange->status == JALON_OK) {
        assert_true(jalon_body_feed(exchange, body, strlen(body)));
    }
    jalon_exchange_answer(exchange);
    return exchange;
}

static struct jalon_exchange *get(const char *target, const char *const *headers)
{
    struct jalon_exchange *exchange = try_exchange("GET", target, headers, NULL);
    assert_non_null(exchange);
    return exchange;
}

static const char *reply_header(const struct jalon_exchange *exchange, const char *name)
{
    for (size_t i = 0; i < exchange->reply_header_count; i++) {
        if (jalon_text_is(exchange->reply_headers[i].name, name)) {
            return exchange->reply_headers[i].value.data;
        }
    }
    return "";
}

static void lists_of_tags_are_read(void **state)
{
    (void)state;
    struct jalon_text tag = JALON_TEXT("\"a-b\"");
    static const char *const holding[] = {"\"a-b\"", "W/\"a-b\"", "*", " * ", "\"x\", \"a-b\"",
                                          "\"x\",W/\"a-b\" ", ",,\"a-b\"", "\"x, y\", \"a-b\""};
    static const char *const without[] = {"", "a-b", "\"a-b", "\"A-B\"", "\"x\"", "\"a\", \"b\"",
                                          "w/\"a-b\"", "x \"a-b\"", "\"x\", *"};
    for (size_t i = 0; i < sizeof holding / sizeof holding[0]; i++) {
        if (!jalon_etag_listed(jalon_text_from(holding[i]), tag)) {
            fail_msg("%s", holding[i]);
        }
    }
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        if (jalon_etag_listed(jalon_text_from(without[i]), tag)) {
            fail_msg("%s", without[i]);
        }
    }
}

static void tags_name_representation_and_coding(void **state)
{
    (void)state;
    static const struct {
        const char *headers[7];
        unsigned code;
        const char *etag;
        const char *coding;
    } cases[] = {
        {{NULL}, 200, "\"m1-42-geojson\"", ""},
        {{"Accept-Encoding", "gzip", NULL}, 200, "\"m1-42-geojson-gzip\"", "gzip"},
        {{"Accept", "text/html", NULL}, 200, "\"m1-42-html-fr\"", ""},
        {{"If-None-Match", "\"m1-42-geojson\"", NULL}, 304, "\"m1-42-geojson\"", ""},
        {{"If-None-Match", "\"m1-42-geojson-gzip\"", NULL}, 200, "\"m1-42-geojson\"", ""},
        {{"If-None-Match", "\"m1-42-html-fr\"", NULL}, 200, "\"m1-42-geojson\"", ""},
        {{"If-None-Match", "\"m1-41-geojson\"", NULL}, 200, "\"m1-42-geojson\"", ""},
        {{"If-None-Match", "\"m1-42-geojson-gzip\"", "Accept-Encoding", "gzip", NULL}, 304,
         "\"m1-42-geojson-gzip\"", ""},
        {{"If-None-Match", "\"m1-42-geojson\"", "Accept-Encoding", "gzip", NULL}, 304,
         "\"m1-42-geojson\"", ""},
        {{"If-None-Match", "\"x\"", "If-None-Match", "\"m1-42-geojson\"", NULL}, 304,
         "\"m1-42-geojson\"", ""},
        {{"If-None-Match", "*", NULL}, 304, "\"m1-42-geojson\"", ""},
        {{"If-None-Match", "*", "Accept-Encoding", "br", NULL}, 304, "\"m1-42-geojson-br\"", ""},
        {{"Accept-Encoding", "br, gzip", NULL}, 200, "\"m1-42-geojson-br\"", "br"},
        {{"Accept-Encoding", "br, gzip, zstd", NULL}, 200, "\"m1-42-geojson-zstd\"", "zstd"},
        {{"If-None-Match", "\"m1-42-geojson-gzip\"", "Accept-Encoding", "zstd, gzip", NULL}, 304,
         "\"m1-42-geojson-gzip\"", ""},
        {{"If-None-Match", "\"m1-42-geojson-gzip\"", "Accept-Encoding", "zstd, br", NULL}, 200,
         "\"m1-42-geojson-zstd\"", "zstd"},
        {{"If-None-Match", "\"m1-42-geojson\"", "Accept-Encoding", "br, *;q=0", NULL}, 200,
         "\"m1-42-geojson-br\"", "br"},
        {{"If-Match", "\"x\", \"m1-42-geojson\"", NULL}, 200, "\"m1-42-geojson\"", ""},
        {{"If-Match", "\"m1-42-geojson-zstd\"", NULL}, 200, "\"m1-42-geojson\"", ""},
        {{"If-Match", "*", NULL}, 200, "\"m1-42-geojson\"", ""},
        {{"If-Match", "*", "If-None-Match", "\"m1-42-geojson\"", NULL}, 304, "\"m1-42-geojson\"",
         ""},
        {{"If-None-Match", "\"x\", W/\"m1-42-geojson-br\"", "Accept-Encoding", "br", NULL}, 304,
         "\"m1-42-geojson-br\"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_exchange *exchange = get("/state", cases[i].headers);
        if (exchange->response.code != cases[i].code) {
            fail_msg("case %zu: %u", i, exchange->response.code);
        }
        assert_string_equal(reply_header(exchange, "ETag"), cases[i].etag);
        assert_string_equal(reply_header(exchange, "Content-Encoding"), cases[i].coding);
        /* Pages are in the reader's language, whatever the route says of its other answers. */
        bool page = strstr(cases[i].etag, "-html") != NULL;
        assert_string_equal(reply_header(exchange, "Vary"),
                            page ? "Accept, Accept-Encoding, Accept-Language, Authorization, Cookie"
                                 : "Accept, Accept-Encoding, Authorization, Cookie");
        assert_int_equal(exchange->response.body.length == 0, cases[i].code == 304);
        jalon_exchange_destroy(exchange);
    }
}

static void a_tag_said_late_works_too(void **state)
{
    (void)state;
    static const char *const held[] = {"If-None-Match", "\"v1-geojson-fr\"", NULL};
    struct jalon_exchange *exchange = get("/late", held);
    assert_int_equal(exchange->response.code, 304);
    assert_int_equal(exchange->response.body.length, 0);
    jalon_exchange_destroy(exchange);
    static const char *const english[] = {"If-None-Match", "\"v1-geojson-fr\"", "Accept-Language",
                                          "en", NULL};
    exchange = get("/late", english);
    assert_int_equal(exchange->response.code, 200);
    assert_string_equal(reply_header(exchange, "ETag"), "\"v1-geojson-en\"");
    jalon_exchange_destroy(exchange);
}

static void small_answers_are_not_compressed(void **state)
{
    (void)state;
    static const char *const gzip[] = {"Accept-Encoding", "gzip", NULL};
    struct jalon_exchange *exchange = get("/late", gzip);
    assert_string_equal(reply_header(exchange, "Content-Encoding"), "");
    assert_string_equal(reply_header(exchange, "ETag"), "\"v1-geojson-fr\"");
    jalon_exchange_destroy(exchange);
}

/* RFC 9110, 13.1.1: compared strongly, and before If-None-Match. */
static void another_state_than_wanted_is_refused(void **state)
{
    (void)state;
    static const char *const cases[][5] = {
        {"If-Match", "\"m1-41-geojson\"", NULL},
        {"If-Match", "W/\"m1-42-geojson\"", NULL},
        {"If-Match", "\"m1-42-html\"", NULL},
        {"If-Match", "", NULL},
        {"If-Match", "\"m1-41-geojson\"", "If-None-Match", "\"m1-42-geojson\"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_exchange *exchange = get("/state", cases[i]);
        if (exchange->response.code != 412) {
            fail_msg("case %zu: %u", i, exchange->response.code);
        }
        assert_string_equal(reply_header(exchange, "ETag"), "");
        assert_string_equal(reply_header(exchange, "Cache-Control"), "no-store");
        jalon_exchange_destroy(exchange);
    }
}

/* "*" means whatever there is: a small answer is there as it is only. */
static void what_there_is_is_told_of_a_small_answer(void **state)
{
    (void)state;
    static const char *const any[] = {"Accept-Encoding", "gzip, br", "If-None-Match", "*", NULL};
    struct jalon_exchange *exchange = get("/late", any);
    assert_int_equal(exchange->response.code, 304);
    assert_string_equal(reply_header(exchange, "ETag"), "\"v1-geojson-fr\"");
    jalon_exchange_destroy(exchange);
}

/* RFC 9110, 12.5.3: who refuses a body as it is gets it in a coding, whatever it is of. */
static void a_refused_identity_is_not_sent(void **state)
{
    (void)state;
    static const char *const targets[] = {"/late", "/picture", "/nowhere"};
    static const char *const coded[] = {"Accept-Encoding", "gzip, identity;q=0", NULL};
    static const char *const nothing[] = {"Accept-Encoding", "compress, *;q=0", NULL};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        struct jalon_exchange *exchange = get(targets[i], coded);
        assert_string_equal(reply_header(exchange, "Content-Encoding"), "gzip");
        assert_memory_equal(exchange->response.body.data, "\x1f\x8b", 2);
        jalon_exchange_destroy(exchange);
    }
    for (size_t i = 0; i < 2; i++) {
        struct jalon_exchange *exchange = get(targets[i], nothing);
        assert_int_equal(exchange->response.code, 406);
        assert_string_equal(reply_header(exchange, "Content-Encoding"), "");
        assert_true(said(exchange->request.ctx, "zstd, br, gzip, identity"));
        jalon_exchange_destroy(exchange);
    }
}

/* Whatever says who asks: what is answered stays theirs. */
static void answers_to_somebody_are_private(void **state)
{
    (void)state;
    static const char *const names[] = {"Authorization", "Cookie", "Jalon-Edit-Secret"};
    static const struct {
        const char *target;
        const char *open;
        const char *closed;
    } cases[] = {
        {"/state", "no-cache", "private, no-cache"},
        {"/picture", "public, max-age=60", "private, max-age=60"},
        {"/seconds", "max-age=5", "private, max-age=5"},
        {"/full", "no-store", "no-store"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_exchange *exchange = get(cases[i].target, NULL);
        assert_string_equal(reply_header(exchange, "Cache-Control"), cases[i].open);
        jalon_exchange_destroy(exchange);
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            const char *const headers[] = {names[k], "Basic eDp5", NULL};
            exchange = get(cases[i].target, headers);
            assert_string_equal(reply_header(exchange, "Cache-Control"), cases[i].closed);
            jalon_exchange_destroy(exchange);
        }
    }
    struct jalon_exchange *exchange = get("/picture", NULL);
    assert_string_equal(reply_header(exchange, "Vary"), "Accept-Encoding");
    jalon_exchange_destroy(exchange);
}

static void a_value_stays_one_line(void **state)
{
    (void)state;
    struct jalon_exchange *exchange = get("/split", NULL);
    assert_string_equal(reply_header(exchange, "Content-Disposition"), "");
    assert_string_equal(reply_header(exchange, "Link"), "");
    assert_string_equal(reply_header(exchange, "Location"), "");
    assert_string_equal(reply_header(exchange, "X-Content-Type-Options"), "nosniff");
    jalon_exchange_destroy(exchange);
}

static size_t decode(enum jalon_coding coding, const struct jalon_buffer *coded, char *out,
                     size_t size)
{
    if (coding == JALON_ZSTD) {
        return ZSTD_decompress(out, size, coded->data, coded->length);
    }
    if (coding == JALON_BROTLI) {
        return BrotliDecoderDecompress(coded->length, (const uint8_t *)coded->data, &size,
                                       (uint8_t *)out) == BROTLI_DECODER_RESULT_SUCCESS
                   ? size
                   : 0;
    }
    z_stream stream = {.next_in = (Bytef *)coded->data,
                       .avail_in = (unsigned)coded->length,
                       .next_out = (Bytef *)out,
                       .avail_out = (unsigned)size};
    assert_int_equal(inflateInit2(&stream, 31), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    return stream.total_out;
}

static void compression_is_repeatable_and_pays(void **state)
{
    (void)state;
    struct jalon_buffer first, second;
    static char words[65536], noise[65536], back[65537];
    for (size_t i = 0; i < sizeof words; i++) {
        words[i] = "0123456789abcdef"[i * i / 7 % 16];
    }
    jalon_random_bytes(noise, sizeof noise);
    for (int i = JALON_GZIP; i < JALON_CODING_COUNT; i++) {
        enum jalon_coding coding = (enum jalon_coding)i;
        static const size_t sizes[] = {1, 2, 100, sizeof words};
        assert_true(jalon_compress(coding, (struct jalon_text){words, sizeof words}, false, &first));
        assert_true(first.length < sizeof words / 2);
        assert_true(jalon_compress(coding, (struct jalon_text){words, sizeof words}, true, &second));
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.data, second.data, first.length);
        assert_int_equal(decode(coding, &first, back, sizeof back), sizeof words);
        assert_memory_equal(back, words, sizeof words);
        jalon_buffer_finish(&first);
        jalon_buffer_finish(&second);
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            struct jalon_text input = {noise, sizes[k]};
            assert_false(jalon_compress(coding, input, false, &first));
            assert_true(jalon_compress(coding, input, true, &first));
            assert_int_equal(decode(coding, &first, back, sizeof back), sizes[k]);
            assert_memory_equal(back, noise, sizes[k]);
            jalon_buffer_finish(&first);
        }
    }
}

/* One header says no time, so that equal bytes are equal files. */
static void gzip_says_no_time(void **state)
{
    (void)state;
    struct jalon_buffer coded;
    assert_true(jalon_compress(JALON_GZIP, JALON_TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                               false, &coded));
    assert_memory_equal(coded.data + 4, "\0\0\0\0", 4);
    jalon_buffer_finish(&coded);
}

static void a_problem_says_what_the_slot_says(void **state)
{
    struct jalon_context *ctx = *state;
    struct jalon_buffer out;
    jalon_buffer_init(&out, 100000);
    jalon_error_clear(ctx);
    jalon_error_add(ctx, JALON_ERROR_POINTER, "/properties/a\"b", "must be <\n>");
    jalon_error_add(ctx, JALON_ERROR_PARAMETER, "bbox", "has 3 numbers");
    assert_int_equal(jalon_error_verdict(ctx, "2 things are wrong"), JALON_INVALID);
    jalon_problem_write(&out, 400, ctx, "01890000-0000-7000-8000-000000000000");
    assert_text(jalon_buffer_text(&out),
                "{\"type\":\"urn:jalon:problem:invalid\",\"title\":\"The request is not valid\","
                "\"status\":400,\"detail\":\"2 things are wrong\","
                "\"instance\":\"urn:uuid:01890000-0000-7000-8000-000000000000\",\"errors\":["
                "{\"pointer\":\"/properties/a\\\"b\",\"reason\":\"must be <\\n>\"},"
                "{\"parameter\":\"bbox\",\"reason\":\"has 3 numbers\"}]}");
    jalon_buffer_clear(&out);
    for (int i = 0; i < JALON_ERROR_DETAILS_MAX + 8; i++) {
        jalon_error_add(ctx, JALON_ERROR_PARAMETER, "x", "is wrong");
    }
    jalon_problem_write(&out, 400, ctx, "x");
    assert_true(jalon_text_ends_with(jalon_buffer_text(&out), "],\"errors_found\":74}"));
    jalon_buffer_finish(&out);
    jalon_error_clear(ctx);
}

static const struct jalon_wording_row said_in_french[] = {
    {"Not available now", "Indisponible"},
    {"the store has no space left", "il n’y a plus de place"},
};
static const struct jalon_wording french = {{"fr", 2}, said_in_french, 2};

/* Who says nothing is a program, and knows English; a page is French then all the same. */
static void a_refusal_is_in_the_language_asked_for(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool is_french;
    } cases[] = {{"fr", true}, {"de, fr;q=0.2", true}, {"", false}, {"de", false}, {"*", false},
                 {"en-GB, fr;q=0.9", false}};
    http.options.wording = &french;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const headers[] = {"Accept-Language", cases[i].header, NULL};
        struct jalon_exchange *exchange = get("/full", headers);
        struct jalon_text body = jalon_buffer_text(&exchange->response.body);
        const struct jalon_error *error = &exchange->request.ctx->error;
        bool is_french = cases[i].is_french;
        assert_non_null(strstr(body.data, is_french ? "\"title\":\"Indisponible\""
                                                    : "\"title\":\"Not available now\""));
        assert_non_null(strstr(body.data, is_french ? "\"detail\":\"il n’y a plus de place\""
                                                    : "\"detail\":\"the store has no space left\""));
        assert_string_equal(reply_header(exchange, "Content-Language"), is_french ? "fr" : "en");
        assert_non_null(strstr(reply_header(exchange, "Vary"), "Accept-Language"));
        /* What the log says. */
        assert_text(error->english.length > 0 ? error->english : error->message,
                    "the store has no space left");
        jalon_exchange_destroy(exchange);
    }
    http.options.wording = NULL;
    static const char *const no_words[] = {"Accept-Language", "fr", NULL};
    struct jalon_exchange *exchange = get("/full", no_words);
    assert_string_equal(reply_header(exchange, "Content-Language"), "en");
    jalon_exchange_destroy(exchange);
    exchange = get("/late", no_words);
    assert_string_equal(reply_header(exchange, "Content-Language"), "");
    jalon_exchange_destroy(exchange);
}

static void every_status_has_a_row(void **state)
{
    (void)state;
    for (int i = JALON_INVALID; i < JALON_STATUS_COUNT; i++) {
        unsigned code = jalon_status_http_code((enum jalon_status)i);
        assert_in_range(code, 400, 599);
        assert_int_equal(jalon_problem_find(code)->code, code);
    }
    assert_int_equal(jalon_problem_find(299)->code, 500);
}

static void what_only_the_operator_may_know_stays_inside(void **state)
{
    (void)state;
    struct jalon_exchange *exchange = get("/full", NULL);
    assert_int_equal(exchange->response.code, 503);
    assert_string_equal(reply_header(exchange, "Retry-After"), "30");
    assert_null(strstr(exchange->response.body.data, "SQLITE"));
    assert_non_null(strstr(exchange->response.body.data, "no space left"));
    jalon_exchange_destroy(exchange);
}

static void absolute_targets_are_paths_too(void **state)
{
    (void)state;
    struct jalon_exchange *exchange = get("HTTP://X/late?x=1", NULL);
    assert_text(exchange->request.path, "/late");
    assert_int_equal(exchange->response.code, 400); /* x is not known */
    assert_false(exchange->close);
    jalon_exchange_destroy(exchange);
    exchange = get("http://x?x=1", NULL);
    assert_text(exchange->request.path, "/");
    assert_text(exchange->request.query_string, "x=1");
    jalon_exchange_destroy(exchange);
    exchange = get("late", NULL);
    assert_int_equal(exchange->response.code, 400);
    jalon_exchange_destroy(exchange);
}

static void a_body_is_handed_over_whole(void **state)
{
    (void)state;
    static const char *const headers[] = {"Content-Type", "Application/Geo+JSON;charset=\"UTF-8\"",
                                          "Content-Length", "4", NULL};
    struct jalon_exchange *exchange = try_exchange("POST", "/items/1?f=geojson", headers, "body");
    assert_int_equal(exchange->response.code, 200);
    assert_string_equal(exchange->response.body.data, "bodyapplication/geo+json");
    jalon_exchange_destroy(exchange);
}

/* Whichever allocation fails: an answer or none, never a crash or a leak (run under ASan). */
static void memory_may_end_at_any_moment(void **state)
{
    (void)state;
    static const char *const headers[] = {"Content-Type", "application/json", "Content-Length",
                                          "2", "Accept-Encoding", "gzip", NULL};
    static const char *const zip[] = {"Accept-Encoding", "gzip", "If-None-Match", "\"a\"",
                                      "If-None-Match", "\"b\"", NULL};
    static const struct {
        const char *method, *target, *body;
        const char *const *headers;
    } requests[] = {
        {"GET", "/state?f=html", NULL, zip},   {"GET", "/state?f=x&g=%zz", NULL, zip},
        {"POST", "/items/caf%C3%A9", "{}", headers}, {"DELETE", "/items/1", NULL, NULL},
        {"GET", "/full", NULL, NULL},
    };
    for (size_t r = 0; r < sizeof requests / sizeof requests[0]; r++) {
        for (uint64_t n = 1; n < 60; n++) {
            jalon_memory_fail_at(n);
            struct jalon_exchange *exchange =
                try_exchange(requests[r].method, requests[r].target, requests[r].headers,
                             requests[r].body);
            bool reached = jalon_memory_count() >= n;
            jalon_memory_fail_at(0);
            if (exchange != NULL) {
                assert_in_range(exchange->response.code, 200, 503);
                jalon_exchange_destroy(exchange);
            }
            if (!reached) {
                break;
            }
        }
    }
}

static void listening_addresses_are_read(void **state)
{
    struct jalon_context *ctx = *state;
    struct jalon_text address = JALON_TEXT_EMPTY;
    uint16_t port = 0;
    assert_int_equal(jalon_http_parse_listen(ctx, JALON_TEXT("127.0.0.1:8080"), &address, &port),
                     JALON_OK);
    assert_text(address, "127.0.0.1");
    assert_int_equal(port, 8080);
    assert_int_equal(jalon_http_parse_listen(ctx, JALON_TEXT("[::1]:0"), &address, &port),
                     JALON_OK);
    assert_text(address, "::1");
    assert_int_equal(port, 0);
    assert_int_equal(jalon_http_parse_listen(ctx, JALON_TEXT("localhost:65535"), &address, &port),
                     JALON_OK);
    assert_text(address, "127.0.0.1");
    static const char *const wrong[] = {"", ":", ":80", "8080", "127.0.0.1", "127.0.0.1:",
                                        "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1]",
                                        "[127.0.0.1]:80", "map.example.org:80", "127.0.0.1:80x",
                                        "1.2.3:80"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (jalon_http_parse_listen(ctx, jalon_text_from(wrong[i]), &address, &port) !=
            JALON_INVALID) {
            fail_msg("%s is taken", wrong[i]);
        }
    }
    assert_true(said(ctx, "127.0.0.1:8080"));
    assert_int_equal(port, 65535);
    jalon_error_clear(ctx);
}

static int begin(void **state)
{
    if (make_context(state) != 0) {
        return 1;
    }
    http.options.public_url = JALON_TEXT("http://127.0.0.1:1");
    http.options.body_max = 1000;
    return jalon_router_create(*state, routes, &http.router) != JALON_OK;
}

static int end(void **state)
{
    jalon_router_destroy(http.router);
    return drop_context(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_tags_are_read),
        cmocka_unit_test(tags_name_representation_and_coding),
        cmocka_unit_test(a_tag_said_late_works_too),
        cmocka_unit_test(small_answers_are_not_compressed),
        cmocka_unit_test(another_state_than_wanted_is_refused),
        cmocka_unit_test(what_there_is_is_told_of_a_small_answer),
        cmocka_unit_test(a_refused_identity_is_not_sent),
        cmocka_unit_test(answers_to_somebody_are_private),
        cmocka_unit_test(a_value_stays_one_line),
        cmocka_unit_test(compression_is_repeatable_and_pays),
        cmocka_unit_test(gzip_says_no_time),
        cmocka_unit_test(a_problem_says_what_the_slot_says),
        cmocka_unit_test(a_refusal_is_in_the_language_asked_for),
        cmocka_unit_test(every_status_has_a_row),
        cmocka_unit_test(what_only_the_operator_may_know_stays_inside),
        cmocka_unit_test(absolute_targets_are_paths_too),
        cmocka_unit_test(a_body_is_handed_over_whole),
        cmocka_unit_test(memory_may_end_at_any_moment),
        cmocka_unit_test(listening_addresses_are_read),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
