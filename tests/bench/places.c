/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Points over France by population.
 *
 * 75 of 100 fall in one of the towns below, drawn by population, around its centre: most in a core
 * that grows with the town, the rest in suburbs three times as wide. 20 fall in one of 4,000
 * villages, whose own places and sizes are drawn first, and 5 anywhere. The sea is not cut out.
 */
#include "places.h"

#include <math.h>
#include <stdbool.h>

struct town {
    const char *name;
    double thousands; /* inhabitants of the commune about 2020 (INSEE), rounded */
    double lon, lat;  /* its centre, degrees */
};

static const struct town towns_of_france[] = {
    {"Paris", 2146, 2.352, 48.857},
    {"Marseille", 871, 5.370, 43.296},
    {"Lyon", 522, 4.835, 45.764},
    {"Toulouse", 498, 1.444, 43.605},
    {"Nice", 343, 7.262, 43.710},
    {"Nantes", 321, -1.554, 47.218},
    {"Montpellier", 299, 3.877, 43.611},
    {"Strasbourg", 290, 7.752, 48.573},
    {"Bordeaux", 259, -0.579, 44.838},
    {"Lille", 235, 3.057, 50.629},
    {"Rennes", 222, -1.678, 48.117},
    {"Reims", 180, 4.032, 49.258},
    {"Toulon", 180, 5.928, 43.124},
    {"Saint-Étienne", 173, 4.387, 45.440},
    {"Le Havre", 166, 0.108, 49.494},
    {"Dijon", 159, 5.041, 47.322},
    {"Grenoble", 158, 5.724, 45.188},
    {"Villeurbanne", 157, 4.880, 45.767},
    {"Angers", 156, -0.563, 47.478},
    {"Nîmes", 148, 4.360, 43.837},
    {"Aix-en-Provence", 147, 5.447, 43.529},
    {"Clermont-Ferrand", 147, 3.087, 45.777},
    {"Le Mans", 145, 0.199, 48.006},
    {"Brest", 140, -4.486, 48.390},
    {"Tours", 137, 0.685, 47.394},
    {"Amiens", 134, 2.296, 49.894},
    {"Annecy", 131, 6.129, 45.899},
    {"Limoges", 130, 1.262, 45.834},
    {"Boulogne-Billancourt", 120, 2.240, 48.835},
    {"Metz", 120, 6.176, 49.119},
    {"Perpignan", 119, 2.896, 42.699},
    {"Besançon", 118, 6.024, 47.238},
    {"Orléans", 117, 1.909, 47.903},
    {"Rouen", 114, 1.100, 49.443},
    {"Saint-Denis", 113, 2.354, 48.936},
    {"Montreuil", 111, 2.441, 48.864},
    {"Argenteuil", 107, 2.248, 48.948},
    {"Caen", 107, -0.371, 49.183},
    {"Mulhouse", 106, 7.339, 47.750},
    {"Nancy", 104, 6.184, 48.692},
    {"Roubaix", 98, 3.174, 50.690},
    {"Tourcoing", 98, 3.161, 50.724},
    {"Nanterre", 96, 2.207, 48.892},
    {"Vitry-sur-Seine", 95, 2.393, 48.787},
    {"Créteil", 92, 2.456, 48.790},
    {"Avignon", 91, 4.806, 43.949},
    {"Aubervilliers", 90, 2.383, 48.915},
    {"Poitiers", 90, 0.340, 46.580},
    {"Asnières-sur-Seine", 87, 2.285, 48.914},
    {"Aulnay-sous-Bois", 87, 2.497, 48.938},
    {"Dunkerque", 87, 2.377, 51.034},
    {"Colombes", 86, 2.254, 48.923},
    {"Versailles", 83, 2.130, 48.804},
    {"Courbevoie", 82, 2.257, 48.897},
    {"Béziers", 80, 3.215, 43.344},
    {"Cherbourg-en-Cotentin", 78, -1.622, 49.639},
    {"La Rochelle", 78, -1.151, 46.160},
    {"Champigny-sur-Marne", 77, 2.516, 48.817},
    {"Pau", 77, -0.370, 43.295},
    {"Mérignac", 75, -0.657, 44.842},
    {"Saint-Maur-des-Fossés", 75, 2.493, 48.799},
    {"Cannes", 74, 7.017, 43.552},
    {"Antibes", 73, 7.121, 43.581},
    {"Ajaccio", 72, 8.737, 41.919},
    {"Drancy", 72, 2.445, 48.923},
    {"Saint-Nazaire", 72, -2.214, 47.274},
    {"Noisy-le-Grand", 69, 2.553, 48.848},
    {"Issy-les-Moulineaux", 68, 2.270, 48.824},
    {"Calais", 67, 1.858, 50.951},
    {"Cergy", 67, 2.038, 49.036},
    {"Colmar", 67, 7.358, 48.079},
    {"Évry-Courcouronnes", 67, 2.430, 48.629},
    {"Levallois-Perret", 67, 2.288, 48.893},
    {"Vénissieux", 66, 4.886, 45.697},
    {"Pessac", 65, -0.631, 44.806},
    {"Bourges", 64, 2.396, 47.081},
    {"Clichy", 64, 2.305, 48.904},
    {"Ivry-sur-Seine", 64, 2.385, 48.814},
    {"Valence", 64, 4.892, 44.933},
    {"Antony", 63, 2.298, 48.754},
    {"La Seyne-sur-Mer", 63, 5.882, 43.100},
    {"Quimper", 63, -4.098, 47.996},
    {"Troyes", 62, 4.075, 48.297},
    {"Montauban", 61, 1.355, 44.018},
    {"Villeneuve-d'Ascq", 61, 3.144, 50.623},
    {"Chambéry", 59, 5.918, 45.565},
    {"Niort", 59, -0.459, 46.324},
    {"Sarcelles", 58, 2.380, 48.997},
    {"Villejuif", 58, 2.364, 48.793},
    {"Lorient", 57, -3.366, 47.748},
    {"Beauvais", 56, 2.081, 49.430},
    {"Fréjus", 56, 6.737, 43.433},
    {"Hyères", 56, 6.129, 43.120},
    {"Meaux", 56, 2.878, 48.960},
    {"Narbonne", 56, 3.004, 43.184},
    {"La Roche-sur-Yon", 55, -1.427, 46.670},
    {"Cholet", 54, -0.879, 47.060},
    {"Vannes", 54, -2.760, 47.658},
    {"Saint-Quentin", 53, 3.287, 49.848},
    {"Bayonne", 52, -1.475, 43.493},
    {"Arles", 51, 4.628, 43.677},
    {"Laval", 49, -0.770, 48.070},
    {"Albi", 49, 2.148, 43.928},
    {"Bastia", 48, 9.450, 42.697},
    {"Grasse", 48, 6.924, 43.659},
    {"Évreux", 47, 1.151, 49.024},
    {"Saint-Malo", 47, -2.026, 48.649},
    {"Belfort", 46, 6.863, 47.638},
    {"Blois", 46, 1.336, 47.586},
    {"Brive-la-Gaillarde", 46, 1.533, 45.159},
    {"Carcassonne", 46, 2.351, 43.213},
    {"Charleville-Mézières", 46, 4.720, 49.772},
    {"Chalon-sur-Saône", 45, 4.853, 46.781},
    {"Alès", 44, 4.083, 44.125},
    {"Saint-Brieuc", 44, -2.765, 48.514},
    {"Sète", 44, 3.696, 43.403},
    {"Châlons-en-Champagne", 43, 4.363, 48.957},
    {"Châteauroux", 43, 1.691, 46.811},
    {"Tarbes", 43, 0.078, 43.233},
    {"Valenciennes", 43, 3.523, 50.357},
    {"Arras", 42, 2.777, 50.291},
    {"Castres", 42, 2.240, 43.606},
    {"Melun", 42, 2.660, 48.540},
    {"Angoulême", 41, 0.156, 45.649},
    {"Bourg-en-Bresse", 41, 5.225, 46.206},
    {"Compiègne", 41, 2.826, 49.418},
    {"Thionville", 41, 6.168, 49.358},
    {"Boulogne-sur-Mer", 40, 1.614, 50.726},
    {"Douai", 40, 3.080, 50.371},
    {"Gap", 40, 6.079, 44.559},
    {"Chartres", 39, 1.489, 48.446},
    {"Draguignan", 39, 6.465, 43.538},
    {"Auxerre", 35, 3.567, 47.798},
    {"Roanne", 35, 4.072, 46.034},
    {"Mâcon", 34, 4.830, 46.306},
    {"Montluçon", 34, 2.603, 46.340},
    {"Agen", 33, 0.620, 44.203},
    {"Nevers", 33, 3.159, 46.990},
    {"Épinal", 32, 6.450, 48.174},
    {"Périgueux", 30, 0.721, 45.184},
    {"Mont-de-Marsan", 29, -0.499, 43.891},
    {"Lunel", 27, 4.136, 43.676},
    {"Alençon", 26, 0.091, 48.432},
    {"Aurillac", 26, 2.445, 44.926},
    {"Saintes", 25, -0.633, 45.746},
    {"Vichy", 25, 3.426, 46.128},
    {"Laon", 24, 3.624, 49.564},
    {"Rodez", 24, 2.573, 44.350},
    {"Auch", 22, 0.586, 43.646},
    {"Chaumont", 22, 5.139, 48.111},
    {"Millau", 22, 3.078, 44.100},
    {"Dax", 21, -1.053, 43.710},
    {"Cahors", 20, 1.441, 44.448},
    {"Le Puy-en-Velay", 19, 3.885, 45.043},
    {"Saint-Lô", 19, -1.090, 49.116},
    {"Lons-le-Saunier", 17, 5.555, 46.674},
    {"Digne-les-Bains", 16, 6.236, 44.092},
    {"Bar-le-Duc", 15, 5.161, 48.773},
    {"Tulle", 15, 1.770, 45.266},
    {"Vesoul", 15, 6.155, 47.620},
    {"Guéret", 13, 1.871, 46.171},
    {"Mende", 12, 3.500, 44.518},
    {"Foix", 9, 1.607, 42.965},
    {"Privas", 8, 4.598, 44.735},
};

