/* problem -- what can go wrong, as RFC 9457 says it: one table.
 *
 * A problem's type is the address of the page that explains it,
 * /problems/<slug>: stable, for programs. The sentence in detail is for
 * people; nobody reads meaning out of it. */
#ifndef GATEWAY_DOOR_PROBLEM_H
#define GATEWAY_DOOR_PROBLEM_H

#include "services/gateway/door/exchange.h"

#define PROBLEM_PATH "/problems/"

struct problem {
    const char *slug; /* "not-found" */
    int status;
    const char *title;          /* a short sentence; the same for its status */
    const char *about, *advice; /* what it is, and what to do: sentences */
};

/* NULL: there is no such problem. */
const struct problem *problem_find(const char *slug);
/* Of a status without more; one nobody planned is a mistake of ours. */
const struct problem *problem_of_status(int status);
/* type: as a service said it, or "". */
const struct problem *problem_of_err(enum err err, const char *type);
/* Some fields of the request are wrong, each said by name. */
const struct problem *problem_of_fields(void);

/* The document. field: the one at fault, or ""; detail may be "". */
json_t *problem_to_json(const struct problem *problem, const char *detail,
                        const char *field, uint64_t trace);

#endif
