/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon serve. Layer 5 (cli). */
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "jalon/api.h"
#include "jalon/app_abuse.h"
#include "jalon/clock.h"
#include "jalon/job.h"
#include "jalon/log.h"
#include "jalon/reasons.h"

#include "cli.h"
#include "share.h"

/* Running requests may finish for this long after a signal. */
enum { STOP_WAIT_MS = 8000, BASE_MAPS_MAX = 8, WRITES_PER_MINUTE = 600,
       ANONYMOUS_WRITES = 600, ACCOUNT_WRITES = 600, MAP_PRESSURE = 2000,
       DATABASE_PAUSE_MS = 1000 };

static const struct {
    const char *name;
    struct jalon_base_map map;
} known_base_maps[] = {
    {"ign",
     {{{"Plan IGN", 8}, {"IGN map", 7}},
      {"https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
       "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png"
       "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
       0},
      {"© IGN – Géoplateforme", 0},
      19}},
    {"osm",
     {{{"OpenStreetMap", 13}, {"OpenStreetMap", 13}},
      {"https://tile.openstreetmap.org/{z}/{x}/{y}.png", 0},
      {"© OpenStreetMap contributors", 0},
      19}},
};

/* Is it a template of raster tiles that a browser can ask for? */
static bool is_tile_url(struct jalon_text url)
{
    bool web = jalon_text_starts_with(url, "https://") || jalon_text_starts_with(url, "http://");
    return web && strstr(url.data, "{z}") != NULL && strstr(url.data, "{x}") != NULL &&
           strstr(url.data, "{y}") != NULL && strpbrk(url.data, " ;,'\"") == NULL;
}

static enum jalon_status read_base_map(struct jalon_context *ctx, struct jalon_text name,
                                       struct jalon_base_map *out)
{
    for (size_t i = 0; i < sizeof known_base_maps / sizeof known_base_maps[0]; i++) {
        if (jalon_text_is(name, known_base_maps[i].name)) {
            *out = known_base_maps[i].map;
            out->url = jalon_text_from(out->url.data);
            out->attribution = jalon_text_from(out->attribution.data);
            return JALON_OK;
        }
    }
    if (!is_tile_url(name)) {
        return jalon_fail(ctx, JALON_INVALID,
                          "--base-map '%s' is none of ign, osm, none, nor a URL with {z}, {x} and {y}",
                          name.data);
    }
    *out = (struct jalon_base_map){
        .name = {JALON_TEXT("Fond de carte"), JALON_TEXT("Base map")},
        .url = name,
        .attribution = JALON_TEXT_EMPTY,
        .max_zoom = 19,
    };
    return JALON_OK;
}

static enum jalon_status read_base_maps(struct jalon_cli *cli,
                                        struct jalon_base_map maps[BASE_MAPS_MAX],
                                        size_t *out_count)
{
    size_t count = 0, given = 0;
    const struct jalon_text *names = jalon_conf_list(cli->settings, "base-map", &given);
    for (size_t i = 0; i < given; i++) {
        if (jalon_text_is(names[i], "none")) {
            continue;
        }
        if (count == BASE_MAPS_MAX) {
            return jalon_fail(cli->ctx, JALON_INVALID, "--base-map may be given %d times",
                              BASE_MAPS_MAX);
        }
        enum jalon_status status = read_base_map(cli->ctx, names[i], &maps[count]);
        if (status != JALON_OK) {
            return status;
        }
        count++;
    }
    *out_count = count;
    return JALON_OK;
}

static enum jalon_status read_crs_list(struct jalon_cli *cli, struct jalon_crs_list *out)
{
    size_t count = 0;
    const struct jalon_text *added = jalon_conf_list(cli->settings, "crs", &count);
    enum jalon_status status = jalon_crs_list_make(cli->ctx, added, count, out);
    struct jalon_text reason = cli->ctx->error.message;
    return status == JALON_INVALID
               ? jalon_fail(cli->ctx, JALON_INVALID, "--crs: %.*s", JALON_TEXT_ARGS(reason))
               : status;
}

static bool read_log_level(struct jalon_text name, enum jalon_log_level *out)
{
    static const enum jalon_log_level levels[] = {JALON_LOG_INFO, JALON_LOG_WARNING,
                                                  JALON_LOG_ERROR};
    static const char *const names[] = {"info", "warning", "error"};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (jalon_text_is(name, names[i])) {
            *out = levels[i];
            return true;
        }
    }
    return false;
}

