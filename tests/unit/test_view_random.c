/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * After any sequence of events the view answers as one that was filled at once, as one that was
 * restored from files and has caught up, and as a plain scan over the contributions with tests of its
 * own: byte for byte. Meanwhile it is tidied and kept at moments that are chance.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "jalon/clock.h"
#include "jalon/cluster.h"

#include "view/state.h"
#include "view_digest.h"

enum { START = 1500, EVENTS = 10000, CHECK_EVERY = 500, QUERIES = 40, MOST = START + EVENTS };

/* The truth: every contribution ever made, by number. */
struct truth {
    struct jalon_contribution all[MOST + 1];
    struct jalon_text json[MOST + 1];
    bool within[MOST + 1][TERRITORIES];
    int64_t count; /* numbers 1 … count */
    int64_t changed[3 * MOST]; /* by event */
};

static struct jalon_context *lasting; /* what the truth borrows from */
static struct jalon_context *ctx;
static struct truth truth;
static struct jalon_territory territories[TERRITORIES];
static struct chance chance = {20261121};
static char folder[] = "/tmp/jalon-random-XXXXXX";

static int setup(void **state)
{
    (void)state;
    lasting = jalon_context_create();
    ctx = jalon_context_create();
    if (lasting != NULL) {
        fixture_make_territories(lasting->arena, territories);
    }
    return lasting == NULL || ctx == NULL || mkdtemp(folder) == NULL;
}

static int teardown(void **state)
{
    (void)state;
    DIR *listing = opendir(folder);
    for (struct dirent *one = readdir(listing); one != NULL; one = readdir(listing)) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", folder, one->d_name);
        (void)unlink(path);
    }
    closedir(listing);
    jalon_context_destroy(lasting);
    jalon_context_destroy(ctx);
    return rmdir(folder);
}

/* --- A scan that shares nothing with the view --- */

/* Does the segment from a to b have a part in the box? Liang and Barsky 1984: clip it. */
static bool clip_leaves_something(struct jalon_position a, struct jalon_position b,
                                  const struct jalon_box *box)
{
    double p[4] = {a.lon - b.lon, b.lon - a.lon, a.lat - b.lat, b.lat - a.lat};
    double q[4] = {a.lon - box->west, box->east - a.lon, a.lat - box->south, box->north - a.lat};
    double from = 0, to = 1;
    for (int i = 0; i < 4; i++) {
        if (p[i] < 0) {
            from = fmax(from, q[i] / p[i]);
        } else if (p[i] > 0) {
            to = fmin(to, q[i] / p[i]);
        } else if (q[i] < 0) {
            return false;
        }
    }
    return from <= to;
}

/* How often the rings go around the position: by the sum of angles. */
static bool rings_surround(const struct jalon_geometry *geometry, struct jalon_position p)
{
    int inside = 0;
    for (size_t ring = 0, start = 0; ring < geometry->ring_count;
         start = geometry->ring_ends[ring++]) {
        double sum = 0;
        for (size_t i = start + 1; i < geometry->ring_ends[ring]; i++) {
            struct jalon_position a = geometry->positions[i - 1], b = geometry->positions[i];
            double turn = atan2(b.lat - p.lat, b.lon - p.lon) - atan2(a.lat - p.lat, a.lon - p.lon);
            sum += turn > 3.141592653589793    ? turn - 6.283185307179586
                   : turn < -3.141592653589793 ? turn + 6.283185307179586
                                               : turn;
        }
        inside += fabs(sum) > 3;
    }
    return inside % 2 == 1;
}

