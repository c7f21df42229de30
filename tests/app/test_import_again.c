/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Importing again: what has not changed stays, what has makes one revision, people's work lives on.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

static const struct importing plain = {.source = "f"};

static const char first_file[] = "id;title;width;access;x;y\n"
                                 "1;Un;1;yes;3.871;43.611\n"
                                 "2;Deux;2;no;3.872;43.612\n"
                                 "3;Trois;3;;3.873;43.613\n";
static const char changed_file[] = "id;title;width;access;x;y\n"
                                   "1;Un;1;yes;3.871;43.611\n"
                                   "2;Deux;2,5;no;3.872;43.612\n"
                                   "3;Trois;3;;3.873;43.613\n";
static const char shorter_file[] = "id;title;width;access;x;y\n"
                                   "1;Un;1;yes;3.871;43.611\n"
                                   "3;Trois;3;;3.873;43.613\n";

static size_t event_count(struct fixture *fixture)
{
    size_t count;
    list_events(fixture, &count);
    return count;
}

static struct jalon_contribution row_of(struct fixture *fixture, const char *key)
{
    return imported_row(fixture, "places", "f", key);
}

static void test_the_same_file_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct imported done = import_text(fixture, plain, first_file);
    expect_counts(&done, 3, 3, 0, 0, 0, 0, 0);
    for (int i = 0; i < 2; i++) {
        done = import_text(fixture, plain, first_file);
        expect_counts(&done, 3, 0, 0, 3, 0, 0, 0);
    }
    assert_int_equal(event_count(fixture), 3);
    assert_int_equal(row_of(fixture, "2").version, 1);
    /* Under another name it is another file. */
    done = import_text(fixture, (struct importing){.source = "g"}, first_file);
    expect_counts(&done, 3, 3, 0, 0, 0, 0, 0);
}

static void test_order_and_columns_do_not_matter(void **state)
{
    struct fixture *fixture = *state;
    import_text(fixture, plain, first_file);
    struct imported done = import_text(fixture, plain,
                                       "y;x;nom;wheelchair;width;neu;id\n"
                                       "43.613;3.873;Trois;;3,0;a;3\n"
                                       "43.612;3.872;Deux;no;2;b;2\n"
                                       "43.611;3.871;Un;yes;1;c;1\n");
    expect_counts(&done, 3, 0, 0, 3, 0, 0, 0);
}

static void test_a_changed_row_makes_one_revision_of_the_change(void **state)
{
    struct fixture *fixture = *state;
    import_text(fixture, plain, first_file);
    struct imported done = import_text(fixture, plain, changed_file);
    expect_counts(&done, 3, 0, 1, 2, 0, 0, 0);
    assert_int_equal(event_count(fixture), 4);
    struct jalon_contribution row = row_of(fixture, "2");
    assert_int_equal(row.version, 2);
    assert_string_equal(field_text(fixture, &row, "width"), "2.5");
    size_t count;
    struct jalon_revision *revisions = list_revisions(fixture, row.number, &count);
    assert_int_equal(count, 2);
    assert_int_equal(revisions[0].action, JALON_ACTION_UPDATE);
    expect_text(revisions[0].changes, "[{\"field\":\"width\",\"before\":2,\"after\":2.5}]");
    done = import_text(fixture, plain, changed_file);
    expect_counts(&done, 3, 0, 0, 3, 0, 0, 0);
}

