/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Parts of filters that compare one column of numbers or times with constants. Layer 2 (view).
 *
 * What they say changes only at the constants (of times also a day less the last microsecond before
 * and behind them, because a date beside a time is its whole day). So they are asked at these
 * bounds and once in between, and a row is looked up by how many bounds it reaches and passes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* More are searched by halves. */
enum { COUNTED_MAX = 6 };

static const int64_t day_us = INT64_C(86400000000);

/* --- Bounds --- */

struct bounds {
    struct jalon_view_work *work;
    bool of_times;
    void *items;
    size_t count;
    size_t capacity;
};

/* Doubles or int64_t, as the bounds are. */
static bool add_bounds(struct bounds *bounds, const void *values, size_t count)
{
    _Static_assert(sizeof(double) == sizeof(int64_t), "one size for both");
    unsigned char *items =
        jalon_arena_grow(bounds->work->arena, bounds->items, bounds->count, bounds->count + count,
                         sizeof(int64_t), &bounds->capacity);
    if (items == NULL) {
        bounds->work->failed = true;
        return false;
    }
    bounds->items = items;
    memcpy(items + bounds->count * sizeof(int64_t), values, count * sizeof(int64_t));
    bounds->count += count;
    return true;
}

static bool add_time(struct bounds *bounds, int64_t time_us)
{
    int64_t times[3] = {time_us, time_us, time_us};
    if (time_us == INT64_MIN || time_us == INT64_MAX) { /* open: nothing is beyond it */
        return true;
    }
    times[1] -= time_us > INT64_MIN + day_us ? day_us - 1 : 0;
    times[2] += time_us < INT64_MAX - day_us ? day_us - 1 : 0;
    return add_bounds(bounds, times, 3);
}

/* Those of all constants of the tree. */
static bool collect(struct bounds *bounds, const struct jalon_view_node *node)
{
    if (node->kind == JALON_VIEW_NODE_LITERAL || node->kind == JALON_VIEW_NODE_OPEN) {
        if (node->type == JALON_VIEW_NUMBER && !bounds->of_times) {
            return add_bounds(bounds, &node->datum.number, 1);
        }
        bool is_time = node->type == JALON_VIEW_DATE || node->type == JALON_VIEW_TIMESTAMP ||
                       node->type == JALON_VIEW_INTERVAL;
        return !is_time || !bounds->of_times ||
               (add_time(bounds, node->datum.first_us) && add_time(bounds, node->datum.last_us));
    }
    for (size_t i = 0; i < node->count; i++) {
        if (!collect(bounds, node->operands[i])) {
            return false;
        }
    }
    return true;
}

