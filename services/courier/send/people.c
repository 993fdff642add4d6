/* people -- to whom the messages of a lease go, as signup resolved them. */
#include "services/courier/send/people.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

struct copying {
    char *text; /* the next */
    struct template_field *field;
};

static size_t
size_of(const char *s)
{
    return s == NULL ? 1 : strlen(s) + 1;
}

static const char *
copy_text(struct copying *to, const char *s)
{
    size_t size = size_of(s);
    char *copy = to->text;
    memcpy(copy, s == NULL ? "" : s, size);
    to->text += size;
    return copy;
}

static void
copy_fields(struct copying *to, const Signup__Contact *contact,
            struct person *person)
{
    person->fields = to->field;
    person->field_count = contact->n_fields;
    for (size_t i = 0; i < contact->n_fields; i++) {
        *to->field++ = (struct template_field){
            .name = copy_text(to, contact->fields[i]->name),
            .value = copy_text(to, contact->fields[i]->value),
        };
    }
}

/* A note's number is nobody's: its links are those of whom it names. */
static void
copy_person(struct copying *to, const Signup__Contact *contact,
            Words__Class class_, struct person *person)
{
    person->number = contact->number;
    person->has_holder =
        class_ != WORDS__CLASS__CLASS_NOTE || contact->has_ticket_number;
    person->holder =
        contact->has_ticket_number ? contact->ticket_number : contact->number;
    person->role = contact->role;
    person->salt = (uint16_t)(contact->salt & LINK_SALT_MAX);
    person->is_for_other = contact->is_for_other;
    person->address =
        contact->address == NULL ? NULL : copy_text(to, contact->address);
    person->name = copy_text(to, contact->name);
    person->first_name = copy_text(to, contact->first_name);
    copy_fields(to, contact, person);
}

void
people_copy(struct people *people, const Signup__Resolved *resolved,
            Words__Class class_)
{
    size_t bytes = 0, fields = 0;
    for (size_t i = 0; i < resolved->n_contacts; i++) {
        const Signup__Contact *contact = resolved->contacts[i];
        bytes += size_of(contact->address) + size_of(contact->name) +
                 size_of(contact->first_name);
        fields += contact->n_fields;
        for (size_t f = 0; f < contact->n_fields; f++) {
            bytes += size_of(contact->fields[f]->name) +
                     size_of(contact->fields[f]->value);
        }
    }
    people->items =
        mem_new_array(resolved->n_contacts + 1, sizeof(people->items[0]));
    people->texts = mem_new(bytes + 1);
    people->fields = mem_new_array(fields + 1, sizeof(people->fields[0]));
    struct copying to = {people->texts, people->fields};
    for (size_t i = 0; i < resolved->n_contacts; i++) {
        copy_person(&to, resolved->contacts[i], class_, &people->items[i]);
    }
}

void
people_fini(struct people *people)
{
    free(people->items);
    free(people->texts);
    free(people->fields);
    *people = (struct people){NULL, NULL, NULL};
}
