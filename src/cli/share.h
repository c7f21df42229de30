/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Where the files are that come with the program. Layer 5 (cli).
 *
 * An installed tree may be moved anywhere, so nothing is known at build time: the files are looked
 * for from where the executable is. The build folder has the same shape, with links into the source.
 */
#ifndef JALON_CLI_SHARE_H
#define JALON_CLI_SHARE_H

#include "jalon/context.h"
#include "jalon/text.h"

/*
 * The absolute path of a file or folder that comes with Jalon ("demo", "templates"), NUL-terminated,
 * in the arena: below JALON_SHARE when that is set in the environment and not empty, below
 * ../share/jalon of the executable's folder else. JALON_NOT_FOUND, with what to do: it is not there
 * or cannot be read.
 */
enum jalon_status jalon_cli_find_share(struct jalon_context *ctx, const char *name,
                                       struct jalon_text *out_path) JALON_MUST_USE;
/*
 * The same for a program that Jalon starts: below JALON_LIBEXEC, else ../libexec/jalon. JALON_NOT_FOUND
 * as above.
 */
enum jalon_status jalon_cli_find_program(struct jalon_context *ctx, const char *name,
                                         struct jalon_text *out_path) JALON_MUST_USE;

#endif
