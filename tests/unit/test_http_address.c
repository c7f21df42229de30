/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Addresses of clients, networks of proxies, and how often one may ask. */
#include "http_unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>


static struct jalon_client parse(const char *text)
{
    struct jalon_client client;
    if (!jalon_address_parse(jalon_text_from(text), &client)) {
        fail_msg("%s is not read", text);
    }
    return client;
}

static void addresses_are_read_in_every_form(void **state)
{
    (void)state;
    static const char *const forms[][2] = {
        {"192.0.2.1", "192.0.2.1"},
        {"192.0.2.1:4711", "192.0.2.1"},
        {"::ffff:192.0.2.1", "192.0.2.1"},
        {"::FFFF:C000:0201", "192.0.2.1"},
        {"2001:DB8:0:0::1", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"[2001:db8::1]:80", "2001:db8::1"},
        {"[::1]:65535", "::1"},
    };
    static const char *const wrong[] = {
        "",        "unknown",       "_hidden",          "192.0.2",       "192.0.2.256",
        "[::1",    "[::1]x",        "[::1]:",           "[::1]:65536",   "[]",
        "192.0.2.1:", "192.0.2.1:-1", "192.0.2.1:+1",   "192.0.2.1 ",    "2001:db8::1:65536x",
        "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0001",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        assert_string_equal(parse(forms[i][0]).text, forms[i][1]);
    }
    struct jalon_client client;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (jalon_address_parse(jalon_text_from(wrong[i]), &client)) {
            fail_msg("%s is read as %s", wrong[i], client.text);
        }
    }
    assert_false(jalon_address_parse(jalon_text_slice("1.2.3.4\0.5", 10), &client));
}

static void peers_are_read(void **state)
{
    (void)state;
    struct jalon_client client;
    struct sockaddr_storage peer = {.ss_family = AF_UNIX};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    jalon_address_from_socket(&peer, &client);
    assert_string_equal(client.text, "::");
    memcpy(&peer, &v4, sizeof v4);
    jalon_address_from_socket(&peer, &client);
    assert_string_equal(client.text, "192.0.2.1");
    assert_memory_equal(client.bytes, parse("192.0.2.1").bytes, sizeof client.bytes);
    memcpy(&peer, &v6, sizeof v6);
    jalon_address_from_socket(&peer, &client);
    assert_string_equal(client.text, "::1");
}

static void one_home_is_one_group(void **state)
{
    (void)state;
    uint8_t one[JALON_ADDRESS_SIZE], other[JALON_ADDRESS_SIZE];
    struct jalon_client client = parse("2001:db8:1:2:3:4:5:6");
    jalon_client_network(&client, one);
    client = parse("2001:db8:1:2:ffff::");
    jalon_client_network(&client, other);
    assert_memory_equal(one, other, sizeof one);
    client = parse("2001:db8:1:3:3:4:5:6");
    jalon_client_network(&client, other);
    assert_memory_not_equal(one, other, sizeof one);
    client = parse("192.0.2.1");
    jalon_client_network(&client, one);
    client = parse("192.0.2.2");
    jalon_client_network(&client, other);
    assert_memory_not_equal(one, other, sizeof one);
    client = parse("127.9.9.9");
    assert_true(jalon_address_is_loopback(&client));
    client = parse("::1");
    assert_true(jalon_address_is_loopback(&client));
    client = parse("::2");
    assert_false(jalon_address_is_loopback(&client));
    client = parse("128.0.0.1");
    assert_false(jalon_address_is_loopback(&client));
}

static void networks_hold_their_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *network;
        const char *address;
        int held;
    } cases[] = {
        {"10.0.0.0/8", "10.255.0.1", 1},        {"10.0.0.0/8", "11.0.0.1", 0},
        {"192.168.16.0/20", "192.168.31.9", 1}, {"192.168.16.0/20", "192.168.32.0", 0},
        {"192.0.2.1", "192.0.2.1", 1},          {"192.0.2.1", "192.0.2.0", 0},
        {"192.0.2.1/32", "::ffff:192.0.2.1", 1}, {"0.0.0.0/0", "203.0.113.7", 1},
        {"0.0.0.0/0", "2001:db8::1", 0},        {"2001:db8::/33", "2001:db8:7fff::1", 1},
        {"2001:db8::/33", "2001:db8:8000::", 0}, {"::/0", "192.0.2.1", 1},
        {"::1", "::1", 1},                      {"::1", "::", 0},
    };
    static const char *const wrong[] = {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
                                        "::/129", "10.0.0.0:80", "[::1]", "proxy.example"};
    struct jalon_network network;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct jalon_client client = parse(cases[i].address);
        assert_true(jalon_network_parse(jalon_text_from(cases[i].network), &network));
        if (jalon_network_holds(&network, &client) != (cases[i].held != 0)) {
            fail_msg("%s and %s", cases[i].network, cases[i].address);
        }
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (jalon_network_parse(jalon_text_from(wrong[i]), &network)) {
            fail_msg("%s is read", wrong[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_in_every_form),
        cmocka_unit_test(peers_are_read),
        cmocka_unit_test(one_home_is_one_group),
        cmocka_unit_test(networks_hold_their_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
