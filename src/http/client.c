/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who asks: the peer of the connection, or the client that trusted proxies say they speak for.
 * Layer 2.
 *
 * Each proxy appends the address it was asked from, so the lists are read from the right, as long
 * as the address found is itself a trusted proxy's: what stands further left may be anybody's
 * invention. X-Forwarded-For goes before Forwarded (RFC 7239): nearly all proxies write the first
 * and pass the other one through as the client sent it. X-Forwarded-Host and -Proto are not read
 * at all: links are made from the public URL.
 */
#include "exchange.h"

#include "address.h"

bool jalon_client_is_proxy(const struct jalon_http *http, const struct jalon_client *client)
{
    for (size_t i = 0; i < http->proxy_count; i++) {
        if (jalon_network_holds(&http->proxies[i], client)) {
            return true;
        }
    }
    return false;
}

/* Takes what follows the last `separator` off the list; the separator goes with it. */
static struct jalon_text take_last(struct jalon_text *list, char separator)
{
    size_t from = list->length;
    while (from > 0 && list->data[from - 1] != separator) {
        from--;
    }
    struct jalon_text last = jalon_text_slice(list->data + from, list->length - from);
    list->length = from > 0 ? from - 1 : 0;
    return jalon_text_trim(last);
}

/* The value of for= in an element of Forwarded, without quotes; empty: there is none. */
static struct jalon_text find_for(struct jalon_text element)
{
    while (element.length > 0) {
        struct jalon_text pair = take_last(&element, ';');
        size_t equals = jalon_text_find(pair, '=');
        if (!jalon_text_equal_ascii_case(jalon_text_slice(pair.data, equals), JALON_TEXT("for")) ||
            equals == pair.length) {
            continue;
        }
        struct jalon_text value =
            jalon_text_slice(pair.data + equals + 1, pair.length - equals - 1);
        bool quoted = value.length > 1 && value.data[0] == '"' &&
                      value.data[value.length - 1] == '"';
        return quoted ? jalon_text_slice(value.data + 1, value.length - 2) : value;
    }
    return JALON_TEXT_EMPTY;
}

void jalon_client_find(struct jalon_exchange *exchange)
{
    struct jalon_client *client = &exchange->request.client;
    struct jalon_text list = JALON_TEXT_EMPTY;
    bool forwarded = false;
    if (!jalon_client_is_proxy(exchange->http, client)) {
        return;
    }
    if (!jalon_exchange_header(exchange, "X-Forwarded-For", &list)) {
        forwarded = jalon_exchange_header(exchange, "Forwarded", &list);
    }
    while (list.length > 0 && jalon_client_is_proxy(exchange->http, client)) {
        struct jalon_text element = take_last(&list, ',');
        if (!jalon_address_parse(forwarded ? find_for(element) : element, client)) {
            return; /* "unknown", or nonsense: as far as can be told, the proxy asks */
        }
    }
}