static void test_each_property_can_change(void **state)
{
    struct fixture *fixture = *state;
    static const char *const rows[][2] = {
        {"1;A;D;Culture;2024-01-01;n;2;3.87;43.61", NULL},
        {"1;B;D;Culture;2024-01-01;n;2;3.87;43.61", "title"},
        {"1;B;E;Culture;2024-01-01;n;2;3.87;43.61", "description"},
        {"1;B;E;Sport;2024-01-01;n;2;3.87;43.61", "categories"},
        {"1;B;E;Sport;2024-01-02;n;2;3.87;43.61", "observed"},
        {"1;B;E;Sport;2024-01-02;m;2;3.87;43.61", "name"},
        {"1;B;E;Sport;2024-01-02;m;;3.87;43.61", "width"},
        {"1;B;E;Sport;2024-01-02;m;;3.88;43.61", "geometry"},
        {"1;B;E;;2024-01-02;m;;3.88;43.61", "categories"},
        {"1;B;;;;;;3.88;43.61", "description observed name"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char csv[256], expected[64];
        snprintf(csv, sizeof csv, "id;title;description;category;observed;name;width;x;y\n%s\n",
                 rows[i][0]);
        struct imported done = import_text(fixture, plain, csv);
        expect_counts(&done, 1, i == 0, i > 0, 0, 0, 0, 0);
        size_t count;
        struct jalon_revision *revisions =
            list_revisions(fixture, row_of(fixture, "1").number, &count);
        assert_int_equal(count, i + 1);
        size_t changes = 0;
        for (const char *c = revisions[0].changes.data; (c = strstr(c, "{\"field\":")) != NULL;
             c++) {
            changes++;
        }
        if (i == 0) {
            continue;
        }
        size_t words = 0;
        char names[64];
        snprintf(names, sizeof names, "%s", rows[i][1]);
        char *rest = NULL;
        for (char *name = strtok_r(names, " ", &rest); name != NULL;
             name = strtok_r(NULL, " ", &rest)) {
            snprintf(expected, sizeof expected, "{\"field\":\"%s\"", name);
            assert_non_null(strstr(revisions[0].changes.data, expected));
            words++;
        }
        assert_int_equal(changes, words);
    }
}

/* --- What is no longer in the file --- */
static void test_a_vanished_row_is_told(void **state)
{
    struct fixture *fixture = *state;
    import_text(fixture, plain, first_file);
    struct imported done = import_text(fixture, plain, shorter_file);
    expect_counts(&done, 2, 0, 0, 2, 0, 1, 0);
    expect_notice(&done, "'2' (Deux) is no longer in the file");
    assert_int_equal(event_count(fixture), 3);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 3);
}

static void test_sync_withdraws_and_brings_back(void **state)
{
    struct fixture *fixture = *state;
    struct importing sync = plain;
    sync.sync = true;
    import_text(fixture, plain, first_file);
    struct imported done = import_text(fixture, sync, shorter_file);
    expect_counts(&done, 2, 0, 0, 2, 0, 1, 1);
    struct jalon_contribution row = row_of(fixture, "2");
    assert_int_equal(row.moderation, JALON_MODERATION_DELETED);
    jalon_live_drop(fixture->app, JALON_TEXT("sample"));
    assert_null(shown(fixture, fixture->app, "places", row.id));
    size_t count;
    struct jalon_revision *revisions = list_revisions(fixture, row.number, &count);
    assert_int_equal(count, 2);
    assert_int_equal(revisions[0].action, JALON_ACTION_DELETE);
    expect_text(revisions[0].reason, "no longer in the source");
    /* Once: it is not withdrawn again. */
    done = import_text(fixture, sync, shorter_file);
    expect_counts(&done, 2, 0, 0, 2, 0, 0, 0);
    done = import_text(fixture, sync, first_file);
    expect_counts(&done, 3, 0, 1, 2, 0, 0, 0);
    revisions = list_revisions(fixture, row.number, &count);
    assert_int_equal(count, 3);
    assert_int_equal(revisions[0].action, JALON_ACTION_RESTORE);
    expect_text(revisions[0].changes,
                "[{\"field\":\"moderation\",\"before\":\"deleted\",\"after\":\"published\"}]");
    assert_int_equal(row_of(fixture, "2").moderation, JALON_MODERATION_PUBLISHED);
    done = import_text(fixture, sync, first_file);
    expect_counts(&done, 3, 0, 0, 3, 0, 0, 0);
    assert_int_equal(event_count(fixture), 5);
}

static void test_sync_leaves_other_sources_and_people_alone(void **state)
{
    struct fixture *fixture = *state;
    struct importing sync = plain;
    sync.sync = true;
    import_text(fixture, (struct importing){.source = "g"}, first_file);
    import_text(fixture, plain, first_file);
    expect(fixture->ctx, JALON_OK,
           contribute(fixture, "places", at_point(fixture, "'title':'mine'"), "", NULL));
    struct imported done = import_text(fixture, sync, shorter_file);
    expect_counts(&done, 2, 0, 0, 2, 0, 1, 1);
    jalon_live_drop(fixture->app, JALON_TEXT("sample"));
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 6);
}

