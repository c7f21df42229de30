/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* 429 for addresses that ask too often (RFC 6585, section 4). Layer 2. */
#include "exchange.h"

#include "jalon/clock.h"
#include "jalon/rate.h"

static const int64_t minute_us = 60000000;

enum jalon_status jalon_limit_check(struct jalon_exchange *exchange)
{
    const struct jalon_http_options *options = &exchange->http->options;
    const struct jalon_client *client = &exchange->request.client;
    struct jalon_text method = exchange->head.method;
    bool reads = jalon_text_is(method, "GET") || jalon_text_is(method, "HEAD") ||
                 jalon_text_is(method, "OPTIONS");
    const struct jalon_limit *limit = reads ? &options->reads_per_minute
                                            : &options->writes_per_minute;
    uint8_t key[JALON_ADDRESS_SIZE + 1]; /* the network, and whether it reads */
    int64_t wait_us;
    if (limit->most == 0 || (limit->spares_loopback && jalon_address_is_loopback(client))) {
        return JALON_OK;
    }
    jalon_client_network(client, key);
    key[JALON_ADDRESS_SIZE] = reads;
    const struct jalon_rate_limit rate = {minute_us / limit->most, minute_us};
    if (jalon_rate_take(exchange->http->rate, key, sizeof key, &rate, jalon_clock_monotonic_us(),
                        &wait_us)) {
        return JALON_OK;
    }
    exchange->response.retry_after_s = (wait_us + 999999) / 1000000;
    return jalon_fail(exchange->request.ctx, JALON_RATE_LIMITED,
                      "there were too many requests from this address: wait %lld seconds",
                      (long long)exchange->response.retry_after_s);
}
