/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * From a query to a plan for a segment: each of what it asks is a plan of its own, by columns where
 * there is a way. What is left, or is added to queries later, is asked by row. Layer 2 (view).
 */
#include "match.h"
#include "plan.h"

typedef struct jalon_view_plan *plan_ptr;
typedef const struct jalon_view_node *node_ptr;

static const struct jalon_view_column *column_of(const struct jalon_view_work *work, size_t number)
{
    return &work->run.segment->columns.items[number];
}

/* A query that asks for nothing, of the same collection. */
static struct jalon_view_query nothing_of(const struct jalon_view_query *query)
{
    return (struct jalon_view_query){.collection = query->collection, .category = -1, .status = -1};
}

/*
 * Adds a query that depends on this column alone; asked by row when the column is not one of codes.
 * False: no memory.
 */
static bool add_query(struct jalon_view_work *work, plan_ptr all,
                      const struct jalon_view_query *query, size_t column_number)
{
    const struct jalon_view_column *column = column_of(work, column_number);
    bool by_code = column->kind == JALON_VIEW_COLUMN_CODES;
    struct jalon_view_query *own = jalon_arena_allocate(work->arena, sizeof *own);
    plan_ptr plan =
        jalon_view_plan_new(work, by_code ? JALON_VIEW_PLAN_CODES : JALON_VIEW_PLAN_ROWS, NULL);
    if (own == NULL || plan == NULL ||
        (by_code && jalon_view_plan_by_code(work, plan, column) == NULL)) {
        work->failed = true;
        return false;
    }
    *own = *query;
    plan->query = own;
    jalon_view_plan_add(all, plan);
    return true;
}

/* The number of a field's column. */
static size_t number_of_field(const struct jalon_collection *collection, int32_t field)
{
    struct jalon_view_queryable queryable;
    size_t number = JALON_VIEW_PROPERTY_COUNT;
    while (jalon_view_queryable_at(collection, number, &queryable) && queryable.field != field) {
        number++;
    }
    return number;
}

/* --- Comparisons made here --- */

/* "queryable op datum", or with IS NULL the queryable alone; NULL: no memory. */
static node_ptr make_comparison(struct jalon_view_work *work,
                                const struct jalon_view_queryable *queryable, enum jalon_cql2_op op,
                                struct jalon_view_datum datum)
{
    struct jalon_view_node *nodes = jalon_arena_allocate_zeroed(work->arena, 3, sizeof *nodes);
    struct jalon_view_node **operands = jalon_arena_allocate(work->arena, 2 * sizeof *operands);
    if (nodes == NULL || operands == NULL) {
        work->failed = true;
        return NULL;
    }
    datum.type = queryable->type;
    nodes[0] = (struct jalon_view_node){.kind = JALON_VIEW_NODE_CALL,
                                        .type = JALON_VIEW_BOOLEAN,
                                        .op = op,
                                        .operands = operands,
                                        .count = op == JALON_CQL2_IS_NULL ? 1 : 2};
    nodes[1] = (struct jalon_view_node){
        .kind = JALON_VIEW_NODE_PROPERTY, .type = queryable->type, .queryable = *queryable};
    nodes[2] = (struct jalon_view_node){.kind = JALON_VIEW_NODE_LITERAL,
                                        .type = queryable->type,
                                        .is_constant = true,
                                        .datum = datum};
    operands[0] = &nodes[1];
    operands[1] = &nodes[2];
    return &nodes[0];
}

static bool add_node(struct jalon_view_work *work, plan_ptr all, node_ptr node)
{
    plan_ptr plan = node != NULL ? jalon_view_plan_node(work, node) : NULL;
    if (plan != NULL) {
        jalon_view_plan_add(all, plan);
    }
    return plan != NULL;
}