static bool scan_meets_part(const struct jalon_geometry *geometry, const struct jalon_box *box)
{
    for (size_t i = 0; i < geometry->position_count; i++) {
        struct jalon_position p = geometry->positions[i];
        if (p.lon >= box->west && p.lon <= box->east && p.lat >= box->south &&
            p.lat <= box->north) {
            return true;
        }
    }
    for (size_t ring = 0, start = 0; ring < geometry->ring_count;
         start = geometry->ring_ends[ring++]) {
        for (size_t i = start + 1; i < geometry->ring_ends[ring]; i++) {
            if (clip_leaves_something(geometry->positions[i - 1], geometry->positions[i], box)) {
                return true;
            }
        }
    }
    struct jalon_position corner = {box->east, box->north};
    return geometry->polygon_count > 0 && rings_surround(geometry, corner);
}

static bool scan_meets(const struct jalon_geometry *geometry, struct jalon_box box)
{
    if (box.west <= box.east) {
        return scan_meets_part(geometry, &box);
    }
    struct jalon_box west = box, east = box;
    west.east = 180;
    east.west = -180;
    return scan_meets_part(geometry, &west) || scan_meets_part(geometry, &east);
}

static bool scan_category(const struct jalon_contribution *one, int32_t wanted)
{
    for (size_t i = 0; i < one->category_count; i++) {
        for (int32_t at = one->categories[i]; at >= 0; at = fixture_categories[at].parent) {
            if (at == wanted) {
                return true;
            }
        }
    }
    return false;
}

static bool scan_condition(const struct jalon_contribution *one,
                           const struct jalon_view_condition *condition)
{
    const struct jalon_value *value = &one->fields[condition->field];
    switch (condition->field) {
    case NAME:
        return value->kind == JALON_VALUE_TEXT &&
               jalon_text_equal(value->text, condition->value.text);
    case WIDTH: /* asked with an integer */
        return value->kind == JALON_VALUE_NUMBER &&
               (int64_t)(value->number * 2) == condition->value.integer * 2;
    case LEVEL:
        return value->kind == JALON_VALUE_INTEGER && value->integer == condition->value.integer;
    case OPEN:
        return value->kind == JALON_VALUE_BOOLEAN && value->boolean == condition->value.boolean;
    default: /* TAGS, in the order ramp, lift, bench */
        return value->kind == JALON_VALUE_LIST &&
               value->list.count > (jalon_text_is(condition->value.text, "ramp")   ? 0
                                    : jalon_text_is(condition->value.text, "lift") ? 1
                                                                                   : 2);
    }
}

static bool scan_shown(const struct jalon_contribution *one, int32_t collection)
{
    return one->moderation == JALON_MODERATION_PUBLISHED && one->collection == collection &&
           collection != DRAFTS;
}

static bool scan_matches(const struct jalon_contribution *one,
                         const struct jalon_view_query *query)
{
    if (!scan_shown(one, query->collection) ||
        (query->status >= 0 && one->status != query->status) ||
        (query->category >= 0 && !scan_category(one, query->category)) ||
        (query->has_author && !jalon_text_equal(one->author, query->author)) ||
        (query->has_territory && !truth.within[one - truth.all][query->territory]) ||
        (query->has_box && !scan_meets(&one->geometry, query->box))) {
        return false;
    }
    for (size_t i = 0; i < query->condition_count; i++) {
        if (!scan_condition(one, &query->conditions[i])) {
            return false;
        }
    }
    return true;
}

/* --- Comparing --- */

static void assert_same_page(const struct jalon_view_query *query,
                             const struct jalon_view_result *result)
{
    int64_t matched = 0;
    size_t count = 0;
    bool more = false;
    for (int64_t number = 1; number <= truth.count; number++) {
        if (!scan_matches(&truth.all[number], query)) {
            continue;
        }
        matched++;
        if (number <= query->after) {
            continue;
        }
        if (count == query->limit) {
            more = query->limit > 0;
            continue;
        }
        assert_true(count < result->count);
        assert_int_equal(result->items[count].number, number);
        assert_int_equal(result->items[count].json.length, truth.json[number].length);
        assert_memory_equal(result->items[count].json.data, truth.json[number].data,
                            truth.json[number].length);
        count++;
    }
    assert_int_equal(result->count, count);
    assert_int_equal(result->matched, matched);
    assert_int_equal(result->more, more);
}

