/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Accounts and tokens. */
#include "support.h"

#include <string.h>

#include "jalon/clock.h"

static enum jalon_status create_account(struct fixture *fixture, const char *name,
                                        const char *email)
{
    struct jalon_account account = {
        .name = jalon_text_from(name),
        .email = jalon_text_from(email),
    };
    jalon_error_clear(fixture->ctx);
    return jalon_app_create_account(fixture->ctx, fixture->app, &account, JALON_TEXT_EMPTY);
}

static void test_names(void **state)
{
    struct fixture *fixture = *state;
    static const char *const good[] = {"zoe", "a1", "0b", "jean.luc-b_2"};
    static const char *const bad[] = {
        "",     "a",
        "Zoe",  "zoé",
        "-zoe", ".zoe",
        "zo e", "zoe@x",
        "zoe/", "123456789012345678901234567890123456789012345678901234567890abcd"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        expect(fixture->ctx, JALON_OK, create_account(fixture, good[i], ""));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect(fixture->ctx, JALON_INVALID, create_account(fixture, bad[i], ""));
        expect_detail(fixture->ctx, "name", "lower-case letters");
    }
    expect(fixture->ctx, JALON_CONFLICT, create_account(fixture, "zoe", ""));
    assert_non_null(strstr(fixture->ctx->error.message.data, "'zoe'"));
    expect(fixture->ctx, JALON_OK, create_account(fixture, "with-mail", "zoe@example.org"));
    static const char *const no_mail[] = {
        "zoe", "@", "zoe@", "@example.org", "a b@example.org", "zoe@example.org, all@example.org"};
    for (size_t i = 0; i < sizeof no_mail / sizeof no_mail[0]; i++) {
        expect(fixture->ctx, JALON_INVALID, create_account(fixture, "other", no_mail[i]));
        expect_detail(fixture->ctx, "email", "e-mail address");
    }
    expect(fixture->ctx, JALON_INVALID, create_account(fixture, "other", "a@example.org\nBcc: b"));
}

static enum jalon_status authenticate(struct fixture *fixture, const char *secret,
                                      struct jalon_text *out)
{
    struct jalon_signed_in who;
    jalon_error_clear(fixture->ctx);
    enum jalon_status status =
        jalon_app_authenticate(fixture->ctx, fixture->app, jalon_text_from(secret), &who);
    if (status == JALON_OK) {
        *out = who.account;
    }
    return status;
}

static enum jalon_status create_token(struct fixture *fixture, const char *account,
                                      int64_t expires_us, struct jalon_text *out)
{
    struct jalon_token_order order = {
        .account = jalon_text_from(account),
        .name = JALON_TEXT_EMPTY,
        .scopes = JALON_TEXT_EMPTY,
        .expires_us = expires_us,
    };
    struct jalon_token token;
    return jalon_app_create_token(fixture->ctx, fixture->app, &order, &token, out);
}

static void test_tokens(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_text secret, second, who = JALON_TEXT("nobody");
    struct jalon_signed_in signed_in;
    expect(ctx, JALON_OK, create_account(fixture, "zoe", ""));
    expect(ctx, JALON_OK, create_account(fixture, "yann", ""));
    expect(ctx, JALON_OK, create_token(fixture, "zoe", 0, &secret));
    expect(ctx, JALON_OK,
           create_token(fixture, "yann", 0, &second));
    assert_int_equal(secret.length, 43);
    assert_string_not_equal(secret.data, second.data);
    expect(ctx, JALON_OK, authenticate(fixture, secret.data, &who));
    expect_text(who, "zoe");
    expect(ctx, JALON_OK, authenticate(fixture, second.data, &who));
    expect_text(who, "yann");
    /* Another process knows it too. */
    struct jalon_app *other = open_app(fixture, false);
    expect(ctx, JALON_OK, jalon_app_authenticate(ctx, other, secret, &signed_in));
    expect_text(signed_in.account, "zoe");
    jalon_app_close(other);
    expect(ctx, JALON_NOT_FOUND,
           create_token(fixture, "nobody", 0, &secret));
    assert_non_null(strstr(ctx->error.message.data, "'nobody'"));
}

static void test_tokens_that_are_not(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_text secret, hash, who = JALON_TEXT("nobody");
    expect(ctx, JALON_OK, create_account(fixture, "zoe", ""));
    expect(ctx, JALON_OK, create_token(fixture, "zoe", 0, &secret));
    expect(ctx, JALON_OK, jalon_secret_hash(ctx, secret, &hash));
    char altered[64], shorter[64];
    memcpy(altered, secret.data, secret.length + 1);
    altered[20] = altered[20] == 'a' ? 'b' : 'a';
    memcpy(shorter, secret.data, secret.length + 1);
    shorter[42] = '\0';
    /* Neither does the stored hash open anything. */
    const char *const wrong[] = {"", "zoe", altered, shorter, hash.data};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        expect(ctx, JALON_UNAUTHENTICATED, authenticate(fixture, wrong[i], &who));
        expect_text(who, "nobody");
    }
}

static void test_expiry(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_text secret, who;
    int64_t const end = jalon_clock_now_us() + INT64_C(3600000000); /* long after this test's */
    expect(ctx, JALON_OK, create_account(fixture, "zoe", ""));
    expect(ctx, JALON_OK, create_token(fixture, "zoe", end, &secret));
    jalon_clock_set_us(end - 1);
    expect(ctx, JALON_OK, authenticate(fixture, secret.data, &who));
    jalon_clock_set_us(end);
    expect(ctx, JALON_UNAUTHENTICATED, authenticate(fixture, secret.data, &who));
    assert_non_null(strstr(ctx->error.message.data, "expired"));
    jalon_clock_set_us(0);
    expect(ctx, JALON_OK, authenticate(fixture, secret.data, &who));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_names),
        RUN(test_tokens),
        RUN(test_tokens_that_are_not),
        RUN(test_expiry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
