/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Brings a database to this program's schema. Layer 2.
 *
 * One transaction a migration, the record of it included: killed anywhere, the next start goes on
 * where this one stopped.
 */
#include "jalon/clock.h"
#include "store/private.h"

static enum jalon_status refuse_newer(struct jalon_context *ctx, int64_t has)
{
    return jalon_fail(ctx, JALON_CONFLICT,
                      "this database has schema version %lld, but this program (Jalon %s) knows "
                      "versions up to %lld: use a newer Jalon",
                      (long long)has, JALON_VERSION, (long long)jalon_db_schema_newest());
}

static enum jalon_status record(struct jalon_context *ctx, struct jalon_db_connection *connection,
                                int64_t number, struct jalon_text name)
{
    struct jalon_db_value values[] = {
        jalon_db_integer(number),
        jalon_db_text(name),
        jalon_db_text(JALON_TEXT(JALON_VERSION)),
        jalon_db_time(jalon_clock_now_us()),
    };
    return jalon_db_execute(ctx, connection, JALON_QUERY_SCHEMA_RECORD, values,
                            JALON_STORE_COUNT(values), NULL);
}

/*
 * Makes the next migration; *out_more is false when there is none. The version is read in the same
 * transaction: another process may be at it too.
 */
static enum jalon_status migrate_once(struct jalon_context *ctx, struct jalon_db *db,
                                      bool *out_more)
{
    struct jalon_db_connection *connection;
    enum jalon_status status = jalon_db_begin(ctx, db, JALON_DB_WRITE, &connection);
    if (status != JALON_OK) {
        return status;
    }
    int64_t has;
    bool more = false;
    status = jalon_db_schema_version(ctx, connection, &has);
    if (status == JALON_OK && has < jalon_db_schema_newest()) {
        struct jalon_text name;
        status = jalon_db_migrate(ctx, connection, has + 1, &name);
        if (status == JALON_OK) {
            status = record(ctx, connection, has + 1, name);
        }
        if (status == JALON_OK) {
            status = jalon_db_commit(ctx, connection);
        }
        more = true;
    }
    jalon_db_end(connection);
    if (status == JALON_OK) {
        *out_more = more;
    }
    return status;
}

static enum jalon_status read_version(struct jalon_context *ctx, struct jalon_db *db, int64_t *out)
{
    struct jalon_db_connection *connection;
    enum jalon_status status = jalon_db_begin(ctx, db, JALON_DB_READ, &connection);
    if (status == JALON_OK) {
        status = jalon_db_schema_version(ctx, connection, out);
        jalon_db_end(connection);
    }
    return status;
}

enum jalon_status jalon_store_migrate(struct jalon_context *ctx, struct jalon_db *db, bool create)
{
    int64_t has;
    enum jalon_status status = read_version(ctx, db, &has);
    if (status != JALON_OK) {
        return status;
    }
    if (has > jalon_db_schema_newest()) {
        return refuse_newer(ctx, has);
    }
    if (has == 0 && !create) {
        return jalon_fail(ctx, JALON_NOT_FOUND,
                          "the database is empty: it was never completely created");
    }
    bool more = has < jalon_db_schema_newest();
    while (status == JALON_OK && more) {
        status = migrate_once(ctx, db, &more);
    }
    return status;
}
