/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What people say about contributions: comments, confirmations, supports, claims, links. Layer 2 (store).
 *
 * All of it belongs to a map and is written by who has it (jalon_session_lock_map). Contributions are
 * told by their numbers. Lists are by id, behind `after` (all zeros: from the first): oldest first.
 */
#ifndef JALON_STORE_CONVERSATION_H
#define JALON_STORE_CONVERSATION_H

#include "jalon/store.h"

/* --- Comments --- */
enum jalon_comment_kind {
    JALON_COMMENT_INFORMATION,
    JALON_COMMENT_QUESTION,
    JALON_COMMENT_CORRECTION,
    JALON_COMMENT_PROPOSAL,
    JALON_COMMENT_HELP, /* an offer of it */
    JALON_COMMENT_EVENT,
    JALON_COMMENT_KIND_COUNT
};
const char *jalon_comment_kind_name(enum jalon_comment_kind kind);
bool jalon_comment_kind_parse(struct jalon_text name, enum jalon_comment_kind *out);

struct jalon_comment {
    struct jalon_id id;
    struct jalon_id parent; /* the comment that it answers; all zeros: none */
    enum jalon_comment_kind kind;
    struct jalon_text text;   /* empty once it is deleted */
    struct jalon_text author; /* account name; empty: anonymous */
    struct jalon_text device; /* keyed hash, of an anonymous author's; may be empty */
    enum jalon_moderation moderation; /* PENDING, PUBLISHED, HIDDEN or DELETED */
    struct jalon_text reason;         /* why it is hidden; else empty */
    int64_t created_us;
    int64_t updated_us;
};
/* What of the comments is wanted. */
struct jalon_comment_filter {
    struct jalon_id after;
    bool has_state; /* those in this state alone; else what is published, answered or one's own */
    enum jalon_moderation state;
    struct jalon_text author; /* whoever asks; both may be empty */
    struct jalon_text device;
    size_t limit;
};
enum jalon_status jalon_store_insert_comment(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             const struct jalon_comment *comment) JALON_MUST_USE;
/* JALON_NOT_FOUND: this contribution has no such comment. */
enum jalon_status jalon_store_find_comment(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_id id,
                                           struct jalon_comment *out) JALON_MUST_USE;
/* Kind, text, moderation, reason and updated_us. */
enum jalon_status jalon_store_update_comment(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             const struct jalon_comment *comment) JALON_MUST_USE;
enum jalon_status jalon_store_list_comments(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_map *map, int64_t contribution,
                                            const struct jalon_comment_filter *filter,
                                            struct jalon_comment **out,
                                            size_t *out_count) JALON_MUST_USE;

/* --- Confirmations --- */
struct jalon_confirmation {
    struct jalon_id id;
    bool still;                 /* so; else no longer */
    struct jalon_text observed; /* "YYYY-MM-DD" */
    struct jalon_text remark;   /* may be empty */
    struct jalon_text author;   /* account name; empty: anonymous */
    struct jalon_text device;   /* keyed hash, of an anonymous one; not read back */
    int64_t created_us;
};
/* Those of the same account or device since `since_us` are replaced. */
enum jalon_status jalon_store_put_confirmation(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_map *map, int64_t contribution,
                                               const struct jalon_confirmation *confirmation,
                                               int64_t since_us) JALON_MUST_USE;
/*
 * The last day on which it was seen to be still so (empty: never), and how many accounts and devices
 * have said that it no longer is, since somebody last said that it was.
 */
enum jalon_status jalon_store_find_confirmed(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             struct jalon_text *out_day,
                                             int64_t *out_doubts) JALON_MUST_USE;
enum jalon_status jalon_store_list_confirmations(struct jalon_context *ctx,
                                                 struct jalon_session *session,
                                                 const struct jalon_map *map,
                                                 int64_t contribution, struct jalon_id after,
                                                 size_t limit, struct jalon_confirmation **out,
                                                 size_t *out_count) JALON_MUST_USE;

/* --- Supports --- */
/* `voice`: "account:NUMBER" or "device:HASH". *out_changed false: it had it already, or not at all. */
enum jalon_status jalon_store_add_support(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_text voice, int64_t time_us,
                                          bool *out_changed) JALON_MUST_USE;
enum jalon_status jalon_store_remove_support(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_map *map, int64_t contribution,
                                             struct jalon_text voice,
                                             bool *out_changed) JALON_MUST_USE;
enum jalon_status jalon_store_has_support(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_text voice, bool *out) JALON_MUST_USE;
/* The voice becomes `into`. *out_changed false: that was heard there already, or `voice` never was. */
enum jalon_status jalon_store_move_support(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           struct jalon_text voice, struct jalon_text into,
                                           bool *out_changed) JALON_MUST_USE;
/* A contribution of some map that a voice is heard for. */
struct jalon_supported {
    int64_t map, contribution; /* numbers */
    struct jalon_text slug;    /* the map's */
};
/* Those of a voice in all maps, by their numbers, behind `after` (of which the slug says nothing). */
enum jalon_status jalon_store_list_supported(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             struct jalon_text voice, struct jalon_supported after,
                                             size_t limit, struct jalon_supported **out,
                                             size_t *out_count) JALON_MUST_USE;
