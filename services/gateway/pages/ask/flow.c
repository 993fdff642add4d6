/* flow -- what the pages' flows share: asking signup, saying what failed. */
#include "services/gateway/pages/ask/flow.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

bool
page_answered(struct exchange *x, enum err err, const char *what)
{
    if (err == ERR_NONE) {
        return true;
    }
    if (err == ERR_NOT_FOUND || err == ERR_BAD_REQUEST) {
        char *title = mem_format("We do not know this %s", what);
        reply_problem_page(x, 404, title,
                           "Please check the address, or scan again.");
        free(title);
    } else {
        reply_problem_page(x, err_http_status(err),
                           "That did not work just now",
                           "Please wait a little, and try again.");
    }
    return false;
}

void
page_ask_campaigns(struct exchange *x, signup_answer_cb *next)
{
    Signup__ListCampaigns list = SIGNUP__LIST_CAMPAIGNS__INIT;
    signup_ask_list_campaigns(x->gateway->signup, &list, next, x);
}

void
page_ask_actions_for(struct exchange *x, const char *campaign,
                     signup_answer_cb *next, void *arg)
{
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    list.campaign = (char *)campaign;
    signup_ask_list_actions(x->gateway->signup, &list, next, arg);
}

void
page_ask_actions(struct exchange *x, const char *campaign,
                 signup_answer_cb *next)
{
    page_ask_actions_for(x, campaign, next, x);
}

const Signup__Campaign *
page_find_campaign(const Signup__Campaigns *campaigns, uint32_t number)
{
    for (size_t i = 0; i < campaigns->n_campaigns; i++) {
        const Signup__Campaign *campaign = campaigns->campaigns[i];
        if (campaign->has_number && campaign->number == number) {
            return campaign;
        }
    }
    return NULL;
}

Signup__Proof *
page_proof(const struct link *link, Signup__Proof *to)
{
    signup__proof__init(to);
    to->number = link->number;
    to->channel = (Words__Channel)link->channel;
    to->salt = link->salt;
    return link->channel == WORDS__CHANNEL__CHANNEL_NONE ? NULL : to;
}

/* The evidence: of news the campaign's wording, of one's own places ours. */
static void
fill_wording(Signup__Consent *consent, const Signup__Campaign *campaign)
{
    bool is_news = consent->purpose == WORDS__CLASS__CLASS_CAMPAIGN;
    bool has_wording = is_news && campaign->consent_wording != NULL &&
                       campaign->consent_version != NULL;
    const char *ours = is_news ? "Campaign news" : "What I signed up for";
    consent->wording = has_wording ? campaign->consent_wording : (char *)ours;
    consent->version = has_wording ? campaign->consent_version : "1";
}

void
page_set_consent(struct exchange *x, const Signup__Campaign *campaign,
                 const struct page_consent *choice, signup_answer_cb *next)
{
    Signup__Proof by;
    Signup__Consent consent = SIGNUP__CONSENT__INIT;
    Signup__SetConsent set = SIGNUP__SET_CONSENT__INIT;
    consent.channel = choice->channel;
    consent.purpose = choice->purpose;
    fill_wording(&consent, campaign);
    consent.source = "web";
    consent.at_ms = clock_wall_ms();
    consent.has_is_withdrawn = true;
    consent.is_withdrawn = !choice->is_given;
    set.campaign = campaign->id;
    set.number = choice->number;
    set.consent = &consent;
    set.by = choice->by == NULL ? NULL : page_proof(choice->by, &by);
    signup_ask_set_consent(x->gateway->signup, &set, next, x);
}

void
page_start_texts(struct exchange *x, const char *campaign,
                 const struct link *by, signup_answer_cb *next)
{
    Signup__Proof proof;
    Signup__StopTexts start = SIGNUP__STOP_TEXTS__INIT;
    start.campaign = (char *)campaign;
    start.has_is_start = start.is_start = true;
    start.by = page_proof(by, &proof);
    signup_ask_stop_texts(x->gateway->signup, &start, next, x);
}
