/* person -- one supporter, by campaign number and number.
 *
 *   person_find -> campaigns_listed (number -> id) -> actions_listed
 *               -> supporter_found -> person->found */
#include <stdio.h>

#include "common/base/base.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"

static void
supporter_found(void *arg, enum err err, const char *detail,
                const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct person *person = x->state;
    Signup__Actions *about =
        wire_unpack(&signup__actions__descriptor, person->about.data,
                    person->about.len, BUS_BODY_BYTES_MAX);
    buf_fini(&person->about);
    enum err known = err == ERR_NONE && about == NULL ? ERR_INTERNAL : err;
    if (page_answered(x, known, person->what)) {
        person->found(x, person, about, reply->get_supporter);
    }
    wire_free(about);
}

static void
actions_listed(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct person *person = x->state;
    if (!page_answered(x, err, person->what)) {
        return;
    }
    buf_init(&person->about, 0);
    wire_pack(reply->list_actions, &person->about);
    Signup__GetSupporter get = SIGNUP__GET_SUPPORTER__INIT;
    get.campaign = person->campaign;
    get.number = person->number;
    signup_ask_get_supporter(x->gateway->signup, &get, supporter_found, x);
}

static void
campaigns_listed(void *arg, enum err err, const char *detail,
                 const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct person *person = x->state;
    const Signup__Campaign *campaign = NULL;
    if (err == ERR_NONE) {
        campaign =
            page_find_campaign(reply->list_campaigns, person->campaign_number);
        err = campaign == NULL ? ERR_NOT_FOUND : ERR_NONE;
    }
    if (!page_answered(x, err, person->what) || campaign == NULL) {
        return;
    }
    snprintf(person->campaign, sizeof(person->campaign), "%s", campaign->id);
    page_ask_actions(x, person->campaign, actions_listed);
}

void
person_find(struct exchange *x, struct person *person)
{
    (void)person;
    page_ask_campaigns(x, campaigns_listed);
}
