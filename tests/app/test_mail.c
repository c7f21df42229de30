/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Mail into the outbox, and telling accounts: in the caller's transaction, in their words. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "jalon/app_mail.h"
#include "jalon/clock.h"
#include "jalon/embedded.h"
#include "jalon/json.h"
#include "jalon/store_people.h"

#include "store/private.h"

extern const struct jalon_embedded mail_words[];

static void put_account(struct fixture *fixture, const char *name, const char *language,
                        bool is_confirmed, bool refuses_mails)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session *session = NULL;
    struct jalon_account account = {
        .name = jalon_text_from(name),
        .email = jalon_text_format(ctx->arena, "%s@example.org", name),
        .created_us = INT64_C(1790000000000000),
        .display_name = JALON_TEXT_EMPTY,
        .about = JALON_TEXT_EMPTY,
        .website = JALON_TEXT_EMPTY,
        .language = jalon_text_from(language),
        .confirmed_us = is_confirmed ? INT64_C(1790000000000000) : 0,
        .password_hash = JALON_TEXT_EMPTY,
        .refuses_mails = refuses_mails,
    };
    expect(ctx, JALON_OK, jalon_store_write(ctx, fixture->app->store, &session));
    expect(ctx, JALON_OK, jalon_store_insert_account(ctx, session, &account));
    expect(ctx, JALON_OK, jalon_session_commit(ctx, session));
    jalon_session_end(session);
}

/* The outbox as "recipient|subject|body\n" lines. */
static const char *outbox(struct fixture *fixture)
{
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_session *session = NULL;
    struct jalon_db_cursor *cursor = NULL;
    const struct jalon_db_value *row;
    struct jalon_text all = JALON_TEXT_EMPTY;
    expect(ctx, JALON_OK, jalon_store_read(ctx, fixture->app->store, &session));
    expect(ctx, JALON_OK, jalon_db_query(ctx, session->connection, JALON_QUERY_COPY_OUTBOX_READ,
                                         NULL, 0, &cursor));
    while (jalon_db_step(ctx, cursor, &row) == JALON_OK) {
        all = jalon_text_format(ctx->arena, "%.*s%.*s|%.*s|%.*s\n", JALON_TEXT_ARGS(all),
                                JALON_TEXT_ARGS(jalon_db_to_text(&row[1])),
                                JALON_TEXT_ARGS(jalon_db_to_text(&row[2])),
                                JALON_TEXT_ARGS(jalon_db_to_text(&row[3])));
    }
    jalon_db_cursor_end(cursor);
    jalon_session_end(session);
    return all.data;
}

static struct jalon_session *begin(struct fixture *fixture)
{
    struct jalon_session *session = NULL;
    expect(fixture->ctx, JALON_OK,
           jalon_store_write(fixture->ctx, fixture->app->store, &session));
    return session;
}

static void commit(struct fixture *fixture, struct jalon_session *session)
{
    expect(fixture->ctx, JALON_OK, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
}

static void count_wake(void *object)
{
    (*(int *)object)++;
}

static void test_transaction(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    int woken = 0;
    jalon_store_on_mail(fixture->app->store, count_wake, &woken);
    struct jalon_session *session = begin(fixture);
    expect(ctx, JALON_OK, jalon_mail_queue(ctx, session, JALON_TEXT("a@example.org"),
                                           JALON_TEXT("never"), JALON_TEXT("x")));
    jalon_session_end(session);
    assert_int_equal(woken, 0);
    expect_text(jalon_text_from(outbox(fixture)), "");
    session = begin(fixture);
    expect(ctx, JALON_OK, jalon_mail_queue(ctx, session, JALON_TEXT("a@example.org"),
                                           JALON_TEXT("Été"), JALON_TEXT("à\nb\r\nc")));
    assert_int_equal(woken, 0);
    commit(fixture, session);
    assert_int_equal(woken, 1);
    expect_text(jalon_text_from(outbox(fixture)), "a@example.org|Été|à\nb\nc\n");
    commit(fixture, begin(fixture)); /* without mail */
    assert_int_equal(woken, 1);
    jalon_store_on_mail(fixture->app->store, NULL, NULL);
}

static void test_injection(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    static const char *const addresses[] = {
        "", "a", "@b", "a@", "a@b\r\nRCPT TO:<c@d>", "a@b,c@d", "a b@c", "<a@b>", "a@b@c",
        "a@b\x01", "\"a\"@b", "a@b\nX: y", "-f@b", "a@\xff", "a;b@c",
    };
    struct jalon_session *session = begin(fixture);
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        expect(ctx, JALON_INVALID,
               jalon_mail_queue(ctx, session, jalon_text_from(addresses[i]), JALON_TEXT("s"),
                                JALON_TEXT("b")));
        jalon_error_clear(ctx);
    }
    expect(ctx, JALON_OK,
           jalon_mail_queue(ctx, session, JALON_TEXT("zoé+x@exämple.org"),
                            JALON_TEXT(" Hi\r\nBcc: c@d\x0b \xe2\x80\xa8" "B\xc2\x85" "C\xe2\x80\xae "),
                            JALON_TEXT("one\r\n.\r\nRSET\rtwo\x01")));
    commit(fixture, session);
    expect_text(jalon_text_from(outbox(fixture)),
                "zoé+x@exämple.org|Hi Bcc: c@d B C|one\n.\nRSET two \n");
}

