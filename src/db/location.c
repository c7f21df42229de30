/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What of a database's location may be shown: never a password. Layer 1 (db). */
#include <stdbool.h>
#include <string.h>

#include "jalon/db.h"

/*
 * Hosts, ports that are numbers, a name: "db1:5432,[::1]:6432/maps". What else there is may be a
 * password in which a sign was not percent-encoded, or whose host was forgotten.
 */
static bool is_plain(const char *rest)
{
    static const char allowed[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~%,/:";
    bool bracketed = false;
    for (const char *at = rest; *at != '\0'; at++) {
        if (*at == '[' || *at == ']') {
            bracketed = *at == '[';
        } else if (*at == ':' && !bracketed) {
            at += strspn(at + 1, "0123456789");
            if (strchr(",/", at[1]) == NULL) { /* finds the end, too */
                return false;
            }
        } else if (strchr(allowed, *at) == NULL) {
            return false;
        }
    }
    return !bracketed;
}

struct jalon_text jalon_db_show_location(struct jalon_context *ctx, struct jalon_text location)
{
    const struct jalon_text unnamed = JALON_TEXT("the database");
    struct jalon_text copy = jalon_text_copy(ctx->arena, location);
    const char *scheme_end = copy.data != NULL ? strstr(copy.data, "://") : NULL;
    if (copy.data == NULL || scheme_end == NULL) {
        return copy.data != NULL ? copy : unnamed;
    }
    const char *authority = scheme_end + 3;
    const char *sign = strrchr(authority, '@');
    const char *rest = sign != NULL ? sign + 1 : authority;
    struct jalon_text scheme = jalon_text_slice(copy.data, (size_t)(authority - copy.data));
    size_t before = (size_t)(rest - authority);
    size_t user = sign != NULL ? strcspn(authority, ":@") : 0;
    struct jalon_text hosts =
        jalon_text_format(ctx->arena, "%.*s", (int)strcspn(rest, "?"), rest);
    if (hosts.data == NULL || !is_plain(hosts.data) || strcspn(authority, "/?#") < before) {
        return scheme;
    }
    struct jalon_text shown =
        jalon_text_format(ctx->arena, "%.*s%.*s%s%s", JALON_TEXT_ARGS(scheme), (int)user, authority,
                          sign != NULL ? "@" : "", hosts.data);
    return shown.data != NULL ? shown : scheme;
}
