/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Edit secrets in time: they end, links end, and what is kept of a device tells nothing of it. */
#include "support.h"

#include <string.h>

#include "jalon/app_secret.h"
#include "jalon/clock.h"
#include "jalon/json.h"
#include "jalon/store_mail.h"
#include "jalon/store_origin.h"

#include "store/private.h"

static const int64_t day_us = INT64_C(86400) * 1000000;
#define EMAIL "zoe@example.org"
#define DEVICE "device-0123456789abcdef"

static const struct jalon_actor nobody = {
    .device = {DEVICE, sizeof DEVICE - 1}, .address = {0x20, 1, 0xd, 0xb8}};

static struct jalon_contributed contributed(struct fixture *fixture)
{
    struct jalon_contributed made;
    struct jalon_record record = body(fixture, at_point(fixture, "'title':'x'"));
    struct jalon_contribute command = {.map = JALON_TEXT("sample"),
                                       .collection = JALON_TEXT("places"),
                                       .record = &record,
                                       .actor = nobody,
                                       .contact_email = JALON_TEXT(EMAIL)};
    expect(fixture->ctx, JALON_OK,
           jalon_app_contribute(fixture->ctx, fixture->app, &command, &made));
    return made;
}

static struct jalon_secret_of of(struct jalon_contributed made)
{
    return (struct jalon_secret_of){JALON_TEXT("sample"), JALON_TEXT("places"), made.id};
}

static enum jalon_status may_edit(struct fixture *fixture, struct jalon_contributed made,
                                  struct jalon_text secret)
{
    struct jalon_edit edit = {.map = JALON_TEXT("sample"),
                              .collection = JALON_TEXT("places"),
                              .id = made.id,
                              .actor = nobody};
    edit.actor.secret = secret;
    jalon_error_clear(fixture->ctx);
    return jalon_app_may_edit(fixture->ctx, fixture->app, &edit);
}

static void test_origin(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_origin first, second;
    struct jalon_contributed made = contributed(fixture), other = contributed(fixture);
    int64_t numbers[] = {stored(fixture, "places", made.id).number,
                         stored(fixture, "places", other.id).number};
    struct jalon_session *session = NULL;
    expect(ctx, JALON_OK, jalon_store_read(ctx, fixture->app->store, &session));
    expect(ctx, JALON_OK,
           jalon_store_find_origin(ctx, session, &fixture->map, numbers[0], &first));
    expect(ctx, JALON_OK,
           jalon_store_find_origin(ctx, session, &fixture->map, numbers[1], &second));
    jalon_session_end(session);
    expect_text(first.email, EMAIL);
    assert_int_equal(first.secret_expires_us - first.created_us, 365 * day_us);
    assert_true(jalon_text_equal(first.device, second.device)); /* the same is known again */
    assert_true(jalon_text_equal(first.address, second.address));
    assert_int_equal(first.device.length, 43);
    assert_null(strstr(first.device.data, "0123"));
    assert_false(jalon_text_equal(first.device, first.address));
}

static void test_end_of_secret(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made = contributed(fixture);
    int64_t now_us = jalon_clock_now_us();
    expect(ctx, JALON_OK, may_edit(fixture, made, made.edit_secret));
    jalon_clock_set_us(now_us + 364 * day_us);
    expect(ctx, JALON_OK, may_edit(fixture, made, made.edit_secret));
    jalon_clock_set_us(now_us + 366 * day_us);
    expect(ctx, JALON_FORBIDDEN, may_edit(fixture, made, made.edit_secret));
    assert_non_null(strstr(ctx->error.message.data, "expired"));
    expect(ctx, JALON_FORBIDDEN, may_edit(fixture, made, JALON_TEXT("another")));
    assert_null(strstr(ctx->error.message.data, "expired")); /* only who has it is told */
    jalon_clock_set_us(0);
}

