/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The copy that somebody takes of their own data: longer than a page, and theirs alone. */
#include "support.h"

#include <string.h>

#include "jalon/json.h"

enum { MANY = 230 };

static struct jalon_account create_account(struct fixture *fixture, const char *name)
{
    struct jalon_account account = {
        .name = jalon_text_from(name),
        .email = jalon_text_format(fixture->ctx->arena, "%s@example.org", name),
    };
    expect(fixture->ctx, JALON_OK,
           jalon_app_create_account(fixture->ctx, fixture->app, &account, JALON_TEXT_EMPTY));
    return account;
}

static struct jalon_id add(struct fixture *fixture, const char *account)
{
    struct jalon_contributed done;
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, "'name':'Here'"),
                      account, &done));
    return done.id;
}

/* As a moderator does, in a field that only moderators see. */
static void note_contact(struct fixture *fixture, struct jalon_contribution *contribution)
{
    const struct jalon_collection *places = &fixture->map.collections[contribution->collection];
    int32_t field = jalon_collection_find_field(places, JALON_TEXT("contact"));
    assert_true(field >= 0);
    contribution->fields[field] =
        (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("for few")};
}

/* Its title was another's word, and is now theirs. */
static void retitle(struct fixture *fixture, struct jalon_contribution *contribution,
                    enum jalon_action action)
{
    struct jalon_write write = {
        .action = action,
        .author = JALON_TEXT("zoe"),
        .reason = JALON_TEXT_EMPTY,
        .changes = JALON_TEXT("[{\"field\":\"title\",\"before\":\"word of eve\","
                              "\"after\":\"word of zoe\"}]"),
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .source_digest = JALON_TEXT_EMPTY,
    };
    struct jalon_session *session = NULL;
    int64_t seq;
    contribution->version++;
    expect(fixture->ctx, JALON_OK, jalon_store_write(fixture->ctx, fixture->app->store, &session));
    expect(fixture->ctx, JALON_OK,
           jalon_store_put_contribution(fixture->ctx, session, &fixture->map, contribution, &write,
                                        &seq));
    expect(fixture->ctx, JALON_OK, jalon_session_commit(fixture->ctx, session));
    jalon_session_end(session);
}

static const struct jalon_json *first_change(const struct jalon_json *copy, size_t revision)
{
    const struct jalon_json *all = jalon_json_member(copy, "revisions");
    const struct jalon_json *changes =
        jalon_json_member(jalon_json_element(all, revision), "changes");
    assert_int_equal(jalon_json_size(changes), 1);
    return jalon_json_element(changes, 0);
}

/* --- Taking it --- */
struct taking {
    struct jalon_buffer page, all;
    size_t flushes;
};

static enum jalon_status take(struct jalon_context *ctx, void *object)
{
    struct taking *taking = object;
    (void)ctx;
    taking->flushes++;
    jalon_buffer_append_text(&taking->all, jalon_buffer_text(&taking->page));
    jalon_buffer_clear(&taking->page);
    return JALON_OK;
}

static const struct jalon_json *copy_of(struct fixture *fixture,
                                        const struct jalon_account *account,
                                        struct taking *taking)
{
    struct jalon_json_writer writer;
    const struct jalon_json *json = NULL;
    jalon_buffer_init(&taking->page, 1 << 20);
    jalon_buffer_init(&taking->all, 16 << 20);
    jalon_json_writer_init(&writer, &taking->page);
    jalon_json_begin_object(&writer, NULL);
    expect(fixture->ctx, JALON_OK,
           jalon_app_write_copy(fixture->ctx, fixture->app, account, &writer, take, taking));
    jalon_json_end_object(&writer);
    expect(fixture->ctx, JALON_OK, take(fixture->ctx, taking));
    expect(fixture->ctx, JALON_OK,
           jalon_json_parse(fixture->ctx, jalon_buffer_text(&taking->all), &json));
    return json;
}

static void let_go(struct taking *taking)
{
    jalon_buffer_finish(&taking->page);
    jalon_buffer_finish(&taking->all);
}

static size_t size_of(const struct jalon_json *copy, const char *list)
{
    const struct jalon_json *found = jalon_json_member(copy, list);
    assert_int_equal(jalon_json_kind(found), JALON_JSON_ARRAY);
    return jalon_json_size(found);
}

static struct jalon_text feature_id(const struct jalon_json *contributions, size_t i)
{
    const struct jalon_json *feature =
        jalon_json_member(jalon_json_element(contributions, i), "feature");
    return jalon_json_text(jalon_json_member(feature, "id"));
}

