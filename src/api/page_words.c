/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The sentences of pages, from src/api/words: read once, kept as long as the program. Layer 4. */
#include <assert.h>
#include <pthread.h>

#include "jalon/embedded.h"

#include "page.h"

extern const struct jalon_embedded page_words[];

enum { LANGUAGES_MAX = 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct jalon_context *owner; /* of the trees below */
static const struct jalon_json *trees[LANGUAGES_MAX];

/* With the lock. No memory now: another request tries again. */
static enum jalon_status read_tree(size_t language)
{
    if (owner == NULL) {
        owner = jalon_context_create();
    }
    enum jalon_status status =
        owner != NULL ? jalon_json_parse(owner, page_words[language].content, &trees[language])
                      : JALON_NO_MEMORY;
    assert(status == JALON_OK || status == JALON_NO_MEMORY);
    return status;
}

enum jalon_status jalon_page_words(struct jalon_context *ctx, struct jalon_text language,
                                   const struct jalon_json **out)
{
    size_t index = 0;
    while (!jalon_text_is(language, page_words[index].name)) {
        index++;
        assert(index < LANGUAGES_MAX && page_words[index].name != NULL);
    }
    pthread_mutex_lock(&lock);
    enum jalon_status status = trees[index] == NULL ? read_tree(index) : JALON_OK;
    const struct jalon_json *tree = trees[index];
    pthread_mutex_unlock(&lock);
    if (status != JALON_OK) {
        return jalon_no_memory(ctx);
    }
    *out = tree;
    return JALON_OK;
}
