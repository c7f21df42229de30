/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A deep copy of a map's description. Layer 2 (view). */
#include "map_copy.h"

#include <string.h>

struct copying {
    struct jalon_arena *arena;
    bool failed; /* kept to the end: what was copied is then dropped as a whole */
};

static struct jalon_text text(struct copying *copying, struct jalon_text in)
{
    struct jalon_text out = jalon_text_copy(copying->arena, in);
    if (out.data == NULL) {
        copying->failed = true;
        return JALON_TEXT_EMPTY;
    }
    return out;
}

static struct jalon_label label(struct copying *copying, struct jalon_label in)
{
    return (struct jalon_label){text(copying, in.fr), text(copying, in.en)};
}

/* A flat copy; *count becomes 0 when it failed, so that nobody walks it. */
static void *array(struct copying *copying, const void *items, size_t *count, size_t size)
{
    if (*count == 0) {
        return NULL;
    }
    void *out = jalon_arena_allocate_zeroed(copying->arena, *count, size);
    if (out == NULL) {
        copying->failed = true;
        *count = 0;
        return NULL;
    }
    memcpy(out, items, *count * size);
    return out;
}

static const struct jalon_choice *choices(struct copying *copying, const struct jalon_choice *in,
                                          size_t *count)
{
    struct jalon_choice *out = array(copying, in, count, sizeof *out);
    for (size_t i = 0; i < *count; i++) {
        out[i].key = text(copying, in[i].key);
        out[i].label = label(copying, in[i].label);
        out[i].osm = text(copying, in[i].osm);
        out[i].acceslibre = text(copying, in[i].acceslibre);
    }
    return out;
}

static const struct jalon_field *fields(struct copying *copying, const struct jalon_field *in,
                                        size_t *count)
{
    struct jalon_field *out = array(copying, in, count, sizeof *out);
    for (size_t i = 0; i < *count; i++) {
        out[i].key = text(copying, in[i].key);
        out[i].label = label(copying, in[i].label);
        out[i].help = label(copying, in[i].help);
        out[i].unit = text(copying, in[i].unit);
        out[i].osm = text(copying, in[i].osm);
        out[i].acceslibre = text(copying, in[i].acceslibre);
        out[i].choices = choices(copying, in[i].choices, &out[i].choice_count);
    }
    return out;
}

static const struct jalon_category *categories(struct copying *copying,
                                               const struct jalon_category *in, size_t *count)
{
    struct jalon_category *out = array(copying, in, count, sizeof *out);
    for (size_t i = 0; i < *count; i++) {
        out[i].key = text(copying, in[i].key);
        out[i].label = label(copying, in[i].label);
        out[i].color = text(copying, in[i].color);
    }
    return out;
}

static const struct jalon_workflow_status *
statuses(struct copying *copying, const struct jalon_workflow_status *in, size_t *count)
{
    struct jalon_workflow_status *out = array(copying, in, count, sizeof *out);
    for (size_t i = 0; i < *count; i++) {
        out[i].key = text(copying, in[i].key);
        out[i].label = label(copying, in[i].label);
    }
    return out;
}

static void collection(struct copying *copying, struct jalon_collection *one)
{
    one->key = text(copying, one->key);
    one->title = label(copying, one->title);
    one->description = label(copying, one->description);
    one->color = text(copying, one->color);
    one->attribution = text(copying, one->attribution);
    one->licence = text(copying, one->licence);
    one->fields = fields(copying, one->fields, &one->field_count);
    one->category_roots = array(copying, one->category_roots, &one->category_root_count,
                                sizeof *one->category_roots);
    one->tile_fields =
        array(copying, one->tile_fields, &one->tile_field_count, sizeof *one->tile_fields);
    one->statuses = statuses(copying, one->statuses, &one->status_count);
    one->transitions =
        array(copying, one->transitions, &one->transition_count, sizeof *one->transitions);
}

const struct jalon_map *jalon_view_copy_map(struct jalon_arena *arena,
                                            const struct jalon_map *map)
{
    struct copying copying = {.arena = arena};
    size_t one = 1;
    struct jalon_map *out = array(&copying, map, &one, sizeof *out);
    if (out == NULL) {
        return NULL;
    }
    out->slug = text(&copying, map->slug);
    out->title = label(&copying, map->title);
    out->description = label(&copying, map->description);
    out->template_name = text(&copying, map->template_name);
    out->licence = text(&copying, map->licence);
    out->attribution = text(&copying, map->attribution);
    struct jalon_text *licences = array(&copying, map->rules.licences, &out->rules.licence_count,
                                        sizeof *licences);
    for (size_t i = 0; i < out->rules.licence_count; i++) {
        licences[i] = text(&copying, licences[i]);
    }
    out->rules.licences = licences;
    out->categories = categories(&copying, map->categories, &out->category_count);
    struct jalon_collection *collections =
        array(&copying, map->collections, &out->collection_count, sizeof *collections);
    for (size_t i = 0; i < out->collection_count; i++) {
        collection(&copying, &collections[i]);
    }
    out->collections = collections;
    return copying.failed ? NULL : out;
}
