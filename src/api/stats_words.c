/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The words of statistics, French and English. Layer 4 (api). */
#include "stats_write.h"

struct words {
    const char *key;
    struct jalon_label label;
};

#define LABEL(french, english) {{"" french, sizeof(french) - 1}, {"" english, sizeof(english) - 1}}

static const struct jalon_label words[JALON_STATS_WORD_COUNT] = {
    [JALON_STATS_WORD_TITLE] = LABEL("Statistiques", "Statistics"),
    [JALON_STATS_WORD_COUNTED] = LABEL("Contributions", "Contributions"),
    [JALON_STATS_WORD_NOTHING] = LABEL("Rien à compter ici.", "Nothing to count here."),
    [JALON_STATS_WORD_SHARE] = LABEL("Part", "Share"),
    [JALON_STATS_WORD_TABLE] = LABEL("En tableau", "As a table"),
    [JALON_STATS_WORD_REPEATED] =
        LABEL("Une contribution peut compter dans plusieurs lignes.",
              "One contribution may count in several rows."),
    [JALON_STATS_WORD_PARTS] = LABEL("Nombre de contributions et leur part de l'ensemble.",
                                     "Number of contributions and their share of all."),
    [JALON_STATS_WORD_FILTERS] = LABEL("Seulement", "Only"),
    [JALON_STATS_WORD_FORMATS] = LABEL("Télécharger", "Download"),
    [JALON_STATS_WORD_BACK] = LABEL("Retour à la carte", "Back to the map"),
    [JALON_STATS_WORD_AUTHORS] = LABEL("Personnes qui ont contribué avec un compte",
                                       "People who contributed with an account"),
    [JALON_STATS_WORD_WRITTEN] = LABEL("Contributions de ces personnes", "Contributions by them"),
    [JALON_STATS_WORD_ANONYMOUS] = LABEL("Contributions anonymes", "Anonymous contributions"),
    [JALON_STATS_WORD_IMPORTED] = LABEL("Contributions importées", "Imported contributions"),
    [JALON_STATS_WORD_ONE_PERCENT] = LABEL("Écrites par le 1 % le plus actif",
                                           "Written by the most active 1%"),
    [JALON_STATS_WORD_TEN_PERCENT] = LABEL("Écrites par les 10 % les plus actifs",
                                           "Written by the most active 10%"),
    [JALON_STATS_WORD_TEN] = LABEL("Écrites par les dix personnes les plus actives",
                                   "Written by the ten most active people"),
    [JALON_STATS_WORD_HALF] = LABEL("La moitié est écrite par les plus actifs",
                                    "Half is written by the most active"),
};

static const struct jalon_label titles[JALON_STATS_DIMENSION_COUNT] = {
    [JALON_STATS_CATEGORY] = LABEL("Par thème", "By theme"),
    [JALON_STATS_STATUS] = LABEL("Par état", "By status"),
    [JALON_STATS_TERRITORY] = LABEL("Par territoire", "By territory"),
    [JALON_STATS_MONTH] = LABEL("Par mois de création", "By month of creation"),
    [JALON_STATS_AUTHOR_CLASS] = LABEL("Par activité des auteurs", "By activity of their authors"),
    [JALON_STATS_COLLECTION] = LABEL("Par collection", "By collection"),
    [JALON_STATS_FRESHNESS] = LABEL("Depuis la dernière observation", "Since the last observation"),
};

/* What is in no other row of a table. */
static const struct jalon_label rests[JALON_STATS_DIMENSION_COUNT] = {
    [JALON_STATS_CATEGORY] = LABEL("Sans thème", "Without theme"),
    [JALON_STATS_STATUS] = LABEL("Sans état", "Without status"),
    [JALON_STATS_TERRITORY] = LABEL("En dehors", "Outside"),
};

static const struct words kinds[] = {
    {"city", LABEL("Par commune", "By city")},
    {"quarter", LABEL("Par quartier", "By quarter")},
    {"sub_quarter", LABEL("Par sous-quartier", "By sub-quarter")},
    {NULL, LABEL("", "")},
};

static const struct words classes[] = {
    {"1", LABEL("Auteurs d'une seule", "Authors of one only")},
    {"2-9", LABEL("Auteurs de 2 à 9", "Authors of 2 to 9")},
    {"10-99", LABEL("Auteurs de 10 à 99", "Authors of 10 to 99")},
    {"100+", LABEL("Auteurs de 100 et plus", "Authors of 100 or more")},
    {"anonymous", LABEL("Anonymes", "Anonymous")},
    {"imported", LABEL("Importées", "Imported")},
    {"0-30", LABEL("30 jours ou moins", "30 days or less")},
    {"31-90", LABEL("31 à 90 jours", "31 to 90 days")},
    {"91-365", LABEL("91 à 365 jours", "91 to 365 days")},
    {"366-730", LABEL("1 à 2 ans", "1 to 2 years")},
    {"731-1825", LABEL("2 à 5 ans", "2 to 5 years")},
    {"1826+", LABEL("Plus de 5 ans", "More than 5 years")},
    {NULL, LABEL("", "")},
};

static const struct words *find_words(const struct words *list, struct jalon_text key)
{
    while (list->key != NULL && !jalon_text_is(key, list->key)) {
        list++;
    }
    return list->key != NULL ? list : NULL;
}

struct jalon_text jalon_stats_word(const struct jalon_request *request, enum jalon_stats_word word)
{
    return jalon_endpoint_words(request, words[word]);
}

struct jalon_text jalon_stats_title(const struct jalon_request *request,
                                    const struct jalon_stats_table *table)
{
    const struct words *kind = find_words(kinds, table->kind);
    if (kind != NULL) {
        return jalon_endpoint_words(request, kind->label);
    }
    return table->kind.length > 0 ? table->kind
                                  : jalon_endpoint_words(request, titles[table->dimension]);
}

struct jalon_text jalon_stats_label(const struct jalon_request *request,
                                    const struct jalon_stats_table *table,
                                    const struct jalon_stats_row *row)
{
    if (row->key.length == 0) {
        return jalon_endpoint_words(request, rests[table->dimension]);
    }
    const struct words *own = table->dimension == JALON_STATS_AUTHOR_CLASS ||
                                      table->dimension == JALON_STATS_FRESHNESS
                                  ? find_words(classes, row->key)
                                  : NULL;
    struct jalon_text label = jalon_endpoint_words(request, own != NULL ? own->label : row->label);
    return label.length > 0 ? label : row->key;
}
