/* show_sign_up -- a campaign's page: the form, what was typed, what is wrong.
 */
#ifndef GATEWAY_PAGES_SHOW_SIGN_UP_H
#define GATEWAY_PAGES_SHOW_SIGN_UP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

struct show_error {
    const char *field; /* a name of the form */
    const char *detail;
};

struct show_form {
    const char *typed; /* a form or query with the form's own names */
    const struct show_error *errors;
    size_t error_count;
    const char *key;        /* the form's own; see entry/form_key.h */
    const char *staff_name; /* whoever is signed in vouches; NULL: nobody */
};

void show_sign_up(struct buf *to, const Signup__Actions *about,
                  const struct show_form *form, int64_t now_ms);

#endif
