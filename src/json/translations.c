/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words in several languages, read once. Layer 1 (json). */
#include "jalon/translations.h"

#include <assert.h>

/* With the lock. No memory now: another request tries again. */
static enum jalon_status read_tree(struct jalon_translations *translations, size_t language)
{
    if (translations->owner == NULL) {
        translations->owner = jalon_context_create();
    }
    enum jalon_status status =
        translations->owner != NULL
            ? jalon_json_parse(translations->owner, translations->files[language].content,
                               &translations->trees[language])
            : JALON_NO_MEMORY;
    assert(status == JALON_OK || status == JALON_NO_MEMORY);
    return status;
}

enum jalon_status jalon_translations_read(struct jalon_context *ctx,
                                          struct jalon_translations *translations,
                                          struct jalon_text language,
                                          const struct jalon_json **out)
{
    enum { EN, FR }; /* as the table is sorted */
    size_t index = jalon_text_is(language, translations->files[EN].name) ? EN : FR;
    assert(translations->files[JALON_LANGUAGES].name == NULL);
    pthread_mutex_lock(&translations->lock);
    enum jalon_status status =
        translations->trees[index] == NULL ? read_tree(translations, index) : JALON_OK;
    const struct jalon_json *tree = translations->trees[index];
    pthread_mutex_unlock(&translations->lock);
    if (status != JALON_OK) {
        return jalon_no_memory(ctx);
    }
    *out = tree;
    return JALON_OK;
}
