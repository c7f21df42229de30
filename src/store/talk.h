/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the conversation share. Layer 2, private. */
#ifndef JALON_STORE_TALK_H
#define JALON_STORE_TALK_H

#include "jalon/store_conversation.h"
#include "store/private.h"

/* An id as a parameter; `text` is where it lies until the statement has run. All zeros: NULL. */
struct jalon_db_value jalon_talk_id(struct jalon_id id, char text[JALON_ID_TEXT_SIZE]);
/* The same, but all zeros are an id that comes before every other one. */
struct jalon_db_value jalon_talk_after(struct jalon_id id, char text[JALON_ID_TEXT_SIZE]);

/* Columns and where their copies go; NULL ends the list. */
struct jalon_talk_text {
    int column;
    struct jalon_text *to;
};
enum jalon_status jalon_talk_copy(struct jalon_context *ctx, const struct jalon_db_value *row,
                                  const struct jalon_talk_text *texts) JALON_MUST_USE;
/* A time, 0 for NULL. */
int64_t jalon_talk_time(const struct jalon_db_value *column);

/* A list of structs that grows row by row. */
struct jalon_talk_list {
    void *items;
    size_t count, capacity, size; /* of one */
};
/* Room for another one, zeroed, which counts when `count` is raised; NULL: no memory. */
void *jalon_talk_next(struct jalon_context *ctx, struct jalon_talk_list *list);

#endif
