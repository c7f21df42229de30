/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The properties of contributions as columns: which there are, and what is in them. Layer 2. */
#include "property.h"

#include "jalon/clock.h"

#define LABEL(french, english)                                                                     \
    {                                                                                              \
        .fr = {french, sizeof(french) - 1}, .en = { english, sizeof(english) - 1 }                 \
    }
#define NAME(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

typedef void (*write_value)(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                            const struct jalon_contribution *contribution);

static void write_time(struct jalon_buffer *buffer, int64_t time_us)
{
    char text[JALON_CLOCK_TEXT_SIZE];
    jalon_clock_format(time_us, text);
    jalon_buffer_append_string(buffer, text);
}

static void write_categories(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                             const struct jalon_contribution *contribution)
{
    for (size_t i = 0; i < contribution->category_count; i++) {
        jalon_buffer_append_string(buffer, i > 0 ? "|" : "");
        jalon_buffer_append_text(buffer, frame->map->categories[contribution->categories[i]].key);
    }
}

static void write_status(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                         const struct jalon_contribution *contribution)
{
    if (contribution->status >= 0) {
        jalon_buffer_append_text(buffer, frame->collection->statuses[contribution->status].key);
    }
}

static void write_created(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                          const struct jalon_contribution *contribution)
{
    (void)frame;
    write_time(buffer, contribution->created_us);
}

static void write_updated(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                          const struct jalon_contribution *contribution)
{
    (void)frame;
    write_time(buffer, contribution->updated_us);
}

static void write_version(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                          const struct jalon_contribution *contribution)
{
    (void)frame;
    jalon_buffer_append_int(buffer, contribution->version);
}

#define WRITE_TEXT(member)                                                                         \
    static void write_##member(struct jalon_buffer *buffer, const struct jalon_items_frame *frame, \
                               const struct jalon_contribution *contribution)                      \
    {                                                                                              \
        (void)frame;                                                                               \
        jalon_buffer_append_text(buffer, contribution->member);                                    \
    }
WRITE_TEXT(title)
WRITE_TEXT(description)
WRITE_TEXT(author)
WRITE_TEXT(observed)
WRITE_TEXT(licence)
WRITE_TEXT(source)
WRITE_TEXT(source_id)
WRITE_TEXT(campaign)
WRITE_TEXT(declared_by)
WRITE_TEXT(confirmed)

#define WRITE_COUNT(member)                                                                        \
    static void write_##member(struct jalon_buffer *buffer, const struct jalon_items_frame *frame, \
                               const struct jalon_contribution *contribution)                      \
    {                                                                                              \
        (void)frame;                                                                               \
        if (contribution->member > 0) {                                                            \
            jalon_buffer_append_int(buffer, contribution->member);                                 \
        }                                                                                          \
    }
WRITE_COUNT(supports)
WRITE_COUNT(comments)

/* Where places are coarse: the side of their squares. */
static void write_accuracy(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                           const struct jalon_contribution *contribution)
{
    (void)contribution;
    jalon_buffer_append_int(buffer, frame->map->rules.location_grid_m);
}

