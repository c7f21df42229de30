/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Contributions in any number, as a community of the size of France would make them.
 *
 *   bench_generate csv ROWS              rows of comma separated values
 *   bench_generate geojson ROWS          the same as a FeatureCollection
 *   bench_generate boxes ROWS FEATURES COUNT
 *                                        COUNT boxes "west,south,east,north" around random points
 * of the same rows, each holding FEATURES points exactly
 *
 * Writes to the standard output; the same arguments always give the same bytes.
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jalon/text.h"

#include "places.h"

enum { SEED = 34, ROWS_MAX = 100000000 };

/* The properties of a row; they follow from its number, so that points and words do not mix. */
struct row {
    const char *town;
    const char *kind;
    const char *category;
    const char *wheelchair;
    const char *description;
    const char *opening_hours;
    unsigned entrance_steps;
};

/* Words and categories of the template cartomobilite, collection accessibility. */
static const char *const kinds[][2] = {
    {"Boulangerie", "food-shop"}, {"Pharmacie", "pharmacy"},
    {"Restaurant", "restaurant"}, {"Café", "cafe"},
    {"Bibliothèque", "library"},  {"École", "school"},
    {"Mairie", "town-hall"},      {"Arrêt de bus", "stop"},
    {"Épicerie", "food-shop"},    {"Salle de sport", "sports-centre"},
};
static const char *const wheelchairs[] = {"yes", "yes", "limited", "no", ""};
static const char *const descriptions[] = {
    "",
    "Une marche à l'entrée.",
    "Entrée de plain-pied, porte automatique.",
    "Rampe amovible, sonner à l'accueil ; \"demandez de l'aide\", dit l'affiche.",
    "Le trottoir est étroit devant l'entrée, et les voitures s'y garent souvent le matin.",
};
static const char *const opening_hours[] = {
    "",
    "Mo-Fr 09:00-18:00",
    "Tu-Sa 07:00-13:00,15:30-19:30",
    "24/7",
};
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct row describe(struct random_state *state, int16_t town)
{
    const char *const *kind = kinds[random_next(state) % COUNT_OF(kinds)];
    return (struct row){
        .town = places_town_name(town),
        .kind = kind[0],
        .category = kind[1],
        .wheelchair = wheelchairs[random_next(state) % COUNT_OF(wheelchairs)],
        .description = descriptions[random_next(state) % COUNT_OF(descriptions)],
        .opening_hours = opening_hours[random_next(state) % COUNT_OF(opening_hours)],
        .entrance_steps = (unsigned)(random_next(state) % 4),
    };
}

/* With the quotes inside doubled (RFC 4180) or escaped (RFC 8259); nothing else needs it here. */
static void write_quoted(const char *text, const char *quote)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputs(quote, stdout);
        } else {
            putchar(*text);
        }
    }
    putchar('"');
}

static void write_csv(size_t number, const struct row *row, struct jalon_position point)
{
    printf("%zu,\"%s %zu, %s\",%s,%s,", number, row->kind, number, row->town, row->category,
           row->wheelchair);
    write_quoted(row->description, "\"\"");
    printf(",\"%s\",%u,%.6f,%.6f\n", row->opening_hours, row->entrance_steps, point.lon, point.lat);
}

static void write_feature(size_t number, const struct row *row, struct jalon_position point)
{
    printf("%s{\"type\":\"Feature\",\"properties\":{\"source_id\":\"%zu\","
           "\"title\":\"%s %zu, %s\",\"category\":\"%s\",\"wheelchair\":\"%s\",\"description\":",
           number == 1 ? "" : ",\n", number, row->kind, number, row->town, row->category,
           row->wheelchair);
    write_quoted(row->description, "\\\"");
    printf(",\"opening_hours\":\"%s\",\"entrance_steps\":%u", row->opening_hours,
           row->entrance_steps);
    printf("},\"geometry\":{\"type\":\"Point\",\"coordinates\":[%.6f,%.6f]}}", point.lon,
           point.lat);
}

static int write_rows(bool as_csv, const struct jalon_position *points, const int16_t *towns,
                      size_t count)
{
    struct random_state words;
    random_seed(&words, SEED + 1);
    fputs(as_csv ? "source_id,title,category,wheelchair,description,opening_hours,entrance_steps,"
                   "lon,lat\n"
                 : "{\"type\":\"FeatureCollection\",\"features\":[\n",
          stdout);
    for (size_t i = 0; i < count; i++) {
        struct row row = describe(&words, towns[i]);
        (as_csv ? write_csv : write_feature)(i + 1, &row, points[i]);
    }
    if (!as_csv) {
        fputs("\n]}\n", stdout);
    }
    return 0;
}

