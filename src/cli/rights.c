/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jalon rights: prints who may what, from the table that decides it. Layer 5 (cli). */
#include "jalon/app_rights.h"
#include "jalon/json.h"

#include "cli.h"

enum { POLICIES = 3, ROW_MAX = 1 << 16 };

/* "contributor", "nobody" as everybody; with what its author and an anonymous one may. */
static const char *role_word(enum jalon_role role)
{
    return role == JALON_ROLE_NOBODY ? "everybody" : jalon_role_name(role);
}

static const char *author_word(const struct jalon_right_rule *rule)
{
    static const char *const words[] = {"", "unless administered", "yes"};
    return words[rule->author];
}

static const char *anonymous_word(const struct jalon_right_rule *rule)
{
    static const char *const words[] = {"", "where no account is needed", "yes"};
    bool is_everybody = rule->roles[0] == JALON_ROLE_NOBODY;
    return is_everybody ? words[2] : words[rule->anonymous];
}

static void print_row(const struct jalon_right_rule *rule, bool is_markdown)
{
    const char *roles[POLICIES];
    for (int policy = 0; policy < POLICIES; policy++) {
        roles[policy] = role_word(rule->roles[policy]);
    }
    const char *bounded = rule->is_boundable ? "yes" : "";
    const char *proposed = rule->is_proposed ? "moderator" : "";
    const char *scope = jalon_scope_name(rule->scope);
    if (is_markdown) {
        printf("| `%s` | %s | %s | %s | %s | %s | %s | %s | `%s` |\n", rule->name, roles[0],
               roles[1], roles[2], author_word(rule), anonymous_word(rule), bounded, proposed,
               scope);
    } else {
        printf("%-17s %-12s %-13s %-12s %-20s %-27s %-10s %-15s %s\n", rule->name, roles[0],
               roles[1], roles[2], author_word(rule), anonymous_word(rule), bounded, proposed,
               scope);
    }
}

static void print_table(bool is_markdown)
{
    if (is_markdown) {
        puts("| right | administered | participatory | contributory | its author | without an "
             "account | bounded moderator | edits by proposal | token scope |\n"
             "|---|---|---|---|---|---|---|---|---|");
    } else {
        printf("%-17s %-12s %-13s %-12s %-20s %-27s %-10s %-15s %s\n", "right", "administered",
               "participatory", "contributory", "its author", "without an account", "bounded",
               "by proposal", "scope");
    }
    for (int right = 0; right < JALON_RIGHT_COUNT; right++) {
        print_row(jalon_right_rule((enum jalon_right)right), is_markdown);
    }
}

static void print_json(const struct jalon_right_rule *rule)
{
    struct jalon_buffer buffer;
    struct jalon_json_writer writer;
    jalon_buffer_init(&buffer, ROW_MAX);
    jalon_json_writer_init(&writer, &buffer);
    jalon_json_begin_object(&writer, NULL);
    jalon_json_put_string(&writer, "right", rule->name);
    for (int policy = 0; policy < POLICIES; policy++) {
        jalon_json_put_string(&writer,
                              jalon_write_policy_name((enum jalon_write_policy)policy),
                              jalon_role_name(rule->roles[policy]));
    }
    jalon_json_put_string(&writer, "author", author_word(rule));
    jalon_json_put_string(&writer, "anonymous", anonymous_word(rule));
    jalon_json_put_boolean(&writer, "bounded", rule->is_boundable);
    jalon_json_put_boolean(&writer, "proposed", rule->is_proposed);
    jalon_json_put_string(&writer, "scope", jalon_scope_name(rule->scope));
    jalon_json_end_object(&writer);
    puts(jalon_buffer_text(&buffer).data);
    jalon_buffer_finish(&buffer);
}

enum exit_code jalon_cli_rights(struct jalon_cli *cli)
{
    if (!jalon_conf_flag(cli->settings, "json")) {
        print_table(jalon_conf_flag(cli->settings, "markdown"));
        return EXIT_DONE;
    }
    for (int right = 0; right < JALON_RIGHT_COUNT; right++) {
        print_json(jalon_right_rule((enum jalon_right)right));
    }
    return EXIT_DONE;
}