static enum jalon_status configure_log(struct jalon_cli *cli)
{
    struct jalon_text level = jalon_conf_text(cli->settings, "log-level");
    enum jalon_log_level lowest;
    struct jalon_text format = jalon_conf_text(cli->settings, "log-format");
    bool json = jalon_text_is(format, "json");
    if (!json && !jalon_text_is(format, "text")) {
        return jalon_fail(cli->ctx, JALON_INVALID, "--log-format '%s' must be text or json",
                          format.data);
    }
    if (!read_log_level(level, &lowest)) {
        return jalon_fail(cli->ctx, JALON_INVALID,
                          "--log-level '%s' must be info, warning or error", level.data);
    }
    struct jalon_text accounts = jalon_conf_text(cli->settings, "log-accounts");
    if (!jalon_text_is(accounts, "yes") && !jalon_text_is(accounts, "no")) {
        return jalon_fail(cli->ctx, JALON_INVALID, "--log-accounts '%s' must be yes or no",
                          accounts.data);
    }
    jalon_log_configure(stderr, json ? JALON_LOG_AS_JSON : JALON_LOG_AS_TEXT, lowest);
    return JALON_OK;
}

/* Without it everything else is served. */
static void find_converter(struct jalon_cli *cli, struct jalon_api *api)
{
    api->converter = JALON_TEXT_EMPTY;
    if (jalon_cli_find_program(cli->ctx, "jalon-gdal", &api->converter) != JALON_OK) {
        struct jalon_log_field reason = {"message", cli->ctx->error.message, 0};
        jalon_log_write(JALON_LOG_WARNING, "no GeoPackages and Shapefiles", &reason, 1);
        jalon_error_clear(cli->ctx);
    }
}

/* Threads started after this leave the two signals to wait_for_signal. */
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
}

/* What is not given spares this machine: there the proxies are, and the tools. */
static struct jalon_limit read_limit(const struct jalon_cli *cli, const char *option,
                                     unsigned fallback)
{
    return jalon_conf_has(cli->settings, option)
               ? (struct jalon_limit){(unsigned)jalon_conf_integer(cli->settings, option), false}
               : (struct jalon_limit){fallback, true};
}

static void read_limits(const struct jalon_cli *cli, struct jalon_http_options *out)
{
    const struct jalon_settings *settings = cli->settings;
    out->connections_max = (unsigned)jalon_conf_integer(settings, "max-connections");
    out->connections_per_address =
        read_limit(cli, "max-connections-per-address", (out->connections_max + 3) / 4);
    out->reads_per_minute = read_limit(cli, "rate-limit", 0);
    out->writes_per_minute = read_limit(cli, "write-rate-limit", WRITES_PER_MINUTE);
    out->head_s = (unsigned)jalon_conf_integer(settings, "header-timeout");
    out->body_s = (unsigned)jalon_conf_integer(settings, "body-timeout");
    out->idle_s = (unsigned)jalon_conf_integer(settings, "idle-timeout");
    out->bytes_a_second = (unsigned)jalon_conf_integer(settings, "min-rate");
    out->answers_bytes_max = (size_t)jalon_conf_integer(settings, "answer-memory") << 20;
    out->proxies = jalon_conf_list(settings, "trusted-proxy", &out->proxy_count);
}

static struct jalon_write_limit read_write_limit(const struct jalon_cli *cli, const char *option,
                                                 unsigned fallback)
{
    struct jalon_limit limit = read_limit(cli, option, fallback);
    return (struct jalon_write_limit){limit.most, limit.spares_loopback};
}

static void set_write_limits(const struct jalon_cli *cli, struct jalon_app *app)
{
    const struct jalon_write_limits limits = {
        .anonymous = read_write_limit(cli, "anonymous-writes", ANONYMOUS_WRITES),
        .account = read_write_limit(cli, "account-writes", ACCOUNT_WRITES),
        .pressure = read_write_limit(cli, "map-pressure", MAP_PRESSURE),
    };
    jalon_app_set_write_limits(app, &limits);
}

static enum jalon_status start(struct jalon_cli *cli, struct jalon_api *api,
                               struct jalon_http **out)
{
    struct jalon_text address;
    uint16_t port;
    enum jalon_status status = jalon_http_parse_listen(
        cli->ctx, jalon_conf_text(cli->settings, "listen"), &address, &port);
    const struct jalon_wording *french = NULL;
    status = status == JALON_OK ? jalon_reasons_read(cli->ctx, &french) : status;
    if (status != JALON_OK) {
        return status;
    }
    struct jalon_http_options options = {
        .address = address,
        .port = port,
        .public_url = jalon_conf_text(cli->settings, "public-url"),
        .threads = (unsigned)jalon_conf_integer(cli->settings, "threads"),
        .routes = jalon_api_routes(),
        .application = api,
        .authenticate = jalon_api_authenticate,
        .scope_names = jalon_scope_names,
        .scope_count = JALON_SCOPE_COUNT,
        .hides_accounts = jalon_text_is(jalon_conf_text(cli->settings, "log-accounts"), "no"),
        .begin_group = jalon_api_begin_group,
        .end_group = jalon_api_end_group,
        .shows = jalon_api_shows,
        .wording = french,
    };
    read_limits(cli, &options);
    set_write_limits(cli, api->app);
    return jalon_http_start(cli->ctx, &options, out);
}