static struct jalon_notification *list(struct fixture *fixture, const char *account, int64_t before,
                                       size_t limit, size_t expected, int64_t unseen)
{
    struct jalon_notification *items = NULL;
    size_t count = 0;
    int64_t not_seen = -1;
    expect(fixture->ctx, JALON_OK,
           jalon_app_list_notifications(fixture->ctx, fixture->app, jalon_text_from(account),
                                        before, limit, &items, &count, &not_seen));
    assert_int_equal(count, expected);
    assert_int_equal(not_seen, unseen);
    return items;
}

static const char *say(struct fixture *fixture, const char *language,
                       const struct jalon_notification *told)
{
    struct jalon_text out;
    expect(fixture->ctx, JALON_OK,
           jalon_notification_say(fixture->ctx, jalon_text_from(language), told, &out));
    return out.data;
}

static int64_t contributed(struct fixture *fixture, const char *collection,
                           const char *properties)
{
    struct jalon_contributed made;
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, collection, at_point(fixture, properties), "", &made));
    return stored(fixture, collection, made.id).number;
}

static void notify(struct fixture *fixture, const char *account, const char *kind,
                   int64_t contribution, const char *actor, const char *detail)
{
    struct jalon_session *session = begin(fixture);
    expect(fixture->ctx, JALON_OK,
           jalon_notify(fixture->ctx, session, jalon_text_from(account), kind, &fixture->map,
                        contribution, jalon_text_from(actor), jalon_text_from(detail)));
    commit(fixture, session);
}

static void test_notify(void **state)
{
    struct fixture *fixture = *state;
    put_account(fixture, "zoe", "fr", true, false);
    put_account(fixture, "ann", "en", false, false);
    put_account(fixture, "bob", "en", true, true);
    int64_t number = contributed(fixture, "places", "'title':'Rampe de l\\u2019école'");
    notify(fixture, "zoe", "comment", number, "ann",
           "{\"text\":\"Voilà\\r\\n.\\r\\n\\u001ahttp://x/\"}");
    int64_t report = contributed(fixture, "reports", "'kind':'hole','depth':3");
    notify(fixture, "ann", "status", report, "zoe", "{\"status\":\"done\",\"reason\":\"r\"}");
    notify(fixture, "bob", "decision", number, "zoe", "{\"decision\":\"hide\"}");
    notify(fixture, "zoe", "comment", number, "zoe", "");
    notify(fixture, "", "comment", number, "zoe", "");
    notify(fixture, "gone", "comment", number, "zoe", "");
    struct jalon_notification *told = list(fixture, "zoe", 0, 10, 1, 1);
    assert_string_equal(say(fixture, "fr", told), "ann a commenté « Rampe de l’école ».");
    assert_string_equal(say(fixture, "en", told), "ann commented on “Rampe de l’école”.");
    expect_text(told->map, "sample");
    expect_text(told->collection, "places");
    told = list(fixture, "bob", 0, 10, 1, 1);
    assert_string_equal(say(fixture, "en", told),
                        "Your contribution “Rampe de l’école” was hidden.");
    told = list(fixture, "ann", 0, 10, 1, 1);
    assert_string_equal(say(fixture, "en", told), "The status of “Untitled” is now: Settled.");
    assert_string_equal(say(fixture, "fr", told), "L’état de « Sans titre » est maintenant : Réglé.");
    const char *mail = outbox(fixture); /* one only: the others' are not confirmed, or not wanted */
    assert_ptr_equal(strstr(mail, "zoe@example.org|["), mail);
    assert_non_null(strstr(mail, "] ann a commenté « Rampe de l’école ».|ann a commenté"));
    assert_non_null(strstr(mail, "\n> Voilà . http://x/\n"));
    assert_non_null(strstr(mail, "\nVoir : \x1a/maps/sample/collections/places/items/"));
    assert_null(strstr(mail, "ann@example.org"));
    assert_null(strstr(mail, "bob@example.org"));
}

