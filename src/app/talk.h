/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the use cases of the conversation share. Private to app. */
#ifndef JALON_APP_TALK_H
#define JALON_APP_TALK_H

#include "jalon/app_conversation.h"

#include "internal.h"
#include "rights.h"

/* One use case while it is done. */
struct talk {
    struct jalon_app *app;
    const struct jalon_about *about;
    struct jalon_live_map *live;
    const struct jalon_map *map; /* as whoever asks sees it */
    struct jalon_session *session;
    struct jalon_turn *turn; /* NULL: it only reads */
    struct jalon_party party;
    struct jalon_contribution subject;
    struct jalon_text device; /* keyed hash; empty: none is said */
};
typedef enum jalon_status (*talk_work)(struct jalon_context *ctx, struct talk *talk, void *object);

/* Finds the contribution as whoever asks may see it, and does the work beside it. */
enum jalon_status jalon_talk_read(struct jalon_context *ctx, struct jalon_app *app,
                                  const struct jalon_about *about, talk_work work,
                                  void *object) JALON_MUST_USE;
/*
 * The same in a write turn, of a published contribution to which the party has this right; what the
 * work writes is kept when it succeeds.
 */
enum jalon_status jalon_talk_write(struct jalon_context *ctx, struct jalon_app *app,
                                   const struct jalon_about *about, enum jalon_right right,
                                   talk_work work, void *object) JALON_MUST_USE;

/* Of the subject: may the party do this, without a message? */
enum jalon_status jalon_talk_may(struct jalon_context *ctx, struct talk *talk,
                                 enum jalon_right right, bool *out) JALON_MUST_USE;
/*
 * Adds a fault at `pointer` unless the text has 1 to `max` code points (or none, where it may be empty) and
 * no control characters but, in several lines, line feeds. Gives it without blanks around.
 */
struct jalon_text jalon_talk_check_text(struct jalon_context *ctx, struct jalon_text text,
                                        const char *pointer, size_t max, bool may_be_empty,
                                        bool has_lines);
/* JALON_INVALID at /reason when there is none. */
enum jalon_status jalon_talk_need_reason(struct jalon_context *ctx,
                                         struct jalon_text reason) JALON_MUST_USE;
/* A JSON object of texts; members with empty values are left out. Pairs of name and value. */
struct jalon_talk_member {
    const char *name;
    struct jalon_text value;
};
enum jalon_status jalon_talk_detail(struct jalon_context *ctx,
                                    const struct jalon_talk_member *members, size_t count,
                                    struct jalon_text *out) JALON_MUST_USE;
/* An id as text in the arena; empty when there is no memory. */
struct jalon_text jalon_talk_id_text(struct jalon_context *ctx, struct jalon_id id);
bool jalon_talk_is_none(struct jalon_id id);
/* Tells an account about the subject. */
enum jalon_status jalon_talk_tell(struct jalon_context *ctx, struct talk *talk,
                                  struct jalon_text account, const char *kind,
                                  const struct jalon_talk_member *members,
                                  size_t count) JALON_MUST_USE;

#endif