static void look_again(void *http)
{
    jalon_http_look_again(http);
}

static void serve_until_signal(struct jalon_app *app, struct jalon_http *http,
                               const sigset_t *signals)
{
    const struct jalon_log_field started[] = {
        {"url", jalon_http_public_url(http), 0},
        {"version", JALON_TEXT(JALON_VERSION), 0},
    };
    jalon_app_on_move(app, look_again, http);
    jalon_log_write(JALON_LOG_INFO, "started", started, sizeof started / sizeof started[0]);
    printf("%s\n", jalon_http_public_url(http).data);
    fflush(stdout);
    jalon_cli_notify("READY=1");
    int number = 0;
    sigwait(signals, &number);
    jalon_cli_notify("STOPPING=1");
    jalon_log_write(JALON_LOG_INFO, "stopping", NULL, 0);
    jalon_app_on_move(app, NULL, NULL);
    jalon_http_stop(http, STOP_WAIT_MS);
}

/* Sleeps, unless it is told to stop. */
static bool is_stopped_within(const sigset_t *signals, long wait_ms)
{
    struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
    return sigtimedwait(signals, NULL, &wait) > 0;
}

/*
 * Opens the application; --database-wait is for a server that starts after this one. *out stays NULL
 * when it is told to stop meanwhile.
 */
static enum jalon_status open_app(struct jalon_cli *cli, const sigset_t *signals,
                                  struct jalon_app **out)
{
    bool waits = jalon_conf_has(cli->settings, "database");
    int64_t until_us = jalon_clock_monotonic_us() +
                       jalon_conf_integer(cli->settings, "database-wait") * 1000000;
    for (;;) {
        enum jalon_status status = jalon_cli_open(cli, true, true, out);
        if (status != JALON_UNAVAILABLE || !waits || jalon_clock_monotonic_us() >= until_us) {
            return status;
        }
        struct jalon_log_field reason = {"message", cli->ctx->error.message, 0};
        jalon_log_write(JALON_LOG_WARNING, "waiting for the database", &reason, 1);
        jalon_error_clear(cli->ctx);
        if (is_stopped_within(signals, DATABASE_PAUSE_MS)) {
            return JALON_OK;
        }
    }
}

static struct jalon_job_options read_jobs(const struct jalon_cli *cli)
{
    const struct jalon_settings *settings = cli->settings;
    return (struct jalon_job_options){
        .smtp = jalon_conf_text(settings, "smtp"),
        .user = jalon_conf_text(settings, "smtp-user"),
        .password = jalon_conf_text(settings, "smtp-password"),
        .from = jalon_conf_text(settings, "mail-from"),
        .timeout_s = jalon_conf_integer(settings, "mail-timeout"),
        .retry_s = jalon_conf_integer(settings, "mail-retry"),
    };
}

enum exit_code jalon_cli_serve(struct jalon_cli *cli)
{
    struct jalon_base_map base_maps[BASE_MAPS_MAX];
    struct jalon_api api = {.base_maps = base_maps, .started_us = jalon_clock_now_us()};
    struct jalon_job_options mail = read_jobs(cli);
    struct jalon_jobs *jobs = NULL;
    struct jalon_http *http = NULL;
    sigset_t signals;
    block_signals(&signals);
    enum jalon_status status = configure_log(cli);
    if (status == JALON_OK) {
        status = jalon_jobs_check(cli->ctx, &mail);
    }
    if (status == JALON_OK) {
        status = read_base_maps(cli, base_maps, &api.base_map_count);
    }
    if (status == JALON_OK) {
        find_converter(cli, &api);
        status = read_crs_list(cli, &api.crs);
    }
    if (status == JALON_OK) {
        status = open_app(cli, &signals, &api.app);
    }
    if (status == JALON_OK && api.app == NULL) {
        return EXIT_DONE;
    }
    if (status == JALON_OK) {
        status = jalon_app_server_key(cli->ctx, api.app, JALON_TEXT("paging"), api.token_key.bytes);
    }
    if (status == JALON_OK) {
        api.offers = jalon_api_hash_offers(&api);
        status = start(cli, &api, &http);
    }
    if (status == JALON_OK) {
        mail.public_url = jalon_text_copy(cli->ctx->arena, jalon_http_public_url(http));
        status = mail.public_url.data != NULL
                     ? jalon_jobs_start(cli->ctx, api.app, &mail, &jobs)
                     : jalon_no_memory(cli->ctx);
    }
    if (status == JALON_OK) {
        serve_until_signal(api.app, http, &signals);
    } else {
        jalon_http_stop(http, 0);
    }
    jalon_jobs_stop(jobs);
    jalon_app_close(api.app);
    return status == JALON_OK ? EXIT_DONE : jalon_cli_fail(cli->ctx, status);
}
