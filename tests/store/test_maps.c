/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Maps, territories, accounts and tokens: what goes in comes out, once, and goes with its map. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "jalon/geo.h"
#include "jalon/store_charter.h"

static void assert_same_text(struct jalon_text a, struct jalon_text b)
{
    assert_int_equal(a.length, b.length);
    assert_string_equal(a.data, b.data);
}

static void assert_same_label(struct jalon_label a, struct jalon_label b)
{
    assert_same_text(a.fr, b.fr);
    assert_same_text(a.en, b.en);
}

static void assert_same_double(double a, double b)
{
    assert_true((isinf(a) && isinf(b) && (a < 0) == (b < 0)) || fabs(a - b) == 0);
}

static void assert_same_choices(const struct jalon_field *a, const struct jalon_field *b)
{
    assert_int_equal(a->choice_count, b->choice_count);
    for (size_t i = 0; i < a->choice_count; i++) {
        assert_same_text(a->choices[i].key, b->choices[i].key);
        assert_same_label(a->choices[i].label, b->choices[i].label);
        assert_same_text(a->choices[i].osm, b->choices[i].osm);
        assert_same_text(a->choices[i].acceslibre, b->choices[i].acceslibre);
    }
}

static void assert_same_fields(const struct jalon_collection *a, const struct jalon_collection *b)
{
    assert_int_equal(a->field_count, b->field_count);
    for (size_t i = 0; i < a->field_count; i++) {
        const struct jalon_field *x = &a->fields[i], *y = &b->fields[i];
        assert_same_text(x->key, y->key);
        assert_same_label(x->label, y->label);
        assert_same_label(x->help, y->help);
        assert_int_equal(x->type, y->type);
        assert_int_equal(x->required, y->required);
        assert_int_equal(x->visibility, y->visibility);
        assert_same_double(x->minimum, y->minimum);
        assert_same_double(x->maximum, y->maximum);
        assert_int_equal(x->max_length, y->max_length);
        assert_same_text(x->unit, y->unit);
        assert_same_text(x->osm, y->osm);
        assert_same_text(x->acceslibre, y->acceslibre);
        assert_same_choices(x, y);
    }
}

static void assert_same_workflow(const struct jalon_collection *a,
                                 const struct jalon_collection *b)
{
    assert_int_equal(a->status_count, b->status_count);
    for (size_t i = 0; i < a->status_count; i++) {
        assert_same_text(a->statuses[i].key, b->statuses[i].key);
        assert_same_label(a->statuses[i].label, b->statuses[i].label);
        assert_int_equal(a->statuses[i].closes, b->statuses[i].closes);
    }
    assert_int_equal(a->cluster_radius, b->cluster_radius);
    assert_int_equal(a->cluster_min_points, b->cluster_min_points);
    assert_int_equal(a->cluster_max_zoom, b->cluster_max_zoom);
    assert_int_equal(a->stale_after_days, b->stale_after_days);
    assert_int_equal(a->chooses_tile_fields, b->chooses_tile_fields);
    assert_int_equal(a->tile_field_count, b->tile_field_count);
    for (size_t i = 0; i < a->tile_field_count; i++) {
        assert_int_equal(a->tile_fields[i], b->tile_fields[i]);
    }
    assert_int_equal(a->transition_count, b->transition_count);
    for (size_t i = 0; i < a->transition_count; i++) {
        assert_int_equal(a->transitions[i].from, b->transitions[i].from);
        assert_int_equal(a->transitions[i].to, b->transitions[i].to);
    }
}

static void assert_same_collections(const struct jalon_map *a, const struct jalon_map *b)
{
    assert_int_equal(a->collection_count, b->collection_count);
    for (size_t i = 0; i < a->collection_count; i++) {
        const struct jalon_collection *x = &a->collections[i], *y = &b->collections[i];
        assert_int_equal(x->number, y->number);
        assert_same_text(x->key, y->key);
        assert_same_label(x->title, y->title);
        assert_same_label(x->description, y->description);
        assert_same_text(x->color, y->color);
        assert_int_equal(x->geometry_types, y->geometry_types);
        assert_int_equal(x->visibility, y->visibility);
        assert_same_fields(x, y);
        assert_int_equal(x->category_root_count, y->category_root_count);
        for (size_t j = 0; j < x->category_root_count; j++) {
            assert_int_equal(x->category_roots[j], y->category_roots[j]);
        }
        assert_same_workflow(x, y);
        assert_same_text(x->attribution, y->attribution);
        assert_same_text(x->licence, y->licence);
    }
}