static const struct {
    struct jalon_text name;
    struct jalon_label label;
    enum jalon_field_type type;
    write_value write;
} common[] = {
    {NAME("title"), LABEL("Titre", "Title"), JALON_FIELD_STRING, write_title},
    {NAME("description"), LABEL("Description", "Description"), JALON_FIELD_TEXT, write_description},
    {NAME("categories"), LABEL("Catégories", "Categories"), JALON_FIELD_MULTI_ENUM,
     write_categories},
    {NAME("status"), LABEL("État", "Status"), JALON_FIELD_ENUM, write_status},
    {NAME("author"), LABEL("Auteur", "Author"), JALON_FIELD_STRING, write_author},
    {NAME("created"), LABEL("Création", "Created"), JALON_FIELD_DATE_TIME, write_created},
    {NAME("updated"), LABEL("Modification", "Updated"), JALON_FIELD_DATE_TIME, write_updated},
    {NAME("observed"), LABEL("Observation", "Observed"), JALON_FIELD_DATE, write_observed},
    {NAME("version"), LABEL("Version", "Version"), JALON_FIELD_INTEGER, write_version},
    {NAME("licence"), LABEL("Licence", "Licence"), JALON_FIELD_STRING, write_licence},
    {NAME("source"), LABEL("Source", "Source"), JALON_FIELD_STRING, write_source},
    {NAME("source_id"), LABEL("Identifiant dans la source", "Key in the source"),
     JALON_FIELD_STRING, write_source_id},
    {NAME("campaign"), LABEL("Campagne", "Campaign"), JALON_FIELD_STRING, write_campaign},
    {NAME("declared_by"), LABEL("Déclaré par", "Declared by"), JALON_FIELD_STRING,
     write_declared_by},
    {NAME("confirmed"), LABEL("Confirmation", "Confirmed"), JALON_FIELD_DATE, write_confirmed},
    {NAME("supports"), LABEL("Soutiens", "Supports"), JALON_FIELD_INTEGER, write_supports},
    {NAME("comments"), LABEL("Commentaires", "Comments"), JALON_FIELD_INTEGER, write_comments},
    {NAME("accuracy_m"), LABEL("Précision (m)", "Accuracy (m)"), JALON_FIELD_INTEGER,
     write_accuracy},
};

enum { COMMON = sizeof common / sizeof common[0] };

static struct jalon_property property_at(const struct jalon_items_frame *frame, size_t number)
{
    if (number < COMMON) {
        return (struct jalon_property){.name = common[number].name,
                                       .label = common[number].label,
                                       .type = common[number].type,
                                       .number = number};
    }
    const struct jalon_field *field = &frame->collection->fields[number - COMMON];
    return (struct jalon_property){.name = field->key,
                                   .label = field->label,
                                   .type = field->type,
                                   .field = field,
                                   .number = number};
}

bool jalon_property_next(const struct jalon_items_frame *frame, size_t *position,
                         struct jalon_property *out)
{
    while (*position < COMMON + frame->collection->field_count) {
        struct jalon_property property = property_at(frame, (*position)++);
        bool is_public =
            property.field == NULL || property.field->visibility == JALON_VISIBILITY_PUBLIC;
        bool is_coarse = frame->map->rules.location_grid_m > 0;
        if (is_public && (is_coarse || !jalon_text_is(property.name, "accuracy_m")) &&
            jalon_items_frame_shows(frame, property.name)) {
            *out = property;
            return true;
        }
    }
    return false;
}

static void write_list(struct jalon_buffer *buffer, const struct jalon_value *value)
{
    for (size_t i = 0; i < value->list.count; i++) {
        jalon_buffer_append_string(buffer, i > 0 ? "|" : "");
        jalon_buffer_append_text(buffer, value->list.items[i]);
    }
}

static void write_field(struct jalon_buffer *buffer, const struct jalon_value *value)
{
    switch (value->kind) {
    case JALON_VALUE_NONE: break;
    case JALON_VALUE_TEXT: jalon_buffer_append_text(buffer, value->text); break;
    case JALON_VALUE_NUMBER: jalon_buffer_append_double(buffer, value->number); break;
    case JALON_VALUE_INTEGER: jalon_buffer_append_int(buffer, value->integer); break;
    case JALON_VALUE_BOOLEAN:
        jalon_buffer_append_string(buffer, value->boolean ? "true" : "false");
        break;
    case JALON_VALUE_LIST: write_list(buffer, value); break;
    }
}

void jalon_property_write(struct jalon_buffer *buffer, const struct jalon_items_frame *frame,
                          const struct jalon_contribution *contribution,
                          const struct jalon_property *property)
{
    if (property->number < COMMON) {
        common[property->number].write(buffer, frame, contribution);
    } else {
        write_field(buffer, &contribution->fields[property->number - COMMON]);
    }
}

const struct jalon_geometry *jalon_item_geometry(const struct jalon_item *item)
{
    return item->geometry != NULL ? item->geometry : &item->contribution->geometry;
}
