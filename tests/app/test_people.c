/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signing up, mailed links, passwords, waiting: what only mails and clocks can tell. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "app/people.h"
#include "jalon/app_mail.h"
#include "jalon/clock.h"
#include "store/private.h"

static const struct jalon_actor nobody = {.account = {"", 0}};
static const char password[] = "correct horse battery";

/* --- The outbox --- */
struct mail {
    struct jalon_text recipient, subject, body;
    size_t count;
};

static enum jalon_status take_mail(struct jalon_context *ctx, const struct jalon_db_value *row,
                                   void *object)
{
    struct mail *mail = object;
    mail->count++;
    mail->recipient = jalon_text_copy(ctx->arena, jalon_db_to_text(&row[1]));
    mail->subject = jalon_text_copy(ctx->arena, jalon_db_to_text(&row[2]));
    mail->body = jalon_text_copy(ctx->arena, jalon_db_to_text(&row[3]));
    return JALON_OK;
}

/* The last one, and how many there are. */
static struct mail last_mail(struct fixture *fixture)
{
    struct mail mail = {.count = 0};
    struct jalon_session *session = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_store_read(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_each_row(fixture->ctx, session, JALON_QUERY_COPY_OUTBOX_READ, NULL, 0,
                                take_mail, &mail));
    jalon_session_end(session);
    return mail;
}

/* The secret behind "#word=" of the last mail. */
static struct jalon_text link_of(struct fixture *fixture, const char *word)
{
    struct mail mail = last_mail(fixture);
    const char *at = strstr(mail.body.data, word);
    assert_non_null(at);
    at += strlen(word);
    return jalon_text_copy(fixture->ctx->arena, jalon_text_slice(at, strcspn(at, "\n")));
}

/* --- What people do --- */
static enum jalon_status sign_up(struct fixture *fixture, const char *name, const char *email)
{
    struct jalon_sign_up form = {
        .name = jalon_text_from(name),
        .kind = JALON_TEXT_EMPTY,
        .display_name = JALON_TEXT_EMPTY,
        .email = jalon_text_from(email),
        .password = jalon_text_from(password),
        .language = JALON_TEXT("en"),
    };
    int64_t wait_s;
    jalon_error_clear(fixture->ctx);
    return jalon_app_sign_up(fixture->ctx, fixture->app, &nobody, &form, &wait_s);
}

static enum jalon_status confirm(struct fixture *fixture, struct jalon_text secret,
                                 struct jalon_session_begun *out)
{
    jalon_error_clear(fixture->ctx);
    return jalon_app_confirm(fixture->ctx, fixture->app, secret, out);
}

static enum jalon_status sign_in(struct fixture *fixture, struct jalon_app *app, const char *account,
                                 const char *with, struct jalon_session_begun *out)
{
    struct jalon_credentials credentials = {jalon_text_from(account), jalon_text_from(with),
                                            JALON_TEXT_EMPTY};
    int64_t wait_s;
    jalon_error_clear(fixture->ctx);
    return jalon_app_sign_in(fixture->ctx, app, &nobody, &credentials, out, &wait_s);
}

static enum jalon_status resume(struct fixture *fixture, struct jalon_text secret)
{
    struct jalon_signed_in who;
    jalon_error_clear(fixture->ctx);
    return jalon_app_resume(fixture->ctx, fixture->app, secret, &who);
}

/* --- Tests --- */
static void an_address_is_confirmed_by_the_link_once(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_session_begun begun;
    expect(fixture->ctx, JALON_OK, sign_up(fixture, "zoe", "zoe@example.org"));
    struct mail mail = last_mail(fixture);
    expect_text(mail.recipient, "zoe@example.org");
    expect_text(mail.subject, "Confirm your account zoe");
    struct jalon_text secret = link_of(fixture, JALON_MAIL_HERE "/account#confirm=");
    assert_int_equal(secret.length, 43);
    expect(fixture->ctx, JALON_UNAUTHENTICATED,
           sign_in(fixture, fixture->app, "zoe", password, &begun));
    expect(fixture->ctx, JALON_OK, confirm(fixture, secret, &begun));
    expect_text(begun.account.name, "zoe");
    expect(fixture->ctx, JALON_OK, resume(fixture, begun.secret));
    expect(fixture->ctx, JALON_UNAUTHENTICATED, confirm(fixture, secret, &begun));
    expect(fixture->ctx, JALON_OK,
           sign_in(fixture, fixture->app, "ZOE@example.org", password, &begun));
    expect(fixture->ctx, JALON_OK, jalon_app_sign_out(fixture->ctx, fixture->app, begun.secret));
    expect(fixture->ctx, JALON_UNAUTHENTICATED, resume(fixture, begun.secret));
}

