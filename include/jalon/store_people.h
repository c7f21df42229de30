/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store's part about people: accounts, and by what they are known to be who they say: tokens,
 * sessions, mailed links. Layer 2 (store). Part of jalon/store.h.
 *
 * Of secrets only their hashes are here, hexadecimal.
 */
#ifndef JALON_STORE_PEOPLE_H
#define JALON_STORE_PEOPLE_H

#include "jalon/context.h"
#include "jalon/id.h"

struct jalon_session;

/* --- Accounts --- */
enum jalon_account_kind { JALON_PERSON, JALON_ORGANISATION, JALON_ACCOUNT_KIND_COUNT };
const char *jalon_account_kind_name(enum jalon_account_kind kind);
bool jalon_account_kind_parse(struct jalon_text text, enum jalon_account_kind *out);

/* Who may read an account's profile. */
enum jalon_profile {
    JALON_PROFILE_PUBLIC,
    JALON_PROFILE_MEMBERS, /* who has an account */
    JALON_PROFILE_NOBODY,
    JALON_PROFILE_COUNT,
};
const char *jalon_profile_name(enum jalon_profile profile);
bool jalon_profile_parse(struct jalon_text text, enum jalon_profile *out);

/* What becomes of an erased account's contributions. */
enum jalon_erasure { JALON_ERASURE_ANONYMISE, JALON_ERASURE_REMOVE, JALON_ERASURE_COUNT };
const char *jalon_erasure_name(enum jalon_erasure erasure);
bool jalon_erasure_parse(struct jalon_text text, enum jalon_erasure *out);

struct jalon_account {
    int64_t number;
    struct jalon_text name;  /* ^[a-z0-9][a-z0-9_.-]{1,62}$, unique on the server */
    struct jalon_text email; /* may be empty */
    bool is_operator;
    int64_t created_us;
    enum jalon_account_kind kind;
    struct jalon_text display_name;  /* this and the next may be empty */
    struct jalon_text about;
    struct jalon_text website;
    struct jalon_text language;      /* of mails: "fr", "en"; written empty it is "fr" */
    int64_t confirmed_us;            /* when the address was; 0: not */
    struct jalon_text password_hash; /* empty: signs in by mailed links */
    enum jalon_profile profile;
    bool hides_contributions; /* the profile does not list them */
    bool refuses_mails;       /* of what concerns the account */
    bool is_signing_up;       /* not confirmed yet: nothing can be done with it */
    int64_t erased_us;        /* 0: it is somebody's */
};

/* Fills the number. JALON_CONFLICT: the name is taken. */
enum jalon_status jalon_store_insert_account(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             struct jalon_account *account) JALON_MUST_USE;
/* Also of an erased account, but of nobody who is signing up. JALON_NOT_FOUND. */
enum jalon_status jalon_store_find_account(struct jalon_context *ctx,
                                           struct jalon_session *session, struct jalon_text name,
                                           struct jalon_account *out) JALON_MUST_USE;
/* The one to which the address was confirmed, in any case of letters. JALON_NOT_FOUND (no message). */
enum jalon_status jalon_store_find_account_of(struct jalon_context *ctx,
                                              struct jalon_session *session,
                                              struct jalon_text email,
                                              struct jalon_account *out) JALON_MUST_USE;
/* Whatever it is. JALON_NOT_FOUND. */
enum jalon_status jalon_store_load_account(struct jalon_context *ctx,
                                           struct jalon_session *session, int64_t number,
                                           struct jalon_account *out) JALON_MUST_USE;
/*
 * All but number, name and creation. JALON_CONFLICT: the address is confirmed to another one; end the
 * session.
 */
enum jalon_status jalon_store_update_account(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_account *account) JALON_MUST_USE;
/* Accounts that have been signing up since before then, with their links. */
enum jalon_status jalon_store_forget_signing_up(struct jalon_context *ctx,
                                                struct jalon_session *session,
                                                int64_t before_us) JALON_MUST_USE;

/* --- Tokens --- */
struct jalon_token {
    struct jalon_id id;
    int64_t account;
    struct jalon_text hash;
    struct jalon_text scopes; /* separated by spaces; empty: all its account may do */
    struct jalon_text name;   /* what its owner calls it; may be empty */
    int64_t expires_us;       /* 0: never */
    int64_t created_us;
    int64_t used_us; /* by the day; 0: never */
};
enum jalon_status jalon_store_insert_token(struct jalon_context *ctx,
                                           struct jalon_session *session,
                                           const struct jalon_token *token) JALON_MUST_USE;
/* The token with this hash and its account. JALON_NOT_FOUND. Does not judge expiry. */
enum jalon_status jalon_store_find_token(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text hash, struct jalon_token *out_token,
                                         struct jalon_account *out_account) JALON_MUST_USE;
