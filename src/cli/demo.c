/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * jalon demo: the map of Montpellier from the open data that comes with the program. Layer 5 (cli).
 *
 * Each step is an import as anybody could type it, so the demo also shows how it is done. Imports
 * find their rows again: a demo that was interrupted is completed by making it again.
 */
#include <string.h>

#include "cli.h"
#include "import_file.h"
#include "share.h"

enum { ASSIGNMENTS_MAX = 12, TERRITORY_FILE_MAX = 64 << 20 };

static const char demo_slug[] = "montpellier";
static const char osm[] = "© les contributeurs d'OpenStreetMap";
static const char city[] = "Ville de Montpellier";

struct pair {
    const char *left;
    const char *right;
};

static const struct step {
    const char *file;
    const char *collection;
    int32_t srid;
    struct pair mapping[ASSIGNMENTS_MAX];
    struct pair constants[ASSIGNMENTS_MAX];
} steps[] = {
    {"OSM_MTP_Restaurants.geojson", "accessibility", 4326, {{"type", "category"}}, {{0}}},
    {"OSM_MTP_Commerces.geojson", "accessibility", 4326, {{"type", "category"}}, {{0}}},
    {"OSM_MTP_Pharmacie.geojson", "accessibility", 4326, {{"type", "category"}}, {{0}}},
    {"VilleMTP_MTP_PlacesGIG.kml",
     "accessibility",
     4326,
     {{"name", "-"},
      {"NBRE_PLACE", "spaces"},
      {"IMPLANTATI", "layout"},
      {"SV", "vertical_sign"},
      {"SH", "ground_marking"},
      {"DIMENSIONS", "dimensions"},
      {"ACCES_TROT", "pavement_access"}},
     {{"category", "reserved-parking"}, {"title", "Stationnement réservé"}}},
    {"VilleMTP_MTP_PassagesPiet.kml",
     "accessibility",
     4326,
     {{"name", "-"},
      {"ID_PP", "source_id"},
      {"ACC_TBAN", "tactile_strip"},
      {"ACC_TACC", "accessible_threshold"},
      {"DATE_", "survey_date"}},
     {{"category", "pedestrian-crossings"}, {"title", "Passage piéton"}}},
    {"VilleMTP_MTP_AccTrottoir.geojson",
     "pavements",
     2154,
     {{"ID_ARC", "source_id"},
      {"VOI_NOM", "title"},
      {"ACC_OIMP", "odd_side_accessible"},
      {"ACC_OPAI", "even_side_accessible"},
      {"ACV_ILAR", "odd_side_width_m"},
      {"ACV_PLAR", "even_side_width_m"},
      {"LEN", "length_m"}},
     {{0}}},
    {"VilleMTP_MTP_ListeAssoc_2011.csv",
     "initiatives",
     4326,
     {{"NomAsso", "title"},
      {"INTERNET", "website"},
      {"Domaine", "category"},
      {"Sous-Domaine", "category"},
      {"Sigle", "acronym"},
      {"Adresse", "address"},
      {"Code_Postal", "postcode"},
      {"Code_Quartier", "quarter"}},
     {{0}}},
};

/* Properties of the files of territories. */
static const struct layer {
    const char *file;
    const char *kind;
    const char *number; /* property: the key is the kind and this; NULL: the kind alone */
    const char *name;   /* property; NULL: the title below */
    const char *title;
    const char *parent; /* property: the number of the quarter around it; NULL: the city */
} layers[] = {
    {"VilleMTP_MTP_LimiteCommune.geojson", "city", NULL, NULL, "Montpellier", NULL},
    {"VilleMTP_MTP_Quartiers.geojson", "quarter", "QUARTIER", "LIBQUART", NULL, NULL},
    /* Not SQUARTMNO: two sub-quarters share the code MIP. */
    {"VilleMTP_MTP_SousQuartiers.geojson", "sub_quarter", "SQUARTIER_", "LIBSQUART", NULL,
     "QUARTIER"},
};

static size_t copy_pairs(const struct pair *pairs, struct jalon_assignment *out)
{
    size_t count = 0;
    while (count < ASSIGNMENTS_MAX && pairs[count].left != NULL) {
        out[count] = (struct jalon_assignment){jalon_text_from(pairs[count].left),
                                               jalon_text_from(pairs[count].right)};
        count++;
    }
    return count;
}

