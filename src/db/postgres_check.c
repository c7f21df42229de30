/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Is this a server and a database that Jalon can work with? Asked once, at the start. Layer 1. */
#include <string.h>

#include "db/postgres.h"

enum { SERVER_OLDEST = 130000, POSTGIS_OLDEST = 3 };

enum column {
    IN_RECOVERY,
    READ_ONLY,
    POSTGIS_MAJOR, /* 0: not in this database */
    POSTGIS_THERE, /* on the server */
    SUPERUSER,
    MAY_MAKE, /* tables, in the first schema of the search path */
    HAS_TABLES,
    MAY_READ, /* them */
    USER,
    DATABASE,
    SCHEMA,
};
static const char question[] =
    "SELECT pg_is_in_recovery()::int, (current_setting('transaction_read_only') = 'on')::int, "
    "coalesce((SELECT split_part(extversion, '.', 1)::int FROM pg_extension "
    "WHERE extname = 'postgis'), 0), "
    "(SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis')::int, "
    "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)::int, "
    "coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)::int, "
    "(to_regclass('schema_migration') IS NOT NULL)::int, "
    "coalesce(has_table_privilege(to_regclass('schema_migration')::oid, 'SELECT'), false)::int, "
    "current_user::text, current_database()::text, coalesce(current_schema(), 'public')::text";

static int64_t number(const PGresult *answer, enum column column)
{
    char text[JALON_POSTGRES_SHORT_TEXT];
    struct jalon_db_value value;
    jalon_postgres_decode(answer, (int)column, text, &value);
    return jalon_db_to_integer(&value);
}

static enum jalon_status check_server(struct jalon_context *ctx, PGconn *handle)
{
    int version = PQserverVersion(handle);
    const char *encoding = PQparameterStatus(handle, "server_encoding");
    if (version == 0 || encoding == NULL) { /* libpq had no memory to keep it, say */
        return jalon_fail(ctx, JALON_UNAVAILABLE, "the database server does not say what it is");
    }
    if (version < SERVER_OLDEST) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "the server is PostgreSQL %d; this program needs %d or newer",
                          version / 10000, SERVER_OLDEST / 10000);
    }
    if (strcmp(encoding, "UTF8") != 0) {
        return jalon_fail(ctx, JALON_INVALID,
                          "the database holds text as %s, and this program needs UTF8: make one "
                          "with createdb --encoding UTF8 --template template0",
                          encoding);
    }
    return JALON_OK;
}

/* What can be used and is not there is made by the first migration, where the role may. */
static enum jalon_status check_postgis(struct jalon_context *ctx, const PGresult *answer,
                                       const char *database)
{
    int64_t major = number(answer, POSTGIS_MAJOR);
    bool can_be_made = number(answer, SUPERUSER) != 0;
    if (major == 0 && number(answer, POSTGIS_THERE) == 0) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "the server has no PostGIS: install it there, in Debian "
                          "postgresql-15-postgis-3");
    }
    if (major == 0 && !can_be_made) {
        return jalon_fail(ctx, JALON_UNSUPPORTED,
                          "the database '%s' has no PostGIS: a superuser has to run there "
                          "CREATE EXTENSION postgis",
                          database);
    }
    return major == 0 || major >= POSTGIS_OLDEST
               ? JALON_OK
               : jalon_fail(ctx, JALON_UNSUPPORTED,
                            "the database '%s' has PostGIS %lld; this program needs %d or newer",
                            database, (long long)major, POSTGIS_OLDEST);
}

static enum jalon_status check_rights(struct jalon_context *ctx, const PGresult *answer,
                                      const char *database)
{
    const char *user = PQgetvalue(answer, 0, USER), *schema = PQgetvalue(answer, 0, SCHEMA);
    bool has_tables = number(answer, HAS_TABLES) != 0;
    if (has_tables && number(answer, MAY_READ) == 0) {
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          "the role '%s' may not read Jalon's tables in the database '%s': they "
                          "belong to another one",
                          user, database);
    }
    if (!has_tables && number(answer, MAY_MAKE) == 0) {
        return jalon_fail(ctx, JALON_FORBIDDEN,
                          "the role '%s' may make no tables in the database '%s': its owner has to "
                          "run there GRANT CREATE ON SCHEMA %s TO %s",
                          user, database, schema, user);
    }
    return JALON_OK;
}

enum jalon_status jalon_postgres_check(struct jalon_context *ctx,
                                       struct jalon_postgres_connection *connection)
{
    PGresult *answer = NULL;
    enum jalon_status status = check_server(ctx, connection->handle);
    if (status == JALON_OK) {
        status = jalon_postgres_ask(ctx, connection, question, &answer);
    }
    if (status != JALON_OK) {
        return status;
    }
    const char *database = PQgetvalue(answer, 0, DATABASE);
    if (number(answer, IN_RECOVERY) != 0 || number(answer, READ_ONLY) != 0) {
        status = jalon_fail(
            ctx, JALON_UNAVAILABLE, "the database '%s' takes no writes: %s", database,
            number(answer, IN_RECOVERY) != 0 ? jalon_say(ctx, "the server is a standby")
                                             : jalon_say(ctx, "it is set to be read-only"));
    } else {
        status = check_postgis(ctx, answer, database);
    }
    if (status == JALON_OK) {
        status = check_rights(ctx, answer, database);
    }
    PQclear(answer);
    return status;
}