/* --- Tests --- */
static void pages_leave_nothing_out_and_double_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_account zoe = create_account(fixture, "zoe");
    struct jalon_id ids[MANY];
    struct taking taking = {.flushes = 0};
    char text[JALON_ID_TEXT_SIZE];
    (void)create_account(fixture, "eve");
    for (size_t i = 0; i < MANY; i++) {
        ids[i] = add(fixture, "zoe");
        if (i % 50 == 0) {
            (void)add(fixture, "eve");
        }
    }
    struct jalon_contribution changed = stored(fixture, "places", ids[0]);
    edit(fixture, &changed, JALON_ACTION_UPDATE, "zoe");
    const struct jalon_json *copy = copy_of(fixture, &zoe, &taking);
    const struct jalon_json *list = jalon_json_member(copy, "contributions");
    assert_int_equal(size_of(copy, "contributions"), MANY);
    for (size_t i = 0; i < MANY; i++) { /* the last made first */
        jalon_id_format(ids[MANY - 1 - i], text);
        expect_text(feature_id(list, i), text);
    }
    assert_int_equal(size_of(copy, "revisions"), MANY + 1);
    list = jalon_json_member(copy, "revisions");
    int64_t updates = 0;
    for (size_t i = 0; i < MANY + 1; i++) {
        const struct jalon_json *revision = jalon_json_element(list, i);
        size_t at = i < 2 ? 0 : i - 1; /* as they were made; the first has two */
        jalon_id_format(ids[at], text);
        expect_text(jalon_json_text(jalon_json_member(revision, "contribution")), text);
        updates += jalon_json_integer(jalon_json_member(revision, "version")) == 2;
    }
    assert_int_equal(updates, 1);
    assert_true(taking.flushes > MANY);
    assert_null(strstr(taking.all.data, "eve"));
    let_go(&taking);
}

static void ones_own_is_whole_also_when_it_is_shown_to_nobody(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_account zoe = create_account(fixture, "zoe");
    struct taking taking = {.flushes = 0};
    struct jalon_contribution hidden = stored(fixture, "places", add(fixture, "zoe"));
    note_contact(fixture, &hidden);
    hidden.moderation = JALON_MODERATION_HIDDEN;
    edit(fixture, &hidden, JALON_ACTION_HIDE, "eve");
    struct jalon_contribution deleted = stored(fixture, "places", add(fixture, "zoe"));
    note_contact(fixture, &deleted);
    deleted.moderation = JALON_MODERATION_DELETED;
    edit(fixture, &deleted, JALON_ACTION_DELETE, "zoe");
    const struct jalon_json *copy = copy_of(fixture, &zoe, &taking);
    const struct jalon_json *list = jalon_json_member(copy, "contributions");
    static const char *const states[] = {"deleted", "hidden"};
    assert_int_equal(size_of(copy, "contributions"), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct jalon_json *one = jalon_json_element(list, i);
        const struct jalon_json *properties =
            jalon_json_member(jalon_json_member(one, "feature"), "properties");
        expect_text(jalon_json_text(jalon_json_member(one, "moderation")), states[i]);
        assert_null(jalon_json_member(properties, "contact")); /* written where he may not read */
    }
    assert_int_equal(size_of(copy, "decisions"), 1);
    assert_null(strstr(taking.all.data, "eve"));
    let_go(&taking);
}

static void of_what_is_anothers_only_ones_own_words_are_in_it(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_account zoe = create_account(fixture, "zoe");
    struct taking taking = {.flushes = 0};
    struct jalon_contribution theirs = stored(fixture, "places", add(fixture, "eve"));
    note_contact(fixture, &theirs);
    retitle(fixture, &theirs, JALON_ACTION_UPDATE);
    retitle(fixture, &theirs, JALON_ACTION_RESTORE); /* to what others wrote, perhaps */
    const struct jalon_json *copy = copy_of(fixture, &zoe, &taking);
    assert_int_equal(size_of(copy, "contributions"), 0);
    assert_int_equal(size_of(copy, "decisions"), 0);
    assert_int_equal(size_of(copy, "revisions"), 2);
    expect_text(jalon_json_text(jalon_json_member(first_change(copy, 0), "after")), "word of zoe");
    expect_text(jalon_json_text(jalon_json_member(first_change(copy, 1), "field")), "title");
    assert_null(jalon_json_member(first_change(copy, 1), "after"));
    assert_null(strstr(taking.all.data, "eve"));
    assert_null(strstr(taking.all.data, "for few"));
    let_go(&taking);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(pages_leave_nothing_out_and_double_nothing),
        RUN(ones_own_is_whole_also_when_it_is_shown_to_nobody),
        RUN(of_what_is_anothers_only_ones_own_words_are_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