static void test_a_refused_row_has_not_vanished(void **state)
{
    struct fixture *fixture = *state;
    struct importing sync = plain;
    sync.sync = true;
    import_text(fixture, plain, first_file);
    struct imported done = import_text(fixture, sync,
                                       "id;title;width;x;y\n"
                                       "1;Un;1;3.871;43.611\n"
                                       "2;Deux;large;3.872;43.612\n"
                                       "3;Trois;3;3.873;43.613\n");
    assert_int_equal(done.counts.refused, 1);
    assert_int_equal(done.counts.vanished, 0);
    assert_int_equal(row_of(fixture, "2").moderation, JALON_MODERATION_PUBLISHED);
}

static void test_nothing_is_withdrawn_on_doubtful_grounds(void **state)
{
    struct fixture *fixture = *state;
    struct importing sync = plain;
    sync.sync = true;
    import_text(fixture, plain, first_file);
    struct imported done = import_text(fixture, sync, "id;title;width;access;x;y\n");
    expect_counts(&done, 0, 0, 0, 0, 0, 3, 0);
    expect_notice(&done, "the file has no rows: nothing is withdrawn");
    /* A row whose key cannot be read may be any of them. */
    char csv[1024], key[300];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    snprintf(csv, sizeof csv, "id;title;width;access;x;y\n%s;Un;1;;3.871;43.611\n", key);
    done = import_text(fixture, sync, csv);
    expect_counts(&done, 1, 0, 0, 0, 1, 3, 0);
    expect_notice(&done, "rows that could not be read");
    assert_int_equal(event_count(fixture), 3);
}

/* --- Rows without a key --- */
static void test_rows_without_a_key(void **state)
{
    struct fixture *fixture = *state;
    static const char csv[] = "title;width;x;y\n"
                              "Banc;1;3.871;43.611\n"
                              "Banc;2;3.871;43.611\n"
                              "Banc;3;3.872;43.611\n"
                              ";4;3.871;43.611\n";
    struct imported done = import_text(fixture, plain, csv);
    expect_counts(&done, 4, 4, 0, 0, 0, 0, 0);
    done = import_text(fixture, plain, csv);
    expect_counts(&done, 4, 0, 0, 4, 0, 0, 0);
    /* The second of two that share position and title changes. */
    done = import_text(fixture, plain,
                       "title;width;x;y\n"
                       "Banc;1;3.871;43.611\n"
                       "Banc;2,5;3.871;43.611\n"
                       "Banc;3;3.872;43.611\n"
                       ";4;3.871;43.611\n");
    expect_counts(&done, 4, 0, 1, 3, 0, 0, 0);
    /* A title makes it another one. */
    done = import_text(fixture, plain,
                       "title;width;x;y\n"
                       "Banc;1;3.871;43.611\n"
                       "Banc;2,5;3.871;43.611\n"
                       "Chaise;3;3.872;43.611\n"
                       ";4;3.871;43.611\n");
    expect_counts(&done, 4, 1, 0, 3, 0, 1, 0);
}

/* --- People's work --- */
static void test_what_people_edited_stays(void **state)
{
    struct fixture *fixture = *state;
    import_text(fixture, plain, first_file);
    struct jalon_contribution row = row_of(fixture, "2");
    row.title = JALON_TEXT("Deux, la belle");
    row.description = JALON_TEXT("Vue le 3 mai");
    edit(fixture, &row, JALON_ACTION_UPDATE, "zoe");
    struct imported done = import_text(fixture, plain, first_file);
    expect_counts(&done, 3, 0, 0, 3, 0, 0, 0);
    expect_text(row_of(fixture, "2").title, "Deux, la belle");
    /* The source changes something else: that, and nothing else, comes in. */
    done = import_text(fixture, plain, changed_file);
    expect_counts(&done, 3, 0, 1, 2, 0, 0, 0);
    row = row_of(fixture, "2");
    expect_text(row.title, "Deux, la belle");
    expect_text(row.description, "Vue le 3 mai");
    assert_string_equal(field_text(fixture, &row, "width"), "2.5");
    size_t count;
    struct jalon_revision *revisions = list_revisions(fixture, row.number, &count);
    expect_text(revisions[0].changes, "[{\"field\":\"width\",\"before\":2,\"after\":2.5}]");
    /* The source changes what a person has edited: the source's word is the newer one. */
    done = import_text(fixture, plain,
                       "id;title;width;x;y\n1;Un;1;3.871;43.611\n2;Second;2,5;3.872;43.612\n"
                       "3;Trois;3;3.873;43.613\n");
    row = row_of(fixture, "2");
    expect_text(row.title, "Second");
    expect_text(row.description, "Vue le 3 mai");
}

