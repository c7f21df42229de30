/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One row of an import, once it is known to be good: which earlier one is it, and what has the
 * source changed? Layer 3 (app).
 */
#include <inttypes.h>
#include <string.h>

#include "jalon/clock.h"

#include "import_state.h"

/* --- Which earlier row is it? --- */
static struct identity_count *identity_slot(struct jalon_import *import, uint64_t hash)
{
    struct identity_count *slot = &import->identities[hash % IMPORT_IDENTITY_CACHE];
    if (slot->hash != hash) {
        *slot = (struct identity_count){hash, 0};
    }
    return slot;
}

/* The next key of a row without one: its identity and how often it was met. */
static enum jalon_status number_identity(struct jalon_context *ctx, struct identity_count *slot,
                                         struct jalon_text *out)
{
    struct jalon_text key =
        jalon_text_format(ctx->arena, "~%016" PRIx64 "-%" PRId64, slot->hash, ++slot->count);
    if (key.data == NULL) {
        return jalon_no_memory(ctx);
    }
    *out = key;
    return JALON_OK;
}

/*
 * *out is NULL for a new row. One without a key gets one: the n-th row of its identity is the first
 * number that this file has not had.
 */
static enum jalon_status find_earlier(struct jalon_context *ctx, struct jalon_import *import,
                                      struct jalon_contribution *contribution,
                                      struct known_row **out)
{
    if (contribution->source_id.length > 0) {
        *out = jalon_known_find(&import->known, contribution->source_id);
        return JALON_OK;
    }
    struct identity_count *slot = identity_slot(import, jalon_import_identity(contribution));
    enum jalon_status status;
    do {
        status = number_identity(ctx, slot, &contribution->source_id);
        *out = status == JALON_OK ? jalon_known_find(&import->known, contribution->source_id)
                                  : NULL;
    } while (*out != NULL && jalon_known_is_seen(*out));
    return status;
}

enum jalon_status jalon_import_see_refused(struct jalon_context *ctx, struct jalon_import *import,
                                           struct draft *draft)
{
    struct jalon_contribution *contribution = &draft->contribution;
    struct known_row *earlier;
    if (contribution->source_id.length == 0 && contribution->geometry.type == JALON_GEOMETRY_NONE) {
        return JALON_OK; /* without key and position it is no earlier row */
    }
    enum jalon_status status = find_earlier(ctx, import, contribution, &earlier);
    if (status == JALON_OK && earlier != NULL) {
        jalon_known_see(&import->known, earlier);
    }
    return status;
}

/* --- Writing --- */
enum jalon_status jalon_import_put(struct jalon_context *ctx, struct jalon_import *import,
                                   struct jalon_contribution *contribution,
                                   const struct jalon_write *write)
{
    return jalon_store_put_contribution(ctx, import->session, &import->map, contribution, write,
                                        &import->known_seq);
}

static enum jalon_status create_row(struct jalon_context *ctx, struct jalon_import *import,
                                    struct jalon_contribution *contribution,
                                    struct jalon_write *write)
{
    struct known_row *known;
    enum jalon_status status = JALON_OK;
    if (!import->options.dry_run) {
        status = jalon_history_changes(ctx, &import->map, NULL, contribution, &write->changes);
        if (status == JALON_OK) {
            contribution->id = jalon_id_make();
            contribution->created_us = contribution->updated_us = jalon_clock_now_us();
            status = jalon_store_add_contribution(ctx, import->session, &import->map, contribution,
                                                  write, &import->known_seq);
        }
        if (status == JALON_OK && import->first_created == 0) {
            import->first_created = contribution->number;
        }
    }
    if (status == JALON_OK) {
        status = jalon_known_put(ctx, &import->known, contribution->source_id,
                                 write->source_digest, &known);
    }
    if (status == JALON_OK) {
        jalon_known_see(&import->known, known);
        import->report.created++;
    }
    return status;
}

/* The row as it is to be: what the source changed, on what is stored. */
static void bring_changes(struct jalon_import *import, struct jalon_text earlier,
                          struct jalon_text now, const struct jalon_contribution *before,
                          struct jalon_contribution *row)
{
    jalon_import_merge(&import->digest, earlier, now, before, row);
    row->number = before->number;
    row->id = before->id;
    row->author = before->author;
    row->created_us = before->created_us;
    row->confirmed = before->confirmed;
    row->supports = before->supports;
    row->comments = before->comments;
    row->touched_us = before->touched_us;
    row->merged_into = before->merged_into;
    row->updated_us = jalon_clock_not_before_us(before->updated_us);
    row->version = before->version + 1;
    row->moderation = before->moderation == JALON_MODERATION_DELETED ? JALON_MODERATION_PUBLISHED
                                                                     : before->moderation;
}

