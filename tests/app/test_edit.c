/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Changing and deleting contributions: what no client can see from outside. Who may, what is answered
 * and how states are compared is tested over HTTP (tests/http/edit).
 */
#include "support.h"

#include <string.h>

#include "jalon/json.h"

struct change {
    struct fixture *fixture;
    const char *json; /* quotes as ' */
    bool is_patch;
    int calls;
};

static enum jalon_status read_change(struct jalon_context *ctx, void *user,
                                     struct jalon_text current, struct jalon_record *out)
{
    struct change *change = user;
    struct jalon_buffer merged;
    const struct jalon_json *target, *patch;
    change->calls++;
    if (!change->is_patch) {
        *out = body(change->fixture, change->json);
        return JALON_OK;
    }
    char *text = (char *)jalon_text_copy(ctx->arena, jalon_text_from(change->json)).data;
    for (char *c = strchr(text, '\''); c != NULL; c = strchr(c, '\'')) {
        *c = '"';
    }
    expect(ctx, JALON_OK, jalon_json_parse(ctx, current, &target));
    expect(ctx, JALON_OK, jalon_json_parse(ctx, jalon_text_from(text), &patch));
    jalon_buffer_init(&merged, 1 << 20);
    jalon_json_write_merged(&merged, target, patch);
    enum jalon_status status = jalon_feature_read(ctx, jalon_buffer_text(&merged), out);
    jalon_buffer_finish(&merged);
    return status;
}

/* An edit of whatever state there is, by an account. */
static struct jalon_edit edit_of(const char *collection, struct jalon_id id, const char *account,
                                 struct change *change)
{
    enum jalon_edit_kind kind = change == NULL      ? JALON_EDIT_DELETE
                                : change->is_patch ? JALON_EDIT_PATCH
                                                   : JALON_EDIT_REPLACE;
    return (struct jalon_edit){
        .map = JALON_TEXT("sample"),
        .collection = jalon_text_from(collection),
        .id = id,
        .actor = {.account = jalon_text_from(account),
                  .scopes = JALON_SCOPE_ALL,
                  .secret = JALON_TEXT_EMPTY},
        .reason = JALON_TEXT("because"),
        .if_match = {.given = true, .any = true},
        .kind = kind,
        .read = read_change,
        .user = change,
    };
}

static enum jalon_status run(struct fixture *fixture, const struct jalon_edit *edit,
                             struct jalon_contributed *out)
{
    struct jalon_contributed ignored;
    jalon_error_clear(fixture->ctx);
    return jalon_app_edit(fixture->ctx, fixture->app, edit, out != NULL ? out : &ignored);
}

static enum jalon_status patch(struct fixture *fixture, struct jalon_id id, const char *account,
                               const char *json)
{
    struct change change = {fixture, json, true, 0};
    struct jalon_edit edit = edit_of("places", id, account, &change);
    return run(fixture, &edit, NULL);
}

static enum jalon_status put(struct fixture *fixture, struct jalon_id id, const char *account,
                             const char *json)
{
    struct change change = {fixture, json, false, 0};
    struct jalon_edit edit = edit_of("places", id, account, &change);
    return run(fixture, &edit, NULL);
}

static struct jalon_contributed add_place(struct fixture *fixture)
{
    struct jalon_contributed made;
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, "'title':'A','width':1.5"), "ada",
                      &made));
    return made;
}

/* Gives the stored contribution what only moderators see, and a position of 12 decimals. */
static void enrich(struct fixture *fixture, struct jalon_id id)
{
    struct jalon_contribution row = stored(fixture, "places", id);
    int32_t contact = jalon_collection_find_field(&fixture->map.collections[row.collection],
                                                  JALON_TEXT("contact"));
    row.fields[contact] =
        (struct jalon_value){.kind = JALON_VALUE_TEXT, .text = JALON_TEXT("0611223344")};
    row.geometry.positions[0] = (struct jalon_position){3.870000012345, 43.610000023456};
    row.source = JALON_TEXT("file.csv");
    row.source_id = JALON_TEXT("7");
    row.campaign = JALON_TEXT("automne");
    edit(fixture, &row, JALON_ACTION_UPDATE, "import");
}