/* An account's, by id above `after` (nil: all), which is as they were made; at most `limit`. */
enum jalon_status jalon_store_list_tokens(struct jalon_context *ctx, struct jalon_session *session,
                                          int64_t account, struct jalon_id after,
                                          size_t limit, struct jalon_token **out,
                                          size_t *out_count) JALON_MUST_USE;
/* JALON_NOT_FOUND: this account has no such token. */
enum jalon_status jalon_store_delete_token(struct jalon_context *ctx,
                                           struct jalon_session *session, int64_t account,
                                           struct jalon_id id) JALON_MUST_USE;
enum jalon_status jalon_store_note_token(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text hash, int64_t used_us) JALON_MUST_USE;

/* --- Sessions of browsers --- */
struct jalon_sign_in {
    struct jalon_text hash;
    int64_t account;
    int64_t created_us;
    int64_t seen_us; /* by the hour */
    int64_t expires_us;
};
enum jalon_status jalon_store_insert_sign_in(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_sign_in *sign_in) JALON_MUST_USE;
/* With its account. JALON_NOT_FOUND (no message). Does not judge expiry. */
enum jalon_status jalon_store_find_sign_in(struct jalon_context *ctx,
                                           struct jalon_session *session, struct jalon_text hash,
                                           struct jalon_sign_in *out,
                                           struct jalon_account *out_account) JALON_MUST_USE;
enum jalon_status jalon_store_note_sign_in(struct jalon_context *ctx,
                                           struct jalon_session *session, struct jalon_text hash,
                                           int64_t seen_us) JALON_MUST_USE;
/* JALON_OK also when it is not there. */
enum jalon_status jalon_store_delete_sign_in(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             struct jalon_text hash) JALON_MUST_USE;
/* All of an account but one (empty: all), and those that have ended. */
enum jalon_status jalon_store_delete_sign_ins(struct jalon_context *ctx,
                                              struct jalon_session *session, int64_t account,
                                              struct jalon_text but) JALON_MUST_USE;

/* --- Links that were mailed --- */
enum jalon_ticket_purpose {
    JALON_TICKET_CONFIRM_EMAIL,
    JALON_TICKET_SIGN_IN,
    JALON_TICKET_RESET_PASSWORD,
    JALON_TICKET_RECOVER_SECRET, /* of an anonymous contribution */
    JALON_TICKET_PURPOSE_COUNT,
};
struct jalon_ticket {
    struct jalon_text hash;
    enum jalon_ticket_purpose purpose;
    int64_t account; /* 0: of nobody's */
    struct jalon_text email;
    int64_t map, contribution; /* JALON_TICKET_RECOVER_SECRET; else 0 */
    int64_t created_us, expires_us;
};
/* Those that have ended go with it. */
enum jalon_status jalon_store_insert_ticket(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_ticket *ticket) JALON_MUST_USE;
/* JALON_NOT_FOUND (no message): never there, or used. Does not judge expiry. */
enum jalon_status jalon_store_find_ticket(struct jalon_context *ctx, struct jalon_session *session,
                                          struct jalon_text hash,
                                          struct jalon_ticket *out) JALON_MUST_USE;
/* JALON_NOT_FOUND (no message): somebody else has used it. */
enum jalon_status jalon_store_use_ticket(struct jalon_context *ctx, struct jalon_session *session,
                                         struct jalon_text hash) JALON_MUST_USE;
/* All of an account. */
enum jalon_status jalon_store_delete_tickets(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             int64_t account) JALON_MUST_USE;

/* --- What an account has done --- */
/* Where a list of contributions goes on. */
struct jalon_own_place {
    int64_t map, number;
};
struct jalon_own_contribution {
    struct jalon_own_place place;
    struct jalon_text map; /* slug */
    struct jalon_text map_title_fr, map_title_en;
    struct jalon_text collection; /* key */
    struct jalon_id id;
    struct jalon_text title;      /* may be empty */
    struct jalon_text moderation; /* "published" … */
    int64_t version;
    int64_t created_us, updated_us;
};
/*
 * What this author has contributed in all maps, below `before` (NULL: all), the last made first within
 * a map. `only_public`: published, in collections and maps that everybody may read.
 */
enum jalon_status jalon_store_list_own(struct jalon_context *ctx, struct jalon_session *session,
                                       struct jalon_text author, bool only_public,
                                       const struct jalon_own_place *before, size_t limit,
                                       struct jalon_own_contribution **out,
                                       size_t *out_count) JALON_MUST_USE;
struct jalon_own_membership {
    struct jalon_text map; /* slug */
    struct jalon_text map_title_fr, map_title_en;
    struct jalon_text role;
    int64_t since_us;
};
/* All of them: an account belongs to few maps. By slug. */
enum jalon_status jalon_store_list_memberships(struct jalon_context *ctx,
                                               struct jalon_session *session, int64_t account,
                                               struct jalon_own_membership **out,
                                               size_t *out_count) JALON_MUST_USE;

