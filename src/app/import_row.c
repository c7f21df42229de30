/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One row of an import, once it is known to be good: which earlier one is it, and what has the
 * source changed? Layer 3 (app).
 */
#include <inttypes.h>
#include <string.h>

#include "jalon/clock.h"
#include "jalon/hash.h"
#include "jalon/memory.h"

#include "import_state.h"

/* --- What the file still holds --- */
static enum jalon_status mark_seen(struct jalon_context *ctx, struct jalon_import *import,
                                   int64_t number)
{
    size_t byte = (size_t)number / 8;
    if (byte >= import->seen_bytes) {
        size_t grown_bytes = byte + 1 > 2 * import->seen_bytes ? byte + 1 : 2 * import->seen_bytes;
        uint8_t *grown = jalon_memory_resize(import->seen, grown_bytes);
        if (grown == NULL) {
            return jalon_no_memory(ctx);
        }
        memset(grown + import->seen_bytes, 0, grown_bytes - import->seen_bytes);
        import->seen = grown;
        import->seen_bytes = grown_bytes;
    }
    import->seen[byte] |= (uint8_t)(1U << (number % 8));
    return JALON_OK;
}

bool jalon_import_is_seen(const struct jalon_import *import, int64_t number)
{
    size_t byte = (size_t)number / 8;
    return byte < import->seen_bytes && (import->seen[byte] & (1U << (number % 8))) != 0;
}

/* --- Keys of a dry run, which stores nothing that could tell a repeated one --- */
/* True when the hash was there already. */
static bool insert_key(uint64_t *keys, size_t capacity, uint64_t hash)
{
    size_t at = (size_t)hash & (capacity - 1);
    while (keys[at] != 0 && keys[at] != hash) {
        at = (at + 1) & (capacity - 1);
    }
    bool found = keys[at] == hash;
    keys[at] = hash;
    return found;
}

static enum jalon_status grow_keys(struct jalon_context *ctx, struct jalon_import *import)
{
    size_t capacity = import->key_capacity == 0 ? 1024 : 2 * import->key_capacity;
    uint64_t *grown = jalon_memory_allocate_zeroed(capacity, sizeof *grown);
    if (grown == NULL) {
        return jalon_no_memory(ctx);
    }
    for (size_t i = 0; i < import->key_capacity; i++) {
        if (import->keys[i] != 0) {
            insert_key(grown, capacity, import->keys[i]);
        }
    }
    jalon_memory_release(import->keys);
    import->keys = grown;
    import->key_capacity = capacity;
    return JALON_OK;
}

static enum jalon_status meet_key(struct jalon_context *ctx, struct jalon_import *import,
                                  struct jalon_text key, bool *out_repeated)
{
    static const uint8_t zero[JALON_HASH_KEY_SIZE] = {0};
    if (2 * import->key_count >= import->key_capacity) {
        enum jalon_status status = grow_keys(ctx, import);
        if (status != JALON_OK) {
            return status;
        }
    }
    uint64_t hash = jalon_hash_keyed(zero, key.data, key.length);
    *out_repeated = insert_key(import->keys, import->key_capacity, hash != 0 ? hash : 1);
    import->key_count += !*out_repeated;
    return JALON_OK;
}

/* --- Which earlier row is it? --- */
static struct identity_count *identity_slot(struct jalon_import *import, uint64_t hash)
{
    struct identity_count *slot = &import->identities[hash % IMPORT_IDENTITY_CACHE];
    if (slot->hash != hash) {
        *slot = (struct identity_count){hash, 0};
    }
    return slot;
}

