/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Measures in the text format of Prometheus, version 0.0.4. Layer 2 (http).
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Names, labels and help are the
 * program's own words, never what a client sent: each different one is a series that is kept.
 */
#ifndef JALON_METRICS_H
#define JALON_METRICS_H

#include "jalon/http.h"

#define JALON_METRICS_MEDIA_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum jalon_metric_type { JALON_METRIC_COUNTER, JALON_METRIC_GAUGE, JALON_METRIC_HISTOGRAM };

/* Says what the samples of this name are; they follow. */
void jalon_metric_describe(struct jalon_buffer *out, const char *name, enum jalon_metric_type type,
                           const char *help);
/* One sample; `labels` as in `mode="read"`, or NULL. A finite value. */
void jalon_metric_put(struct jalon_buffer *out, const char *name, const char *labels,
                      double value);
/* Both, for a name with one sample. */
void jalon_metric_put_one(struct jalon_buffer *out, const char *name, enum jalon_metric_type type,
                          const char *help, double value);

/* What the server that has this request counted of requests, connections and its queue. */
void jalon_http_write_metrics(const struct jalon_request *request, struct jalon_buffer *out);

#endif
