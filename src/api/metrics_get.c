/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GET /metrics: what this process counts, for Prometheus. Layer 4 (api).
 *
 * The names of the process' own measures are those that every Prometheus client library uses.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "jalon/app_mail.h"
#include "jalon/metrics.h"

#include "endpoint.h"

static void put_gauge(struct jalon_buffer *out, const char *name, const char *help, double value)
{
    jalon_metric_put_one(out, name, JALON_METRIC_GAUGE, help, value);
}

static void put_counter(struct jalon_buffer *out, const char *name, const char *help, double value)
{
    jalon_metric_put_one(out, name, JALON_METRIC_COUNTER, help, value);
}

static void write_reach(const struct jalon_app_measures *measures, struct jalon_buffer *out)
{
    put_counter(out, "jalon_store_connections_lost_total",
                "Connections to the database server that broke.", (double)measures->store_lost);
    put_counter(out, "jalon_store_reconnections_total",
                "Connections to the database server made anew after one broke.",
                (double)measures->store_regained);
    put_counter(out, "jalon_store_connect_failures_total",
                "Attempts to connect to the database server that failed.",
                (double)measures->store_refused);
}

static void write_mail(struct jalon_app *app, struct jalon_buffer *out)
{
    struct jalon_mail_measures mail;
    jalon_app_measure_mail(app, &mail);
    put_counter(out, "jalon_mail_sent_total", "Mails that the relay took.", (double)mail.sent);
    put_counter(out, "jalon_mail_failed_total",
                "Mails that were given up: the relay refused them, or did not take them for a day.",
                (double)mail.failed);
    put_counter(out, "jalon_mail_postponed_total",
                "Times that a mail was not taken, to be sent again later.", (double)mail.postponed);
    if (mail.waiting >= 0) {
        put_gauge(out, "jalon_mail_waiting", "Mails in the outbox, of all servers.",
                  (double)mail.waiting);
    }
}

static void write_app(struct jalon_app *app, struct jalon_buffer *out)
{
    struct jalon_app_measures measures;
    jalon_app_measure(app, &measures);
    put_gauge(out, "jalon_maps_loaded", "Maps whose view is in use.", (double)measures.maps);
    jalon_metric_describe(out, "jalon_view_bytes", JALON_METRIC_GAUGE,
                          "Size of the views, about: private memory, and files mapped into memory.");
    jalon_metric_put(out, "jalon_view_bytes", "kind=\"private\"",
                     (double)measures.view_private_bytes);
    jalon_metric_put(out, "jalon_view_bytes", "kind=\"mapped\"",
                     (double)measures.view_mapped_bytes);
    put_gauge(out, "jalon_tile_cache_tiles", "Drawn tiles that are kept.",
              (double)measures.tile_count);
    put_gauge(out, "jalon_tile_cache_bytes", "Size of the tiles that are kept.",
              (double)measures.tile_bytes);
    put_counter(out, "jalon_tile_cache_hits_total", "Tiles that were there when asked for.",
                (double)measures.tile_hits);
    put_counter(out, "jalon_tile_cache_misses_total", "Tiles that had to be drawn.",
                (double)measures.tile_misses);
    jalon_metric_describe(out, "jalon_store_transactions_total", JALON_METRIC_COUNTER,
                          "Transactions begun on the database.");
    jalon_metric_put(out, "jalon_store_transactions_total", "mode=\"read\"",
                     (double)measures.store_reads);
    jalon_metric_put(out, "jalon_store_transactions_total", "mode=\"standby\"",
                     (double)measures.store_standby_reads);
    jalon_metric_put(out, "jalon_store_transactions_total", "mode=\"write\"",
                     (double)measures.store_writes);
    put_counter(out, "jalon_store_statements_total", "Statements asked of the database.",
                (double)measures.store_statements);
    put_counter(out, "jalon_password_hashes_total",
                "Hashes of passwords made, to keep one or to compare with one.",
                (double)measures.password_hashes);
    put_gauge(out, "jalon_store_wal_bytes", "Size of the database's write-ahead log.",
              (double)measures.store_log_bytes);
    write_reach(&measures, out);
    write_mail(app, out);
}

/* Resident bytes: the second number of statm, in pages (proc(5)). */
static bool read_resident(double *out)
{
    char line[256];
    int64_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) {
        return false;
    }
    struct jalon_text text = jalon_text_from(fgets(line, sizeof line, file) != NULL ? line : "");
    size_t first = jalon_text_find(text, ' ');
    size_t skip = first < text.length ? first + 1 : first;
    text = jalon_text_slice(text.data + skip, text.length - skip);
    text.length = jalon_text_find(text, ' ');
    fclose(file);
    if (!jalon_text_to_int64(text, &pages)) {
        return false;
    }
    *out = (double)pages * (double)sysconf(_SC_PAGESIZE);
    return true;
}

static size_t count_files(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder != NULL && readdir(folder) != NULL) {
        count++;
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return count > 3 ? count - 3 : 0; /* ".", ".." and the folder itself */
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void write_process(const struct jalon_api *api, struct jalon_buffer *out)
{
    double resident;
    struct rusage usage;
    struct rlimit files;
    if (read_resident(&resident)) {
        put_gauge(out, "process_resident_memory_bytes", "Resident memory size in bytes.", resident);
    }
    put_gauge(out, "process_start_time_seconds",
              "Start time of the process since unix epoch in seconds.",
              (double)api->started_us / 1e6);
    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        put_counter(out, "process_cpu_seconds_total",
                    "Total user and system CPU time spent in seconds.",
                    seconds(usage.ru_utime) + seconds(usage.ru_stime));
    }
    put_gauge(out, "process_open_fds", "Number of open file descriptors.", (double)count_files());
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        put_gauge(out, "process_max_fds", "Maximum number of open file descriptors.",
                  (double)files.rlim_cur);
    }
    jalon_metric_describe(out, "jalon_build_info", JALON_METRIC_GAUGE, "The program's version.");
    jalon_metric_put(out, "jalon_build_info", "version=\"" JALON_VERSION "\"", 1);
}

enum jalon_status jalon_metrics_get(struct jalon_request *request, struct jalon_response *response)
{
    struct jalon_api *api = request->application;
    response->media_type = JALON_METRICS_MEDIA_TYPE;
    jalon_http_write_metrics(request, &response->body);
    write_app(api->app, &response->body);
    write_process(api, &response->body);
    return jalon_endpoint_finish(request, response);
}