static struct jalon_view_condition make_condition(void)
{
    static const char *const tags[] = {"ramp", "lift", "bench"};
    struct jalon_view_condition condition = {.field = (int32_t)chance_below(&chance, PHONE)};
    struct jalon_value *value = &condition.value;
    switch (condition.field) {
    case NAME:
        value->kind = JALON_VALUE_TEXT;
        value->text = chance_text(&chance, ctx->arena, "name");
        break;
    case WIDTH:
    case LEVEL:
        value->kind = JALON_VALUE_INTEGER;
        value->integer = (int64_t)chance_below(&chance, 4);
        break;
    case OPEN:
        value->kind = JALON_VALUE_BOOLEAN;
        value->boolean = chance_below(&chance, 2) == 0;
        break;
    default:
        value->kind = JALON_VALUE_TEXT;
        value->text = jalon_text_from(tags[chance_below(&chance, 3)]);
        break;
    }
    return condition;
}

static struct jalon_view_query make_query(struct jalon_view_condition conditions[2])
{
    static const size_t limits[] = {0, 1, 10, 100, 10000};
    struct jalon_view_query query =
        fixture_query(chance_below(&chance, 4) == 0 ? PATHS : PLACES,
                      limits[chance_below(&chance, 5)]);
    query.has_box = chance_below(&chance, 4) > 0;
    query.box = chance_box(&chance);
    query.after = chance_below(&chance, 2) == 0
                      ? 0
                      : (int64_t)chance_below(&chance, (size_t)truth.count + 5);
    if (chance_below(&chance, 2) == 0) {
        return query;
    }
    query.category = (int32_t)chance_below(&chance, 2 * CATEGORIES) - CATEGORIES;
    query.category = query.category < 0 ? -1 : query.category;
    query.status = chance_below(&chance, 3) == 0 ? (int32_t)chance_below(&chance, STATUSES) : -1;
    query.has_author = chance_below(&chance, 3) == 0;
    query.author = chance_below(&chance, 2) == 0 ? JALON_TEXT("ana") : JALON_TEXT_EMPTY;
    query.has_territory = chance_below(&chance, 3) == 0;
    query.territory = (int32_t)chance_below(&chance, TERRITORIES);
    query.condition_count = chance_below(&chance, 3);
    query.conditions = conditions;
    for (size_t i = 0; i < query.condition_count; i++) {
        conditions[i] = make_condition();
    }
    return query;
}

/* How many queries found something: the test must not pass because nothing ever matches. */
static size_t found_some;
static size_t found_within;

static void check_queries(const struct jalon_snapshot *a, const struct jalon_snapshot *b)
{
    for (int i = 0; i < QUERIES; i++) {
        struct jalon_view_condition conditions[2];
        struct jalon_view_query query = make_query(conditions);
        struct jalon_view_result result;
        assert_int_equal(jalon_snapshot_query(ctx, a, &query, &result), JALON_OK);
        assert_same_page(&query, &result);
        found_some += result.matched > 0;
        found_within += query.has_territory && result.matched > 0;
        assert_int_equal(jalon_snapshot_query(ctx, b, &query, &result), JALON_OK);
        assert_same_page(&query, &result);
        jalon_context_reset(ctx);
    }
}

/* All pages of a query, one after the other, are the list without pages. */
static void check_pages(const struct jalon_snapshot *snapshot)
{
    struct jalon_view_query query = fixture_query(PLACES, 1 + chance_below(&chance, 50));
    query.has_box = chance_below(&chance, 3) > 0;
    query.box = chance_box(&chance);
    int64_t seen = 0;
    struct jalon_view_result result;
    do {
        assert_int_equal(jalon_snapshot_query(ctx, snapshot, &query, &result), JALON_OK);
        assert_same_page(&query, &result);
        seen += (int64_t)result.count;
        if (result.count > 0) {
            query.after = result.items[result.count - 1].number;
        }
    } while (result.more);
    assert_int_equal(seen, result.matched);
    jalon_context_reset(ctx);
}