enum { TOWNS = sizeof towns_of_france / sizeof *towns_of_france, VILLAGES = 4000 };

static const double KM_PER_DEGREE = 111.2;

struct village {
    struct jalon_position centre;
    double size_km;
};

void random_seed(struct random_state *state, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t word = seed;
        word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
        state->words[i] = word ^ (word >> 31);
    }
}

static uint64_t rotate(uint64_t word, int bits)
{
    return (word << bits) | (word >> (64 - bits));
}

uint64_t random_next(struct random_state *state)
{
    uint64_t *words = state->words;
    uint64_t result = rotate(words[1] * 5, 7) * 9;
    uint64_t shifted = words[1] << 17;
    words[2] ^= words[0];
    words[3] ^= words[1];
    words[1] ^= words[2];
    words[0] ^= words[3];
    words[2] ^= shifted;
    words[3] = rotate(words[3], 45);
    return result;
}

double random_unit(struct random_state *state)
{
    return (double)(random_next(state) >> 11) * 0x1p-53;
}

/* A point around a centre, normally distributed (Box and Muller, 1958). */
static struct jalon_position spread(struct random_state *state, struct jalon_position centre,
                                    double size_km)
{
    double radius_km = size_km * sqrt(-2.0 * log(1.0 - random_unit(state)));
    double angle = 2.0 * acos(-1.0) * random_unit(state);
    double lat = centre.lat + radius_km * sin(angle) / KM_PER_DEGREE;
    double shrink = cos(centre.lat * acos(-1.0) / 180.0);
    double lon = centre.lon + radius_km * cos(angle) / (KM_PER_DEGREE * shrink);
    return (struct jalon_position){lon, lat};
}

