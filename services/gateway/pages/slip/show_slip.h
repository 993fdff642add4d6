/* show_slip -- what a sign-up has brought, and what to do now. */
#ifndef GATEWAY_PAGES_SHOW_SLIP_H
#define GATEWAY_PAGES_SHOW_SLIP_H

#include "common/base/base.h"
#include "services/gateway/entry/slip.h"
#include "services/gateway/pages/ask/flow.h"
#include "signup.pb-c.h"

struct show_slip {
    const Signup__Actions *about; /* the campaign, and its actions */
    const struct slip *slip;
    char (*codes)[PAGE_CODE_SIZE];  /* of its places; "": none */
    const struct slip_typed *typed; /* NULL: another browser, or later */
    bool is_outbox_only;            /* messages do not leave this machine */
};

void show_slip(struct buf *to, const struct show_slip *show);

#endif
