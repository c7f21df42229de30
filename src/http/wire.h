/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The callbacks given to libmicrohttpd; shared by server.c and wire.c only. Layer 2. */
#ifndef JALON_HTTP_WIRE_H
#define JALON_HTTP_WIRE_H

#include <microhttpd.h>
#include <stdarg.h>

#include "exchange.h"

/* MHD_OPTION_URI_LOG_CALLBACK: the request line is there. */
void *jalon_wire_begin(void *cls, const char *target, struct MHD_Connection *connection);
enum MHD_Result jalon_wire_request(void *cls, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version,
                                   const char *upload_data, size_t *upload_data_size,
                                   void **request_cls);
void jalon_wire_end(void *cls, struct MHD_Connection *connection, void **request_cls,
                    enum MHD_RequestTerminationCode code);
/* MHD_OPTION_NOTIFY_CONNECTION */
void jalon_wire_connection(void *cls, struct MHD_Connection *connection, void **socket_cls,
                           enum MHD_ConnectionNotificationCode code);
void jalon_wire_log(void *cls, const char *format, va_list args) JALON_PRINTF(2, 0);

#endif
