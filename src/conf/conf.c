/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Settings from one table of options. Help and sample are in conf_help.c. Layer 1 (conf). */
#include "jalon/conf.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1 << 20 };

/* What one option has been given, and by whom; a weaker source does not replace a stronger one. */
enum origin { ORIGIN_NONE, ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_ARGUMENT };

struct setting {
    enum origin origin;
    struct jalon_text text;
    int64_t integer;
    bool flag;
    struct jalon_text *items; /* LIST */
    size_t item_count;
    size_t item_capacity;
};

struct jalon_settings {
    const struct jalon_option *options;
    unsigned command;
    struct setting *values; /* as many as options */
    struct jalon_text *operands;
    size_t operand_count;
};

static size_t count_options(const struct jalon_option *options)
{
    size_t count = 0;
    while (options[count].name != NULL) {
        count++;
    }
    return count;
}

/* Index of the option, or the number of options. */
/* Two commands may have each an option of a name: the own one goes before. */
static size_t find_option(const struct jalon_option *options, struct jalon_text name,
                          unsigned command)
{
    size_t i = 0, other = SIZE_MAX;
    for (; options[i].name != NULL; i++) {
        bool is_named = jalon_text_is(name, options[i].name);
        if (is_named && (options[i].commands & command) != 0) {
            return i;
        }
        other = is_named && other == SIZE_MAX ? i : other;
    }
    return other != SIZE_MAX ? other : i;
}

/* --- Unknown names: the nearest one there is --- */
enum { NAME_MAX_COMPARED = 32 };

/* Levenshtein's distance (1966), of names up to NAME_MAX_COMPARED bytes. */
static size_t edit_distance(struct jalon_text a, struct jalon_text b)
{
    size_t row[NAME_MAX_COMPARED + 1];
    if (a.length > NAME_MAX_COMPARED || b.length > NAME_MAX_COMPARED) {
        return NAME_MAX_COMPARED;
    }
    for (size_t j = 0; j <= b.length; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t replaced = diagonal + (a.data[i - 1] != b.data[j - 1]);
            size_t shorter = row[j] < row[j - 1] ? row[j] : row[j - 1];
            diagonal = row[j];
            row[j] = replaced < shorter + 1 ? replaced : shorter + 1;
        }
    }
    return row[b.length];
}

static enum jalon_status refuse_unknown(struct jalon_context *ctx,
                                        const struct jalon_conf_input *input,
                                        struct jalon_text name, const char *where)
{
    const char *nearest = NULL;
    size_t least = 3; /* more than two slips is another word */
    for (const struct jalon_option *option = input->options; option->name != NULL; option++) {
        size_t distance = edit_distance(name, jalon_text_from(option->name));
        if ((option->commands & input->command) != 0 && distance < least) {
            least = distance;
            nearest = option->name;
        }
    }
    struct jalon_text shown = jalon_text_copy(ctx->arena, name);
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER,
                         shown.data != NULL ? shown.data : "option",
                         nearest != NULL ? "there is no such option%s; did you mean '%s'?"
                                         : "there is no such option%s%s",
                         where, nearest != NULL ? nearest : "; --help lists them");
}

/* --- Values --- */
static enum jalon_status refuse_value(struct jalon_context *ctx, const struct jalon_option *option,
                                      struct jalon_text value, const char *where)
{
    if (option->type == JALON_OPTION_INTEGER) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, option->name,
                             "'%.*s'%s must be a whole number from %lld to %lld",
                             JALON_TEXT_ARGS(value), where, (long long)option->minimum,
                             (long long)option->maximum);
    }
    return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, option->name,
                         "'%.*s'%s must be yes or no", JALON_TEXT_ARGS(value), where);
}