static void expect_kept(struct fixture *fixture, struct jalon_id id)
{
    struct jalon_contribution row = stored(fixture, "places", id);
    assert_string_equal(field_text(fixture, &row, "contact"), "0611223344");
    assert_true(row.geometry.positions[0].lon == 3.870000012345);
    assert_true(row.geometry.positions[0].lat == 43.610000023456);
    expect_text(row.source, "file.csv");
    expect_text(row.source_id, "7");
    expect_text(row.campaign, "automne");
    expect_text(row.author, "ada");
    size_t count;
    struct jalon_revision *revisions = list_revisions(fixture, row.number, &count);
    assert_int_equal(count, row.version);
    assert_null(strstr(revisions[0].changes.data, "contact"));
    assert_null(strstr(revisions[0].changes.data, "geometry"));
}

static void test_what_is_not_public_stays(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed made = add_place(fixture);
    enrich(fixture, made.id);
    struct jalon_contribution before = stored(fixture, "places", made.id);
    expect(fixture->ctx, JALON_OK, patch(fixture, made.id, "ada", "{'properties':{'title':'B'}}"));
    expect_kept(fixture, made.id);
    expect(fixture->ctx, JALON_OK,
           put(fixture, made.id, "ada", at_point(fixture, "'title':'C','source':'file.csv'")));
    expect_kept(fixture, made.id);
    struct jalon_contribution after = stored(fixture, "places", made.id);
    expect_text(after.title, "C");
    assert_string_equal(field_text(fixture, &after, "width"), "");
    assert_int_equal(after.version, before.version + 2);
    assert_true(after.created_us == before.created_us);
    assert_true(after.updated_us >= before.updated_us);
    /* Nor can it be set, or be seen to be there. */
    expect(fixture->ctx, JALON_INVALID,
           patch(fixture, made.id, "ada", "{'properties':{'contact':'x'}}"));
    expect_detail(fixture->ctx, "/properties/contact", "is not a field");
    jalon_error_clear(fixture->ctx);
    expect(fixture->ctx, JALON_OK,
           patch(fixture, made.id, "ada", "{'properties':{'contact':null}}"));
    expect_kept(fixture, made.id);
}

static void test_a_moved_place_moves(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed made = add_place(fixture);
    expect(fixture->ctx, JALON_OK,
           patch(fixture, made.id, "ada", "{'geometry':{'coordinates':[3.8700001,43.61]}}"));
    struct jalon_contribution row = stored(fixture, "places", made.id);
    assert_true(row.geometry.positions[0].lon == 3.8700001);
    size_t count;
    struct jalon_revision *revisions = list_revisions(fixture, row.number, &count);
    assert_int_equal(count, 2);
    assert_non_null(strstr(revisions[0].changes.data, "\"field\":\"geometry\""));
    assert_null(strstr(revisions[0].changes.data, "title"));
    expect_text(revisions[0].reason, "because");
    expect_text(revisions[0].author, "ada");
    assert_int_equal(revisions[0].action, JALON_ACTION_UPDATE);
    assert_non_null(strstr(shown(fixture, fixture->app, "places", made.id), "3.8700001"));
}