/* Rows without a position are the only ones expected to be refused; the counts are shown. */
static void ignore_notice(void *handle, const struct jalon_import_notice *notice)
{
    (void)handle;
    (void)notice;
}

static enum jalon_status run_step(struct jalon_cli *cli, struct jalon_app *app, const char *folder,
                                  const struct step *step)
{
    struct jalon_assignment mapping[ASSIGNMENTS_MAX], constants[ASSIGNMENTS_MAX];
    struct jalon_import_report report;
    struct jalon_text path = jalon_text_format(cli->ctx->arena, "%s/%s", folder, step->file);
    if (path.data == NULL) {
        return jalon_no_memory(cli->ctx);
    }
    bool from_osm = strncmp(step->file, "OSM_", 4) == 0;
    struct import_file file = {
        .path = path.data,
        .format = jalon_format_for_path(path),
        .reader = {.srid = step->srid},
        .import =
            {
                .map = jalon_text_from(demo_slug),
                .collection = jalon_text_from(step->collection),
                .source = jalon_text_format(cli->ctx->arena, "%s (%s)", step->file,
                                            from_osm ? osm : city),
                .mapping = mapping,
                .mapping_count = copy_pairs(step->mapping, mapping),
                .constants = constants,
                .constant_count = copy_pairs(step->constants, constants),
                .omit_invalid = true,
            },
        .show_progress = jalon_cli_shows_progress(cli),
        .listener = ignore_notice,
    };
    int64_t committed;
    enum jalon_status status = jalon_cli_import_file(cli->ctx, app, &file, &report, &committed);
    if (status == JALON_OK && !jalon_conf_flag(cli->settings, "quiet")) {
        printf("%-36s %-14s %6lld created, %lld updated, %lld unchanged, %lld without position\n",
               step->file, step->collection, (long long)report.created, (long long)report.updated,
               (long long)report.unchanged, (long long)report.refused);
    }
    return status;
}

/* --- Territories --- */
static struct jalon_text property(struct jalon_context *ctx, const struct jalon_record *record,
                                  const char *name)
{
    for (size_t i = 0; i < record->value_count; i++) {
        const struct jalon_record_value *value = &record->values[i];
        if (!jalon_text_is(value->name, name)) {
            continue;
        }
        if (value->value.kind == JALON_VALUE_TEXT) {
            return value->value.text;
        }
        if (value->value.kind == JALON_VALUE_INTEGER) {
            struct jalon_text text =
                jalon_text_format(ctx->arena, "%02lld", (long long)value->value.integer);
            return text.data != NULL ? text : JALON_TEXT_EMPTY;
        }
    }
    return JALON_TEXT_EMPTY;
}

/* "quarter-06"; the kind alone when there is no number. */
static struct jalon_text territory_key(struct jalon_context *ctx, const struct jalon_record *record,
                                       const char *kind, const char *number)
{
    return number == NULL ? jalon_text_from(kind)
                          : jalon_text_format(ctx->arena, "%s-%s", kind,
                                              property(ctx, record, number).data);
}

static enum jalon_status put_territory(struct jalon_context *row, struct jalon_app *app,
                                       const struct jalon_map *map, const struct layer *layer,
                                       const struct jalon_record *record)
{
    struct jalon_territory territory = {
        .key = territory_key(row, record, layer->kind, layer->number),
        .name = layer->name != NULL ? property(row, record, layer->name)
                                    : jalon_text_from(layer->title),
        .kind = jalon_text_from(layer->kind),
        .parent = layer->parent != NULL   ? territory_key(row, record, "quarter", layer->parent)
                  : layer->number != NULL ? JALON_TEXT("city")
                                          : JALON_TEXT_EMPTY,
        .geometry = record->geometry,
    };
    if (territory.key.data == NULL || territory.parent.data == NULL) {
        return jalon_no_memory(row);
    }
    return jalon_app_put_territory(row, app, map, &territory);
}

