/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Addresses as 16 bytes: IPv6, or IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). Layer 2. */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_v4(const uint8_t *bytes)
{
    return memcmp(bytes, v4_prefix, sizeof v4_prefix) == 0;
}

/* A client of 16 bytes; one machine has one text whichever way it came. */
static void from_bytes(const uint8_t bytes[JALON_ADDRESS_SIZE], struct jalon_client *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->bytes, bytes, sizeof out->bytes);
    if (is_v4(bytes)) {
        inet_ntop(AF_INET, bytes + sizeof v4_prefix, out->text, sizeof out->text);
    } else {
        inet_ntop(AF_INET6, bytes, out->text, sizeof out->text);
    }
}

static void from_v4(const struct in_addr *address, struct jalon_client *out)
{
    uint8_t bytes[JALON_ADDRESS_SIZE];
    memcpy(bytes, v4_prefix, sizeof v4_prefix);
    memcpy(bytes + sizeof v4_prefix, address, sizeof *address);
    from_bytes(bytes, out);
}

void jalon_address_from_socket(const struct sockaddr_storage *peer, struct jalon_client *out)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6 = {.sin6_addr = IN6ADDR_ANY_INIT};
    if (peer->ss_family == AF_INET) {
        memcpy(&v4, peer, sizeof v4);
        from_v4(&v4.sin_addr, out);
        return;
    }
    if (peer->ss_family == AF_INET6) {
        memcpy(&v6, peer, sizeof v6);
    }
    from_bytes(v6.sin6_addr.s6_addr, out);
}

static bool is_port(struct jalon_text text)
{
    int64_t port;
    return text.length > 1 && text.data[0] == ':' && text.data[1] != '-' && text.data[1] != '+' &&
           jalon_text_to_int64(jalon_text_slice(text.data + 1, text.length - 1), &port) &&
           port <= UINT16_MAX;
}

/* The text without the port and brackets it may have; empty: not that form. */
static struct jalon_text without_port(struct jalon_text text)
{
    size_t colon = jalon_text_find(text, ':');
    if (text.length > 0 && text.data[0] == '[') {
        size_t end = jalon_text_find(text, ']');
        struct jalon_text rest = jalon_text_slice(text.data + end, text.length - end);
        bool whole = rest.length == 1;
        rest = rest.length > 0 ? jalon_text_slice(rest.data + 1, rest.length - 1) : rest;
        return whole || is_port(rest) ? jalon_text_slice(text.data + 1, end - 1) : JALON_TEXT_EMPTY;
    }
    struct jalon_text rest = jalon_text_slice(text.data + colon, text.length - colon);
    return is_port(rest) ? jalon_text_slice(text.data, colon) : text;
}

bool jalon_address_parse(struct jalon_text text, struct jalon_client *out)
{
    char copy[JALON_CLIENT_TEXT_SIZE];
    struct in_addr v4;
    struct in6_addr v6;
    struct jalon_text address = without_port(text);
    if (address.length >= sizeof copy) {
        return false;
    }
    memcpy(copy, address.data, address.length);
    copy[address.length] = '\0';
    if (strlen(copy) == address.length && inet_pton(AF_INET, copy, &v4) == 1) {
        from_v4(&v4, out);
        return true;
    }
    if (strlen(copy) == address.length && inet_pton(AF_INET6, copy, &v6) == 1) {
        from_bytes(v6.s6_addr, out);
        return true;
    }
    return false;
}

bool jalon_address_is_loopback(const struct jalon_client *client)
{
    static const uint8_t v6[JALON_ADDRESS_SIZE] = {[15] = 1};
    return (is_v4(client->bytes) && client->bytes[12] == 127) ||
           memcmp(client->bytes, v6, sizeof v6) == 0;
}

void jalon_client_network(const struct jalon_client *client, uint8_t out[JALON_ADDRESS_SIZE])
{
    memcpy(out, client->bytes, JALON_ADDRESS_SIZE);
    if (!is_v4(client->bytes)) {
        memset(out + 8, 0, 8);
    }
}

bool jalon_network_parse(struct jalon_text text, struct jalon_network *out)
{
    struct jalon_client client;
    size_t slash = jalon_text_find(text, '/');
    struct jalon_text address = jalon_text_slice(text.data, slash);
    /* A network has neither port nor brackets. */
    if (without_port(address).length != address.length || !jalon_address_parse(address, &client)) {
        return false;
    }
    bool v4 = jalon_text_find(address, ':') == address.length;
    int64_t most = v4 ? 32 : 128;
    int64_t bits = most;
    if (slash < text.length &&
        (!jalon_text_to_int64(jalon_text_slice(text.data + slash + 1, text.length - slash - 1),
                              &bits) ||
         bits < 0 || bits > most)) {
        return false;
    }
    memcpy(out->bytes, client.bytes, sizeof out->bytes);
    out->bits = (unsigned)(bits + 128 - most);
    return true;
}

bool jalon_network_holds(const struct jalon_network *network, const struct jalon_client *client)
{
    size_t whole = network->bits / 8;
    unsigned rest = network->bits % 8;
    if (memcmp(network->bytes, client->bytes, whole) != 0) {
        return false;
    }
    return rest == 0 || (network->bytes[whole] ^ client->bytes[whole]) >> (8 - rest) == 0;
}