/* What is not published is there for its author and operators, until it is deleted; and stays so. */
static void test_what_is_hidden_cannot_be_found(void **state)
{
    static const enum jalon_moderation states[] = {
        JALON_MODERATION_PENDING, JALON_MODERATION_HIDDEN, JALON_MODERATION_REJECTED,
        JALON_MODERATION_DELETED};
    struct fixture *fixture = *state;
    struct jalon_account root = {
        .name = JALON_TEXT("root"), .email = JALON_TEXT_EMPTY, .is_operator = true};
    expect(fixture->ctx, JALON_OK,
           jalon_app_create_account(fixture->ctx, fixture->app, &root, JALON_TEXT_EMPTY));
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        struct jalon_contributed made = add_place(fixture);
        struct jalon_contribution row = stored(fixture, "places", made.id);
        bool is_deleted = states[i] == JALON_MODERATION_DELETED;
        row.moderation = states[i];
        edit(fixture, &row, JALON_ACTION_UPDATE, "root");
        for (int who = 0; who < 4; who++) {
            static const char *const accounts[] = {"zoe", "", "ada", "root"};
            bool sees = who >= 2 && !is_deleted;
            struct change change = {fixture, "{}", true, 0};
            struct jalon_edit edit = edit_of("places", made.id, accounts[who], &change);
            expect(fixture->ctx, sees ? JALON_OK : JALON_NOT_FOUND,
                   jalon_app_may_edit(fixture->ctx, fixture->app, &edit));
            expect(fixture->ctx, sees ? JALON_OK : JALON_NOT_FOUND, run(fixture, &edit, NULL));
            assert_int_equal(change.calls, sees ? 1 : 0);
            assert_int_not_equal(stored(fixture, "places", made.id).moderation,
                                 JALON_MODERATION_PUBLISHED);
            edit = edit_of("places", made.id, accounts[who], NULL);
            if (!sees) {
                expect(fixture->ctx, JALON_NOT_FOUND, run(fixture, &edit, NULL));
            }
        }
        assert_int_equal(stored(fixture, "places", made.id).version, is_deleted ? 2 : 4);
    }
}

static void test_other_collections_do_not_have_it(void **state)
{
    static const char *const others[] = {"reports", "internal", "none", ""};
    struct fixture *fixture = *state;
    struct jalon_contributed made = add_place(fixture);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct jalon_edit edit = edit_of(others[i], made.id, "ada", NULL);
        expect(fixture->ctx, JALON_NOT_FOUND, run(fixture, &edit, NULL));
    }
    assert_int_equal(stored(fixture, "places", made.id).version, 1);
}

static void test_a_deletion_keeps_all_but_the_sight(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed made = add_place(fixture), gone;
    enrich(fixture, made.id);
    struct jalon_edit edit = edit_of("places", made.id, "ada", NULL);
    expect(fixture->ctx, JALON_OK, run(fixture, &edit, &gone));
    assert_int_equal(gone.seq, 3);
    assert_int_equal(gone.state.version, 3);
    assert_null(shown(fixture, fixture->app, "places", made.id));
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 0);
    struct jalon_contribution row = stored(fixture, "places", made.id);
    assert_int_equal(row.moderation, JALON_MODERATION_DELETED);
    assert_string_equal(field_text(fixture, &row, "contact"), "0611223344");
    expect_text(row.title, "A");
    size_t count;
    struct jalon_revision *revisions = list_revisions(fixture, row.number, &count);
    assert_int_equal(revisions[0].action, JALON_ACTION_DELETE);
    expect_text(revisions[0].reason, "because");
    assert_string_equal(
        revisions[0].changes.data,
        "[{\"field\":\"moderation\",\"before\":\"published\",\"after\":\"deleted\"}]");
    struct jalon_event *events = list_events(fixture, &count);
    assert_int_equal(count, 3);
    assert_int_equal(events[2].action, JALON_ACTION_DELETE);
    /* Another process sees nothing of it either. */
    struct jalon_app *other = open_app(fixture, false);
    assert_null(shown(fixture, other, "places", made.id));
    jalon_app_close(other);
}

/* In one group the second has not seen what the first made, though nothing is on disk yet. */
static void test_two_in_a_group_do_not_both_win(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_contributed made = add_place(fixture), first, second;
    struct change change = {fixture, "{'properties':{'title':'B'}}", true, 0};
    struct jalon_edit edit = edit_of("places", made.id, "ada", &change);
    edit.if_match = (struct jalon_states){.given = true, .list = &made.state, .count = 1};
    expect(fixture->ctx, JALON_OK, jalon_app_begin_group(fixture->ctx, fixture->app));
    expect(fixture->ctx, JALON_OK, run(fixture, &edit, &first));
    expect(fixture->ctx, JALON_PRECONDITION, run(fixture, &edit, NULL));
    edit.if_match.list = &first.state;
    change.json = "{'properties':{'title':'C'}}";
    expect(fixture->ctx, JALON_OK, run(fixture, &edit, &second));
    assert_non_null(strstr(shown(fixture, fixture->app, "places", made.id), "\"A\""));
    expect(fixture->ctx, JALON_OK, jalon_app_end_group(fixture->ctx));
    assert_non_null(strstr(shown(fixture, fixture->app, "places", made.id), "\"C\""));
    assert_int_equal(change.calls, 2);
    assert_int_equal(second.state.version, 3);
}