static bool add_time(struct jalon_view_work *work, plan_ptr all, enum jalon_view_property property,
                     enum jalon_cql2_op op, int64_t time_us)
{
    struct jalon_view_queryable queryable;
    (void)jalon_view_queryable_at(&work->run.map->collections[work->run.collection], property,
                                  &queryable);
    struct jalon_view_datum datum = {.first_us = time_us, .last_us = time_us};
    datum.is_days = queryable.type == JALON_VIEW_DATE;
    return add_node(work, all, make_comparison(work, &queryable, op, datum));
}

/* --- Conditions --- */

/* What a condition says of a column that has no codes, as an operation; false: nothing as simple.
 */
static bool read_condition(const struct jalon_value *wanted, enum jalon_view_type type,
                           enum jalon_cql2_op *out_op, struct jalon_view_datum *out)
{
    bool is_number = wanted->kind == JALON_VALUE_NUMBER || wanted->kind == JALON_VALUE_INTEGER;
    *out = (struct jalon_view_datum){.type = type};
    *out_op = wanted->kind == JALON_VALUE_NONE ? JALON_CQL2_IS_NULL : JALON_CQL2_EQUAL;
    if (type == JALON_VIEW_NUMBER && is_number) {
        out->number = wanted->kind == JALON_VALUE_NUMBER ? wanted->number : (double)wanted->integer;
        return true;
    }
    if (type == JALON_VIEW_TEXT && wanted->kind == JALON_VALUE_TEXT) {
        out->text = wanted->text;
        return true;
    }
    return wanted->kind == JALON_VALUE_NONE;
}

static bool add_condition(struct jalon_view_work *work, plan_ptr all,
                          const struct jalon_view_query *one)
{
    const struct jalon_collection *collection = &work->run.map->collections[one->collection];
    const struct jalon_field *field = &collection->fields[one->conditions->field];
    struct jalon_view_queryable queryable;
    size_t number = number_of_field(collection, one->conditions->field);
    if (field->visibility != JALON_VISIBILITY_PUBLIC ||
        !jalon_view_queryable_at(collection, number, &queryable)) {
        return add_query(work, all, one, JALON_VIEW_PROPERTY_ID); /* by row */
    }
    enum jalon_view_column_kind kind = column_of(work, number)->kind;
    enum jalon_cql2_op op;
    struct jalon_view_datum datum;
    bool is_simple = kind == JALON_VIEW_COLUMN_NUMBERS || kind == JALON_VIEW_COLUMN_TEXTS;
    return is_simple && read_condition(&one->conditions->value, queryable.type, &op, &datum)
               ? add_node(work, all, make_comparison(work, &queryable, op, datum))
               : add_query(work, all, one, number);
}

static bool add_conditions(struct jalon_view_work *work, plan_ptr all,
                           struct jalon_view_query *rest)
{
    for (size_t i = 0; i < rest->condition_count; i++) {
        struct jalon_view_query one = nothing_of(rest);
        one.conditions = &rest->conditions[i];
        one.condition_count = 1;
        if (!add_condition(work, all, &one)) {
            return false;
        }
    }
    rest->condition_count = 0;
    return true;
}

/* --- Predicates --- */

static bool add_updated(struct jalon_view_work *work, plan_ptr all, struct jalon_view_query *rest)
{
    if (!rest->has_updated) {
        return true;
    }
    rest->has_updated = false;
    return add_time(work, all, JALON_VIEW_PROPERTY_UPDATED, JALON_CQL2_GREATER_EQUAL,
                    rest->updated.first_us) &&
           add_time(work, all, JALON_VIEW_PROPERTY_UPDATED, JALON_CQL2_LESS_EQUAL,
                    rest->updated.last_us);
}