static enum jalon_status read_memory(struct jalon_context *ctx, void *handle, void *data,
                                     size_t size, size_t *out_size)
{
    (void)ctx;
    struct jalon_text *rest = handle;
    size_t taken = rest->length < size ? rest->length : size;
    memcpy(data, rest->data, taken);
    *rest = jalon_text_slice(rest->data + taken, rest->length - taken);
    *out_size = taken;
    return JALON_OK;
}

static enum jalon_status put_territories(struct jalon_context *ctx, struct jalon_app *app,
                                         const struct jalon_map *map, const struct layer *layer,
                                         struct jalon_reader *reader)
{
    struct jalon_context *row = jalon_context_create();
    enum jalon_status status = row != NULL ? JALON_OK : jalon_no_memory(ctx);
    while (status == JALON_OK) {
        struct jalon_record record;
        jalon_context_reset(row);
        status = jalon_reader_next(row, reader, &record);
        if (status == JALON_OK) {
            status = put_territory(row, app, map, layer, &record);
        }
        if (status != JALON_OK && status != JALON_NOT_FOUND) {
            status = jalon_fail(ctx, status, "%s: %s", layer->file, row->error.message.data);
        }
    }
    jalon_context_destroy(row);
    return status == JALON_NOT_FOUND ? JALON_OK : status;
}

static enum jalon_status run_layer(struct jalon_cli *cli, struct jalon_app *app,
                                   const struct jalon_map *map, const char *folder,
                                   const struct layer *layer)
{
    struct jalon_text path = jalon_text_format(cli->ctx->arena, "%s/%s", folder, layer->file);
    struct jalon_text content;
    struct jalon_reader *reader = NULL;
    struct jalon_reader_options options = {.srid = JALON_SRID_WGS84};
    enum jalon_status status =
        path.data == NULL ? jalon_no_memory(cli->ctx)
                          : jalon_cli_read_file(cli->ctx, path.data, TERRITORY_FILE_MAX, &content);
    struct jalon_source source = {read_memory, &content};
    if (status == JALON_OK) {
        status = jalon_format_for_path(path)->open_reader(cli->ctx, &source, &options, &reader);
    }
    if (status == JALON_OK) {
        status = put_territories(cli->ctx, app, map, layer, reader);
    }
    jalon_reader_close(reader);
    return status;
}

/* --- The whole --- */
static enum jalon_status make_map(struct jalon_cli *cli, struct jalon_app *app)
{
    struct jalon_map map;
    enum jalon_status status =
        jalon_app_find_map(cli->ctx, app, jalon_text_from(demo_slug), &map);
    if (status != JALON_NOT_FOUND) {
        return status; /* made before, perhaps not to the end */
    }
    jalon_error_clear(cli->ctx);
    status = jalon_cli_read_template(cli->ctx, JALON_TEXT("demo"), &map);
    map.slug = jalon_text_from(demo_slug);
    return status == JALON_OK ? jalon_app_create_map(cli->ctx, app, &map) : status;
}

static enum jalon_status fill_map(struct jalon_cli *cli, struct jalon_app *app, const char *folder)
{
    struct jalon_map map;
    enum jalon_status status = jalon_app_find_map(cli->ctx, app, jalon_text_from(demo_slug), &map);
    for (size_t i = 0; status == JALON_OK && i < sizeof layers / sizeof layers[0]; i++) {
        status = run_layer(cli, app, &map, folder, &layers[i]);
    }
    for (size_t i = 0; status == JALON_OK && i < sizeof steps / sizeof steps[0]; i++) {
        status = run_step(cli, app, folder, &steps[i]);
    }
    return status;
}

enum exit_code jalon_cli_demo(struct jalon_cli *cli)
{
    struct jalon_app *app = NULL;
    struct jalon_text folder;
    enum jalon_status status = jalon_cli_find_share(cli->ctx, "demo", &folder);
    if (status == JALON_OK) {
        status = jalon_cli_open(cli, true, false, &app);
    }
    if (status == JALON_OK) {
        status = make_map(cli, app);
    }
    if (status == JALON_OK) {
        status = fill_map(cli, app, folder.data);
    }
    jalon_app_close(app);
    return status == JALON_OK ? EXIT_DONE : jalon_cli_fail(cli->ctx, status);
}