static void assert_same_map(const struct jalon_map *a, const struct jalon_map *b)
{
    assert_int_equal(a->number, b->number);
    assert_same_text(a->slug, b->slug);
    assert_same_label(a->title, b->title);
    assert_same_label(a->description, b->description);
    assert_same_text(a->template_name, b->template_name);
    assert_same_text(a->licence, b->licence);
    assert_same_text(a->attribution, b->attribution);
    assert_int_equal(a->policy, b->policy);
    assert_int_equal(a->account_needed, b->account_needed);
    assert_same_double(a->box.west, b->box.west);
    assert_same_double(a->box.south, b->box.south);
    assert_same_double(a->box.east, b->box.east);
    assert_same_double(a->box.north, b->box.north);
    assert_int_equal(a->created_us, b->created_us);
    assert_int_equal(a->category_count, b->category_count);
    for (size_t i = 0; i < a->category_count; i++) {
        assert_same_text(a->categories[i].key, b->categories[i].key);
        assert_same_label(a->categories[i].label, b->categories[i].label);
        assert_same_text(a->categories[i].color, b->categories[i].color);
        assert_int_equal(a->categories[i].parent, b->categories[i].parent);
    }
    assert_same_collections(a, b);
}

static void a_map_comes_back_whole(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    assert_true(fixture->map.number > 0);
    assert_true(fixture->map.collections[0].number > 0);
    assert_true(fixture->map.collections[0].number != fixture->map.collections[1].number);
    /* Also by another process' store: nothing is remembered in memory. */
    jalon_store_close(fixture->store);
    fixture->store = open_store(ctx, fixture->location);
    struct jalon_session *session = read_session(fixture);
    struct jalon_map loaded;
    expect(ctx, JALON_OK, jalon_store_load_map(ctx, session, JALON_TEXT("sample"), &loaded));
    assert_same_map(&fixture->map, &loaded);
    expect(ctx, JALON_NOT_FOUND, jalon_store_load_map(ctx, session, JALON_TEXT("samp"), &loaded));
    jalon_session_end(session);
}

static void a_slug_is_there_once(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_map twin;
    sample_map(fixture->ctx, &twin);
    struct jalon_session *session = write_session(fixture);
    expect(fixture->ctx, JALON_CONFLICT, jalon_store_insert_map(fixture->ctx, session, &twin));
    assert_int_equal(twin.number, 0);
    jalon_session_end(session);
}

static void a_map_changes_and_the_list_tells(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_map second, loaded;
    struct jalon_contribution row;
    sample_map(ctx, &second);
    second.slug = JALON_TEXT("another");
    struct jalon_session *session = write_session(fixture);
    expect(ctx, JALON_OK, jalon_store_insert_map(ctx, session, &second));
    struct jalon_map changed = fixture->map;
    changed.title.fr = JALON_TEXT("Neuf");
    changed.description.en = JALON_TEXT_EMPTY;
    changed.licence = JALON_TEXT("etalab-2.0");
    changed.attribution = JALON_TEXT_EMPTY;
    changed.policy = JALON_POLICY_CONTRIBUTORY;
    changed.account_needed = false;
    changed.box.north = 44;
    expect(ctx, JALON_OK, jalon_store_update_map(ctx, session, &changed));
    commit_session(fixture, session);
    sample_contribution(ctx, &fixture->map, 1, &row);
    create(fixture, &row);

    session = read_session(fixture);
    expect(ctx, JALON_OK, jalon_store_load_map(ctx, session, JALON_TEXT("sample"), &loaded));
    assert_same_map(&changed, &loaded);
    expect(ctx, JALON_OK, jalon_store_load_map(ctx, session, JALON_TEXT("another"), &loaded));
    assert_same_map(&second, &loaded);
    struct jalon_map_summary *maps;
    size_t count;
    expect(ctx, JALON_OK, jalon_store_list_maps(ctx, session, &maps, &count));
    jalon_session_end(session);
    assert_int_equal(count, 2);
    expect_text(maps[0].slug, "another");
    assert_int_equal(maps[0].seq, 0);
    expect_text(maps[1].slug, "sample");
    expect_text(maps[1].title.fr, "Neuf");
    expect_text(maps[1].title.en, "Sample");
    assert_int_equal(maps[1].number, fixture->map.number);
    assert_int_equal(maps[1].seq, 1);
}

static struct jalon_territory quarter(struct jalon_context *ctx, struct jalon_text key, double west)
{
    return (struct jalon_territory){
        .id = jalon_id_make(),
        .key = key,
        .name = JALON_TEXT("Écusson"),
        .kind = JALON_TEXT("quarter"),
        .parent = JALON_TEXT("montpellier"),
        .geometry = square(ctx, west, 43, 1),
    };
}