/* One that was not observed at any time meets every interval (OGC 17-069r4, 7.15.4). */
static bool add_observed(struct jalon_view_work *work, plan_ptr all, struct jalon_view_query *rest)
{
    int64_t const day_us = INT64_C(86400000000);
    struct jalon_query_interval within = rest->observed;
    if (!rest->has_observed) {
        return true;
    }
    rest->has_observed = false;
    plan_ptr any = jalon_view_plan_logic(work, NULL, 2);
    plan_ptr both = jalon_view_plan_logic(work, NULL, 2);
    if (any == NULL || both == NULL) {
        return false;
    }
    any->op = JALON_CQL2_OR;
    /* Days are compared by their midnights; no day that can be written comes near the ends. */
    int64_t first_us = within.first_us > INT64_MIN + day_us ? within.first_us - day_us + 1
                                                            : within.first_us;
    if (!add_time(work, any, JALON_VIEW_PROPERTY_OBSERVED, JALON_CQL2_IS_NULL, 0) ||
        !add_time(work, both, JALON_VIEW_PROPERTY_OBSERVED, JALON_CQL2_GREATER_EQUAL, first_us) ||
        !add_time(work, both, JALON_VIEW_PROPERTY_OBSERVED, JALON_CQL2_LESS_EQUAL,
                  within.last_us)) {
        return false;
    }
    jalon_view_plan_add(any, both);
    jalon_view_plan_add(all, any);
    return true;
}

/* The date is before the time, or there is none. False: no memory. */
static bool add_not_since(struct jalon_view_work *work, plan_ptr all,
                          enum jalon_view_property property, int64_t before_us)
{
    plan_ptr any = jalon_view_plan_logic(work, NULL, 2);
    if (any == NULL) {
        return false;
    }
    any->op = JALON_CQL2_OR;
    if (!add_time(work, any, property, JALON_CQL2_IS_NULL, 0) ||
        !add_time(work, any, property, JALON_CQL2_LESS, before_us)) {
        return false;
    }
    jalon_view_plan_add(all, any);
    return true;
}

/*
 * As jalon_contribution_is_stale has it: updated, and observed and confirmed if it is, before a
 * certain day.
 */
static bool add_staleness(struct jalon_view_work *work, plan_ptr all, struct jalon_view_query *rest)
{
    int64_t const day_us = INT64_C(86400000000);
    int64_t limit = work->run.map->collections[rest->collection].stale_after_days;
    bool wants_stale = rest->staleness == JALON_VIEW_STALE;
    if (rest->staleness == JALON_VIEW_ANY_AGE || limit > rest->today + 700000 ||
        rest->today > 4000000 || rest->today < -700000) {
        return true; /* asked by row */
    }
    rest->staleness = JALON_VIEW_ANY_AGE;
    if (limit <= 0) {
        plan_ptr never =
            jalon_view_plan_constant(work, wants_stale ? JALON_VIEW_FALSE : JALON_VIEW_TRUE);
        if (never != NULL) {
            jalon_view_plan_add(all, never);
        }
        return never != NULL;
    }
    int64_t before_us = (rest->today - limit) * day_us;
    plan_ptr is_old = jalon_view_plan_logic(work, NULL, 3);
    plan_ptr negation = jalon_view_plan_logic(work, NULL, 1);
    if (is_old == NULL || negation == NULL) {
        return false;
    }
    negation->op = JALON_CQL2_NOT;
    if (!add_time(work, is_old, JALON_VIEW_PROPERTY_UPDATED, JALON_CQL2_LESS, before_us) ||
        !add_not_since(work, is_old, JALON_VIEW_PROPERTY_OBSERVED, before_us) ||
        !add_not_since(work, is_old, JALON_VIEW_PROPERTY_CONFIRMED, before_us)) {
        return false;
    }
    jalon_view_plan_add(negation, is_old);
    jalon_view_plan_add(all, wants_stale ? is_old : negation);
    return true;
}

/* A plan of a query of its own. False: no memory. */
static bool add_own(struct jalon_view_work *work, plan_ptr all, enum jalon_view_plan_kind kind,
                    const struct jalon_view_query *query)
{
    struct jalon_view_query *own = jalon_arena_allocate(work->arena, sizeof *own);
    plan_ptr plan = jalon_view_plan_new(work, kind, NULL);
    if (own == NULL || plan == NULL) {
        work->failed = true;
        return false;
    }
    *own = *query;
    plan->query = own;
    plan->area = jalon_view_area_make(query->near.box);
    jalon_view_plan_add(all, plan);
    return true;
}

