/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Requests that wait for a thread. Layer 2. */
#include "line.h"

bool jalon_line_add(struct jalon_line *line, struct MHD_Connection *connection,
                    struct jalon_exchange *exchange)
{
    if (line->count == line->most) {
        return false;
    }
    MHD_suspend_connection(connection);
    line->ring[(line->first + line->count++) % JALON_LINE_MAX] =
        (struct jalon_waiting){connection, exchange};
    return true;
}

struct jalon_waiting jalon_line_take(struct jalon_line *line)
{
    struct jalon_waiting waiting = line->ring[line->first];
    line->first = (line->first + 1) % JALON_LINE_MAX;
    line->count--;
    return waiting;
}
