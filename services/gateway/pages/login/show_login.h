/* show_login -- where staff sign in. */
#ifndef GATEWAY_PAGES_SHOW_LOGIN_H
#define GATEWAY_PAGES_SHOW_LOGIN_H

#include "common/base/base.h"
#include "signup.pb-c.h"

void show_login(struct buf *to, const Signup__Campaigns *campaigns);

#endif