/* A person had made the same change before the source did: nothing changes. */
static void test_a_change_made_already(void **state)
{
    struct fixture *fixture = *state;
    import_text(fixture, plain, first_file);
    struct jalon_contribution row = row_of(fixture, "2");
    row.fields[jalon_collection_find_field(&fixture->map.collections[0], JALON_TEXT("width"))] =
        (struct jalon_value){.kind = JALON_VALUE_NUMBER, .number = 2.5};
    edit(fixture, &row, JALON_ACTION_UPDATE, "zoe");
    size_t before = event_count(fixture);
    struct imported done = import_text(fixture, plain, changed_file);
    expect_counts(&done, 3, 0, 0, 3, 0, 0, 0);
    assert_int_equal(event_count(fixture), before);
}

static void test_moderation_and_status_stay(void **state)
{
    struct fixture *fixture = *state;
    const struct importing options = {.source = "f", .collection = "reports"};
    import_text(fixture, options, "id;kind;depth;x;y\n1;Trou;3;3.87;43.61\n2;Trou;3;3.87;43.61\n");
    struct jalon_contribution row = imported_row(fixture, "reports", "f", "1");
    row.status = 1;
    row.moderation = JALON_MODERATION_HIDDEN;
    edit(fixture, &row, JALON_ACTION_UPDATE, "moderator");
    struct imported done = import_text(
        fixture, options, "id;kind;depth;x;y\n1;Trou;4;3.87;43.61\n2;Trou;3;3.87;43.61\n");
    expect_counts(&done, 2, 0, 1, 1, 0, 0, 0);
    row = imported_row(fixture, "reports", "f", "1");
    assert_int_equal(row.status, 1);
    assert_int_equal(row.moderation, JALON_MODERATION_HIDDEN);
    assert_string_equal(field_text(fixture, &row, "depth"), "4");
}

static void test_what_a_person_deleted_stays_deleted(void **state)
{
    struct fixture *fixture = *state;
    struct importing sync = plain;
    sync.sync = true;
    import_text(fixture, plain, first_file);
    struct jalon_contribution row = row_of(fixture, "2");
    row.moderation = JALON_MODERATION_DELETED;
    edit(fixture, &row, JALON_ACTION_DELETE, "moderator");
    size_t before = event_count(fixture);
    struct imported done = import_text(fixture, sync, first_file);
    expect_counts(&done, 3, 0, 0, 3, 0, 0, 0);
    done = import_text(fixture, sync, changed_file);
    expect_counts(&done, 3, 0, 0, 3, 0, 0, 0);
    done = import_text(fixture, sync, shorter_file);
    expect_counts(&done, 2, 0, 0, 2, 0, 0, 0);
    assert_int_equal(event_count(fixture), before);
    assert_int_equal(row_of(fixture, "2").moderation, JALON_MODERATION_DELETED);
}

/* What was edited before the row was withdrawn is there when it comes back. */
static void test_edits_survive_a_withdrawal(void **state)
{
    struct fixture *fixture = *state;
    struct importing sync = plain;
    sync.sync = true;
    import_text(fixture, plain, first_file);
    struct jalon_contribution row = row_of(fixture, "2");
    row.title = JALON_TEXT("Deux, la belle");
    edit(fixture, &row, JALON_ACTION_UPDATE, "zoe");
    import_text(fixture, sync, shorter_file);
    struct imported done = import_text(fixture, sync, changed_file);
    expect_counts(&done, 3, 0, 1, 2, 0, 0, 0);
    row = row_of(fixture, "2");
    expect_text(row.title, "Deux, la belle");
    assert_string_equal(field_text(fixture, &row, "width"), "2.5");
    assert_int_equal(row.moderation, JALON_MODERATION_PUBLISHED);
}

