/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Private to json: a value of a tree is a json_t of jansson, under another name. Layer 1. */
#ifndef JALON_JSON_TREE_H
#define JALON_JSON_TREE_H

#include <jansson.h>

#include "jalon/json.h"

/* jansson's readers take json_t without const although they change nothing. */
static inline json_t *tree_of(const struct jalon_json *json)
{
    return (json_t *)json;
}

static inline const struct jalon_json *json_of(const json_t *tree)
{
    return (const struct jalon_json *)tree;
}

#endif