static void territories_are_put_by_key(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_territory b = quarter(ctx, JALON_TEXT("b"), 3);
    struct jalon_territory a = quarter(ctx, JALON_TEXT("a"), 4);
    a.parent = JALON_TEXT_EMPTY;
    struct jalon_session *session = write_session(fixture);
    expect(ctx, JALON_OK, jalon_store_put_territory(ctx, session, &fixture->map, &b));
    expect(ctx, JALON_OK, jalon_store_put_territory(ctx, session, &fixture->map, &a));
    b.geometry = square(ctx, 5, 44, 2);
    b.name = JALON_TEXT("Port Marianne");
    expect(ctx, JALON_OK, jalon_store_put_territory(ctx, session, &fixture->map, &b));
    commit_session(fixture, session);

    struct jalon_territory *list;
    size_t count;
    session = read_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_list_territories(ctx, session, &fixture->map, &list, &count));
    jalon_session_end(session);
    assert_int_equal(count, 2);
    expect_text(list[0].key, "b");
    expect_text(list[0].name, "Port Marianne");
    expect_text(list[0].kind, "quarter");
    expect_text(list[0].parent, "montpellier");
    assert_int_equal(jalon_id_compare(list[0].id, b.id), 0);
    assert_true(jalon_geometry_equal(&list[0].geometry, &b.geometry));
    expect_text(list[1].key, "a");
    expect_text(list[1].parent, "");
    assert_true(jalon_geometry_equal(&list[1].geometry, &a.geometry));
}

static void a_map_goes_with_all_it_holds(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_map second;
    struct jalon_contribution mine, other, found;
    struct jalon_territory territory = quarter(ctx, JALON_TEXT("b"), 3);
    int64_t seq = 0;
    sample_map(ctx, &second);
    struct jalon_charter charter = {.version = 1,
                                    .text = {JALON_TEXT("Règles"), JALON_TEXT("Rules")},
                                    .author = JALON_TEXT_EMPTY,
                                    .created_us = 1};
    second.slug = JALON_TEXT("second");
    sample_contribution(ctx, &fixture->map, 1, &mine);
    sample_contribution(ctx, &fixture->map, 1, &other);
    create(fixture, &mine);
    struct jalon_session *session = write_session(fixture);
    expect(ctx, JALON_OK, jalon_store_insert_map(ctx, session, &second));
    expect(ctx, JALON_OK,
           jalon_store_put_contribution(ctx, session, &second, &other, &creation, &seq));
    expect(ctx, JALON_OK, jalon_store_put_territory(ctx, session, &second, &territory));
    expect(ctx, JALON_OK, jalon_store_insert_charter(ctx, session, &second, &charter));
    commit_session(fixture, session);

    session = write_session(fixture);
    expect(ctx, JALON_OK, jalon_store_delete_map(ctx, session, &second)); /* nobody is its member */
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_find_charter(ctx, session, &second, charter.version, &charter));
    expect(ctx, JALON_NOT_FOUND, jalon_store_delete_map(ctx, session, &second));
    expect(ctx, JALON_NOT_FOUND, jalon_store_update_map(ctx, session, &second));
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_load_map(ctx, session, JALON_TEXT("second"), &second));
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_load_contribution(ctx, session, &second, other.number, &found));
    struct jalon_territory *list;
    size_t count;
    expect(ctx, JALON_OK, jalon_store_list_territories(ctx, session, &second, &list, &count));
    assert_int_equal(count, 0);
    commit_session(fixture, session);
    /* Whoever still writes into it is told, and the other map is whole. */
    session = write_session(fixture);
    other.id = jalon_id_make();
    enum jalon_status status =
        jalon_store_put_contribution(ctx, session, &second, &other, &creation, &seq);
    assert_true(status != JALON_OK);
    jalon_session_end(session);
    assert_history_whole(fixture, 1);
}

static void events_come_in_pages(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_event *events;
    size_t count;
    int64_t seq, time_us;
    struct jalon_session *session = read_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_last_event(ctx, session, &fixture->map, &seq, &time_us));
    assert_int_equal(seq, 0);
    assert_int_equal(time_us, fixture->map.created_us);
    jalon_session_end(session);
    struct jalon_contribution rows[5];
    for (int i = 0; i < 5; i++) {
        sample_contribution(ctx, &fixture->map, i, &rows[i]);
        assert_int_equal(create(fixture, &rows[i]), i + 1);
    }
    session = read_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_list_events(ctx, session, &fixture->map, 2, 2, &events, &count));
    assert_int_equal(count, 2);
    assert_int_equal(events[0].seq, 3);
    assert_int_equal(events[0].action, JALON_ACTION_CREATE);
    assert_int_equal(events[0].contribution, rows[2].number);
    assert_int_equal(jalon_id_compare(events[0].id, rows[2].id), 0);
    assert_int_equal(events[0].version, 1);
    assert_int_equal(events[0].time_us, rows[2].updated_us);
    assert_int_equal(events[1].seq, 4);
    expect(ctx, JALON_OK,
           jalon_store_list_events(ctx, session, &fixture->map, 5, 10, &events, &count));
    assert_int_equal(count, 0);
    expect(ctx, JALON_OK,
           jalon_store_last_event(ctx, session, &fixture->map, &seq, &time_us));
    assert_int_equal(seq, 5);
    assert_int_equal(time_us, rows[4].updated_us);
    jalon_session_end(session);
}