/* The secret of the link in the last mail to somebody; NULL: there is none. To nobody goes nothing. */
static const char *mailed_token(struct fixture *fixture)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session *session = NULL;
    struct jalon_db_cursor *cursor = NULL;
    const struct jalon_db_value *row;
    struct jalon_text token = {NULL, 0};
    expect(ctx, JALON_OK, jalon_store_read(ctx, fixture->app->store, &session));
    expect(ctx, JALON_OK, jalon_db_query(ctx, session->connection, JALON_QUERY_COPY_OUTBOX_READ,
                                         NULL, 0, &cursor));
    while (jalon_db_step(ctx, cursor, &row) == JALON_OK) {
        struct jalon_text body = jalon_db_to_text(&row[3]);
        if (jalon_text_is(jalon_db_to_text(&row[1]), JALON_MAIL_NOBODY)) {
            assert_int_equal(body.length, 0);
            continue;
        }
        const char *link = strstr(body.data, "#secret=");
        assert_non_null(link);
        token = jalon_text_copy(ctx->arena, jalon_text_slice(link + 8, 43));
    }
    jalon_db_cursor_end(cursor);
    jalon_session_end(session);
    return token.data;
}

static enum jalon_status renew(struct fixture *fixture, struct jalon_contributed made,
                               const char *token, struct jalon_text *out)
{
    struct jalon_secret_of which = of(made);
    int64_t expires_us;
    jalon_error_clear(fixture->ctx);
    return jalon_app_renew_secret(fixture->ctx, fixture->app, &nobody, &which,
                                  jalon_text_from(token), out, &expires_us);
}

static void ask(struct fixture *fixture, struct jalon_contributed made, const char *email)
{
    struct jalon_secret_of which = of(made);
    int64_t wait_s = 0;
    expect(fixture->ctx, JALON_OK,
           jalon_app_ask_secret(fixture->ctx, fixture->app, &nobody, &which,
                                jalon_text_from(email), JALON_TEXT("fr"), &wait_s));
}

static void test_end_of_link(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made = contributed(fixture);
    struct jalon_text secret;
    int64_t now_us = jalon_clock_now_us();
    ask(fixture, made, "other@example.org");
    assert_null(mailed_token(fixture));
    ask(fixture, made, EMAIL);
    const char *token = mailed_token(fixture);
    assert_non_null(token);
    jalon_clock_set_us(now_us + 2 * day_us);
    expect(ctx, JALON_FORBIDDEN, renew(fixture, made, token, &secret));
    expect(ctx, JALON_OK, may_edit(fixture, made, made.edit_secret));
    /* After the end of the secret a link makes a new one, which lasts as long again. */
    jalon_clock_set_us(now_us + 400 * day_us);
    ask(fixture, made, EMAIL);
    token = mailed_token(fixture);
    expect(ctx, JALON_OK, renew(fixture, made, token, &secret));
    expect(ctx, JALON_FORBIDDEN, may_edit(fixture, made, made.edit_secret));
    jalon_clock_set_us(now_us + 764 * day_us);
    expect(ctx, JALON_OK, may_edit(fixture, made, secret));
    jalon_clock_set_us(0);
}

static void test_of_others(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contributed made = contributed(fixture), hidden = contributed(fixture);
    struct jalon_contribution row = stored(fixture, "places", hidden.id);
    struct jalon_secret_of which = of(hidden);
    struct jalon_actor actor = nobody;
    row.moderation = JALON_MODERATION_PENDING;
    edit(fixture, &row, JALON_ACTION_UPDATE, "");
    actor.secret = made.edit_secret;
    expect(ctx, JALON_NOT_FOUND,
           jalon_app_revoke_secret(ctx, fixture->app, &actor, &which));
    actor.secret = hidden.edit_secret;
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK, jalon_app_revoke_secret(ctx, fixture->app, &actor, &which));
    row = stored(fixture, "places", made.id);
    row.moderation = JALON_MODERATION_DELETED;
    edit(fixture, &row, JALON_ACTION_DELETE, "");
    which = of(made);
    actor.secret = made.edit_secret;
    expect(ctx, JALON_NOT_FOUND,
           jalon_app_revoke_secret(ctx, fixture->app, &actor, &which));
    jalon_error_clear(ctx);
    ask(fixture, made, EMAIL);
    assert_null(mailed_token(fixture));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_origin), RUN(test_end_of_secret), RUN(test_end_of_link), RUN(test_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
