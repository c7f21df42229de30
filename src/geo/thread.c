/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One context of GEOS and one of PROJ for each thread that needs them. Layer 1. */
#include "thread.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "jalon/memory.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;

static void release_thread(void *object)
{
    struct jalon_geo_thread *thread = object;
    for (unsigned i = 0; i < JALON_GEO_TRANSFORMATIONS_MAX; i++) {
        proj_destroy(thread->transformations[i].operation);
    }
    if (thread->proj != NULL) {
        proj_context_destroy(thread->proj);
    }
    if (thread->geos != NULL) {
        GEOS_finish_r(thread->geos);
    }
    jalon_memory_release(thread);
}

static void make_key(void)
{
    has_key = pthread_key_create(&key, release_thread) == 0;
}

static struct jalon_geo_thread *this_thread(void)
{
    pthread_once(&once, make_key);
    if (!has_key) {
        return NULL;
    }
    struct jalon_geo_thread *thread = pthread_getspecific(key);
    if (thread == NULL) {
        thread = jalon_memory_allocate_zeroed(1, sizeof *thread);
        if (thread != NULL && pthread_setspecific(key, thread) != 0) {
            jalon_memory_release(thread);
            thread = NULL;
        }
    }
    return thread;
}

static void ignore_notice(const char *message, void *user)
{
    (void)message;
    (void)user;
}

static void keep_message(const char *message, void *user)
{
    struct jalon_geo_thread *thread = user;
    snprintf(thread->geos_message, sizeof thread->geos_message, "%s", message);
}

struct jalon_geo_thread *jalon_geo_thread_geos(void)
{
    struct jalon_geo_thread *thread = this_thread();
    if (thread != NULL && thread->geos == NULL) {
        thread->geos = GEOS_init_r();
        if (thread->geos == NULL) {
            return NULL;
        }
        GEOSContext_setNoticeMessageHandler_r(thread->geos, ignore_notice, NULL);
        GEOSContext_setErrorMessageHandler_r(thread->geos, keep_message, thread);
    }
    if (thread != NULL) {
        thread->geos_message[0] = '\0';
    }
    return thread;
}

static void ignore_log(void *user, int level, const char *message)
{
    (void)user;
    (void)level;
    (void)message;
}

struct jalon_geo_thread *jalon_geo_thread_proj(void)
{
    struct jalon_geo_thread *thread = this_thread();
    if (thread != NULL && thread->proj == NULL) {
        thread->proj = proj_context_create();
        if (thread->proj == NULL) {
            return NULL;
        }
        proj_log_func(thread->proj, NULL, ignore_log);
        /* A server fetches no grids from anywhere, whatever proj.ini says. */
        proj_context_set_enable_network(thread->proj, 0);
    }
    return thread;
}