static enum jalon_status update_row(struct jalon_context *ctx, struct jalon_import *import,
                                    const struct jalon_source_row *earlier,
                                    struct jalon_contribution *contribution,
                                    struct jalon_write *write)
{
    struct jalon_contribution before;
    bool withdrawn = earlier->moderation == JALON_MODERATION_DELETED;
    size_t const mark = withdrawn ? strlen(IMPORT_WITHDRAWN) : 0;
    enum jalon_status status =
        jalon_store_load_contribution(ctx, import->session, &import->map, earlier->number, &before);
    if (status != JALON_OK) {
        return status;
    }
    bring_changes(import,
                  jalon_text_slice(earlier->digest.data + mark, earlier->digest.length - mark),
                  write->source_digest, &before, contribution);
    status = jalon_history_changes(ctx, &import->map, &before, contribution, &write->changes);
    if (status != JALON_OK || jalon_text_is(write->changes, "[]")) {
        import->report.unchanged += status == JALON_OK;
        return status;
    }
    import->report.updated++;
    write->action = withdrawn ? JALON_ACTION_RESTORE : JALON_ACTION_UPDATE;
    return import->options.dry_run ? JALON_OK : jalon_import_put(ctx, import, contribution, write);
}

static void refuse_repeated(struct jalon_context *ctx, struct jalon_import *import, int64_t row,
                            const struct jalon_contribution *contribution)
{
    jalon_error_add(ctx, JALON_ERROR_PARAMETER, "source_id",
                    "'%s' is the key of an earlier row of this file", contribution->source_id.data);
    import->report.rows--; /* counted again there */
    jalon_import_refuse_known(ctx, import, row);
}

/* One that was there, and says something else now. */
static enum jalon_status write_changed(struct jalon_context *ctx, struct jalon_import *import,
                                       struct jalon_contribution *contribution,
                                       struct jalon_write *write)
{
    struct jalon_source_row earlier;
    enum jalon_status status = jalon_store_find_source_row(
        ctx, import->session, &import->map, import->collection, import->options.source,
        contribution->source_id, &earlier);
    if (status == JALON_NOT_FOUND) {
        return create_row(ctx, import, contribution, write);
    }
    if (status != JALON_OK) {
        return status;
    }
    /* What a person has deleted stays so, whatever the source says. */
    if (earlier.moderation == JALON_MODERATION_DELETED &&
        !jalon_text_starts_with(earlier.digest, IMPORT_WITHDRAWN)) {
        import->report.unchanged++;
        return JALON_OK;
    }
    return update_row(ctx, import, &earlier, contribution, write);
}

enum jalon_status jalon_import_write_row(struct jalon_context *ctx, struct jalon_import *import,
                                         int64_t row, struct draft *draft)
{
    struct jalon_contribution *contribution = &draft->contribution;
    struct jalon_write write = {
        .action = JALON_ACTION_CREATE,
        .author = JALON_TEXT_EMPTY,
        .reason = JALON_TEXT_EMPTY,
        .changes = JALON_TEXT_EMPTY,
        .edit_secret_hash = JALON_TEXT_EMPTY,
        .charter = import->map.rules.charter, /* whoever imports contributes, and accepts it */
    };
    struct known_row *earlier = NULL;
    enum jalon_status status =
        jalon_import_digest(ctx, &import->digest, draft, &write.source_digest);
    if (status == JALON_OK) {
        status = find_earlier(ctx, import, contribution, &earlier);
    }
    if (status != JALON_OK) {
        return status;
    }
    if (earlier == NULL) {
        return create_row(ctx, import, contribution, &write);
    }
    if (jalon_known_is_seen(earlier)) {
        refuse_repeated(ctx, import, row, contribution);
        return JALON_OK;
    }
    jalon_known_see(&import->known, earlier);
    if (jalon_known_says(&import->known, earlier, write.source_digest)) {
        import->report.unchanged++;
        return JALON_OK;
    }
    return write_changed(ctx, import, contribution, &write);
}
