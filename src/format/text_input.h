/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Bytes of a file as a stream of UTF-8: byte order marks, named encodings, detection. Layer 2,
 * private to format.
 *
 * Without a name the encoding is found while reading: ASCII bytes decide nothing; the first byte
 * beyond ASCII does, with what follows it in a window of 64 KiB: UTF-8 when most sequences beyond
 * ASCII in it are well formed, else Windows-1252. Bytes that contradict the encoding come out as
 * 0xFF, which no UTF-8 has, or (in UTF-8) as they are: whoever takes a row checks it with
 * jalon_text_is_utf8 and refuses it with jalon_text_input_refuse, so that one bad row never hides
 * and never ends the file.
 */
#ifndef JALON_FORMAT_TEXT_INPUT_H
#define JALON_FORMAT_TEXT_INPUT_H

#include "jalon/format.h"

struct jalon_text_input;

/*
 * Takes the first bytes of the source (whose handle must outlive the input). `encoding` is an iconv
 * name or empty; ISO-8859-1 is read as Windows-1252, its superset (WHATWG Encoding, 4.2). A byte
 * order mark wins over the name. JALON_UNSUPPORTED: unknown name, empty file, an archive, zero
 * bytes.
 */
enum jalon_status jalon_text_input_open(struct jalon_context *ctx,
                                        const struct jalon_source *source,
                                        struct jalon_text encoding, struct jalon_text_input **out)
    JALON_MUST_USE;
/* The first bytes, as they are in the file; before the first read. */
struct jalon_text jalon_text_input_head(const struct jalon_text_input *input);
/* Fixes the encoding before the first read, as the option of open does; a mark still wins. */
enum jalon_status jalon_text_input_set_encoding(struct jalon_context *ctx,
                                                struct jalon_text_input *input,
                                                struct jalon_text encoding) JALON_MUST_USE;
/*
 * The next piece, valid until the next call; empty at the end. Pieces may end inside a character.
 * JALON_UNSUPPORTED: a zero byte, so this is no text; other failures are the source's.
 */
enum jalon_status jalon_text_input_read(struct jalon_context *ctx, struct jalon_text_input *input,
                                        struct jalon_text *out) JALON_MUST_USE;
/* Fails with JALON_INVALID: the row that starts on `line` is not in the encoding being read. */
enum jalon_status jalon_text_input_refuse(struct jalon_context *ctx,
                                          const struct jalon_text_input *input, int64_t line);
/* "UTF-8", "WINDOWS-1252", …: what is being read. */
const char *jalon_text_input_encoding(const struct jalon_text_input *input);
/* Bytes of the source that were turned into text. */
int64_t jalon_text_input_position(const struct jalon_text_input *input);
/* NULL is allowed. */
void jalon_text_input_close(struct jalon_text_input *input);

#endif