static enum jalon_status find_row(struct jalon_context *ctx, struct jalon_import *import,
                                  struct jalon_text source_id, struct jalon_source_row *out,
                                  bool *out_found)
{
    enum jalon_status status =
        jalon_store_find_source_row(ctx, import->session, &import->map, import->collection,
                                    import->options.source, source_id, out);
    *out_found = status == JALON_OK;
    return status == JALON_NOT_FOUND ? JALON_OK : status;
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

/* The n-th row of its identity: the first number that this run has not used. */
static enum jalon_status find_by_identity(struct jalon_context *ctx, struct jalon_import *import,
                                          struct jalon_contribution *contribution,
                                          struct jalon_source_row *out, bool *out_found)
{
    struct identity_count *slot = identity_slot(import, jalon_import_identity(contribution));
    enum jalon_status status;
    do {
        status = number_identity(ctx, slot, &contribution->source_id);
        if (status == JALON_OK) {
            status = find_row(ctx, import, contribution->source_id, out, out_found);
        }
    } while (status == JALON_OK && *out_found && jalon_import_is_seen(import, out->number));
    return status;
}

/* *out_repeated: the row's key is that of a row before. */
static enum jalon_status find_earlier(struct jalon_context *ctx, struct jalon_import *import,
                                      struct jalon_contribution *contribution,
                                      struct jalon_source_row *out, bool *out_found,
                                      bool *out_repeated)
{
    *out_repeated = false;
    if (contribution->source_id.length == 0) {
        return find_by_identity(ctx, import, contribution, out, out_found);
    }
    enum jalon_status status = find_row(ctx, import, contribution->source_id, out, out_found);
    if (status == JALON_OK && import->options.dry_run) {
        return meet_key(ctx, import, contribution->source_id, out_repeated);
    }
    *out_repeated = *out_found && jalon_import_is_seen(import, out->number);
    return status;
}

enum jalon_status jalon_import_see_refused(struct jalon_context *ctx, struct jalon_import *import,
                                           struct draft *draft)
{
    struct jalon_contribution *contribution = &draft->contribution;
    struct jalon_source_row earlier;
    bool found = false, repeated = false;
    if (contribution->source_id.length == 0 && contribution->geometry.type == JALON_GEOMETRY_NONE) {
        return JALON_OK; /* without key and position it is no earlier row */
    }
    enum jalon_status status = find_earlier(ctx, import, contribution, &earlier, &found, &repeated);
    return status == JALON_OK && found ? mark_seen(ctx, import, earlier.number) : status;
}

/* --- Writing --- */
enum jalon_status jalon_import_put(struct jalon_context *ctx, struct jalon_import *import,
                                   struct jalon_contribution *contribution,
                                   const struct jalon_write *write)
{
    int64_t seq;
    return jalon_store_put_contribution(ctx, import->session, &import->map, contribution, write,
                                        &seq);
}

/* JALON_CONFLICT: the source has brought a row with this key before. */
static enum jalon_status create_row(struct jalon_context *ctx, struct jalon_import *import,
                                    struct jalon_contribution *contribution,
                                    struct jalon_write *write)
{
    enum jalon_status status = JALON_OK;
    if (!import->options.dry_run) {
        status = jalon_history_changes(ctx, &import->map, NULL, contribution, &write->changes);
        if (status == JALON_OK) {
            contribution->id = jalon_id_make();
            contribution->created_us = contribution->updated_us = jalon_clock_now_us();
            status = jalon_import_put(ctx, import, contribution, write);
        }
        if (status == JALON_OK) {
            status = mark_seen(ctx, import, contribution->number);
        }
        if (status == JALON_OK && import->first_created == 0) {
            import->first_created = contribution->number;
        }
    }
    import->report.created += status == JALON_OK;
    import->expects_new = status == JALON_OK && !import->options.dry_run;
    return status;
}

/*
 * Where one row is new the next one usually is too: it is written without a look-up, and the store
 * says when it is not. JALON_CONFLICT: it is not; the contribution is as it was.
 */
static enum jalon_status create_unseen(struct jalon_context *ctx, struct jalon_import *import,
                                       struct jalon_contribution *contribution,
                                       struct jalon_write *write)
{
    struct identity_count *slot = NULL;
    enum jalon_status status = JALON_OK;
    if (contribution->source_id.length == 0) {
        slot = identity_slot(import, jalon_import_identity(contribution));
        status = number_identity(ctx, slot, &contribution->source_id);
    }
    if (status == JALON_OK) {
        status = create_row(ctx, import, contribution, write);
    }
    if (status == JALON_CONFLICT) {
        jalon_error_clear(ctx);
        contribution->number = 0;
        if (slot != NULL) {
            contribution->source_id = JALON_TEXT_EMPTY;
            slot->count--; /* it is looked at again */
        }
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

/* The same after a look-up. */
static enum jalon_status write_found(struct jalon_context *ctx, struct jalon_import *import,
                                     int64_t row, struct jalon_contribution *contribution,
                                     struct jalon_write *write)
{
    struct jalon_source_row earlier;
    bool found = false, repeated = false;
    enum jalon_status status = find_earlier(ctx, import, contribution, &earlier, &found, &repeated);
    if (status != JALON_OK) {
        return status;
    }
    if (repeated) {
        refuse_repeated(ctx, import, row, contribution);
        return JALON_OK;
    }
    if (!found) {
        return create_row(ctx, import, contribution, write);
    }
    status = mark_seen(ctx, import, earlier.number);
    if (status != JALON_OK) {
        return status;
    }
    /* What a person has deleted stays so, whatever the source says. */
    bool deleted = earlier.moderation == JALON_MODERATION_DELETED &&
                   !jalon_text_starts_with(earlier.digest, IMPORT_WITHDRAWN);
    if (deleted || jalon_text_equal(earlier.digest, write->source_digest)) {
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
    };
    enum jalon_status status =
        jalon_import_digest(ctx, &import->digest, draft, &write.source_digest);
    if (status == JALON_OK && import->expects_new) {
        status = create_unseen(ctx, import, contribution, &write);
        if (status != JALON_CONFLICT) {
            return status;
        }
        status = JALON_OK;
    }
    return status == JALON_OK ? write_found(ctx, import, row, contribution, &write) : status;
}