static void an_address_has_one_account(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_session_begun begun;
    expect(fixture->ctx, JALON_OK, sign_up(fixture, "zoe", "zoe@example.org"));
    struct jalon_text first = link_of(fixture, "#confirm=");
    expect(fixture->ctx, JALON_OK, sign_up(fixture, "zoe2", "zoe@example.org"));
    struct jalon_text second = link_of(fixture, "#confirm=");
    expect(fixture->ctx, JALON_OK, confirm(fixture, first, &begun));
    expect(fixture->ctx, JALON_CONFLICT, confirm(fixture, second, &begun));
    /* Whoever has it already is told, and may sign in. */
    expect(fixture->ctx, JALON_OK, sign_up(fixture, "zoe3", "Zoe@Example.org"));
    struct mail mail = last_mail(fixture);
    expect_text(mail.recipient, "zoe@example.org");
    expect_text(mail.subject, "Somebody tried to sign up with your address");
    assert_null(strstr(mail.body.data, "#confirm="));
    struct jalon_credentials link = {JALON_TEXT_EMPTY, JALON_TEXT_EMPTY,
                                     link_of(fixture, "#sign_in=")};
    int64_t wait_s;
    expect(fixture->ctx, JALON_OK,
           jalon_app_sign_in(fixture->ctx, fixture->app, &nobody, &link, &begun, &wait_s));
    expect_text(begun.account.name, "zoe");
    expect(fixture->ctx, JALON_UNAUTHENTICATED,
           jalon_app_sign_in(fixture->ctx, fixture->app, &nobody, &link, &begun, &wait_s));
}

static void a_new_password_ends_what_was_open(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session_begun before, after;
    int64_t wait_s;
    expect(ctx, JALON_OK, sign_up(fixture, "zoe", "zoe@example.org"));
    expect(ctx, JALON_OK, confirm(fixture, link_of(fixture, "#confirm="), &before));
    expect(ctx, JALON_OK,
           jalon_app_mail_link(ctx, fixture->app, &nobody, JALON_TEXT("zoe@example.org"), true,
                               JALON_TEXT("fr"), &wait_s));
    struct jalon_text link = link_of(fixture, "#password=");
    expect(ctx, JALON_INVALID,
           jalon_app_reset_password(ctx, fixture->app, link, JALON_TEXT("short"), &after));
    expect(ctx, JALON_OK,
           jalon_app_reset_password(ctx, fixture->app, link, JALON_TEXT("another horse battery"),
                                    &after));
    expect(ctx, JALON_UNAUTHENTICATED, resume(fixture, before.secret));
    expect(ctx, JALON_OK, resume(fixture, after.secret));
    expect(ctx, JALON_UNAUTHENTICATED, sign_in(fixture, fixture->app, "zoe", password, &before));
    expect(ctx, JALON_OK,
           sign_in(fixture, fixture->app, "zoe", "another horse battery", &before));
    jalon_error_clear(ctx);
    expect(ctx, JALON_UNAUTHENTICATED,
           jalon_app_reset_password(ctx, fixture->app, link, JALON_TEXT("yet another horse"),
                                    &after));
}

static void an_unknown_address_gets_a_mail_without_a_link(void **state)
{
    struct fixture *fixture = *state;
    int64_t wait_s;
    expect(fixture->ctx, JALON_OK,
           jalon_app_mail_link(fixture->ctx, fixture->app, &nobody,
                               JALON_TEXT("nobody@example.org"), false, JALON_TEXT("fr"),
                               &wait_s));
    struct mail mail = last_mail(fixture);
    assert_int_equal(mail.count, 1);
    expect_text(mail.recipient, "nobody@example.org");
    expect_text(mail.subject, "Pas de compte à cette adresse");
    assert_null(strstr(mail.body.data, "="));
}

static void links_and_sessions_end(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_session_begun begun;
    const int64_t day_us = INT64_C(86400000000);
    int64_t now_us = jalon_clock_now_us();
    expect(fixture->ctx, JALON_OK, sign_up(fixture, "zoe", "zoe@example.org"));
    struct jalon_text secret = link_of(fixture, "#confirm=");
    jalon_clock_set_us(now_us + 3 * day_us + 60000000);
    expect(fixture->ctx, JALON_UNAUTHENTICATED, confirm(fixture, secret, &begun));
    jalon_clock_set_us(now_us + 2 * day_us);
    expect(fixture->ctx, JALON_OK, confirm(fixture, secret, &begun));
    expect(fixture->ctx, JALON_OK, resume(fixture, begun.secret));
    jalon_clock_set_us(now_us + 92 * day_us + 60000000);
    expect(fixture->ctx, JALON_UNAUTHENTICATED, resume(fixture, begun.secret));
    jalon_clock_set_us(0);
}

