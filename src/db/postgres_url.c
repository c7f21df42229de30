/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a database's URL says (libpq's manual, 34.1.1), taken apart into hosts. Layer 1.
 *
 * Libpq's words about a URL that it cannot read quote it, password and all: they are never shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/postgres.h"

static enum jalon_status refuse_url(struct jalon_context *ctx)
{
    return jalon_fail(ctx, JALON_INVALID,
                      "the database's URL cannot be read: it is "
                      "postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTION=VALUE, and signs such as "
                      "@ : / ? # %% in a password are percent-encoded");
}

/* "invalid URI query parameter: "name"": the name is no secret where nothing else could be meant. */
static enum jalon_status refuse_option(struct jalon_context *ctx, const char *url,
                                       const char *words)
{
    static const char start[] = "invalid URI query parameter: \"";
    const char *query = strchr(url, '?');
    bool is_named = words != NULL && strncmp(words, start, sizeof start - 1) == 0;
    if (!is_named || query == NULL || strchr(query, '@') != NULL) {
        return refuse_url(ctx);
    }
    const char *name = words + sizeof start - 1;
    return jalon_fail(ctx, JALON_INVALID, "the database's URL has an option '%.*s' that there is not",
                      (int)strcspn(name, "\""), name);
}

enum { USUAL_S = 5, LONGEST_S = 60 };

int64_t jalon_postgres_url_patience_us(const PQconninfoOption *options)
{
    const char *given = jalon_postgres_url_value(options, "connect_timeout");
    int64_t seconds = USUAL_S;
    if (given != NULL && (!jalon_text_to_int64(jalon_text_from(given), &seconds) || seconds < 1 ||
                          seconds > LONGEST_S)) {
        return 0; /* libpq's 0 is for ever, which nothing here is */
    }
    return seconds * 1000000;
}

const char *jalon_postgres_url_value(const PQconninfoOption *options, const char *keyword)
{
    while (options->keyword != NULL && strcmp(options->keyword, keyword) != 0) {
        options++;
    }
    return options->val; /* NULL, too, for the end */
}

/* Ports, all of them: else what is none is quoted later, and may be a part of a password. */
static bool has_good_ports(const char *ports)
{
    while (ports != NULL && *ports != '\0') {
        size_t length = strcspn(ports, ",");
        int64_t port;
        if (length > 0 && (!jalon_text_to_int64(jalon_text_slice(ports, length), &port) ||
                           port < 1 || port > 65535)) {
            return false;
        }
        ports += length + (ports[length] == ',');
    }
    return true;
}

enum jalon_status jalon_postgres_url_read(struct jalon_context *ctx, const char *url,
                                          PQconninfoOption **out)
{
    char *words = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &words);
    if (options == NULL && (words == NULL || strstr(words, "out of memory") != NULL)) {
        PQfreemem(words);
        return jalon_no_memory(ctx);
    }
    if (options == NULL) {
        enum jalon_status status = refuse_option(ctx, url, words);
        PQfreemem(words);
        return status;
    }
    const char *host = jalon_postgres_url_value(options, "host");
    const char *user = jalon_postgres_url_value(options, "user");
    bool good = has_good_ports(jalon_postgres_url_value(options, "port")) &&
                (host == NULL || strpbrk(host, "@?# ") == NULL) &&
                (user == NULL || strpbrk(user, "/?#") == NULL);
    if (!good) {
        PQconninfoFree(options);
        return refuse_url(ctx);
    }
    if (jalon_postgres_url_patience_us(options) == 0) {
        PQconninfoFree(options);
        return jalon_fail(ctx, JALON_INVALID,
                          "connect_timeout in the database's URL must be from 1 to %d seconds",
                          LONGEST_S);
    }
    *out = options;
    return JALON_OK;
}

/* --- Hosts --- */

static size_t count_items(const char *list)
{
    size_t count = 1;
    for (; list != NULL && *list != '\0'; list++) {
        count += *list == ',';
    }
    return count;
}

size_t jalon_postgres_url_hosts(const PQconninfoOption *options)
{
    size_t hosts = count_items(jalon_postgres_url_value(options, "host"));
    size_t addresses = count_items(jalon_postgres_url_value(options, "hostaddr"));
    return hosts > addresses ? hosts : addresses;
}

const char *jalon_postgres_url_item(const char *list, size_t index, struct jalon_postgres_item *out)
{
    if (list == NULL) {
        return NULL;
    }
    if (count_items(list) > 1) {
        for (; index > 0; index--) {
            list += strcspn(list, ",");
            list += *list == ',';
        }
    }
    snprintf(out->text, sizeof out->text, "%.*s", (int)strcspn(list, ","), list);
    return out->text;
}