static void widen(struct jalon_box *box, const struct jalon_geometry *geometry)
{
    for (size_t i = 0; i < geometry->position_count; i++) {
        box->west = fmin(box->west, geometry->positions[i].lon);
        box->south = fmin(box->south, geometry->positions[i].lat);
        box->east = fmax(box->east, geometry->positions[i].lon);
        box->north = fmax(box->north, geometry->positions[i].lat);
    }
}

static void check_observed(const struct jalon_snapshot *snapshot, int32_t collection)
{
    int64_t first = INT64_MAX, last = INT64_MIN, got_first = first, got_last = last, day_us;
    for (int64_t number = 1; number <= truth.count; number++) {
        const struct jalon_contribution *one = &truth.all[number];
        if (scan_shown(one, collection) && jalon_clock_parse_date(one->observed, &day_us)) {
            first = day_us < first ? day_us : first;
            last = day_us > last ? day_us : last;
        }
    }
    assert_int_equal(jalon_snapshot_observed(snapshot, collection, &got_first, &got_last),
                     first <= last);
    assert_true(got_first == first && got_last == last);
}

static void check_summary(const struct jalon_snapshot *snapshot, int32_t collection)
{
    struct jalon_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY}, extent = box;
    int64_t count = 0, first = INT64_MAX, last = INT64_MIN, counts[CATEGORIES] = {0};
    for (int64_t number = 1; number <= truth.count; number++) {
        const struct jalon_contribution *one = &truth.all[number];
        struct jalon_view_item item;
        bool shown = scan_shown(one, collection);
        if (one->number > 0) {
            assert_int_equal(jalon_snapshot_find(snapshot, collection, one->id, &item), shown);
        }
        if (!shown) {
            continue;
        }
        assert_int_equal(item.number, number);
        assert_true(jalon_snapshot_find(snapshot, -1, one->id, &item));
        count++;
        widen(&box, &one->geometry);
        first = one->created_us < first ? one->created_us : first;
        last = one->updated_us > last ? one->updated_us : last;
        for (int32_t i = 0; i < CATEGORIES; i++) {
            counts[i] += scan_category(one, i);
        }
    }
    assert_int_equal(jalon_snapshot_count(snapshot, collection), count);
    assert_int_equal(jalon_snapshot_extent(snapshot, collection, &extent), box.west <= box.east);
    assert_true(extent.west == box.west && extent.south == box.south && extent.east == box.east &&
                extent.north == box.north);
    check_observed(snapshot, collection);
    int64_t got_first = INT64_MAX, got_last = INT64_MIN;
    assert_int_equal(jalon_snapshot_interval(snapshot, collection, &got_first, &got_last),
                     count > 0);
    assert_int_equal(got_first, first);
    assert_int_equal(got_last, last);
    for (int32_t i = 0; i < CATEGORIES; i++) {
        assert_int_equal(jalon_snapshot_category_count(snapshot, collection, i), counts[i]);
    }
}

static struct jalon_view *rebuild(int64_t seq)
{
    struct jalon_view *view;
    assert_int_equal(jalon_view_create(ctx, &fixture_map, &view), JALON_OK);
    assert_int_equal(jalon_view_set_territories(ctx, view, territories, TERRITORIES), JALON_OK);
    assert_int_equal(jalon_view_load(ctx, view, truth.all + 1, (size_t)truth.count), JALON_OK);
    assert_int_equal(jalon_view_set_seq(ctx, view, seq, seq * 10), JALON_OK);
    return view;
}

