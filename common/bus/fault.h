/* fault -- why an ask was refused, in words and for programs. */
#ifndef COMMON_BUS_FAULT_H
#define COMMON_BUS_FAULT_H

#include "common/base/base.h"

struct bus_request;

/* Each but err may be NULL: not said. All are borrowed. */
struct bus_fault {
    enum err err;
    const char *detail; /* a sentence that says what to do */
    const char *field;  /* of the request, that is at fault: "phone" */
    const char *type;   /* a slug, finer than err and stable: "no-contact" */
};

/* Consumes request; err is not ERR_NONE. */
void bus_refuse(struct bus_request *request, const struct bus_fault *fault);

/* Of the answer that is being handed over, as long as its bus_answer_cb runs;
 * field and type are never NULL, and "" when not said or outside of it. */
const struct bus_fault *bus_answer_fault(void);

#endif
