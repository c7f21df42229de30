/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a refusal says, in French. Layer 2 (reasons).
 *
 * src/reasons/fr has a file for each folder of src: {"the English text in the code": "le texte en
 * français"}. Both have the same conversions of printf in the same order: a sentence that would need
 * another order in French is to be put differently. A text that several folders have is in each of
 * their files, and the same there. tests/lint/reasons looks after all of that.
 */
#ifndef JALON_REASONS_H
#define JALON_REASONS_H

#include "jalon/context.h"
#include "jalon/wording.h"

/* All of them, in the context's arena, until it is reset. JALON_NO_MEMORY. */
enum jalon_status jalon_reasons_read(struct jalon_context *ctx,
                                     const struct jalon_wording **out) JALON_MUST_USE;

#endif
