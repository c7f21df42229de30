/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The bytes of a layer. Layer 2 (tile).
 *
 * Source: Mapbox Vector Tile specification 2.1 (clause 4 and vector_tile.proto); Protocol Buffers
 * encoding: a field is a varint key (number << 3 | wire type) and a varint, a double, or a length
 * with bytes.
 */
#include "jalon/tile.h"

#include <string.h>

#include "jalon/hash.h"

enum { WIRE_VARINT = 0, WIRE_DOUBLE = 1, WIRE_BYTES = 2 };
/* Field numbers of vector_tile.proto. */
enum { TILE_LAYER = 3 };
enum { LAYER_NAME = 1, LAYER_FEATURE = 2, LAYER_KEY = 3, LAYER_VALUE = 4, LAYER_EXTENT = 5,
       LAYER_VERSION = 15 };
enum { FEATURE_ID = 1, FEATURE_TAGS = 2, FEATURE_TYPE = 3, FEATURE_GEOMETRY = 4 };
enum { VALUE_STRING = 1, VALUE_DOUBLE = 3, VALUE_UINT = 5, VALUE_SINT = 6, VALUE_BOOL = 7 };
enum { MVT_VERSION = 2 };

/* A value that was written: where its bytes are, without key and length. */
struct entry {
    uint64_t hash;
    uint32_t index; /* in the dictionary, from 1; 0: a free place */
    uint32_t length;
    size_t offset; /* in `values` */
};

/* A key, and the value it had last: most features have that of the one before. */
struct key {
    struct jalon_text name;
    size_t offset;   /* of the value, as there */
    uint32_t length; /* 0: it had none that was looked for */
    uint32_t value;
};

struct jalon_tile_layer {
    struct jalon_context *ctx;
    struct jalon_buffer features;
    struct jalon_buffer values;
    struct jalon_buffer value; /* the one being written */
    struct key *keys;
    size_t key_count;
    size_t key_capacity;
    struct entry *table; /* open addressing; a power of two, at most half full */
    size_t table_size;
    size_t table_count;
    uint32_t value_count;
    uint32_t *tags; /* of the feature being written */
    size_t tag_count;
    size_t tag_capacity;
    bool failed; /* no memory */
};

static const uint8_t hash_key[JALON_HASH_KEY_SIZE] = "jalon tile value";

/* --- Protocol buffers --- */
static void put_varint(struct jalon_buffer *buffer, uint64_t value)
{
    char *at = jalon_buffer_reserve(buffer, 10);
    if (at == NULL) {
        return;
    }
    size_t length = 0;
    for (; value >= 0x80; value >>= 7) {
        at[length++] = (char)(0x80 | (value & 0x7F));
    }
    at[length++] = (char)value;
    buffer->length += length;
}

static size_t varint_size(uint64_t value)
{
    size_t size = 1;
    for (; value >= 0x80; value >>= 7) {
        size++;
    }
    return size;
}

static void put_key(struct jalon_buffer *buffer, unsigned field, unsigned wire)
{
    put_varint(buffer, field << 3 | wire);
}

static void put_bytes(struct jalon_buffer *buffer, unsigned field, struct jalon_text bytes)
{
    put_key(buffer, field, WIRE_BYTES);
    put_varint(buffer, bytes.length);
    jalon_buffer_append_text(buffer, bytes);
}

static void put_number_field(struct jalon_buffer *buffer, unsigned field, uint64_t value)
{
    put_key(buffer, field, WIRE_VARINT);
    put_varint(buffer, value);
}

static size_t packed_size(const uint32_t *list, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += varint_size(list[i]);
    }
    return size;
}

static void put_packed(struct jalon_buffer *buffer, unsigned field, const uint32_t *list,
                       size_t count, size_t size)
{
    put_key(buffer, field, WIRE_BYTES);
    put_varint(buffer, size);
    for (size_t i = 0; i < count; i++) {
        put_varint(buffer, list[i]);
    }
}

/* --- Life --- */

static void release_buffers(void *object)
{
    struct jalon_tile_layer *layer = object;
    jalon_buffer_finish(&layer->features);
    jalon_buffer_finish(&layer->values);
    jalon_buffer_finish(&layer->value);
}

enum jalon_status jalon_tile_layer_create(struct jalon_context *ctx, size_t maximum,
                                          struct jalon_tile_layer **out)
{
    struct jalon_tile_layer *layer = jalon_arena_allocate_zeroed(ctx->arena, 1, sizeof *layer);
    if (layer == NULL) {
        return jalon_no_memory(ctx);
    }
    layer->ctx = ctx;
    jalon_buffer_init(&layer->features, maximum);
    jalon_buffer_init(&layer->values, maximum);
    jalon_buffer_init(&layer->value, maximum);
    if (jalon_arena_defer(ctx->arena, release_buffers, layer) != JALON_OK) {
        return jalon_no_memory(ctx);
    }
    *out = layer;
    return JALON_OK;
}

/* --- Dictionaries --- */