static bool add_near(struct jalon_view_work *work, plan_ptr all, struct jalon_view_query *rest)
{
    struct jalon_view_query one = nothing_of(rest);
    one.has_near = rest->has_near;
    one.near = rest->near;
    rest->has_near = false;
    return !one.has_near || add_own(work, all, JALON_VIEW_PLAN_NEAR, &one);
}

static bool add_search(struct jalon_view_work *work, plan_ptr all, struct jalon_view_query *rest)
{
    struct jalon_view_query one = nothing_of(rest);
    one.search = rest->search;
    rest->search = NULL;
    return one.search == NULL || add_own(work, all, JALON_VIEW_PLAN_WORDS, &one);
}

/* Each of what a column of codes answers becomes a plan of its own, and leaves the rest. */
static bool add_codes(struct jalon_view_work *work, plan_ptr all, struct jalon_view_query *rest)
{
    bool added = true;
    if (rest->status >= 0) {
        struct jalon_view_query one = nothing_of(rest);
        one.status = rest->status;
        rest->status = -1;
        added = add_query(work, all, &one, JALON_VIEW_PROPERTY_STATUS);
    }
    if (rest->category >= 0 && added) {
        struct jalon_view_query one = nothing_of(rest);
        one.category = rest->category;
        rest->category = -1;
        added = add_query(work, all, &one, JALON_VIEW_PROPERTY_CATEGORIES);
    }
    if (rest->has_author && added) {
        struct jalon_view_query one = nothing_of(rest);
        one.has_author = true;
        one.author = rest->author;
        rest->has_author = false;
        added = add_query(work, all, &one, JALON_VIEW_PROPERTY_AUTHOR);
    }
    if (rest->has_campaign && added) {
        struct jalon_view_query one = nothing_of(rest);
        one.has_campaign = true;
        one.campaign = rest->campaign;
        rest->has_campaign = false;
        added = add_query(work, all, &one, JALON_VIEW_PROPERTY_CAMPAIGN);
    }
    if (rest->has_territory && added) {
        struct jalon_view_query one = nothing_of(rest);
        one.has_territory = true;
        one.territory = rest->territory;
        rest->has_territory = false;
        added = add_query(work, all, &one, work->run.segment->columns.count - 1);
    }
    return added && add_conditions(work, all, rest);
}

static bool add_filter(struct jalon_view_work *work, plan_ptr all,
                       const struct jalon_view_filter *filter)
{
    return filter == NULL || add_node(work, all, filter->root);
}

struct jalon_view_plan *jalon_view_plan_make(struct jalon_view_work *work,
                                             const struct jalon_view_query *query)
{
    enum { OTHERS = 14 }; /* what is asked beside conditions, at most */
    struct jalon_view_query rest = *query;
    if (query->nothing) {
        return jalon_view_plan_constant(work, JALON_VIEW_FALSE);
    }
    plan_ptr all = jalon_view_plan_logic(work, NULL, query->condition_count + OTHERS);
    if (all == NULL || !add_codes(work, all, &rest) || !add_updated(work, all, &rest) ||
        !add_observed(work, all, &rest) || !add_staleness(work, all, &rest) ||
        !add_near(work, all, &rest) ||
        !add_search(work, all, &rest)) {
        return NULL;
    }
    if (!add_filter(work, all, rest.filter) || !add_filter(work, all, rest.region)) {
        return NULL;
    }
    rest.filter = rest.region = NULL;
    bool is_done = !jalon_view_has_filter(&rest) ||
                   add_query(work, all, &rest, JALON_VIEW_PROPERTY_ID); /* which has no codes */
    return is_done ? all : NULL;
}
