/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * When tokens and sessions were last used: noted while reading, written later by a thread that has
 * time for it, so that who reads never waits for a writer. Layer 3 (app).
 */
#include "people.h"

#include <string.h>

#include "jalon/clock.h"
#include "jalon/memory.h"

enum { NOTES_MAX = 512, HASH_MAX = 64 };

struct note {
    bool is_session;
    size_t length;
    char hash[HASH_MAX];
};

struct jalon_seen {
    pthread_mutex_t mutex; /* of all below */
    size_t count;
    struct note notes[NOTES_MAX];
};

struct jalon_seen *jalon_seen_create(void)
{
    struct jalon_seen *seen = jalon_memory_allocate_zeroed(1, sizeof *seen);
    if (seen != NULL) {
        pthread_mutex_init(&seen->mutex, NULL);
    }
    return seen;
}

void jalon_seen_destroy(struct jalon_seen *seen)
{
    if (seen != NULL) {
        pthread_mutex_destroy(&seen->mutex);
        jalon_memory_release(seen);
    }
}

static bool is_noted(const struct jalon_seen *seen, struct jalon_text hash)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (jalon_text_equal(jalon_text_slice(seen->notes[i].hash, seen->notes[i].length), hash)) {
            return true;
        }
    }
    return false;
}

void jalon_seen_note(struct jalon_seen *seen, bool is_session, struct jalon_text hash)
{
    pthread_mutex_lock(&seen->mutex);
    if (hash.length <= HASH_MAX && seen->count < NOTES_MAX && !is_noted(seen, hash)) {
        struct note *note = &seen->notes[seen->count++];
        note->is_session = is_session;
        note->length = hash.length;
        memcpy(note->hash, hash.data, hash.length);
    }
    pthread_mutex_unlock(&seen->mutex);
}

/* All of them, in ctx' arena. */
static size_t take(struct jalon_context *ctx, struct jalon_seen *seen, struct note **out)
{
    pthread_mutex_lock(&seen->mutex);
    size_t count = seen->count;
    struct note *notes = jalon_arena_allocate(ctx->arena, count * sizeof *notes + 1);
    if (notes != NULL && count > 0) {
        memcpy(notes, seen->notes, count * sizeof *notes);
    }
    seen->count = 0;
    pthread_mutex_unlock(&seen->mutex);
    *out = notes;
    return notes != NULL ? count : 0;
}

static enum jalon_status write_note(struct jalon_context *ctx, struct jalon_session *session,
                                    const struct note *note)
{
    struct jalon_text hash = jalon_text_slice(note->hash, note->length);
    return note->is_session ? jalon_store_note_sign_in(ctx, session, hash, jalon_clock_now_us())
                            : jalon_store_note_token(ctx, session, hash, jalon_clock_now_us());
}

void jalon_seen_write(struct jalon_context *ctx, struct jalon_app *app)
{
    struct note *notes;
    size_t count = take(ctx, app->seen, &notes);
    struct jalon_session *session = NULL;
    enum jalon_status status =
        count > 0 ? jalon_store_write(ctx, app->store, &session) : JALON_OK;
    for (size_t i = 0; status == JALON_OK && i < count; i++) {
        status = write_note(ctx, session, &notes[i]);
    }
    if (status == JALON_OK && count > 0) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    if (status != JALON_OK) {
        jalon_error_clear(ctx); /* who uses it again is noted again */
    }
}