enum { GUESSES = 6 };

/* How long who guesses has to wait before each guess; within a second, which is as waits are told. */
static void guess(struct jalon_throttle *throttle, struct jalon_text name, int64_t waits[GUESSES])
{
    int64_t began_us;
    do { /* again if it took longer */
        jalon_throttle_forget(throttle, JALON_THROTTLE_ACCOUNT, name);
        began_us = jalon_clock_monotonic_us();
        for (size_t i = 0; i < GUESSES; i++) {
            waits[i] = jalon_throttle_wait_s(throttle, JALON_THROTTLE_ACCOUNT, name);
            jalon_throttle_count(throttle, JALON_THROTTLE_ACCOUNT, JALON_TEXT("Zoe"));
        }
    } while (jalon_clock_monotonic_us() - began_us >= 1000000);
}

static void who_guesses_waits_longer_each_time(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_throttle *throttle = jalon_throttle_create(2);
    struct jalon_text name = JALON_TEXT("zoe"), other = JALON_TEXT("yann");
    int64_t waits[GUESSES];
    (void)fixture;
    guess(throttle, name, waits);
    assert_int_equal(waits[0], 0);
    assert_int_equal(waits[1], 0);
    assert_int_equal(waits[2], 1);
    assert_true(waits[4] > waits[3] && waits[5] > waits[4]);
    assert_int_equal(jalon_throttle_wait_s(throttle, JALON_THROTTLE_ACCOUNT, other), 0);
    assert_int_equal(jalon_throttle_wait_s(throttle, JALON_THROTTLE_MAIL, name), 0);
    jalon_throttle_forget(throttle, JALON_THROTTLE_ACCOUNT, name);
    assert_int_equal(jalon_throttle_wait_s(throttle, JALON_THROTTLE_ACCOUNT, name), 0);
    /* However many names there are, it stays as large as it is, and one that waits is kept. */
    for (int i = 0; i < 8; i++) {
        jalon_throttle_count(throttle, JALON_THROTTLE_ACCOUNT, name);
    }
    for (int i = 0; i < 20000; i++) {
        char text[16];
        snprintf(text, sizeof text, "n%d", i);
        jalon_throttle_count(throttle, JALON_THROTTLE_ACCOUNT, jalon_text_from(text));
    }
    assert_true(jalon_throttle_wait_s(throttle, JALON_THROTTLE_ACCOUNT, name) > 0);
    jalon_throttle_destroy(throttle);
}

static void a_network_waits_for_all_its_people(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_throttle *none = fixture->app->throttle;
    struct jalon_actor home = {.account = {"", 0}, .address = {0x20, 0x01, 0x0d, 0xb8}};
    struct jalon_actor own = {.account = {"", 0},
                              .address = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};
    int64_t wait_s = 0;
    fixture->app->throttle = jalon_throttle_create(1);
    for (int i = 0; i < 14; i++) { /* a wait of minutes */
        char text[16];
        snprintf(text, sizeof text, "n%d", i);
        jalon_throttle_note(fixture->app, &home, JALON_THROTTLE_ACCOUNT, jalon_text_from(text));
        jalon_throttle_note(fixture->app, &own, JALON_THROTTLE_ACCOUNT, jalon_text_from(text));
    }
    expect(ctx, JALON_RATE_LIMITED,
           jalon_throttle_check(ctx, fixture->app, &home, JALON_THROTTLE_ACCOUNT,
                                JALON_TEXT("other"), &wait_s));
    assert_true(wait_s > 0);
    expect(ctx, JALON_OK,
           jalon_throttle_check(ctx, fixture->app, &own, JALON_THROTTLE_ACCOUNT,
                                JALON_TEXT("other"), &wait_s));
    expect(ctx, JALON_OK,
           jalon_throttle_check(ctx, fixture->app, &nobody, JALON_THROTTLE_ACCOUNT,
                                JALON_TEXT("other"), &wait_s));
    jalon_throttle_destroy(fixture->app->throttle);
    fixture->app->throttle = none;
}

/* --- Erasure --- */
/* How many values of the row have the words. */
static size_t count_words(const struct jalon_db_value *row, size_t columns, const char *words)
{
    size_t found = 0, length = strlen(words);
    for (size_t i = 0; i < columns; i++) {
        struct jalon_text text = jalon_db_to_text(&row[i]);
        for (size_t at = 0; at + length <= text.length; at++) {
            found += memcmp(text.data + at, words, length) == 0;
        }
    }
    return found;
}

struct search {
    const char *words;
    size_t columns, found;
};

static enum jalon_status search_row(struct jalon_context *ctx, const struct jalon_db_value *row,
                                    void *object)
{
    struct search *search = object;
    (void)ctx;
    search->found += count_words(row, search->columns, search->words);
    return JALON_OK;
}

