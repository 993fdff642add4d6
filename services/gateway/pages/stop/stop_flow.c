/* stop_flow -- /u/{token}: GET shows, POST acts (RFC 8058).
 *
 * A mail scanner opens every link: opening one changes nothing. The POST
 * needs no cookie, no login and no JavaScript; again it changes nothing more.
 *
 *   GET   link -> campaigns_listed -> reply_stop
 *   POST  link -> campaigns_listed -> consent_withdrawn -> reply_stop */
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
    char name[NAME_SIZE]; /* the campaign's */
};

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
                         .is_sms = stop->link.purpose == LINK_UNSUBSCRIBE_SMS,
                         .is_done = stop->is_act,
                     });
    reply_html(x, 200, &html);
    buf_fini(&html);
}

static void
consent_withdrawn(void *arg, enum err err, const char *detail,
                  const Signup__Reply *reply)
{
    (void)detail;
    (void)reply;
    struct exchange *x = arg;
    if (page_answered(x, err, "link")) {
        reply_stop(x, x->state);
    }
}

/* News alone. By whom is not asked: an old mail's unsubscribe goes on working,
 * also after the address is another. */
static void
withdraw(struct exchange *x, const struct stop *stop,
         const Signup__Campaign *campaign)
{
    bool is_sms = stop->link.purpose == LINK_UNSUBSCRIBE_SMS;
    page_set_consent(x, campaign,
                     &(struct page_consent){
                         .number = stop->link.number,
                         .channel = is_sms ? WORDS__CHANNEL__CHANNEL_SMS
                                           : WORDS__CHANNEL__CHANNEL_EMAIL,
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
    snprintf(stop->name, sizeof(stop->name), "%s", campaign->name);
    if (stop->is_act) {
        withdraw(x, stop, campaign);
    } else {
        reply_stop(x, stop);
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
