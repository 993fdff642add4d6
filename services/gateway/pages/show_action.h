/* show_action -- one action as a part of a page. */
#ifndef GATEWAY_PAGES_SHOW_ACTION_H
#define GATEWAY_PAGES_SHOW_ACTION_H

#include <stdbool.h>

#include "common/buf.h"
#include "signup.pb-c.h"

/* html: html_home_action or html_campaign_action. */
void show_action(struct buf *to, const char *html, const char *campaign,
                 const Signup__Action *action, bool is_checked);

#endif
