/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which column goes where. Layer 3 (app). */
#include "import_columns.h"

static const struct {
    const char *name;
    enum target_kind kind;
} targets[] = {
    {"-", TARGET_NONE},
    {"campaign", TARGET_CAMPAIGN},
    {"category", TARGET_CATEGORY},
    {"declared_by", TARGET_DECLARED_BY},
    {"lat", TARGET_POSITION},
    {"description", TARGET_DESCRIPTION},
    {"licence", TARGET_LICENCE},
    {"lon", TARGET_POSITION},
    {"observed", TARGET_OBSERVED},
    {"source_id", TARGET_SOURCE_ID},
    {"status", TARGET_STATUS},
    {"title", TARGET_TITLE},
    {"wkt", TARGET_POSITION},
    {"x", TARGET_POSITION},
    {"y", TARGET_POSITION},
};

/* Names that producers usually give, folded; the first column that has one takes the target. */
static const struct {
    const char *name;
    enum target_kind kind;
} usual[] = {
    {"title", TARGET_TITLE},
    {"titre", TARGET_TITLE},
    {"name", TARGET_TITLE},
    {"nom", TARGET_TITLE},
    {"libelle", TARGET_TITLE},
    {"label", TARGET_TITLE},
    {"description", TARGET_DESCRIPTION},
    {"commentaire", TARGET_DESCRIPTION},
    {"category", TARGET_CATEGORY},
    {"categories", TARGET_CATEGORY},
    {"categorie", TARGET_CATEGORY},
    {"status", TARGET_STATUS},
    {"statut", TARGET_STATUS},
    {"observed", TARGET_OBSERVED},
    {"licence", TARGET_LICENCE},
    {"campaign", TARGET_CAMPAIGN},
    {"declared_by", TARGET_DECLARED_BY},
    {"source_id", TARGET_SOURCE_ID},
    {"id", TARGET_SOURCE_ID},
    {"osm_id", TARGET_SOURCE_ID},
    {"@id", TARGET_SOURCE_ID},
    {"identifiant", TARGET_SOURCE_ID},
    {"uuid", TARGET_SOURCE_ID},
    {"gid", TARGET_SOURCE_ID},
    {"fid", TARGET_SOURCE_ID},
    {"ogc_fid", TARGET_SOURCE_ID},
    {"objectid", TARGET_SOURCE_ID},
    {"globalid", TARGET_SOURCE_ID},
};

enum jalon_status jalon_import_target_parse(struct jalon_context *ctx,
                                            const struct jalon_collection *collection,
                                            struct jalon_text name, const char *parameter,
                                            struct target *out)
{
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        if (jalon_text_is(name, targets[i].name)) {
            *out = (struct target){targets[i].kind, -1};
            return JALON_OK;
        }
    }
    int32_t field = jalon_collection_find_field(collection, name);
    if (field >= 0) {
        *out = (struct target){TARGET_FIELD, field};
        return JALON_OK;
    }
    struct jalon_text fields = JALON_TEXT_EMPTY;
    for (size_t i = 0; i < collection->field_count && fields.data != NULL; i++) {
        fields =
            jalon_text_format(ctx->arena, "%s, %s", fields.data, collection->fields[i].key.data);
    }
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, parameter,
                         "'%.*s' is not a target of %s; there are title, description, category, "
                         "status, observed, licence, campaign, declared_by, source_id, lon, lat, x, y, "
                         "wkt, - (nothing)%s",
                         JALON_TEXT_ARGS(name), collection->key.data,
                         fields.data != NULL ? fields.data : "");
}

bool jalon_import_columns_give_key(const struct import_columns *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct import_column *column = &columns->items[i];
        if (column->target.kind == TARGET_SOURCE_ID &&
            (column->mapped || !jalon_text_is(column->name, "source_id"))) {
            return true;
        }
    }
    return false;
}

static const struct jalon_assignment *find_mapping(const struct import_columns *columns,
                                                   struct jalon_text name)
{
    for (size_t i = 0; i < columns->mapping_count; i++) {
        if (jalon_text_equal(columns->mapping[i].left, name)) {
            return &columns->mapping[i];
        }
    }
    return NULL;
}

/* Does one of the assignments ask for this target? `name` is its side with targets. */
static bool asks_for(const struct jalon_collection *collection, struct jalon_text name,
                     struct target target)
{
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        if (jalon_text_is(name, targets[i].name)) {
            return targets[i].kind == target.kind;
        }
    }
    return target.kind == TARGET_FIELD &&
           jalon_collection_find_field(collection, name) == target.field;
}

/*
 * The target is asked for by --map for another column, or given by --set: a usual name does not
 * take it. Categories add up.
 */
static bool is_given_elsewhere(const struct import_columns *columns, struct target target)
{
    for (size_t i = 0; i < columns->mapping_count; i++) {
        if (asks_for(columns->collection, columns->mapping[i].right, target)) {
            return true;
        }
    }
    for (size_t i = 0; target.kind != TARGET_CATEGORY && i < columns->constant_count; i++) {
        if (asks_for(columns->collection, columns->constants[i].left, target)) {
            return true;
        }
    }
    return false;
}