/* The same clusters, to the last bit, whatever way led there. */
static void check_clusters(const struct jalon_snapshot *a, const struct jalon_snapshot *b)
{
    struct jalon_view_query query = fixture_query(PLACES, 0);
    query.status = (int32_t)chance_below(&chance, STATUSES + 1) - 1;
    for (int zoom = 0; zoom <= JALON_CLUSTER_MAX_ZOOM_DEFAULT + 1; zoom++) {
        struct jalon_cluster_list left, right;
        assert_int_equal(jalon_snapshot_cluster(ctx, a, &query, zoom, &left), JALON_OK);
        assert_int_equal(jalon_snapshot_cluster(ctx, b, &query, zoom, &right), JALON_OK);
        assert_int_equal(left.count, right.count);
        assert_int_equal(left.matched, right.matched);
        for (size_t i = 0; i < left.count; i++) {
            const struct jalon_cluster *one = &left.clusters[i], *other = &right.clusters[i];
            assert_int_equal(one->count, other->count);
            assert_int_equal(one->key, other->key);
            assert_memory_equal(&one->position, &other->position, sizeof one->position);
            if (one->count == 1) {
                assert_int_equal(one->item.number, other->item.number);
                continue;
            }
            assert_memory_equal(&one->box, &other->box, sizeof one->box);
            assert_int_equal(one->expansion_zoom, other->expansion_zoom);
            assert_memory_equal(one->statuses, other->statuses, STATUSES * sizeof(uint32_t));
        }
    }
    jalon_context_reset(ctx);
}

static bool knows(void *user, int64_t seq, int64_t time_us)
{
    const int64_t *last = user;
    return seq <= *last && time_us == seq * 10;
}

/* A view in the folder that keeps whatever it has. */
static struct jalon_view *make_keeping(void)
{
    struct jalon_view *view;
    assert_int_equal(jalon_view_create(lasting, &fixture_map, &view), JALON_OK);
    assert_int_equal(jalon_view_set_folder(ctx, view, jalon_text_from(folder)), JALON_OK);
    assert_int_equal(jalon_view_set_territories(ctx, view, territories, TERRITORIES), JALON_OK);
    view->kept_from = view->kept_every = 0;
    return view;
}

/* How often files were there, and how many events came after them. */
static size_t restored, replayed;

/* As after a start: from files, then what has happened since, as the contributions are now. */
static void check_restored(int64_t seq, uint64_t digest)
{
    struct jalon_view *view = make_keeping();
    if (jalon_view_restore(ctx, view, knows, &seq) == JALON_OK) {
        restored++;
        const struct jalon_snapshot *snapshot = jalon_view_pin(view);
        int64_t since = jalon_snapshot_seq(snapshot);
        jalon_view_unpin(view, snapshot);
        for (int64_t at = since + 1; at <= seq; at++) {
            replayed++;
            assert_int_equal(
                jalon_view_apply(ctx, view, &truth.all[truth.changed[at]], at, at * 10), JALON_OK);
        }
        assert_int_equal(digest_of(view), digest);
    }
    jalon_view_destroy(view);
}

/* What a keeper does beside the writer. */
static void look_after(struct jalon_view *view)
{
    if (chance_below(&chance, 60) == 0) {
        assert_int_equal(jalon_view_tidy(ctx, view), JALON_OK);
    }
    if (chance_below(&chance, 700) == 0) {
        assert_int_equal(jalon_view_keep(ctx, view), JALON_OK);
    }
}

static void check(struct jalon_view *view, int64_t seq)
{
    struct jalon_view *fresh = rebuild(seq);
    uint64_t digest = digest_of(fresh);
    assert_int_equal(digest_of(view), digest);
    check_restored(seq, digest);
    const struct jalon_snapshot *a = jalon_view_pin(view), *b = jalon_view_pin(fresh);
    assert_int_equal(jalon_snapshot_seq(a), seq);
    assert_int_equal(jalon_snapshot_time_us(a), seq * 10);
    for (int32_t i = 0; i < COLLECTIONS; i++) {
        check_summary(a, i);
        check_summary(b, i);
    }
    check_queries(a, b);
    check_pages(a);
    check_clusters(a, b);
    jalon_view_unpin(view, a);
    jalon_view_unpin(fresh, b);
    jalon_view_destroy(fresh);
}

