/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What PostgreSQL's error codes mean, to a client and to the operator. Layer 1.
 *
 * The codes are those of its manual, appendix A: five characters, the first two a class.
 */
#include <string.h>

#include "db/postgres.h"

static const char *code_of(const PGresult *result)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return code == NULL ? "" : code;
}

static bool is_of_class(const char *code, const char *class)
{
    return strncmp(code, class, 2) == 0;
}

static enum jalon_status classify(const char *code)
{
    static const struct {
        const char *code; /* or its beginning */
        enum jalon_status status;
    } meanings[] = {
        {"23505", JALON_CONFLICT},     /* unique_violation */
        {"40001", JALON_RETRY},        /* serialization_failure */
        {"40P01", JALON_RETRY},        /* deadlock_detected */
        {"55P03", JALON_RETRY},        /* lock_not_available: lock_timeout */
        {"53100", JALON_NO_SPACE},     /* disk_full */
        {"54", JALON_TOO_LARGE},       /* program limit exceeded */
        {"53", JALON_UNAVAILABLE},     /* insufficient resources, too many connections */
        {"22021", JALON_INVALID},      /* character_not_in_repertoire: no UTF-8, or U+0000 */
        {"25006", JALON_UNAVAILABLE},  /* read_only_sql_transaction: a standby */
        {"57", JALON_UNAVAILABLE},     /* operator intervention */
        {"58", JALON_UNAVAILABLE},     /* system error: its disk */
        {"XX001", JALON_UNAVAILABLE},  /* data_corrupted */
        {"XX002", JALON_UNAVAILABLE},  /* index_corrupted */
        {"08", JALON_UNAVAILABLE},     /* connection exception */
        {"", JALON_INTERNAL},
    };
    size_t i = 0;
    while (strncmp(code, meanings[i].code, strlen(meanings[i].code)) != 0) {
        i++;
    }
    return meanings[i].status;
}

static const char *describe(enum jalon_status status)
{
    switch (status) {
    case JALON_CONFLICT: return JALON_WORDS("this exists already");
    case JALON_RETRY: return JALON_WORDS("others are writing; try again in a moment");
    case JALON_INVALID: return JALON_WORDS("a text is not UTF-8 without U+0000");
    case JALON_TOO_LARGE: return JALON_WORDS("this is too large to be stored");
    case JALON_NO_SPACE: return JALON_WORDS("there is no space left to store this");
    case JALON_UNAVAILABLE:
        return JALON_WORDS("the database cannot be used now; try again in a moment");
    default: return JALON_WORDS("the database refused a statement");
    }
}

bool jalon_postgres_is_lost(const PGresult *result)
{
    const char *code = code_of(result);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    /* What is fatal ends the connection, such as 25P03, a transaction that was idle for too long. A
       statement that was cancelled does not: 57014. */
    return code[0] == '\0' || is_of_class(code, "08") || strcmp(code, "25006") == 0 ||
           (is_of_class(code, "57") && strcmp(code, "57014") != 0) || severity == NULL ||
           strcmp(severity, "ERROR") != 0;
}

enum jalon_status jalon_postgres_fail(struct jalon_context *ctx, const PGresult *result,
                                      const char *what)
{
    enum jalon_status status =
        jalon_postgres_is_lost(result) ? JALON_UNAVAILABLE : classify(code_of(result));
    jalon_error_internal(ctx, "%s: %s %s", what, code_of(result),
                         PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) == NULL
                             ? PQresultErrorMessage(result)
                             : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    return jalon_fail(ctx, status, "%s", jalon_say(ctx, describe(status)));
}

enum jalon_status jalon_postgres_fail_lost(struct jalon_context *ctx,
                                           struct jalon_postgres_connection *connection)
{
    connection->base.broken = true;
    jalon_error_internal(ctx, "connection lost: %s", PQerrorMessage(connection->handle));
    return jalon_fail(ctx, JALON_UNAVAILABLE, "%s", jalon_say(ctx, describe(JALON_UNAVAILABLE)));
}