static void set_policy(struct fixture *fixture, const char *policy)
{
    struct jalon_assignment setting = {JALON_TEXT("policy"), jalon_text_from(policy)};
    expect(fixture->ctx, JALON_OK,
           jalon_app_set_map(fixture->ctx, fixture->app, JALON_TEXT("sample"), &setting, 1));
}

/* Rows of a file have no author: nobody's is not everybody's. */
static void test_no_author_is_no_ones_account(void **state)
{
    struct fixture *fixture = *state;
    struct imported imported =
        import_text(fixture, (struct importing){.map = "key=source_id"},
                    "key,title,lon,lat\n1,Banc,3.87,43.61\n");
    expect_counts(&imported, 1, 1, 0, 0, 0, 0, 0);
    struct jalon_id id = imported_row(fixture, "places", "file.csv", "1").id;
    struct jalon_edit edit = edit_of("places", id, "", NULL);
    expect(fixture->ctx, JALON_UNAUTHENTICATED, run(fixture, &edit, NULL));
    edit.actor.secret = JALON_TEXT("guess"); /* of something that has none */
    expect(fixture->ctx, JALON_FORBIDDEN, run(fixture, &edit, NULL));
    expect(fixture->ctx, JALON_FORBIDDEN, patch(fixture, id, "ada", "{}"));
    set_policy(fixture, "contributory");
    expect(fixture->ctx, JALON_OK, patch(fixture, id, "ada", "{'properties':{'title':'Table'}}"));
    set_policy(fixture, "administered");
    expect(fixture->ctx, JALON_FORBIDDEN, patch(fixture, id, "ada", "{}"));
    expect(fixture->ctx, JALON_FORBIDDEN,
           contribute(fixture, "places", at_point(fixture, "'title':'A'"), "ada", NULL));
    expect(fixture->ctx, JALON_UNAUTHENTICATED,
           contribute(fixture, "places", at_point(fixture, "'title':'A'"), "", NULL));
}

static void test_what_people_changed_stays_when_the_file_comes_again(void **state)
{
    static const char file[] = "key,title,lon,lat\n1,Banc,3.87,43.61\n2,Table,3.88,43.62\n";
    struct fixture *fixture = *state;
    struct importing options = {.map = "key=source_id"};
    struct imported imported = import_text(fixture, options, file);
    expect_counts(&imported, 2, 2, 0, 0, 0, 0, 0);
    struct jalon_id changed = imported_row(fixture, "places", "file.csv", "1").id;
    struct jalon_id deleted = imported_row(fixture, "places", "file.csv", "2").id;
    set_policy(fixture, "contributory");
    expect(fixture->ctx, JALON_OK, patch(fixture, changed, "ada", "{'properties':{'title':'X'}}"));
    struct jalon_edit edit = edit_of("places", deleted, "ada", NULL);
    expect(fixture->ctx, JALON_OK, run(fixture, &edit, NULL));
    imported = import_text(fixture, options, file);
    assert_int_equal(imported.counts.created, 0);
    expect_text(stored(fixture, "places", changed).title, "X");
    assert_null(shown(fixture, fixture->app, "places", deleted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_what_is_not_public_stays),
        RUN(test_a_moved_place_moves),
        RUN(test_what_is_hidden_cannot_be_found),
        RUN(test_other_collections_do_not_have_it),
        RUN(test_a_deletion_keeps_all_but_the_sight),
        RUN(test_two_in_a_group_do_not_both_win),
        RUN(test_no_author_is_no_ones_account),
        RUN(test_what_people_changed_stays_when_the_file_comes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