static bool is_taken(const struct import_columns *columns, struct target target)
{
    for (size_t i = 0; i < columns->count; i++) {
        struct target taken = columns->items[i].target;
        if (taken.kind == target.kind && taken.field == target.field) {
            return true;
        }
    }
    return is_given_elsewhere(columns, target);
}

/* The target that the name usually stands for; TARGET_NONE when it is no usual one. */
static enum target_kind usual_kind(struct jalon_context *ctx, struct jalon_text name)
{
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (jalon_words_alike(ctx, name, jalon_text_from(usual[i].name))) {
            return usual[i].kind;
        }
    }
    return TARGET_NONE;
}

/* The field with this key or label, or -1. */
static int32_t find_called(struct jalon_context *ctx, const struct jalon_collection *collection,
                           struct jalon_text name)
{
    int32_t found = jalon_collection_find_field(collection, name);
    for (size_t i = 0; found < 0 && i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (jalon_words_alike(ctx, name, field->key) ||
            jalon_words_alike(ctx, name, field->label.fr) ||
            jalon_words_alike(ctx, name, field->label.en)) {
            found = (int32_t)i;
        }
    }
    return found;
}

/* The field that this is the OpenStreetMap tag or acceslibre column of, or -1. */
static int32_t find_foreign(const struct jalon_collection *collection, struct jalon_text name)
{
    for (size_t i = 0; i < collection->field_count; i++) {
        const struct jalon_field *field = &collection->fields[i];
        if (jalon_text_equal(name, field->osm) || jalon_text_equal(name, field->acceslibre)) {
            return (int32_t)i;
        }
    }
    return -1;
}

/*
 * What a column is for by its name. A key ("id") is one before it is a field of the same name in
 * another program: without it the next import finds nothing again.
 */
static struct target guess_target(struct jalon_context *ctx, const struct import_columns *columns,
                                  struct jalon_text name)
{
    enum target_kind kind = usual_kind(ctx, name);
    struct target target = {TARGET_FIELD, find_called(ctx, columns->collection, name)};
    if (target.field < 0 && kind != TARGET_SOURCE_ID) {
        target.field = find_foreign(columns->collection, name);
    }
    if (target.field < 0) {
        target.kind = kind;
    }
    return is_taken(columns, target) ? (struct target){TARGET_NONE, -1} : target;
}

enum jalon_status jalon_import_column_find(struct jalon_context *ctx,
                                           struct import_columns *columns, size_t at,
                                           struct jalon_text name, const struct import_column **out,
                                           bool *out_new)
{
    *out_new = false;
    if (at < columns->count && jalon_text_equal(columns->items[at].name, name)) {
        *out = &columns->items[at];
        return JALON_OK;
    }
    for (size_t i = 0; i < columns->count; i++) {
        if (jalon_text_equal(columns->items[i].name, name)) {
            *out = &columns->items[i];
            return JALON_OK;
        }
    }
    struct import_column column = {.name = jalon_text_copy(ctx->arena, name)};
    struct import_column *grown =
        jalon_arena_grow(ctx->arena, columns->items, columns->count, columns->count + 1,
                         sizeof *grown, &columns->capacity);
    if (column.name.data == NULL || grown == NULL) {
        return jalon_no_memory(ctx);
    }
    const struct jalon_assignment *mapping = find_mapping(columns, name);
    column.mapped = mapping != NULL;
    if (mapping != NULL) {
        enum jalon_status status = jalon_import_target_parse(
            ctx, columns->collection, mapping->right, "--map", &column.target);
        if (status != JALON_OK) {
            return status;
        }
    } else {
        column.target = guess_target(ctx, columns, name);
    }
    columns->items = grown;
    columns->items[columns->count] = column;
    *out = &columns->items[columns->count++];
    *out_new = true;
    return JALON_OK;
}

enum jalon_status jalon_import_columns_check(struct jalon_context *ctx,
                                             const struct import_columns *columns)
{
    enum jalon_status status = JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < columns->mapping_count; i++) {
        struct target target = {TARGET_NONE, -1};
        struct jalon_text name = columns->mapping[i].left;
        status = jalon_import_target_parse(ctx, columns->collection, columns->mapping[i].right,
                                           "--map", &target);
        if (status == JALON_OK && find_mapping(columns, name) != &columns->mapping[i]) {
            status = jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "--map",
                                   "the column '%s' is mapped twice", name.data);
        }
    }
    return status;
}

/* Is the mapping's target a position? The reader has taken such columns out. */
static bool is_position(struct jalon_text target)
{
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        if (targets[i].kind == TARGET_POSITION && jalon_text_is(target, targets[i].name)) {
            return true;
        }
    }
    return false;
}

enum jalon_status jalon_import_columns_check_met(struct jalon_context *ctx,
                                                 const struct import_columns *columns)
{
    for (size_t i = 0; i < columns->mapping_count; i++) {
        bool found = is_position(columns->mapping[i].right);
        for (size_t c = 0; c < columns->count && !found; c++) {
            found = jalon_text_equal(columns->items[c].name, columns->mapping[i].left);
        }
        if (!found) {
            return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "--map",
                                 "the file has no column '%.*s'",
                                 JALON_TEXT_ARGS(columns->mapping[i].left));
        }
    }
    return JALON_OK;
}
