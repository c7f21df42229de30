/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is kept of where an anonymous writer comes from. Layer 3 (app).
 *
 * A keyed hash: nobody who has the database but not its secrets can try all network addresses, nor
 * tell which device it was. Devices and addresses are hashed apart, so that one never looks like the other.
 */
#include <string.h>

#include "internal.h"

enum { DEVICE_LENGTH_MIN = 16, DEVICE_LENGTH_MAX = 128, ADDRESS_SIZE = 16 };

static enum jalon_status hash(struct jalon_context *ctx, const struct jalon_app *app, char kind,
                              const char *data, size_t size, struct jalon_text *out)
{
    char text[1 + DEVICE_LENGTH_MAX] = {kind};
    memcpy(text + 1, data, size);
    return jalon_secret_derive(ctx, app->trace_key, jalon_text_slice(text, 1 + size), out);
}

enum jalon_status jalon_trace_device(struct jalon_context *ctx, const struct jalon_app *app,
                                     const struct jalon_actor *actor, struct jalon_text *out)
{
    struct jalon_text device = actor->device;
    if (device.length == 0) {
        *out = JALON_TEXT_EMPTY;
        return JALON_OK;
    }
    bool good = device.length >= DEVICE_LENGTH_MIN && device.length <= DEVICE_LENGTH_MAX;
    for (size_t i = 0; good && i < device.length; i++) {
        good = device.data[i] > ' ' && device.data[i] < 0x7f;
    }
    if (!good) {
        return jalon_fail_at(ctx, JALON_INVALID, JALON_ERROR_PARAMETER, "Jalon-Device",
                             "expected %d to %d visible ASCII characters, such as a random UUID",
                             DEVICE_LENGTH_MIN, DEVICE_LENGTH_MAX);
    }
    return hash(ctx, app, 'd', device.data, device.length, out);
}

enum jalon_status jalon_trace_address(struct jalon_context *ctx, const struct jalon_app *app,
                                      const struct jalon_actor *actor, struct jalon_text *out)
{
    static const uint8_t none[ADDRESS_SIZE] = {0};
    if (memcmp(actor->address, none, sizeof none) == 0) {
        *out = JALON_TEXT_EMPTY;
        return JALON_OK;
    }
    return hash(ctx, app, 'a', (const char *)actor->address, sizeof actor->address, out);
}
