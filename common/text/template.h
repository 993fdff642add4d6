/* template -- {{field}} merged into a text, escaped for where it goes.
 *
 * A field is {{name}}, [a-z_]{1,40}, spaces inside the braces allowed. An
 * unknown field is an error found before anyone approves, never an empty
 * space in a message. No logic, no nesting. */
#ifndef COMMON_TEXT_TEMPLATE_H
#define COMMON_TEXT_TEMPLATE_H

#include <stddef.h>

#include "common/base/base.h"

enum template_context {
    TEMPLATE_TEXT,   /* as is, control characters but \n dropped */
    TEMPLATE_HTML,   /* & < > " ' as entities */
    TEMPLATE_HEADER, /* one line: no byte below 0x20, 0x7f, U+2028/9 */
    TEMPLATE_JSON,   /* inside a JSON string (RFC 8259) */
    TEMPLATE_URL,    /* percent-encoded but for RFC 3986's unreserved */
};

struct template_field {
    const char *name, *value; /* borrowed */
};
struct template_fields {
    const struct template_field *items;
    size_t count;
};

/* ERR_BAD_REQUEST: *why_out says which field is unknown or where a brace is
 * open (owned by the caller). Appends to to. */
MUST_CHECK enum err template_merge(const char *text,
                                   enum template_context context,
                                   const struct template_fields *fields,
                                   struct buf *to, char **why_out);
/* Appends value as it would stand in that context. */
void template_escape(const char *value, enum template_context context,
                     struct buf *to);
/* The same check without values: names only. */
MUST_CHECK enum err template_check(const char *text, const char *const *names,
                                   size_t name_count, char **why_out);

#endif
