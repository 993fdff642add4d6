/* query -- the text of an audience question, taken apart. Pure.
 *
 *   role:care-worker,nurse -region:wales signedup:rally
 *
 * Terms parted by spaces, all must hold; "," within a term is or; a leading
 * "-" is not. signedup: has a seat there, confirmed or held until she confirms;
 * waitlisted: waits for one; in: is there now. Whether a role or an action
 * exists is plan.h's question. */
#ifndef SIGNUP_AUDIENCE_QUERY_H
#define SIGNUP_AUDIENCE_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/base.h"
#include "common/client/attributes.h"

#define QUERY_BYTES_MAX 1000
#define QUERY_TERMS_MAX 32
#define QUERY_VALUES_MAX 32 /* of one term */
#define QUERY_VALUE_SIZE SLUG_SIZE

enum query_kind {
    QUERY_ALL,
    QUERY_SIGNEDUP,
    QUERY_WAITLISTED,
    QUERY_IN,
    QUERY_CONSENT,
    QUERY_ATTRIBUTES, /* the first of them, in their order */
    QUERY_KIND_COUNT = QUERY_ATTRIBUTES + ATTRIBUTE_COUNT
};

struct query_term {
    enum query_kind kind;
    bool is_not;
    size_t value_count; /* 0 for QUERY_ALL alone */
    char values[QUERY_VALUES_MAX][QUERY_VALUE_SIZE];
};

struct query {
    size_t term_count; /* at least 1 */
    struct query_term terms[QUERY_TERMS_MAX];
};

#define QUERY_WHY_SIZE 300

/* ERR_BAD_REQUEST: why says which term is wrong and what is allowed. text is
 * any bytes up to its NUL. */
MUST_CHECK enum err query_parse(const char *text, struct query *out,
                                char why[QUERY_WHY_SIZE]);

/* "role"; "all" for QUERY_ALL. Never NULL. */
const char *query_kind_name(enum query_kind kind);

#endif