static int compare_numbers(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static int compare_times(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Ascending, each once. */
static void sort_bounds(struct bounds *bounds)
{
    size_t kept = 0;
    int (*compare)(const void *, const void *) = bounds->of_times ? compare_times : compare_numbers;
    if (bounds->count == 0) {
        return;
    }
    unsigned char *items = bounds->items;
    size_t const size = sizeof(int64_t);
    qsort(items, bounds->count, size, compare);
    for (size_t i = 1; i < bounds->count; i++) {
        if (compare(items + i * size, items + kept * size) > 0) {
            kept++;
            memmove(items + kept * size, items + i * size, size);
        }
    }
    bounds->count = kept + 1;
}

/* --- Stretches --- */

/* A value of stretch 2 i (between bounds i - 1 and i) or 2 i + 1 (bound i). */
static double number_in(const struct jalon_view_plan *plan, size_t stretch)
{
    if (stretch % 2 == 1) {
        return plan->numbers[stretch / 2];
    }
    return stretch > 0       ? nextafter(plan->numbers[stretch / 2 - 1], INFINITY)
           : plan->count > 0 ? nextafter(plan->numbers[0], -INFINITY)
                             : 0;
}

static int64_t time_in(const struct jalon_view_plan *plan, size_t stretch)
{
    if (stretch % 2 == 1) {
        return plan->times[stretch / 2];
    }
    return stretch > 0       ? plan->times[stretch / 2 - 1] + 1
           : plan->count > 0 ? plan->times[0] - 1
                             : 0;
}

static enum jalon_view_type type_of(const struct jalon_view_node *node)
{
    enum jalon_view_type type = JALON_VIEW_BOOLEAN;
    if (node->kind == JALON_VIEW_NODE_PROPERTY) {
        return node->type;
    }
    for (size_t i = 0; i < node->count && type == JALON_VIEW_BOOLEAN; i++) {
        type = type_of(node->operands[i]);
    }
    return type;
}

static void ask_stretches(struct jalon_view_work *work, struct jalon_view_plan *plan)
{
    bool of_times = plan->column->kind == JALON_VIEW_COLUMN_TIMES;
    struct jalon_view_datum datum = {.type = type_of(plan->node)};
    datum.is_days = datum.type == JALON_VIEW_DATE;
    work->run.instead = &datum;
    for (size_t i = 0; i <= 2 * plan->count; i++) {
        if (of_times) {
            datum.first_us = time_in(plan, i);
            datum.last_us = datum.first_us;
        } else {
            datum.number = number_in(plan, i);
        }
        plan->truths[i] = (uint8_t)jalon_view_node_truth(&work->run, plan->node);
    }
    work->run.is_null = true;
    plan->truth = jalon_view_node_truth(&work->run, plan->node);
    work->run.is_null = false;
    work->run.instead = NULL;
}

bool jalon_view_steps_make(struct jalon_view_work *work, struct jalon_view_plan *plan)
{
    struct bounds bounds = {.work = work,
                            .of_times = plan->column->kind == JALON_VIEW_COLUMN_TIMES};
    if (!collect(&bounds, plan->node)) {
        return false;
    }
    sort_bounds(&bounds);
    plan->count = bounds.count;
    if (bounds.of_times) {
        plan->times = bounds.items;
    } else {
        plan->numbers = bounds.items;
    }
    plan->truths = jalon_arena_allocate(work->arena, 2 * plan->count + 1);
    if (plan->truths == NULL) {
        work->failed = true;
        return false;
    }
    ask_stretches(work, plan);
    return true;
}

/* --- Rows --- */

/* What is said of each value. A few bounds are counted, in loops without branches. */
#define DEFINE_ASK(name, type, bounds, is_null)                                                    \
    static void name(const struct jalon_view_plan *plan, const type *values, uint32_t count,       \
                     uint8_t out[JALON_VIEW_BLOCK])                                                \
    {                                                                                              \
        uint8_t stretches[JALON_VIEW_BLOCK] = {0};                                                 \
        for (size_t j = 0; j < plan->count; j++) {                                                 \
            type bound = plan->bounds[j];                                                          \
            for (uint32_t i = 0; i < count; i++) {                                                 \
                type v = values[i];                                                                \
                stretches[i] = (uint8_t)(stretches[i] + (v >= bound) + (v > bound));               \
            }                                                                                      \
        }                                                                                          \
        for (uint32_t i = 0; i < count; i++) {                                                     \
            uint8_t truth = plan->truths[stretches[i]];                                            \
            out[i] = is_null(values[i]) ? (uint8_t)plan->truth : truth;                            \
        }                                                                                          \
    }                                                                                              \
    /* Many are searched by halves. */                                                             \
    static void name##_among_many(const struct jalon_view_plan *plan, const type *values,          \
                                  uint32_t count, uint8_t out[JALON_VIEW_BLOCK])                   \
    {                                                                                              \
        for (uint32_t i = 0; i < count; i++) {                                                     \
            size_t low = 0, high = plan->count; /* bounds that are passed */                       \
            while (low < high) {                                                                   \
                size_t middle = (low + high) / 2;                                                  \
                if (plan->bounds[middle] < values[i]) {                                            \
                    low = middle + 1;                                                              \
                } else {                                                                           \
                    high = middle;                                                                 \
                }                                                                                  \
            }                                                                                      \
            bool is_at = low < plan->count && plan->bounds[low] <= values[i];                      \
            uint8_t truth = plan->truths[2 * low + (is_at ? 1 : 0)];                               \
            out[i] = is_null(values[i]) ? (uint8_t)plan->truth : truth;                            \
        }                                                                                          \
    }

#define IS_NO_TIME(time) ((time) == INT64_MIN)
DEFINE_ASK(ask_numbers, double, numbers, isnan)
DEFINE_ASK(ask_times, int64_t, times, IS_NO_TIME)

void jalon_view_steps_ask(struct jalon_view_work *work, const struct jalon_view_plan *plan,
                          struct jalon_view_verdict *out)
{
    uint8_t truths[JALON_VIEW_BLOCK] = {0};
    bool are_few = plan->count <= COUNTED_MAX;
    if (plan->column->kind == JALON_VIEW_COLUMN_TIMES) {
        (are_few ? ask_times : ask_times_among_many)(plan, plan->column->times + work->first,
                                                     work->count, truths);
    } else {
        (are_few ? ask_numbers : ask_numbers_among_many)(plan, plan->column->numbers + work->first,
                                                         work->count, truths);
    }
    jalon_view_verdict_pack(truths, out);
}
