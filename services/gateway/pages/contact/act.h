/* act -- what the acts of a contact's page share: what the form says, and how
 * they end. An act is a row of act_flow.c. */
#ifndef GATEWAY_PAGES_ACT_H
#define GATEWAY_PAGES_ACT_H

#include "common/client/signup.h"
#include "services/gateway/pages/contact/contact.h"

#define ACT_VALUE_SIZE 64

struct contact_act {
    const char *name;
    bool is_before_proof; /* may be done without it */
    void (*run)(struct exchange *x, struct contact *contact);
};

/* The form's field, copied; "" when it has none that fits. Returns to. */
const char *act_value(struct exchange *x, const char *name, char *to,
                      size_t size);
/* The member that the form names; of one alone, that. NULL: none of them. */
const Signup__Member *act_find_member(struct exchange *x,
                                      const Signup__ContactPage *page);
/* Whom it names of those asked about. NULL: none of them (any more). */
const Signup__Asked *act_find_asked(struct exchange *x,
                                    const Signup__ContactPage *page);

/* On to the page, which says what was done. */
void act_reply_done(struct exchange *x);
/* Nothing of what the form named is there (any more): shown as it is now. */
void act_reply_as_it_is(struct exchange *x);
/* Whether it was done. What can be answered no more (it was answered in
 * another tab) is shown as it is now. False: it has replied. */
MUST_CHECK bool act_is_done(struct exchange *x, enum err err);
/* Of an ask with nothing more to do: replies. */
signup_answer_cb act_answered;

/* ---- the acts: act_prove.c, act_member.c ---- */

typedef void act_run(struct exchange *x, struct contact *contact);
act_run act_yes, act_not_me, act_add, act_same, act_refuse, act_other,
    act_remember;
act_run act_change, act_give_back, act_switches, act_start_texts;

#endif
