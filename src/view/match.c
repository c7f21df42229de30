/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A contribution against what a query asks of its properties. Layer 2 (view). */
#include "match.h"

#include <math.h>

#include "jalon/clock.h"

#include "filter.h"
#include "words.h"

static double as_number(const struct jalon_value *value)
{
    return value->kind == JALON_VALUE_INTEGER ? (double)value->integer : value->number;
}

static bool is_number(const struct jalon_value *value)
{
    return value->kind == JALON_VALUE_NUMBER || value->kind == JALON_VALUE_INTEGER;
}

static bool contains(const struct jalon_value *list, struct jalon_text item)
{
    for (size_t i = 0; i < list->list.count; i++) {
        if (jalon_text_equal(list->list.items[i], item)) {
            return true;
        }
    }
    return false;
}

static bool holds(const struct jalon_value *wanted, const struct jalon_value *value)
{
    if (is_number(wanted) && is_number(value) && wanted->kind != value->kind) {
        double a = as_number(wanted), b = as_number(value);
        return a >= b && a <= b;
    }
    if (wanted->kind == JALON_VALUE_TEXT && value->kind == JALON_VALUE_LIST) {
        return contains(value, wanted->text);
    }
    return jalon_value_equal(*wanted, *value);
}

static bool has_category(const struct jalon_map *map,
                         const struct jalon_contribution *contribution, int32_t wanted)
{
    for (size_t i = 0; i < contribution->category_count; i++) {
        if (jalon_category_is_within(map, contribution->categories[i], wanted)) {
            return true;
        }
    }
    return false;
}

bool jalon_view_has_filter(const struct jalon_view_query *query)
{
    return query->nothing || query->condition_count > 0 || query->category >= 0 ||
           query->status >= 0 || query->has_author || query->has_territory ||
           query->has_updated || query->has_observed || query->has_campaign ||
           query->staleness != JALON_VIEW_ANY_AGE || query->has_near || query->search != NULL ||
           query->filter != NULL || query->region != NULL;
}

static bool is_in_territory(const struct jalon_view_entry *entry, int32_t wanted)
{
    for (size_t i = 0; i < entry->territory_count; i++) {
        if (entry->territories[i] == wanted) {
            return true;
        }
    }
    return false;
}

static bool has_age(const struct jalon_map *map, const struct jalon_view_query *query,
                    const struct jalon_contribution *contribution)
{
    bool wants_stale = query->staleness == JALON_VIEW_STALE;
    return query->staleness == JALON_VIEW_ANY_AGE ||
           jalon_contribution_is_stale(&map->collections[query->collection], contribution,
                                       query->today) == wants_stale;
}

/* A day meets the interval when some of it is within. */
static bool is_observed_in(const struct jalon_query_interval *interval, struct jalon_text observed)
{
    int64_t const day_us = INT64_C(86400000000);
    int64_t first_us;
    return !jalon_clock_parse_date(observed, &first_us) ||
           (first_us <= interval->last_us && first_us + day_us - 1 >= interval->first_us);
}

bool jalon_view_passes(const struct jalon_map *map, const struct jalon_view_query *query,
                       const struct jalon_view_entry *entry)
{
    const struct jalon_contribution *contribution = &entry->contribution;
    if (query->nothing || (query->status >= 0 && contribution->status != query->status) ||
        (query->has_author && !jalon_text_equal(contribution->author, query->author)) ||
        (query->has_territory && !is_in_territory(entry, query->territory)) ||
        (query->has_updated && (contribution->updated_us < query->updated.first_us ||
                                contribution->updated_us > query->updated.last_us)) ||
        (query->has_observed && !is_observed_in(&query->observed, contribution->observed)) ||
        (query->has_campaign && !jalon_text_equal(contribution->campaign, query->campaign)) ||
        (query->category >= 0 && !has_category(map, contribution, query->category)) ||
        !has_age(map, query, contribution)) {
        return false;
    }
    for (size_t i = 0; i < query->condition_count; i++) {
        const struct jalon_view_condition *condition = &query->conditions[i];
        if (!holds(&condition->value, &contribution->fields[condition->field])) {
            return false;
        }
    }
    /* What takes longest comes last. */
    return (!query->has_near || jalon_geo_circle_reaches(&query->near, &contribution->geometry)) &&
           (query->search == NULL ||
            jalon_view_finds_words(query->search, &map->collections[query->collection],
                                   contribution)) &&
           (query->region == NULL || jalon_view_filter_holds(query->region, entry)) &&
           (query->filter == NULL || jalon_view_filter_holds(query->filter, entry));
}

bool jalon_view_match_failed(const struct jalon_view_query *query)
{
    return (query->filter != NULL && query->filter->run->failed) ||
           (query->region != NULL && query->region->run->failed);
}

bool jalon_view_find_box(const struct jalon_view_query *query, struct jalon_box *out)
{
    bool of_near = query->has_near && isfinite(query->near.radius_m);
    bool of_filter = query->filter != NULL && query->filter->has_box;
    if (query->has_box) {
        *out = query->box;
    } else if (of_near) {
        *out = query->near.box;
    } else if (of_filter) {
        *out = query->filter->box;
    }
    return query->has_box || of_near || of_filter;
}