static enum jalon_status add_item(struct jalon_context *ctx, struct setting *setting,
                                  struct jalon_text value)
{
    struct jalon_text *grown =
        jalon_arena_grow(ctx->arena, setting->items, setting->item_count, setting->item_count + 1,
                         sizeof *grown, &setting->item_capacity);
    if (grown == NULL) {
        return jalon_no_memory(ctx);
    }
    setting->items = grown;
    grown[setting->item_count++] = value;
    return JALON_OK;
}

/* Gives an option a value, unless a stronger source has given one. `where` is for messages. */
static enum jalon_status assign(struct jalon_context *ctx, struct jalon_settings *settings,
                                size_t index, enum origin origin, struct jalon_text text,
                                const char *where)
{
    const struct jalon_option *option = &settings->options[index];
    struct setting *setting = &settings->values[index];
    if (setting->origin > origin) {
        return JALON_OK;
    }
    struct jalon_text value = jalon_text_copy(ctx->arena, text);
    if (value.data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (setting->origin < origin) {
        setting->item_count = 0;
    }
    setting->origin = origin;
    setting->text = value;
    switch (option->type) {
    case JALON_OPTION_TEXT: break;
    case JALON_OPTION_LIST: return add_item(ctx, setting, value);
    case JALON_OPTION_INTEGER:
        if (!jalon_text_to_int64(value, &setting->integer) || setting->integer < option->minimum ||
            setting->integer > option->maximum) {
            return refuse_value(ctx, option, value, where);
        }
        break;
    case JALON_OPTION_FLAG:
        setting->flag = jalon_text_is(value, "yes");
        if (!setting->flag && !jalon_text_is(value, "no")) {
            return refuse_value(ctx, option, value, where);
        }
        break;
    }
    return JALON_OK;
}

/* --- Arguments --- */
/* Reads "--name", "--name=value" or "--name value"; *at moves to the last argument used. */
static enum jalon_status read_option(struct jalon_context *ctx,
                                     const struct jalon_conf_input *input,
                                     struct jalon_settings *settings, int *at)
{
    struct jalon_text argument = jalon_text_from(input->arguments[*at] + 2);
    size_t equals = jalon_text_find(argument, '=');
    struct jalon_text name = jalon_text_slice(argument.data, equals);
    size_t index = find_option(input->options, name, input->command);
    const struct jalon_option *option = &input->options[index];
    if (option->name == NULL || (option->commands & input->command) == 0) {
        return refuse_unknown(ctx, input, name, "");
    }
    struct jalon_text value = JALON_TEXT("yes");
    if (equals < argument.length) {
        value = jalon_text_slice(argument.data + equals + 1, argument.length - equals - 1);
    } else if (option->type != JALON_OPTION_FLAG) {
        if (*at + 1 >= input->argument_count) {
            return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, option->name,
                                 "needs a value: --%s %s", option->name, option->value);
        }
        value = jalon_text_from(input->arguments[++*at]);
    }
    return assign(ctx, settings, index, ORIGIN_ARGUMENT, value, "");
}

/* Reads "-o value", the option whose name is the letter; none of these is a flag. */
static enum jalon_status read_letter(struct jalon_context *ctx,
                                     const struct jalon_conf_input *input,
                                     struct jalon_settings *settings, int *at)
{
    struct jalon_text argument = jalon_text_from(input->arguments[*at]);
    size_t index = find_option(input->options, jalon_text_slice(argument.data + 1, 1),
                               input->command);
    const struct jalon_option *option = &input->options[index];
    if (option->name == NULL || (option->commands & input->command) == 0) {
        return refuse_unknown(ctx, input, argument, "");
    }
    if (*at + 1 >= input->argument_count) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, option->name,
                             "needs a value: -%s %s", option->name, option->value);
    }
    return assign(ctx, settings, index, ORIGIN_ARGUMENT,
                  jalon_text_from(input->arguments[++*at]), "");
}

