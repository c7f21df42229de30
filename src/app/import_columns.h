/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Which column goes where: what --map says, else names that are usual. Private to app. */
#ifndef JALON_APP_IMPORT_COLUMNS_H
#define JALON_APP_IMPORT_COLUMNS_H

#include "jalon/app.h"

#include "draft.h"

/* A column met so far and what it is for. */
struct import_column {
    struct jalon_text name;
    struct target target;
    bool mapped; /* by --map */
};

struct import_columns {
    const struct jalon_map *map;
    const struct jalon_collection *collection;
    const struct jalon_assignment *mapping;
    size_t mapping_count;
    const struct jalon_assignment *constants; /* targets that --set gives */
    size_t constant_count;
    struct import_column *items;
    size_t count;
    size_t capacity;
};

/*
 * Reads a target's name: lon lat x y wkt title description category status observed licence
 * campaign source_id, or a field's key. JALON_INVALID names `parameter` and what there is.
 */
enum jalon_status jalon_import_target_parse(struct jalon_context *ctx,
                                            const struct jalon_collection *collection,
                                            struct jalon_text name, const char *parameter,
                                            struct target *out) JALON_MUST_USE;
/*
 * The column of this name, probably the `at`-th; met for the first time, it is given its target and
 * *out_new is set. The name is copied into ctx' arena, which must live as long as the columns.
 */
enum jalon_status jalon_import_column_find(struct jalon_context *ctx,
                                           struct import_columns *columns, size_t at,
                                           struct jalon_text name, const struct import_column **out,
                                           bool *out_new) JALON_MUST_USE;
/* JALON_INVALID: a target of --map that does not exist, a column that is mapped twice. */
enum jalon_status jalon_import_columns_check(struct jalon_context *ctx,
                                             const struct import_columns *columns) JALON_MUST_USE;
/* JALON_INVALID names the first column of --map that was not met. */
enum jalon_status
jalon_import_columns_check_met(struct jalon_context *ctx,
                               const struct import_columns *columns) JALON_MUST_USE;
/*
 * Is the key of rows in a column, so that a feature's own id is not? A property that is merely called
 * source_id is what another map's sources called it: two of them may have said the same.
 */
bool jalon_import_columns_give_key(const struct import_columns *columns);

#endif
