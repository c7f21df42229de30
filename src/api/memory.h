/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the endpoints of history and proposals share. Private to api. */
#ifndef JALON_API_MEMORY_H
#define JALON_API_MEMORY_H

#include "jalon/app_memory.h"

#include "item_write.h"

/* The contribution in the path, and who asks. JALON_NOT_FOUND: not an id. */
enum jalon_status jalon_memory_ref(struct jalon_request *request,
                                   struct jalon_item_ref *out) JALON_MUST_USE;
/* A number in the path; JALON_NOT_FOUND when it is none from 1 on. */
enum jalon_status jalon_memory_number(struct jalon_request *request, const char *name,
                                      int64_t *out) JALON_MUST_USE;
/* jalon_endpoint_read_body, with a bound on each text. */
enum jalon_status jalon_memory_body(struct jalon_request *request, const struct jalon_body *body,
                                    void *out) JALON_MUST_USE;
/* A list of texts at `pointer`; NULL or null: none. JALON_INVALID. */
enum jalon_status jalon_memory_texts(struct jalon_request *request, const struct jalon_json *list,
                                     const char *pointer, const struct jalon_text **out,
                                     size_t *out_count) JALON_MUST_USE;
/* The members of a revision, into an object that is begun. */
void jalon_memory_put_revision(struct jalon_json_writer *writer,
                               const struct jalon_revision *revision);

#endif