static enum jalon_status read_arguments(struct jalon_context *ctx,
                                        const struct jalon_conf_input *input,
                                        struct jalon_settings *settings)
{
    size_t const count = (size_t)input->argument_count;
    settings->operands = jalon_arena_allocate(ctx->arena, count * sizeof *settings->operands);
    if (settings->operands == NULL) {
        return jalon_no_memory(ctx);
    }
    bool options_over = false;
    for (int i = 0; i < input->argument_count; i++) {
        struct jalon_text argument = jalon_text_from(input->arguments[i]);
        if (!options_over && jalon_text_is(argument, "--")) {
            options_over = true;
        } else if (!options_over && jalon_text_starts_with(argument, "--")) {
            enum jalon_status status = read_option(ctx, input, settings, &i);
            if (status != JALON_OK) {
                return status;
            }
        } else if (!options_over && argument.length == 2 && argument.data[0] == '-') {
            enum jalon_status status = read_letter(ctx, input, settings, &i);
            if (status != JALON_OK) {
                return status;
            }
        } else {
            settings->operands[settings->operand_count++] = argument;
        }
    }
    return JALON_OK;
}

/* --- File and environment --- */
static enum jalon_status read_environment(struct jalon_context *ctx,
                                          const struct jalon_conf_input *input,
                                          struct jalon_settings *settings)
{
    for (size_t i = 0; input->options[i].name != NULL; i++) {
        const struct jalon_option *option = &input->options[i];
        const char *value = option->environment != NULL && (option->commands & input->command) != 0
                                ? input->environment(option->environment)
                                : NULL;
        if (value != NULL && value[0] != '\0') {
            struct jalon_text where = jalon_text_format(ctx->arena, " in %s", option->environment);
            enum jalon_status status =
                assign(ctx, settings, i, ORIGIN_ENVIRONMENT, jalon_text_from(value),
                       where.data != NULL ? where.data : "");
            if (status != JALON_OK) {
                return status;
            }
        }
    }
    return JALON_OK;
}

static enum jalon_status read_line(struct jalon_context *ctx, const struct jalon_conf_input *input,
                                   struct jalon_settings *settings, struct jalon_text line,
                                   const char *where)
{
    line = jalon_text_trim(line);
    if (line.length == 0 || line.data[0] == '#') {
        return JALON_OK;
    }
    size_t equals = jalon_text_find(line, '=');
    if (equals == line.length) {
        return jalon_fail(ctx, JALON_INVALID, "expected 'name = value'%s", where);
    }
    struct jalon_text name = jalon_text_trim(jalon_text_slice(line.data, equals));
    struct jalon_text value =
        jalon_text_trim(jalon_text_slice(line.data + equals + 1, line.length - equals - 1));
    size_t index = find_option(input->options, name, input->command);
    if (input->options[index].name == NULL) {
        return refuse_unknown(ctx, input, name, where);
    }
    if ((input->options[index].commands & input->command) == 0 ||
        input->options[index].environment == NULL) {
        return JALON_OK; /* another command's, which may have the same name */
    }
    return assign(ctx, settings, index, ORIGIN_FILE, value, where);
}

static enum jalon_status read_file_text(struct jalon_context *ctx, const char *path,
                                        struct jalon_text *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return jalon_fail_at(ctx, JALON_NOT_FOUND, JALON_ERROR_PARAMETER, "config",
                             "the file %s cannot be read: %s", path, strerror(errno));
    }
    char *data = jalon_arena_allocate(ctx->arena, FILE_MAX + 1);
    size_t length = data != NULL ? fread(data, 1, FILE_MAX + 1, file) : 0;
    bool failed = ferror(file) != 0;
    fclose(file);
    if (data == NULL) {
        return jalon_no_memory(ctx);
    }
    if (failed || length > FILE_MAX || !jalon_text_is_utf8(jalon_text_slice(data, length))) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "config",
                             "%s is not a settings file in UTF-8", path);
    }
    data[length] = '\0';
    *out = jalon_text_slice(data, length);
    return JALON_OK;
}