static uint32_t find_key(struct jalon_tile_layer *layer, struct jalon_text key)
{
    for (size_t i = 0; i < layer->key_count; i++) {
        const struct jalon_text *name = &layer->keys[i].name;
        if (name->data == key.data || jalon_text_equal(*name, key)) {
            return (uint32_t)i;
        }
    }
    struct key *keys =
        jalon_arena_grow(layer->ctx->arena, layer->keys, layer->key_count, layer->key_count + 1,
                         sizeof *keys, &layer->key_capacity);
    if (keys == NULL) {
        layer->failed = true;
        return 0;
    }
    layer->keys = keys;
    keys[layer->key_count] = (struct key){.name = key};
    return (uint32_t)layer->key_count++;
}

static bool grow_table(struct jalon_tile_layer *layer)
{
    size_t size = layer->table_size == 0 ? 256 : 2 * layer->table_size;
    struct entry *table = jalon_arena_allocate_zeroed(layer->ctx->arena, size, sizeof *table);
    if (table == NULL) {
        return false;
    }
    for (size_t i = 0; i < layer->table_size; i++) {
        size_t at = layer->table[i].hash & (size - 1);
        while (layer->table[i].index != 0 && table[at].index != 0) {
            at = (at + 1) & (size - 1);
        }
        if (layer->table[i].index != 0) {
            table[at] = layer->table[i];
        }
    }
    layer->table = table;
    layer->table_size = size;
    return true;
}

/* The place of a value in the table, or the free place where it belongs. */
static struct entry *find_entry(struct jalon_tile_layer *layer, struct jalon_text value,
                                uint64_t hash)
{
    size_t at = hash & (layer->table_size - 1);
    while (layer->table[at].index != 0) {
        const struct entry *entry = &layer->table[at];
        if (entry->hash == hash && entry->length == value.length &&
            memcmp(layer->values.data + entry->offset, value.data, value.length) == 0) {
            break;
        }
        at = (at + 1) & (layer->table_size - 1);
    }
    return &layer->table[at];
}

/* Writes layer->value into the dictionary; where its bytes begin. */
static size_t add_value(struct jalon_tile_layer *layer)
{
    put_bytes(&layer->values, LAYER_VALUE, jalon_buffer_text(&layer->value));
    layer->value_count++;
    return layer->values.length - layer->value.length;
}

/* The entry in the dictionary of what is in layer->value; NULL: told when the layer is written. */
static const struct entry *find_value(struct jalon_tile_layer *layer)
{
    struct jalon_text value = jalon_buffer_text(&layer->value);
    if (2 * layer->table_count >= layer->table_size && !grow_table(layer)) {
        layer->failed = true;
        return NULL;
    }
    uint64_t hash = jalon_hash_keyed(hash_key, value.data, value.length);
    struct entry *entry = find_entry(layer, value, hash);
    if (entry->index == 0) {
        size_t offset = add_value(layer);
        if (jalon_buffer_status(&layer->values) != JALON_OK) {
            return NULL;
        }
        *entry = (struct entry){hash, layer->value_count, (uint32_t)value.length, offset};
        layer->table_count++;
    }
    return entry;
}

static void put_tag(struct jalon_tile_layer *layer, uint32_t key_index, uint32_t value)
{
    uint32_t *tags = jalon_arena_grow(layer->ctx->arena, layer->tags, layer->tag_count,
                                      layer->tag_count + 2, sizeof *tags, &layer->tag_capacity);
    if (tags == NULL) {
        layer->failed = true;
        return;
    }
    layer->tags = tags;
    tags[layer->tag_count++] = key_index;
    tags[layer->tag_count++] = value;
}

/* The key, with what is in layer->value. */
static void put_value(struct jalon_tile_layer *layer, struct jalon_text name)
{
    struct jalon_text value = jalon_buffer_text(&layer->value);
    uint32_t index = find_key(layer, name);
    if (layer->failed) {
        return;
    }
    struct key *key = &layer->keys[index];
    bool is_same = value.length > 0 && key->length == value.length &&
                   memcmp(layer->values.data + key->offset, value.data, value.length) == 0;
    if (!is_same) {
        const struct entry *entry = find_value(layer);
        if (entry == NULL) {
            return;
        }
        key->offset = entry->offset;
        key->length = entry->length;
        key->value = entry->index - 1;
    }
    put_tag(layer, index, key->value);
}

/* --- Attributes --- */

void jalon_tile_put_text(struct jalon_tile_layer *layer, struct jalon_text key,
                         struct jalon_text value)
{
    jalon_buffer_clear(&layer->value);
    put_bytes(&layer->value, VALUE_STRING, value);
    put_value(layer, key);
}

void jalon_tile_put_unique(struct jalon_tile_layer *layer, struct jalon_text key,
                           struct jalon_text value)
{
    jalon_buffer_clear(&layer->value);
    put_bytes(&layer->value, VALUE_STRING, value);
    add_value(layer);
    put_tag(layer, find_key(layer, key), layer->value_count - 1);
}

