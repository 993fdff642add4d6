/* flow -- what the pages' flows share: asking signup, saying what failed,
 * and the person behind a ticket or link. */
#ifndef GATEWAY_PAGES_FLOW_H
#define GATEWAY_PAGES_FLOW_H

#include "common/client/signup.h"
#include "common/crypto/crypto.h"
#include "services/gateway/door/exchange.h"

#define PAGE_CODE_SIZE 24 /* of a ticket's code; see checkin.proto */

/* True when err is ERR_NONE; else it has replied with a page: not found says
 * that there is no such `what` ("ticket"). */
MUST_CHECK bool page_answered(struct exchange *x, enum err err,
                              const char *what);

void page_ask_campaigns(struct exchange *x, signup_answer_cb *next);
void page_ask_actions(struct exchange *x, const char *campaign,
                      signup_answer_cb *next);
/* The same, calling next with arg, for who asks for several. */
void page_ask_actions_for(struct exchange *x, const char *campaign,
                          signup_answer_cb *next, void *arg);
/* NULL: no campaign has that number. Borrowed from campaigns. */
const Signup__Campaign *page_find_campaign(const Signup__Campaigns *campaigns,
                                           uint32_t number);

struct page_consent {
    uint32_t number; /* of the supporter */
    Words__Channel channel;
    bool is_given; /* else withdrawn */
};
/* Records a choice made on a page, with the campaign's wording. */
void page_set_consent(struct exchange *x, const Signup__Campaign *campaign,
                      const struct page_consent *consent,
                      signup_answer_cb *next);

/* ---- person.c: one supporter, by numbers ---- */

struct person;

/* Ends the exchange, or asks on. about and supporter are borrowed for the
 * call. */
typedef void person_cb(struct exchange *x, struct person *person,
                       const Signup__Actions *about,
                       const Signup__Supporter *supporter);

/* The state of an exchange that is about one person. */
struct person {
    uint32_t campaign_number, number;
    const char *what; /* for page_answered; a literal */
    person_cb *found;
    char campaign[ID_CHARS_MAX + 1]; /* known once found */
    struct buf about;                /* packed, while the supporter is asked */
    /* the pages' own */
    struct link link;
    uint32_t action_number;
    char code[PAGE_CODE_SIZE]; /* the ticket's, as it is written now */
    bool is_svg;
    int open_asks;
    enum err failed; /* of those */
};

/* From campaign_number and number: calls found later, or replies with a page
 * that says why not. person is the exchange's state. */
void person_find(struct exchange *x, struct person *person);

#endif
