/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Is a text written in OpenStreetMap's opening_hours syntax? Private to app.
 * Source: OpenStreetMap wiki, "Key:opening_hours/specification", version 0.7.2.
 */
#ifndef JALON_APP_OPENING_HOURS_H
#define JALON_APP_OPENING_HOURS_H

#include "jalon/text.h"
#include "jalon/wording.h"

/*
 * NULL when every word and sign of the text belongs to the language; else what was expected, in
 * English. The words are checked, not the whole grammar: what readers of the format accept is wider
 * than it.
 */
const char *jalon_opening_hours_fault(struct jalon_text text);

#endif
