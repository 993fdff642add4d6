/* stop_flow -- /u/{token}: GET shows, POST acts (RFC 8058).
 *
 * A mail scanner opens every link: opening one changes nothing. The POST
 * needs no cookie, no login and no JavaScript; again it changes nothing more.
 *
 *   GET   link -> campaigns_listed -> person_asked -> reply_stop
 *   POST  link -> campaigns_listed -> consent_withdrawn -> person_asked
 *              -> reply_stop */
#include <stdio.h>

#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/pages.h"
#include "services/gateway/pages/stop/show_stop.h"

#define NAME_SIZE 512

struct stop {
    struct link link;
    bool is_act;
    char campaign[ID_CHARS_MAX + 1];
    char name[NAME_SIZE]; /* the campaign's */
    bool is_mine_off, has_stop;
};

static bool
is_sms(const struct stop *stop)
{
    return stop->link.purpose == LINK_UNSUBSCRIBE_SMS;
}

static Words__Channel
channel_of(const struct stop *stop)
{
    return is_sms(stop) ? WORDS__CHANNEL__CHANNEL_SMS
                        : WORDS__CHANNEL__CHANNEL_EMAIL;
}

static void
reply_stop(struct exchange *x, const struct stop *stop)
{
    const struct link choices = {
        .purpose = LINK_PREFERENCES,
        .campaign_number = stop->link.campaign_number,
        .number = stop->link.number,
        .channel = stop->link.channel,
        .salt = stop->link.salt,
    };
    char path[LINK_PATH_SIZE];
    link_write_path(&x->gateway->link_key, &choices, path);
    struct buf html;
    buf_init(&html, 0);
    show_stop(&html, &(struct show_stop){
                         .campaign = stop->name,
                         .token = exchange_param(x, "token"),
                         .preferences_path = path,
                         .is_sms = is_sms(stop),
                         .is_done = stop->is_act,
                         .is_mine_off = stop->is_mine_off,
                         .has_stop = stop->has_stop,
                         .provider_stops = x->gateway->provider_stops,
                     });
    reply_html(x, 200, &html);
    buf_fini(&html);
}

/* ---- what goes on beside news ---- */

static bool
is_mine_off(const struct stop *stop, const Signup__Supporter *who)
{
    for (size_t i = 0; i < who->n_switches; i++) {
        const Signup__Switch *s = who->switches[i];
        if (s->channel == channel_of(stop) &&
            s->purpose == WORDS__CLASS__CLASS_SERVICE) {
            return !s->is_on;
        }
    }
    return false;
}

/* A link of a contact that is another now tells nothing of whoever had it, and
 * works all the same. */
static void
person_asked(void *arg, enum err err, const char *detail,
             const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct stop *stop = x->state;
    if (err == ERR_NONE) {
        const Signup__Supporter *who = reply->get_supporter;
        stop->has_stop = who->has_has_stop && who->has_stop;
        stop->is_mine_off = is_mine_off(stop, who);
    }
    reply_stop(x, stop);
}

static void
ask_person(struct exchange *x, struct stop *stop)
{
    Signup__Proof by;
    Signup__GetSupporter get = SIGNUP__GET_SUPPORTER__INIT;
    get.campaign = stop->campaign;
    get.number = stop->link.number;
    get.by = page_proof(&stop->link, &by);
    signup_ask_get_supporter(x->gateway->signup, &get, person_asked, x);
}

/* ---- the act ---- */

static void
consent_withdrawn(void *arg, enum err err, const char *detail,
                  const Signup__Reply *reply)
{
    (void)detail;
    (void)reply;
    struct exchange *x = arg;
    if (page_answered(x, err, "link")) {
        ask_person(x, x->state);
    }
}

/* News alone. By whom is not asked: an old mail's unsubscribe goes on working,
 * also after the address is another. */
static void
withdraw(struct exchange *x, const struct stop *stop,
         const Signup__Campaign *campaign)
{
    page_set_consent(x, campaign,
                     &(struct page_consent){
                         .number = stop->link.number,
                         .channel = channel_of(stop),
                         .purpose = WORDS__CLASS__CLASS_CAMPAIGN,
                         .is_given = false,
                     },
                     consent_withdrawn);
}

static void
campaigns_listed(void *arg, enum err err, const char *detail,
                 const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct stop *stop = x->state;
    const Signup__Campaign *campaign = NULL;
    if (err == ERR_NONE) {
        campaign = page_find_campaign(reply->list_campaigns,
                                      stop->link.campaign_number);
        err = campaign == NULL ? ERR_NOT_FOUND : ERR_NONE;
    }
    if (!page_answered(x, err, "link") || campaign == NULL) {
        return;
    }
    (void)snprintf(stop->campaign, sizeof(stop->campaign), "%s", campaign->id);
    (void)snprintf(stop->name, sizeof(stop->name), "%s", campaign->name);
    if (stop->is_act) {
        withdraw(x, stop, campaign);
    } else {
        ask_person(x, stop);
    }
}

static void
begin(struct exchange *x, bool is_act)
{
    struct stop *stop = exchange_state(x, sizeof(*stop));
    stop->is_act = is_act;
    enum err err = link_read(&x->gateway->link_key, exchange_param(x, "token"),
                             &stop->link);
    if (err == ERR_NONE && stop->link.purpose != LINK_UNSUBSCRIBE_SMS &&
        stop->link.purpose != LINK_UNSUBSCRIBE_EMAIL) {
        err = ERR_NOT_FOUND;
    }
    if (page_answered(x, err, "link")) {
        page_ask_campaigns(x, campaigns_listed);
    }
}

void
page_unsubscribe(struct exchange *x)
{
    begin(x, false);
}

void
page_unsubscribe_act(struct exchange *x)
{
    begin(x, true);
}