/* In all tables that say who somebody is. */
static size_t find_everywhere(struct fixture *fixture, const char *words)
{
    static const struct {
        int query;
        size_t columns;
    } tables[] = {
        {JALON_QUERY_COPY_ACCOUNT_READ, 19},      {JALON_QUERY_COPY_TOKEN_READ, 8},
        {JALON_QUERY_COPY_SESSION_READ, 5},       {JALON_QUERY_COPY_TICKET_READ, 8},
        {JALON_QUERY_COPY_MEMBERSHIP_READ, 6},    {JALON_QUERY_COPY_OUTBOX_READ, 9},
        {JALON_QUERY_COPY_NOTIFICATION_READ, 9},  {JALON_QUERY_COPY_REVISION_READ, 8},
        {JALON_QUERY_COPY_IDEMPOTENCY_READ, 9},   {JALON_QUERY_COPY_COMMENT_READ, 12},
        {JALON_QUERY_COPY_CONFIRMATION_READ, 9},  {JALON_QUERY_COPY_CLAIM_READ, 10},
        {JALON_QUERY_COPY_REPORT_READ, 12},       {JALON_QUERY_COPY_AUDIT_READ, 9},
        {JALON_QUERY_COPY_CONTRIBUTION_READ, 19}, {JALON_QUERY_COPY_LINK_READ, 8},
    };
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session *session = NULL;
    struct search search = {.words = words};
    expect(ctx, JALON_OK, jalon_store_read(ctx, fixture->app->store, &session));
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        search.columns = tables[i].columns;
        expect(ctx, JALON_OK,
               jalon_store_each_row(ctx, session, tables[i].query, NULL, 0, search_row, &search));
    }
    jalon_session_end(session);
    return search.found;
}

static void erase_many(struct fixture *fixture, enum jalon_erasure erasure)
{
    enum { MANY = 120 };
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session_begun begun;
    struct jalon_contributed made[MANY];
    bool finished = false;
    expect(ctx, JALON_OK, sign_up(fixture, "zoewhogoes", "zoe.goes@example.org"));
    expect(ctx, JALON_OK, confirm(fixture, link_of(fixture, "#confirm="), &begun));
    for (size_t i = 0; i < MANY; i++) {
        expect(ctx, JALON_OK,
               contribute(fixture, "places", at_point(fixture, "'title':'Stays'"),
                          "zoewhogoes", &made[i]));
    }
    assert_true(find_everywhere(fixture, "zoewhogoes") > MANY);
    assert_true(find_everywhere(fixture, "zoe.goes@") > 0);
    expect(ctx, JALON_INVALID,
           jalon_app_erase_account(ctx, fixture->app, JALON_TEXT("zoewhogoes"), JALON_TEXT("zoe"),
                                   erasure, false, &finished));
    jalon_error_clear(ctx);
    expect(ctx, JALON_OK,
           jalon_app_erase_account(ctx, fixture->app, JALON_TEXT("zoewhogoes"),
                                   JALON_TEXT("zoewhogoes"), erasure, false, &finished));
    assert_true(finished);
    assert_int_equal(find_everywhere(fixture, "zoewhogoes"), 0);
    assert_int_equal(find_everywhere(fixture, "zoe.goes@"), 0);
    expect(ctx, JALON_UNAUTHENTICATED, resume(fixture, begun.secret));
    for (size_t i = 0; i < MANY; i++) {
        struct jalon_contribution now = stored(fixture, "places", made[i].id);
        assert_int_equal(now.version, 2);
        if (erasure == JALON_ERASURE_REMOVE) {
            assert_int_equal(now.author.length, 0);
        } else {
            assert_true(jalon_text_starts_with(now.author, "erased-"));
        }
        assert_null(strstr(shown(fixture, fixture->app, "places", made[i].id), "zoewhogoes"));
    }
    /* The name is free again, and begins with nothing. */
    expect(ctx, JALON_OK, sign_up(fixture, "zoewhogoes", "zoe.goes@example.org"));
}

static void who_goes_leaves_a_made_up_name(void **state)
{
    erase_many(*state, JALON_ERASURE_ANONYMISE);
}

static void who_goes_may_leave_no_name(void **state)
{
    erase_many(*state, JALON_ERASURE_REMOVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(an_address_is_confirmed_by_the_link_once),
        RUN(an_address_has_one_account),
        RUN(a_new_password_ends_what_was_open),
        RUN(an_unknown_address_gets_a_mail_without_a_link),
        RUN(links_and_sessions_end),
        RUN(who_guesses_waits_longer_each_time),
        RUN(a_network_waits_for_all_its_people),
        RUN(who_goes_leaves_a_made_up_name),
        RUN(who_goes_may_leave_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
