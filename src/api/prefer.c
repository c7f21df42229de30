/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The header Prefer (RFC 7240): what a client would like, and does not insist on. Layer 4 (api). */
#include "endpoint.h"

/* What stands before the sign, trimmed; *rest goes on behind it. No sign within quotes counts. */
static struct jalon_text cut(struct jalon_text *rest, char sign)
{
    bool quoted = false;
    size_t at = 0;
    while (at < rest->length && (quoted || rest->data[at] != sign)) {
        quoted = rest->data[at] == '"' ? !quoted : quoted;
        at++;
    }
    struct jalon_text part = jalon_text_trim(jalon_text_slice(rest->data, at));
    size_t behind = at < rest->length ? at + 1 : at;
    *rest = jalon_text_slice(rest->data + behind, rest->length - behind);
    return part;
}

static struct jalon_text unquote(struct jalon_text word)
{
    bool quoted = word.length >= 2 && word.data[0] == '"' && word.data[word.length - 1] == '"';
    return quoted ? jalon_text_slice(word.data + 1, word.length - 2) : word;
}

bool jalon_endpoint_prefers(const struct jalon_request *request, const char *name,
                            const char *value)
{
    struct jalon_text rest = jalon_endpoint_header(request, "Prefer");
    while (rest.length > 0) {
        struct jalon_text preference = cut(&rest, ',');
        struct jalon_text left = cut(&preference, ';');
        struct jalon_text token = cut(&left, '=');
        if (jalon_text_equal_ascii_case(token, jalon_text_from(name))) {
            return jalon_text_is(unquote(jalon_text_trim(left)), value);
        }
    }
    return false;
}
