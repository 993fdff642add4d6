/* people -- to whom the messages of a lease go, as signup resolved them. */
#ifndef COURIER_PEOPLE_H
#define COURIER_PEOPLE_H

#include "services/courier/message/render.h"
#include "signup.pb-c.h"

struct people {
    struct person *items; /* NULL: not resolved yet */
    char *texts;          /* what they point into */
    struct template_field *fields;
};

/* Of a resolve of this class, which it does not keep. */
void people_copy(struct people *people, const Signup__Resolved *resolved,
                 Words__Class class_);
void people_fini(struct people *people);

#endif
