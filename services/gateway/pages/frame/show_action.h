/* show_action -- one action as a part of a page. */
#ifndef GATEWAY_PAGES_SHOW_ACTION_H
#define GATEWAY_PAGES_SHOW_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "signup.pb-c.h"

/* The actions that have not ended at now_ms, the first to start first.
 * Returns a list that the caller frees (its items are borrowed). */
const Signup__Action **show_coming(const Signup__Actions *about, int64_t now_ms,
                                   size_t *count_out);

/* html: html_home_action or html_campaign_action. */
void show_action(struct buf *to, const char *html, const char *campaign,
                 const Signup__Action *action, bool is_checked);

#endif