static enum jalon_status read_file(struct jalon_context *ctx, const struct jalon_conf_input *input,
                                   struct jalon_settings *settings)
{
    size_t config = find_option(input->options, JALON_TEXT("config"), input->command);
    if (input->options[config].name == NULL || settings->values[config].origin == ORIGIN_NONE) {
        return JALON_OK;
    }
    const char *path = settings->values[config].text.data;
    struct jalon_text rest;
    enum jalon_status status = read_file_text(ctx, path, &rest);
    for (int line = 1; status == JALON_OK && rest.length > 0; line++) {
        size_t end = jalon_text_find(rest, '\n');
        struct jalon_text where = jalon_text_format(ctx->arena, " (%s, line %d)", path, line);
        status = where.data == NULL
                     ? jalon_no_memory(ctx)
                     : read_line(ctx, input, settings, jalon_text_slice(rest.data, end), where.data);
        size_t used = end < rest.length ? end + 1 : end;
        rest = jalon_text_slice(rest.data + used, rest.length - used);
    }
    return status;
}

static enum jalon_status read_defaults(struct jalon_context *ctx,
                                       const struct jalon_conf_input *input,
                                       struct jalon_settings *settings)
{
    for (size_t i = 0; input->options[i].name != NULL; i++) {
        if (input->options[i].fallback != NULL) {
            enum jalon_status status =
                assign(ctx, settings, i, ORIGIN_DEFAULT,
                       jalon_text_from(input->options[i].fallback), " (default)");
            if (status != JALON_OK) {
                return status;
            }
        }
    }
    return JALON_OK;
}

enum jalon_status jalon_conf_read(struct jalon_context *ctx, const struct jalon_conf_input *input,
                                  const struct jalon_settings **out)
{
    struct jalon_settings *settings =
        jalon_arena_allocate_zeroed(ctx->arena, 1, sizeof *settings);
    struct setting *values = jalon_arena_allocate_zeroed(
        ctx->arena, count_options(input->options), sizeof *values);
    if (settings == NULL || values == NULL) {
        return jalon_no_memory(ctx);
    }
    settings->options = input->options;
    settings->command = input->command;
    settings->values = values;
    /* Arguments and environment first: they may say which file. */
    enum jalon_status status = read_arguments(ctx, input, settings);
    if (status == JALON_OK) {
        status = read_environment(ctx, input, settings);
    }
    if (status == JALON_OK) {
        status = read_file(ctx, input, settings);
    }
    if (status == JALON_OK) {
        status = read_defaults(ctx, input, settings);
    }
    if (status == JALON_OK) {
        *out = settings;
    }
    return status;
}

static const struct setting *get(const struct jalon_settings *settings, const char *name)
{
    size_t index = find_option(settings->options, jalon_text_from(name), settings->command);
    assert(settings->options[index].name != NULL);
    return &settings->values[index];
}

struct jalon_text jalon_conf_text(const struct jalon_settings *settings, const char *name)
{
    const struct setting *setting = get(settings, name);
    return setting->origin != ORIGIN_NONE ? setting->text : JALON_TEXT_EMPTY;
}

bool jalon_conf_has(const struct jalon_settings *settings, const char *name)
{
    return get(settings, name)->origin != ORIGIN_NONE;
}

int64_t jalon_conf_integer(const struct jalon_settings *settings, const char *name)
{
    return get(settings, name)->integer;
}

bool jalon_conf_flag(const struct jalon_settings *settings, const char *name)
{
    return get(settings, name)->flag;
}

const struct jalon_text *jalon_conf_list(const struct jalon_settings *settings, const char *name,
                                         size_t *out_count)
{
    const struct setting *setting = get(settings, name);
    *out_count = setting->item_count;
    return setting->items;
}

const struct jalon_text *jalon_conf_operands(const struct jalon_settings *settings,
                                             size_t *out_count)
{
    *out_count = settings->operand_count;
    return settings->operands;
}
