/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Contributions that may be the same, as JSON. Layer 4 (api). */
#include "duplicates.h"

#include <math.h>

void jalon_duplicates_put(struct jalon_request *request, struct jalon_json_writer *writer,
                          const char *name, const struct jalon_duplicate *list, size_t count)
{
    struct jalon_text map = jalon_request_variable(request, "map");
    struct jalon_text collection = jalon_request_variable(request, "collection");
    jalon_json_begin_array(writer, name);
    for (size_t i = 0; i < count; i++) {
        char id[JALON_ID_TEXT_SIZE];
        jalon_id_format(list[i].id, id);
        jalon_json_begin_object(writer, NULL);
        jalon_json_put_string(writer, "id", id);
        jalon_json_put_text(writer, "title", list[i].title);
        jalon_json_put_number(writer, "distance_m", round(list[i].distance_m * 10) / 10);
        jalon_json_put_number(writer, "similarity", round(list[i].similarity * 100) / 100);
        jalon_json_put_boolean(writer, "same_source_id", list[i].same_source_id);
        jalon_json_put_text(writer, "href",
                            jalon_endpoint_url(request, "/maps/%s/collections/%s/items/%s",
                                               map.data, collection.data, id));
        jalon_json_end_object(writer);
    }
    jalon_json_end_array(writer);
}
