/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Lists that are answered page by page: what is asked for, the items, and the link `next` to those
 * behind them. Private to api.
 */
#ifndef JALON_API_LIST_H
#define JALON_API_LIST_H

#include <stddef.h>

#include "endpoint.h"

/* One page of a list. */
struct jalon_list {
    const void *items;
    size_t count;
    size_t size; /* of an item, in bytes */
    /* The members of one item, into its object. */
    void (*put)(struct jalon_request *request, struct jalon_json_writer *writer, const void *item);
    const char *key;        /* the parameter that says where a page begins: "after", "before" */
    struct jalon_text next; /* its value for the next page; empty: this one is the last */
    char next_text[JALON_ID_TEXT_SIZE]; /* where jalon_list_cut_by_… write it */
};

/* `limit` and `after` of a list in the order of ids; the nil id: from the first. */
enum jalon_status jalon_list_read_page(struct jalon_request *request, size_t *out_limit,
                                       struct jalon_id *out_after) JALON_MUST_USE;
/*
 * Of a list in the order of ids, of which one item more than `limit` was asked for: takes that one
 * off, and has the next page begin behind the last that stays. `id_at`: where its id is in an item.
 */
void jalon_list_cut_by_id(struct jalon_list *list, size_t limit, size_t id_at);
/* The same in the order of a number, an int64_t. */
void jalon_list_cut_by_number(struct jalon_list *list, size_t limit, size_t number_at);
/* The items, an array under `key`. */
void jalon_list_put_items(struct jalon_request *request, struct jalon_json_writer *writer,
                          const char *key, const struct jalon_list *list);
/*
 * Ends an answer, an object: with "links" to the list and to its next page, whose other parameters are
 * those of this one.
 */
enum jalon_status jalon_list_end_answer(struct jalon_request *request,
                                        struct jalon_response *response,
                                        struct jalon_json_writer *writer,
                                        const struct jalon_list *list) JALON_MUST_USE;
/* An answer that is only the list, "items" and "links". */
enum jalon_status jalon_list_answer(struct jalon_request *request, struct jalon_response *response,
                                    const struct jalon_list *list) JALON_MUST_USE;

#endif