/* Names of accounts that support it. */
enum jalon_status jalon_store_list_supporters(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              size_t limit, struct jalon_text **out,
                                              size_t *out_count) JALON_MUST_USE;

/* --- Claims --- */
struct jalon_claim {
    struct jalon_id id;
    struct jalon_text account; /* name */
    struct jalon_text text;
    struct jalon_text state;   /* open, accepted, rejected, withdrawn */
    int64_t decided_us;        /* 0: not yet */
    struct jalon_text decided_by; /* account name; may be empty */
    struct jalon_text reason;     /* may be empty */
    int64_t created_us;
};
/* As open. */
enum jalon_status jalon_store_insert_claim(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           const struct jalon_claim *claim) JALON_MUST_USE;
/* JALON_NOT_FOUND: this contribution has no such claim. */
enum jalon_status jalon_store_find_claim(struct jalon_context *ctx, struct jalon_session *session,
                                         const struct jalon_map *map, int64_t contribution,
                                         struct jalon_id id,
                                         struct jalon_claim *out) JALON_MUST_USE;
/* The one that this account has open. JALON_NOT_FOUND (no message). */
enum jalon_status jalon_store_find_open_claim(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              const struct jalon_map *map, int64_t contribution,
                                              struct jalon_text account,
                                              struct jalon_claim *out) JALON_MUST_USE;
/* State, decided_us, decided_by and reason. */
enum jalon_status jalon_store_decide_claim(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_map *map, int64_t contribution,
                                           const struct jalon_claim *claim) JALON_MUST_USE;
/* Of one account (empty: of all). */
enum jalon_status jalon_store_list_claims(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_map *map, int64_t contribution,
                                          struct jalon_text account, struct jalon_id after,
                                          size_t limit, struct jalon_claim **out,
                                          size_t *out_count) JALON_MUST_USE;

/* --- Links --- */
enum jalon_link_type {
    JALON_LINK_ANSWERS,
    JALON_LINK_PART_OF,
    JALON_LINK_SAME_AS,
    JALON_LINK_CONTINUES,
    JALON_LINK_TYPE_COUNT
};
/* From the side of its source, or (is_inverse) of its target: answered_by, has_part … */
const char *jalon_link_type_name(enum jalon_link_type type, bool is_inverse);
bool jalon_link_type_parse(struct jalon_text name, enum jalon_link_type *out, bool *out_inverse);

/* A contribution of any map, by the numbers of both. */
struct jalon_link_end {
    int64_t map;
    int64_t contribution;
};
struct jalon_relation {
    struct jalon_id id;
    enum jalon_link_type type;
    struct jalon_link_end source;
    struct jalon_link_end target;
    struct jalon_text author; /* account name; empty: anonymous */
    int64_t created_us;
};
/* JALON_CONFLICT (no message): there is one of this type from the source to the target. */
enum jalon_status jalon_store_insert_link(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_relation *link) JALON_MUST_USE;
enum jalon_status jalon_store_delete_link(struct jalon_context *ctx, struct jalon_session *session,
                                          const struct jalon_relation *link) JALON_MUST_USE;
/* JALON_NOT_FOUND: this contribution is neither end of such a link. */
enum jalon_status jalon_store_find_link(struct jalon_context *ctx, struct jalon_session *session,
                                        struct jalon_link_end end, struct jalon_id id,
                                        struct jalon_relation *out) JALON_MUST_USE;
/* From it and to it. */
enum jalon_status jalon_store_list_links(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_link_end end, struct jalon_id after,
                                         size_t limit, struct jalon_relation **out,
                                         size_t *out_count) JALON_MUST_USE;
/* Links that begin there. */
enum jalon_status jalon_store_count_links(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_link_end source,
                                          int64_t *out) JALON_MUST_USE;
/* Is there one like this already; of same_as also the other way round? */
enum jalon_status jalon_store_has_link(struct jalon_context *ctx, struct jalon_session *session,
                                       const struct jalon_relation *link, bool *out) JALON_MUST_USE;
/* Where links of a type that begin there lead. */
enum jalon_status jalon_store_list_targets(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           struct jalon_link_end source, enum jalon_link_type type,
                                           struct jalon_link_end **out,
                                           size_t *out_count) JALON_MUST_USE;
/* What is shown of a link's other end. */
struct jalon_linked {
    struct jalon_text map;        /* slug */
    struct jalon_text collection; /* key */
    struct jalon_id id;
    struct jalon_text title; /* may be empty */
    enum jalon_visibility visibility; /* of the collection */
    enum jalon_visibility reading;    /* of the map */
};
/* JALON_NOT_FOUND (no message): it is not published (any more). */
enum jalon_status jalon_store_find_linked(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_link_end end,
                                          struct jalon_linked *out) JALON_MUST_USE;

#endif