static void revisions_come_in_pages_newest_first(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_contribution row;
    struct jalon_write change = creation;
    int64_t seq;
    sample_contribution(ctx, &fixture->map, 1, &row);
    create(fixture, &row);
    change.action = JALON_ACTION_UPDATE;
    change.author = JALON_TEXT_EMPTY;
    struct jalon_session *session = write_session(fixture);
    for (row.version = 2; row.version <= 5; row.version++) {
        expect(ctx, JALON_OK,
               jalon_store_put_contribution(ctx, session, &fixture->map, &row, &change, &seq));
    }
    struct jalon_revision *list;
    size_t count;
    expect(ctx, JALON_OK,
           jalon_store_list_revisions(ctx, session, &fixture->map, row.number, 0, 2, &list,
                                      &count));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].version, 5);
    expect_text(list[0].author, "");
    assert_int_equal(list[1].version, 4);
    expect(ctx, JALON_OK,
           jalon_store_list_revisions(ctx, session, &fixture->map, row.number, 2, 9, &list,
                                      &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].version, 1);
    expect_text(list[0].author, "zoé");
    assert_int_equal(list[0].action, JALON_ACTION_CREATE);
    commit_session(fixture, session);
}

static void accounts_and_tokens_are_found(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_context *ctx = fixture->ctx;
    struct jalon_account account = {
        .name = JALON_TEXT("ville-34"),
        .email = JALON_TEXT("sig@example.org"),
        .is_operator = true,
        .created_us = 1000001,
    };
    struct jalon_session *session = write_session(fixture);
    expect(ctx, JALON_OK, jalon_store_insert_account(ctx, session, &account));
    assert_true(account.number > 0);
    struct jalon_account twin = account;
    expect(ctx, JALON_CONFLICT, jalon_store_insert_account(ctx, session, &twin));
    struct jalon_token token = {
        .id = jalon_id_make(),
        .account = account.number,
        .hash = JALON_TEXT("abcdef"),
        .scopes = JALON_TEXT("read write"),
        .expires_us = INT64_C(1900000000000000),
        .created_us = 7,
    };
    struct jalon_token endless = {
        .id = jalon_id_make(),
        .account = account.number,
        .hash = JALON_TEXT("012345"),
        .scopes = JALON_TEXT_EMPTY,
    };
    expect(ctx, JALON_OK, jalon_store_insert_token(ctx, session, &token));
    expect(ctx, JALON_OK, jalon_store_insert_token(ctx, session, &endless));
    expect(ctx, JALON_CONFLICT, jalon_store_insert_token(ctx, session, &token));
    commit_session(fixture, session);

    struct jalon_account found;
    struct jalon_token key;
    session = read_session(fixture);
    expect(ctx, JALON_OK,
           jalon_store_find_account(ctx, session, JALON_TEXT("ville-34"), &found));
    assert_int_equal(found.number, account.number);
    assert_same_text(found.email, account.email);
    assert_true(found.is_operator);
    assert_int_equal(found.created_us, 1000001);
    expect(ctx, JALON_NOT_FOUND, jalon_store_find_account(ctx, session, JALON_TEXT("x"), &found));
    expect(ctx, JALON_OK,
           jalon_store_find_token(ctx, session, JALON_TEXT("abcdef"), &key, &found));
    assert_int_equal(jalon_id_compare(key.id, token.id), 0);
    assert_int_equal(key.account, account.number);
    expect_text(key.hash, "abcdef");
    expect_text(key.scopes, "read write");
    assert_int_equal(key.expires_us, token.expires_us);
    assert_int_equal(key.created_us, 7);
    expect_text(found.name, "ville-34");
    expect(ctx, JALON_OK,
           jalon_store_find_token(ctx, session, JALON_TEXT("012345"), &key, &found));
    assert_int_equal(key.expires_us, 0);
    expect_text(key.scopes, "");
    expect(ctx, JALON_NOT_FOUND,
           jalon_store_find_token(ctx, session, JALON_TEXT("abcde"), &key, &found));
    jalon_session_end(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_map_comes_back_whole),
        RUN(a_slug_is_there_once),
        RUN(a_map_changes_and_the_list_tells),
        RUN(territories_are_put_by_key),
        RUN(a_map_goes_with_all_it_holds),
        RUN(events_come_in_pages),
        RUN(revisions_come_in_pages_newest_first),
        RUN(accounts_and_tokens_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
