/* flow -- what the pages' flows share: asking signup, saying what failed,
 * and the person behind a ticket or link. */
#ifndef GATEWAY_PAGES_FLOW_H
#define GATEWAY_PAGES_FLOW_H

#include "common/client/signup.h"
#include "common/crypto/crypto.h"
#include "services/gateway/door/exchange.h"
#include "services/gateway/pages/ask/about.h"

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

/* What a link says of who opens it; NULL when it names no contact (a ticket,
 * a link of before 0.3). Returns to. */
Signup__Proof *page_proof(const struct link *link, Signup__Proof *to);

struct page_consent {
    uint32_t number; /* of the supporter */
    Words__Channel channel;
    Words__Class purpose;
    bool is_given;         /* else withdrawn */
    const struct link *by; /* by which the page opened; NULL: not asked */
};
/* Records a choice made on a page: of news, with the campaign's wording. */
void page_set_consent(struct exchange *x, const Signup__Campaign *campaign,
                      const struct page_consent *consent,
                      signup_answer_cb *next);

/* STOP is taken back: the page was opened by a link in a text, or a code. */
void page_start_texts(struct exchange *x, const char *campaign,
                      const struct link *by, signup_answer_cb *next);

/* ---- person.c: one supporter, by numbers ---- */

struct person;

/* Ends the exchange, or asks on. about and supporter are borrowed for the
 * call. */
typedef void person_cb(struct exchange *x, struct person *person,
                       const Signup__Actions *about,
                       const Signup__Supporter *supporter);

/* The state of an exchange that is about one person. */
struct person {
    struct about about; /* its campaign_number says of which campaign */
    uint32_t number;
    person_cb *found;
    /* the pages' own */
    struct link link; /* that opened it; without a channel: none */
    uint32_t action_number;
    char code[PAGE_CODE_SIZE]; /* the ticket's, as it is written now */
    bool is_svg;
    int open_asks;
    enum err failed; /* of those */
};

/* The exchange's state; what: for page_answered, a literal. */
struct person *person_new(struct exchange *x, const char *what,
                          person_cb *found);
/* From about.campaign_number and number: calls found later, or replies with a
 * page that says why not. */
void person_find(struct exchange *x);

#endif
