/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Complaints about contributions, and what was made of them. Layer 2 (store).
 */
#ifndef JALON_STORE_REPORTS_H
#define JALON_STORE_REPORTS_H

#include "jalon/store.h"

enum jalon_report_kind {
    JALON_REPORT_NOT_THERE,
    JALON_REPORT_WRONG,
    JALON_REPORT_CHARTER, /* against it */
    JALON_REPORT_DUPLICATE,
    JALON_REPORT_PERSONAL_DATA,
    JALON_REPORT_KIND_COUNT
};
const char *jalon_report_kind_name(enum jalon_report_kind kind);
bool jalon_report_kind_parse(struct jalon_text name, enum jalon_report_kind *out);

enum jalon_report_state {
    JALON_REPORT_OPEN,
    JALON_REPORT_UPHELD,
    JALON_REPORT_DISMISSED,
};
const char *jalon_report_state_name(enum jalon_report_state state);
bool jalon_report_state_parse(struct jalon_text name, enum jalon_report_state *out);

struct jalon_report {
    struct jalon_id id;
    enum jalon_report_kind kind;
    struct jalon_text text;   /* may be empty */
    struct jalon_text author; /* account name; empty: anonymous */
    struct jalon_text device; /* of an anonymous one: its hash. Not read back */
    int64_t created_us;
    enum jalon_report_state state;
    /* Of one that is not open any more. */
    int64_t decided_us;
    struct jalon_text decided_by; /* account name */
    struct jalon_text answer;
};

/* A new one, which is open. */
enum jalon_status jalon_store_insert_report(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            const struct jalon_report *report) JALON_MUST_USE;
/* Has this account (empty: this device) an open one about the contribution? */
enum jalon_status jalon_store_has_open_report(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              struct jalon_text account, struct jalon_text device,
                                              bool *out) JALON_MUST_USE;
/* How many are open, each by another voice; and how many of them are about personal data. */
enum jalon_status jalon_store_count_open_reports(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map, int64_t contribution,
                                                 int64_t *out_open, int64_t *out_personal)
    JALON_MUST_USE;
/* Oldest first, behind `after` (all zeros: all), at most `limit`. */
enum jalon_status jalon_store_list_reports(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_id after, size_t limit,
                                           struct jalon_report **out,
                                           size_t *out_count) JALON_MUST_USE;
/* Those that are open. */
enum jalon_status jalon_store_list_open_reports(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                const struct jalon_map *map, int64_t contribution,
                                                struct jalon_report **out,
                                                size_t *out_count) JALON_MUST_USE;
/* All that are open, alike: state, decided_us, decided_by and answer of `verdict`. */
enum jalon_status jalon_store_settle_reports(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             const struct jalon_report *verdict) JALON_MUST_USE;

#endif
