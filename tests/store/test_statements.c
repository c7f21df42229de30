/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every named statement is understood by the engine on a migrated database. */
#include "support.h"

#include "db/driver.h"
#include "store/private.h"

static void every_named_statement_prepares(void **state)
{
    struct fixture *fixture = *state;
    struct jalon_session *session = write_session(fixture);
    assert_int_equal(jalon_db_statement_count, JALON_QUERY_COUNT);
    for (int query = 0; query < JALON_QUERY_COUNT; query++) {
        enum jalon_status status = jalon_db_prepare(fixture->ctx, session->connection, query);
        if (status != JALON_OK) {
            print_error("%s: %s\n", jalon_db_statements[query].name,
                        fixture->ctx->error.internal.data);
        }
        assert_int_equal(status, JALON_OK);
    }
    jalon_session_end(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {RUN(every_named_statement_prepares)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
