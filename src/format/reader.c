/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What all readers share: making, stepping, asking, closing. Layer 2. */
#include "reader.h"

#include <assert.h>

#include "jalon/memory.h"

enum jalon_status jalon_reader_create(struct jalon_context *ctx,
                                      const struct jalon_reader_class *class, size_t size,
                                      const struct jalon_source *source,
                                      struct jalon_text encoding, struct jalon_reader **out)
{
    assert(size >= sizeof(struct jalon_reader));
    struct jalon_reader *reader = jalon_memory_allocate_zeroed(1, size);
    if (reader == NULL) {
        return jalon_no_memory(ctx);
    }
    reader->arena = jalon_arena_create();
    enum jalon_status status =
        reader->arena == NULL ? jalon_no_memory(ctx)
                              : jalon_text_input_open(ctx, source, encoding, &reader->input);
    if (status != JALON_OK) {
        jalon_reader_close(reader);
        return status;
    }
    reader->class = class;
    *out = reader;
    return JALON_OK;
}

void jalon_reader_close(struct jalon_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    if (reader->class != NULL && reader->class->finish != NULL) {
        reader->class->finish(reader);
    }
    jalon_text_input_close(reader->input);
    jalon_arena_destroy(reader->arena);
    jalon_memory_release(reader);
}

enum jalon_status jalon_reader_next(struct jalon_context *ctx, struct jalon_reader *reader,
                                    struct jalon_record *out)
{
    if (reader->ended) {
        return JALON_NOT_FOUND;
    }
    struct jalon_record record = {0};
    enum jalon_status status = reader->class->next(ctx, reader, &record);
    if (status == JALON_OK) {
        *out = record;
    } else if (status == JALON_INVALID) {
        out->row = record.row;
    } else {
        reader->ended = true;
    }
    return status;
}

struct jalon_columns jalon_reader_columns(const struct jalon_reader *reader)
{
    return reader->columns;
}

const char *jalon_reader_encoding(const struct jalon_reader *reader)
{
    return jalon_text_input_encoding(reader->input);
}

int64_t jalon_reader_position(const struct jalon_reader *reader)
{
    return jalon_text_input_position(reader->input);
}
