/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Addresses of clients and the networks they are in. Layer 2 (http). */
#ifndef JALON_HTTP_ADDRESS_H
#define JALON_HTTP_ADDRESS_H

#include <sys/socket.h>

#include "jalon/http.h"

enum { JALON_ADDRESS_SIZE = 16 };

/* The peer of a connection; "::" for what is neither IPv4 nor IPv6. */
void jalon_address_from_socket(const struct sockaddr_storage *peer, struct jalon_client *out);
/*
 * "192.0.2.1", "2001:db8::1", and, as proxies write them, "192.0.2.1:4711", "[2001:db8::1]",
 * "[2001:db8::1]:4711". False leaves *out untouched.
 */
bool jalon_address_parse(struct jalon_text text, struct jalon_client *out);
bool jalon_address_is_loopback(const struct jalon_client *client);

/* A prefix of addresses in the form of jalon_client. */
struct jalon_network {
    uint8_t bytes[JALON_ADDRESS_SIZE];
    unsigned bits; /* 0 to 128 */
};

/* "10.0.0.0/8", "2001:db8::/32", or an address by itself. */
bool jalon_network_parse(struct jalon_text text, struct jalon_network *out);
bool jalon_network_holds(const struct jalon_network *network, const struct jalon_client *client);

#endif