/* --- Events --- */

/* What the view is to make of the contribution. */
static void note(int64_t number)
{
    for (size_t i = 0; i < TERRITORIES; i++) {
        truth.within[number][i] = fixture_is_within(ctx, &truth.all[number], i);
    }
    struct jalon_buffer buffer;
    jalon_buffer_init(&buffer, 1 << 20);
    jalon_feature_write(&buffer, &fixture_map, &truth.all[number]);
    truth.json[number] = jalon_text_copy(lasting->arena, jalon_buffer_text(&buffer));
    jalon_buffer_finish(&buffer);
}

static int64_t create(enum jalon_moderation moderation)
{
    int64_t number = ++truth.count;
    truth.all[number] = chance_contribution(&chance, lasting->arena, number);
    truth.all[number].moderation = moderation;
    return number;
}

/* Purged and made anew under the same id: the old number is gone without an event of its own. */
static int64_t make_anew(int64_t number)
{
    struct jalon_id id = truth.all[number].id;
    int64_t anew = create(JALON_MODERATION_PUBLISHED);
    truth.all[anew].id = id;
    truth.all[number].moderation = JALON_MODERATION_DELETED;
    truth.all[number].number = 0; /* no row any more: its id is another's */
    jalon_random_bytes(&truth.all[number].id, sizeof(struct jalon_id));
    return anew;
}

/* Changes the truth; answers the number of what was changed. */
static int64_t happen(void)
{
    int64_t number = 1 + (int64_t)chance_below(&chance, (size_t)truth.count);
    struct jalon_contribution *one = &truth.all[number];
    size_t kind = chance_below(&chance, 20);
    if (kind < 4 || one->number == 0) {
        return create(kind == 0 ? JALON_MODERATION_PENDING : JALON_MODERATION_PUBLISHED);
    }
    one->version++;
    if (kind < 8) {
        one->geometry = chance_geometry(&chance, lasting->arena);
    } else if (kind == 8 && one->geometry.position_count == 1) { /* a very small move */
        struct jalon_position p = one->geometry.positions[0];
        one->geometry = fixture_point(lasting->arena, p.lon + (p.lon < 0 ? 1e-7 : -1e-7), p.lat);
    } else if (kind < 12) {
        chance_edit(&chance, lasting->arena, one);
    } else if (kind < 16) {
        one->moderation = JALON_MODERATION_DELETED;
    } else if (kind < 18) {
        one->moderation = JALON_MODERATION_PUBLISHED;
    } else if (kind == 18) {
        one->collection = (int32_t)chance_below(&chance, COLLECTIONS);
    } else {
        return make_anew(number);
    }
    return number;
}

static void random_events_lead_where_a_rebuild_does(void **state)
{
    (void)state;
    struct jalon_view *view = make_keeping();
    int64_t seq = 0;
    for (int i = 0; i < START + EVENTS; i++) {
        int64_t number = i < START ? create(JALON_MODERATION_PUBLISHED) : happen();
        note(number);
        truth.changed[++seq] = number;
        assert_int_equal(jalon_view_apply(ctx, view, &truth.all[number], seq, seq * 10), JALON_OK);
        look_after(view);
        if (i % CHECK_EVERY == 0) {
            check(view, seq);
        }
    }
    check(view, seq);
    assert_true(found_some > QUERIES * 5);
    assert_true(found_within > 20);

    /* And back to nothing. */
    for (int64_t number = 1; number <= truth.count; number++) {
        truth.all[number].moderation = JALON_MODERATION_REJECTED;
        truth.changed[++seq] = number;
        assert_int_equal(jalon_view_apply(ctx, view, &truth.all[number], seq, seq * 10), JALON_OK);
        look_after(view);
        if (number % 2000 == 0) {
            check(view, seq);
        }
    }
    check(view, seq);
    assert_true(restored > 20);
    assert_true(replayed > 1000);
    jalon_view_destroy(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_events_lead_where_a_rebuild_does),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