void jalon_tile_put_integer(struct jalon_tile_layer *layer, struct jalon_text key, int64_t value)
{
    jalon_buffer_clear(&layer->value);
    if (value >= 0) {
        put_number_field(&layer->value, VALUE_UINT, (uint64_t)value);
    } else { /* zigzag, which is shorter for what is negative */
        put_number_field(&layer->value, VALUE_SINT, ~((uint64_t)value << 1));
    }
    put_value(layer, key);
}

void jalon_tile_put_number(struct jalon_tile_layer *layer, struct jalon_text key, double value)
{
    uint64_t bits;
    unsigned char bytes[8];
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 8; i++) { /* little-endian on every machine */
        bytes[i] = (unsigned char)(bits >> 8 * i);
    }
    jalon_buffer_clear(&layer->value);
    put_key(&layer->value, VALUE_DOUBLE, WIRE_DOUBLE);
    jalon_buffer_append(&layer->value, bytes, sizeof bytes);
    put_value(layer, key);
}

void jalon_tile_put_boolean(struct jalon_tile_layer *layer, struct jalon_text key, bool value)
{
    jalon_buffer_clear(&layer->value);
    put_number_field(&layer->value, VALUE_BOOL, value);
    put_value(layer, key);
}

/* --- Features and the layer --- */

void jalon_tile_put_feature(struct jalon_tile_layer *layer, uint64_t id,
                            const struct jalon_tile_shape *shape)
{
    struct jalon_buffer *out = &layer->features;
    size_t tags = packed_size(layer->tags, layer->tag_count);
    size_t commands = packed_size(shape->commands, shape->command_count);
    size_t size = 2 + (1 + varint_size(tags) + tags) + (1 + varint_size(commands) + commands) +
                  (id != 0 ? 1 + varint_size(id) : 0);
    put_key(out, LAYER_FEATURE, WIRE_BYTES);
    put_varint(out, size);
    if (id != 0) {
        put_number_field(out, FEATURE_ID, id);
    }
    put_packed(out, FEATURE_TAGS, layer->tags, layer->tag_count, tags);
    put_number_field(out, FEATURE_TYPE, (uint64_t)shape->type);
    put_packed(out, FEATURE_GEOMETRY, shape->commands, shape->command_count, commands);
    layer->tag_count = 0;
}

static enum jalon_status status_of(const struct jalon_tile_layer *layer,
                                   const struct jalon_buffer *tile)
{
    const struct jalon_buffer *const buffers[] = {&layer->features, &layer->values, &layer->value,
                                                  tile};
    if (layer->failed) {
        return JALON_NO_MEMORY;
    }
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++) {
        if (jalon_buffer_status(buffers[i]) != JALON_OK) {
            return jalon_buffer_status(buffers[i]);
        }
    }
    return JALON_OK;
}

static void empty(struct jalon_tile_layer *layer)
{
    jalon_buffer_clear(&layer->features);
    jalon_buffer_clear(&layer->values);
    if (layer->table_size > 0) {
        memset(layer->table, 0, layer->table_size * sizeof *layer->table);
    }
    layer->key_count = 0;
    layer->table_count = 0;
    layer->value_count = 0;
}

static void write_layer(const struct jalon_tile_layer *layer, struct jalon_text name,
                        struct jalon_buffer *tile)
{
    size_t size = 2 + (1 + varint_size(name.length) + name.length) + layer->features.length +
                  layer->values.length + 1 + varint_size(JALON_TILE_EXTENT);
    for (size_t i = 0; i < layer->key_count; i++) {
        size += 1 + varint_size(layer->keys[i].name.length) + layer->keys[i].name.length;
    }
    put_key(tile, TILE_LAYER, WIRE_BYTES);
    put_varint(tile, size);
    put_number_field(tile, LAYER_VERSION, MVT_VERSION);
    put_bytes(tile, LAYER_NAME, name);
    jalon_buffer_append_text(tile, jalon_buffer_text(&layer->features));
    for (size_t i = 0; i < layer->key_count; i++) {
        put_bytes(tile, LAYER_KEY, layer->keys[i].name);
    }
    jalon_buffer_append_text(tile, jalon_buffer_text(&layer->values));
    put_number_field(tile, LAYER_EXTENT, JALON_TILE_EXTENT);
}

enum jalon_status jalon_tile_layer_write(struct jalon_context *ctx, struct jalon_tile_layer *layer,
                                         struct jalon_text name, struct jalon_buffer *tile)
{
    if (layer->features.length > 0 && status_of(layer, tile) == JALON_OK) {
        write_layer(layer, name, tile);
    }
    enum jalon_status status = status_of(layer, tile);
    if (status == JALON_NO_MEMORY) {
        return jalon_no_memory(ctx);
    }
    if (status != JALON_OK) {
        return jalon_fail(ctx, status, "the tile is too large; filter it, or ask for a smaller one");
    }
    empty(layer);
    return JALON_OK;
}