static void test_pages(void **state)
{
    struct fixture *fixture = *state;
    put_account(fixture, "zoe", "fr", false, false);
    put_account(fixture, "ann", "en", false, false);
    int64_t number = contributed(fixture, "places", "'title':'x'");
    for (int i = 0; i < 5; i++) {
        notify(fixture, "zoe", "comment", number, "ann", "");
        notify(fixture, "ann", "comment", number, "zoe", "");
    }
    struct jalon_notification *page = list(fixture, "zoe", 0, 2, 2, 5);
    assert_true(page[0].number > page[1].number);
    int64_t second = page[1].number;
    page = list(fixture, "zoe", second, 10, 3, 5);
    assert_true(page[0].number < second);
    assert_int_equal(page[0].seen_us, 0);
    expect(fixture->ctx, JALON_OK,
           jalon_app_see_notifications(fixture->ctx, fixture->app, JALON_TEXT("zoe"), second));
    page = list(fixture, "zoe", 0, 10, 5, 1);
    assert_int_equal(page[0].seen_us, 0);
    assert_true(page[1].seen_us > 0);
    list(fixture, "ann", 0, 10, 5, 5); /* another one's are untouched */
}

static size_t count_words(const char *text, const char *words)
{
    size_t count = 0;
    for (const char *at = strstr(text, words); at != NULL; at = strstr(at + 1, words)) {
        count++;
    }
    return count;
}

/* An hour of the clock has so many mails, of which the last says so; the next hour has its own. */
static void test_not_too_many_mails(void **state)
{
    enum { MOST = 20, TOLD = 25 };
    struct fixture *fixture = *state;
    const int64_t hour_us = INT64_C(3600000000);
    int64_t began_us, ended_us;
    char name[16], address[32];
    int64_t number = contributed(fixture, "places", "'title':'a'");
    int round = 0;
    do { /* again if it was two hours */
        snprintf(name, sizeof name, "zoe%d", round++);
        snprintf(address, sizeof address, "%s@example.org", name);
        put_account(fixture, name, "en", true, false);
        began_us = jalon_clock_now_us();
        for (int i = 0; i < TOLD; i++) {
            notify(fixture, name, "comment", number, "ann", "{}");
        }
        ended_us = jalon_clock_now_us();
    } while (began_us / hour_us != ended_us / hour_us);
    const char *mail = outbox(fixture);
    assert_int_equal(count_words(strstr(mail, address), address), MOST);
    const char *last = strstr(strstr(mail, address), "These were 20 mails");
    assert_non_null(last);
    assert_null(strstr(last, address));
    list(fixture, name, 0, 100, TOLD, TOLD);
}

static size_t member_count(const struct jalon_json *tree)
{
    return jalon_json_size(tree);
}

/* Every words of one language are there in the other, with the same names in braces. */
static void test_words(void **state)
{
    struct fixture *fixture = *state;
    const struct jalon_json *trees[2], *words;
    struct jalon_text key;
    void *iterator = NULL;
    for (size_t i = 0; i < 2; i++) {
        expect(fixture->ctx, JALON_OK,
               jalon_json_parse(fixture->ctx, mail_words[i].content, &trees[i]));
    }
    assert_int_equal(member_count(trees[0]), member_count(trees[1]));
    while (jalon_json_next(trees[0], &iterator, &key, &words)) {
        const struct jalon_json *other = jalon_json_member(trees[1], key.data);
        assert_non_null(other);
        for (const char *c = strchr(jalon_json_text(words).data, '{'); c != NULL;
             c = strchr(c + 1, '{')) {
            size_t length = strcspn(c, "}") + 1;
            struct jalon_text name =
                jalon_text_copy(fixture->ctx->arena, jalon_text_slice(c, length));
            assert_non_null(strstr(jalon_json_text(other).data, name.data));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_transaction), RUN(test_injection), RUN(test_notify),
        RUN(test_pages),       RUN(test_not_too_many_mails), RUN(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
