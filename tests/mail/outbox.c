/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The outbox of a database, for tests: puts mail into it as another process would, and prints it.
 *
 *   mail_outbox LOCATION put RECIPIENT SUBJECT BODY [COUNT]
 *   mail_outbox LOCATION tell ACCOUNT KIND MAP CONTRIBUTION ACTOR DETAIL    (its number)
 *   mail_outbox LOCATION list      one JSON object a line: number attempts sent failed error body
 */
#include <stdio.h>
#include <string.h>

#include "jalon/app_mail.h"

#include "app/internal.h"
#include "store/private.h"

static enum jalon_status put(struct jalon_context *ctx, struct jalon_app *app, char **words,
                             const char *times)
{
    struct jalon_session *session = NULL;
    int64_t count = 1;
    (void)jalon_text_to_int64(jalon_text_from(times), &count);
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    for (int64_t i = 0; status == JALON_OK && i < count; i++) {
        status = jalon_mail_queue(ctx, session, jalon_text_from(words[0]),
                                  jalon_text_from(words[1]), jalon_text_from(words[2]));
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    return status;
}

static enum jalon_status tell(struct jalon_context *ctx, struct jalon_app *app, char **words)
{
    struct jalon_session *session = NULL;
    struct jalon_map map;
    int64_t contribution = 0;
    (void)jalon_text_to_int64(jalon_text_from(words[3]), &contribution);
    enum jalon_status status = jalon_store_write(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_store_load_map(ctx, session, jalon_text_from(words[2]), &map);
    }
    if (status == JALON_OK) {
        status = jalon_notify(ctx, session, jalon_text_from(words[0]), words[1], &map,
                              contribution, jalon_text_from(words[4]), jalon_text_from(words[5]));
    }
    if (status == JALON_OK) {
        status = jalon_session_commit(ctx, session);
    }
    jalon_session_end(session);
    return status;
}

static void print_row(const struct jalon_db_value *row)
{
    struct jalon_buffer line;
    jalon_buffer_init(&line, 1 << 20);
    jalon_buffer_append_format(
        &line, "{\"number\":%lld,\"attempts\":%lld,\"sent\":%s,\"failed\":%s,\"error\":",
        (long long)jalon_db_to_integer(&row[0]), (long long)jalon_db_to_integer(&row[6]),
        row[8].kind == JALON_DB_NULL ? "false" : "true",
        row[9].kind == JALON_DB_NULL ? "false" : "true");
    jalon_buffer_append_json(&line, jalon_db_to_text(&row[7]));
    jalon_buffer_append_string(&line, ",\"body\":");
    jalon_buffer_append_json(&line, jalon_db_to_text(&row[3]));
    printf("%s}\n", line.data);
    jalon_buffer_finish(&line);
}

static enum jalon_status list(struct jalon_context *ctx, struct jalon_app *app)
{
    struct jalon_session *session = NULL;
    struct jalon_db_cursor *cursor = NULL;
    const struct jalon_db_value *row;
    enum jalon_status status = jalon_store_read(ctx, app->store, &session);
    if (status == JALON_OK) {
        status = jalon_db_query(ctx, session->connection, JALON_QUERY_COPY_OUTBOX_READ, NULL, 0,
                                &cursor);
    }
    while (status == JALON_OK && jalon_db_step(ctx, cursor, &row) == JALON_OK) {
        print_row(row);
    }
    jalon_session_end(session);
    return status;
}

int main(int argc, char **argv)
{
    bool puts_mail = argc >= 6 && strcmp(argv[2], "put") == 0;
    bool tells = argc == 9 && strcmp(argv[2], "tell") == 0;
    if (!puts_mail && !tells && (argc != 3 || strcmp(argv[2], "list") != 0)) {
        fputs("usage: mail_outbox LOCATION put RECIPIENT SUBJECT BODY [COUNT] | list\n"
              "       mail_outbox LOCATION tell ACCOUNT KIND MAP CONTRIBUTION ACTOR DETAIL\n",
              stderr);
        return 2;
    }
    struct jalon_context *ctx = jalon_context_create();
    struct jalon_app *app = NULL;
    struct jalon_app_options options = {.data = jalon_text_from(argv[1])};
    enum jalon_status status = jalon_app_open(ctx, &options, &app);
    if (status == JALON_OK) {
        status = puts_mail ? put(ctx, app, argv + 3, argv[6])
                 : tells   ? tell(ctx, app, argv + 3)
                           : list(ctx, app);
    }
    if (status != JALON_OK) {
        fprintf(stderr, "mail_outbox: %s\n", ctx->error.message.data);
    }
    jalon_app_close(app);
    jalon_context_destroy(ctx);
    return status == JALON_OK ? 0 : 1;
}
