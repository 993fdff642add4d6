/* action -- one action as a part of a page. */
#ifndef GATEWAY_PAGES_FRAME_ACTION_H
#define GATEWAY_PAGES_FRAME_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

/* NULL: none has that id, or number. Borrowed from about. */
const Signup__Action *action_find(const Signup__Actions *about, const char *id);
const Signup__Action *action_find_number(const Signup__Actions *about,
                                         uint32_t number);
/* The actions that have not ended at now_ms, the first to start first.
 * Returns a list that the caller frees (its items are borrowed). */
const Signup__Action **show_coming(const Signup__Actions *about, int64_t now_ms,
                                   size_t *count_out);

/* html: a skeleton that has an action's fields. */
void show_action(struct buf *to, const char *html, const char *campaign,
                 const Signup__Action *action, bool is_checked);

#endif