static int32_t to_micro(double degrees)
{
    return (int32_t)lround(degrees * 1e6);
}

static void swap(int32_t *a, int32_t *b)
{
    int32_t held = *a;
    *a = *b;
    *b = held;
}

/* Puts the k-th smallest at its place, smaller ones before it (Hoare's selection, 1961). */
static void select_kth(int32_t *values, size_t count, size_t k)
{
    size_t first = 0, last = count - 1;
    while (first < last) {
        int32_t pivot = values[first + (last - first) / 2];
        size_t low = first, high = last;
        while (low <= high) {
            while (values[low] < pivot) {
                low++;
            }
            while (values[high] > pivot) {
                high--;
            }
            if (low <= high) {
                swap(&values[low++], &values[high]);
                if (high-- == 0) {
                    break;
                }
            }
        }
        if (k > high && k < low) {
            return;
        }
        if (k >= low) {
            first = low;
        } else {
            last = high;
        }
    }
}

/*
 * The half side, in halves of a millionth of a degree, of the square around points[centre] that
 * holds `features` points and touches none; 0 when there is no such square.
 */
static int64_t find_half_side(const struct jalon_position *points, size_t count, size_t centre,
                              size_t features, int32_t *distances)
{
    int32_t lon = to_micro(points[centre].lon), lat = to_micro(points[centre].lat);
    for (size_t i = 0; i < count; i++) {
        int32_t east = abs(to_micro(points[i].lon) - lon);
        int32_t north = abs(to_micro(points[i].lat) - lat);
        distances[i] = east > north ? east : north;
    }
    select_kth(distances, count, features);
    int32_t outside = distances[features], inside = 0;
    for (size_t i = 0; i < features; i++) {
        inside = distances[i] > inside ? distances[i] : inside;
    }
    return outside > inside ? (int64_t)outside + inside : 0;
}

static int write_boxes(const struct jalon_position *points, size_t count, size_t features,
                       size_t boxes)
{
    int32_t *distances = malloc(count * sizeof *distances);
    if (distances == NULL) {
        return 1;
    }
    struct random_state state;
    random_seed(&state, SEED + features);
    size_t tries = 0;
    for (size_t made = 0; made < boxes && tries < boxes * 100; tries++) {
        size_t centre = random_next(&state) % count;
        int64_t half = find_half_side(points, count, centre, features, distances);
        if (half > 0) {
            double side = (double)half * 5e-7;
            printf("%.7f,%.7f,%.7f,%.7f\n", points[centre].lon - side, points[centre].lat - side,
                   points[centre].lon + side, points[centre].lat + side);
            made++;
        }
    }
    free(distances);
    return tries < boxes * 100 ? 0 : 1;
}

static bool read_count(const char *argument, size_t maximum, size_t *out)
{
    int64_t value = 0;
    if (!jalon_text_to_int64(jalon_text_from(argument), &value) || value < 1 ||
        (uint64_t)value > maximum) {
        fprintf(stderr, "bench_generate: '%s' is not a number from 1 to %zu\n", argument, maximum);
        return false;
    }
    *out = (size_t)value;
    return true;
}

int main(int argc, char **argv)
{
    bool as_csv = argc == 3 && strcmp(argv[1], "csv") == 0;
    bool as_geojson = argc == 3 && strcmp(argv[1], "geojson") == 0;
    bool as_boxes = argc == 5 && strcmp(argv[1], "boxes") == 0;
    size_t rows = 0, features = 0, boxes = 0;
    if (!as_csv && !as_geojson && !as_boxes) {
        fputs("usage: bench_generate csv ROWS | geojson ROWS | boxes ROWS FEATURES COUNT\n",
              stderr);
        return 2;
    }
    if (!read_count(argv[2], ROWS_MAX, &rows) ||
        (as_boxes &&
         (!read_count(argv[3], rows - 1, &features) || !read_count(argv[4], 1000000, &boxes)))) {
        return 2;
    }

    struct jalon_position *points = malloc(rows * sizeof *points);
    int16_t *towns = malloc(rows * sizeof *towns);
    int failed = 1;
    if (points != NULL && towns != NULL) {
        struct random_state state;
        random_seed(&state, SEED);
        places_draw(&state, points, towns, rows);
        failed = as_boxes ? write_boxes(points, rows, features, boxes)
                          : write_rows(as_csv, points, towns, rows);
    }
    free(points);
    free(towns);
    if (fflush(stdout) != 0 || failed != 0) {
        fputs("bench_generate: not all could be written\n", stderr);
        return 1;
    }
    return 0;
}
