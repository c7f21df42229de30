/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Accounts that a text names: "@zoe". Private to app. */
#ifndef JALON_APP_MENTIONS_H
#define JALON_APP_MENTIONS_H

#include "talk.h"

struct mentions {
    struct jalon_text names[JALON_MENTIONS_MAX];
    size_t count;
};

/*
 * The first accounts that it names, each once, of those who may read this map. Names that are nobody's
 * may be among them.
 */
enum jalon_status jalon_mentions_find(struct jalon_context *ctx, struct talk *talk,
                                      struct jalon_text text,
                                      struct mentions *out) JALON_MUST_USE;
/* The beginning of a text, for who is told of it. */
struct jalon_text jalon_mentions_excerpt(struct jalon_text text);

#endif