/* Metropolitan France is about the hexagon it is called after; corners clockwise from Brittany. */
static const struct jalon_position hexagon[] = {
    {-4.8, 48.5}, {2.4, 51.1}, {8.2, 49.0}, {7.5, 43.8}, {3.1, 42.4}, {-1.7, 43.3},
};

static bool is_in_hexagon(struct jalon_position point)
{
    size_t corners = sizeof hexagon / sizeof *hexagon;
    for (size_t i = 0; i < corners; i++) {
        struct jalon_position a = hexagon[i], b = hexagon[(i + 1) % corners];
        double side = (b.lon - a.lon) * (point.lat - a.lat) - (b.lat - a.lat) * (point.lon - a.lon);
        if (side > 0) { /* clockwise: inside is on the right of each edge */
            return false;
        }
    }
    return true;
}

static struct jalon_position anywhere(struct random_state *state)
{
    for (;;) {
        double lon = -4.8 + 13.0 * random_unit(state);
        double lat = 42.4 + 8.7 * random_unit(state);
        if (is_in_hexagon((struct jalon_position){lon, lat})) {
            return (struct jalon_position){lon, lat};
        }
    }
}

static int16_t draw_town(struct random_state *state, const double *sums)
{
    double at = random_unit(state) * sums[TOWNS - 1];
    int16_t low = 0, high = TOWNS - 1;
    while (low < high) {
        int16_t middle = (int16_t)((low + high) / 2);
        if (sums[middle] > at) {
            high = middle;
        } else {
            low = (int16_t)(middle + 1);
        }
    }
    return low;
}

static struct jalon_position draw_in_town(struct random_state *state, int16_t index)
{
    const struct town *town = &towns_of_france[index];
    struct jalon_position centre = {town->lon, town->lat};
    double core_km = 1.3 * pow(town->thousands / 50.0, 0.4); /* Paris 5.9, Foix 0.7 */
    return spread(state, centre, random_unit(state) < 0.65 ? core_km : 3.0 * core_km);
}

static double round_6(double degrees)
{
    return round(degrees * 1e6) / 1e6;
}

void places_draw(struct random_state *state, struct jalon_position *points, int16_t *towns,
                 size_t count)
{
    double sums[TOWNS];
    double sum = 0;
    for (size_t i = 0; i < TOWNS; i++) {
        sums[i] = sum += towns_of_france[i].thousands;
    }
    struct village villages[VILLAGES];
    for (size_t i = 0; i < VILLAGES; i++) {
        villages[i].centre = anywhere(state);
        villages[i].size_km = 0.3 + random_unit(state);
    }

    for (size_t i = 0; i < count; i++) {
        double kind = random_unit(state);
        int16_t town = -1;
        if (kind < 0.75) {
            town = draw_town(state, sums);
            points[i] = draw_in_town(state, town);
        } else if (kind < 0.95) {
            /* Squared, so that some villages are much larger than others. */
            double at = random_unit(state);
            const struct village *village = &villages[(size_t)(at * at * VILLAGES)];
            points[i] = spread(state, village->centre, village->size_km);
        } else {
            points[i] = anywhere(state);
        }
        points[i] = (struct jalon_position){round_6(points[i].lon), round_6(points[i].lat)};
        if (towns != NULL) {
            towns[i] = town;
        }
    }
}

const char *places_town_name(int16_t town)
{
    return town < 0 ? "Ailleurs" : towns_of_france[town].name;
}