/* What else there is of an account, for the copy that it may take. */
enum jalon_own_list {
    JALON_OWN_MEMBERSHIPS,
    JALON_OWN_REVISIONS, /* of what is another's: the fields, and what the account wrote in them */
    JALON_OWN_DECISIONS, /* by others, of the account's contributions; not by whom */
    JALON_OWN_COMMENTS,
    JALON_OWN_CONFIRMATIONS,
    JALON_OWN_SUPPORTS,
    JALON_OWN_LINKS,
    JALON_OWN_REPORTS,   /* not who decided, as of the next two */
    JALON_OWN_PROPOSALS, /* changes as those of revisions */
    JALON_OWN_CLAIMS,
    JALON_OWN_NOTIFICATIONS,
    JALON_OWN_TOKENS,   /* neither secret nor hash, as of the next */
    JALON_OWN_SESSIONS,
    JALON_OWN_CHARTERS, /* that it wrote */
    JALON_OWN_DEEDS,    /* audited ones; not whom they were done to */
    JALON_OWN_LIST_COUNT,
};
/* "memberships" … */
const char *jalon_own_list_name(enum jalon_own_list list);
/* Where such a list goes on; zeroed: at its begin. */
struct jalon_own_mark {
    int64_t numbers[3];
    char text[72];
};
struct jalon_json_writer;
/*
 * Writes the next rows, each as an object, into the array that the writer is in; `mark` is moved. A list
 * is at its end when fewer than `limit` come. On failure some may have been written.
 */
enum jalon_status jalon_store_write_own(struct jalon_context *ctx, struct jalon_session *session,
                                        enum jalon_own_list which,
                                        const struct jalon_account *account,
                                        struct jalon_own_mark *mark, size_t limit,
                                        struct jalon_json_writer *writer,
                                        size_t *out_count) JALON_MUST_USE;

/* --- Erasure --- */
struct jalon_erased {
    int64_t number;
    struct jalon_text name;   /* made up */
    struct jalon_text former; /* still to be taken out of what there is */
    enum jalon_erasure erasure;
};
/*
 * The account is nobody's: it has the made-up name, and no address, key, membership and notification; no
 * mail is left to the address. JALON_CONFLICT: the made-up name is taken; end the session.
 */
enum jalon_status jalon_store_begin_erasure(struct jalon_context *ctx,
                                            struct jalon_session *session,
                                            const struct jalon_account *account,
                                            const struct jalon_erased *erased,
                                            int64_t time_us) JALON_MUST_USE;
/* One that is not finished. JALON_NOT_FOUND (no message). */
enum jalon_status jalon_store_find_erasure(struct jalon_context *ctx, struct jalon_session *session,
                                           struct jalon_erased *out) JALON_MUST_USE;
/* The lowest and the highest number of a contribution of the map that has a history. */
enum jalon_status jalon_store_revision_range(struct jalon_context *ctx,
                                             struct jalon_session *session, int64_t map,
                                             int64_t *out_first, int64_t *out_last) JALON_MUST_USE;
/* The name in the history of contributions with these numbers (`end` is not one of them). */
enum jalon_status jalon_store_erase_in_history(struct jalon_context *ctx,
                                               struct jalon_session *session,
                                               const struct jalon_erased *erased, int64_t map,
                                               int64_t first, int64_t end) JALON_MUST_USE;
/* The name in all else of a map; 0: of the server. */
enum jalon_status jalon_store_erase_in_map(struct jalon_context *ctx, struct jalon_session *session,
                                           const struct jalon_erased *erased,
                                           int64_t map) JALON_MUST_USE;
/* The name where it is in no map; then it is nobody's any more. */
enum jalon_status jalon_store_finish_erasure(struct jalon_context *ctx,
                                             struct jalon_session *session,
                                             const struct jalon_erased *erased) JALON_MUST_USE;

/* --- Where somebody is named --- */
enum { JALON_MENTION_SOURCES = 18 }; /* columns of words, of other people than the one named */
struct jalon_mentioning {
    int64_t number; /* its key, of a source that has numbers; else */
    struct jalon_text id;
    struct jalon_text text;
};
/* Is what stands in this source JSON, where a line feed is a backslash and an n? */
bool jalon_store_mentions_are_json(size_t source);
/*
 * What of the map (0: of the server) holds `text`, which is in lower case, in any case of its letters,
 * behind `after` (NULL: from the first). What has the same key as `after` is left out: ask again.
 */
enum jalon_status jalon_store_list_mentioning(struct jalon_context *ctx,
                                              struct jalon_session *session, size_t source,
                                              int64_t map, struct jalon_text text,
                                              const struct jalon_mentioning *after, size_t limit,
                                              struct jalon_mentioning **out,
                                              size_t *out_count) JALON_MUST_USE;
/* Writes `text` where it is still as in the item. */
enum jalon_status jalon_store_rewrite_mentioning(struct jalon_context *ctx,
                                                 struct jalon_session *session, size_t source,
                                                 int64_t map, const struct jalon_mentioning *item,
                                                 struct jalon_text text) JALON_MUST_USE;

#endif