/* --- Batches --- */
static void test_more_rows_than_a_batch(void **state)
{
    struct fixture *fixture = *state;
    static char csv[400000];
    for (int round = 0; round < 2; round++) {
        size_t used = (size_t)snprintf(csv, sizeof csv, "id;title;width;x;y\n");
        for (int i = 0; i < 4500; i++) {
            used += (size_t)snprintf(csv + used, sizeof csv - used, "%d;Row %d;%d;3.%03d;43.6\n", i,
                                     i, i == 4400 ? round : 2, i);
        }
        struct imported done = import_text(fixture, plain, csv);
        if (round == 0) {
            expect_counts(&done, 4500, 4500, 0, 0, 0, 0, 0);
        } else {
            expect_counts(&done, 4500, 0, 1, 4499, 0, 0, 0);
        }
    }
    assert_int_equal(event_count(fixture), 4501);
    /* Half of them go: in several turns. */
    size_t used = (size_t)snprintf(csv, sizeof csv, "id;title;width;x;y\n");
    for (int i = 0; i < 4500; i += 2) {
        used += (size_t)snprintf(csv + used, sizeof csv - used, "%d;Row %d;%d;3.%03d;43.6\n", i, i,
                                 i == 4400 ? 1 : 2, i);
    }
    struct importing sync = plain;
    sync.sync = true;
    struct imported done = import_text(fixture, sync, csv);
    expect_counts(&done, 2250, 0, 0, 2250, 0, 2250, 2250);
    assert_int_equal(event_count(fixture), 4501 + 2250);
    assert_int_equal(shown_count(fixture, fixture->app, "places"), 2250);
}

/* What another import brings between two batches is not brought again. */
static void test_another_import_of_the_source(void **state)
{
    struct fixture *fixture = *state;
    struct importing options = plain;
    options.meanwhile = "id;title;width;access;x;y\n"
                        "2;Deux;2;no;3.872;43.612\n"
                        "3;Drei;3;;3.873;43.613\n";
    struct imported done = import_text(fixture, options, first_file);
    expect_counts(&done, 3, 1, 1, 1, 0, 0, 0);
    assert_int_equal(event_count(fixture), 4);
    expect_text(row_of(fixture, "3").title, "Trois");
    /* A file's own rows are those it had before, whoever has changed them since. */
    options.meanwhile = "id;title;width;access;x;y\n1;Eins;1;yes;3.871;43.611\n";
    done = import_text(fixture, options,
                       "id;title;x;y\n1;Un;3.871;43.611\n1;Un;3.871;43.611\n"
                       "2;Deux;3.872;43.612\n4;Vier;3.874;43.614\n");
    assert_int_equal(done.counts.refused, 1);
    expect_notice(&done, "3! source_id: '1' is the key of an earlier row of this file");
    expect_text(row_of(fixture, "1").title, "Eins");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(test_the_same_file_changes_nothing),
        RUN(test_order_and_columns_do_not_matter),
        RUN(test_a_changed_row_makes_one_revision_of_the_change),
        RUN(test_each_property_can_change),
        RUN(test_a_vanished_row_is_told),
        RUN(test_sync_withdraws_and_brings_back),
        RUN(test_sync_leaves_other_sources_and_people_alone),
        RUN(test_a_refused_row_has_not_vanished),
        RUN(test_nothing_is_withdrawn_on_doubtful_grounds),
        RUN(test_rows_without_a_key),
        RUN(test_what_people_edited_stays),
        RUN(test_a_change_made_already),
        RUN(test_moderation_and_status_stay),
        RUN(test_what_a_person_deleted_stays_deleted),
        RUN(test_edits_survive_a_withdrawal),
        RUN(test_more_rows_than_a_batch),
        RUN(test_another_import_of_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
