/* signup -- who people are: the map of the service.
 *
 * Every request begins in bus_api.c, which owns it as a struct asked until a
 * flow answers or refuses it.
 *
 * A sign-up (joining/signup_flow.c):
 *   1. the campaign's definitions, cached       definitions/campaigns.c
 *   2. role, region, actions; consents' words   definitions/evidence.c
 *   3. phone and email normalised, hashed       people/address.c
 *   4. sealed, into the campaign's batch        people/record.c
 *   5. one script call for the batch            keep/sign_up.lua
 *   6. known contacts: who is it? Ask again     people/identity.c
 *   7. each asker answered, the feed announced  keep/feed_flow.c
 *
 * An audience (audience/flow.c; measured: audience/measure_flow.c):
 *   1. the text taken apart                     audience/query.c
 *   2. bound to the campaign's words            audience/plan.c
 *   3. columns, if their stamp has changed      audience/columns.c
 *   4. who is present, asked of checkin         audience/walk.c
 *   5. matched, and each rule counted           audience/match.c
 *
 * A hand-over's last look (supporter/resolve_flow.c):
 *   1. records and columns of this moment       keep/people.lua
 *   2. the rules                                people/rules.c
 *   3. opened                                   people/record.c
 *
 * Definitions: definitions/actions_flow.c. One supporter:
 * supporter/supporter_flow.c (read, cancel) and supporter/consent_flow.c.
 * Redis: keep/store.c. */
#ifndef SIGNUP_SIGNUP_H
#define SIGNUP_SIGNUP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/service/service.h"
#include "services/signup/keep/store.h"
#include "services/signup/people/address.h"
#include "signup.pb-c.h"

struct campaigns;

struct signup_metrics {
    struct metric *signups, *batches, *undecided, *refused, *resolved,
        *withheld;
    struct metric *batch_ms, *audience_ms;
};

struct signup {
    struct service service;
    struct su *su;
    struct campaigns *campaigns;
    struct bus_peer *checkin;
    struct address_keys keys;
    struct signup_metrics metrics;
    int open; /* requests not yet answered */
};

/* ---- main.c's beats: start.c, bus_api.c ---- */

void signup_start(struct signup *signup);
void signup_stop(struct signup *signup);
bool signup_is_idle(void *arg);
void signup_serve(void *arg, struct bus_request *request);

/* ---- a request; each ends with exactly one of answer and refuse ---- */

struct asked {
    struct signup *signup;
    struct bus_request *request;
    Signup__Request *message;
};

/* Both consume asked. */
void asked_answer(struct asked *asked, const Signup__Reply *reply);
/* detail: a sentence for the asker, or NULL for the usual one; no personal
 * data. */
void asked_refuse(struct asked *asked, enum err err, const char *detail);

/* ---- the flows: each takes over asked ---- */

void signup_flow_start(struct asked *asked);
void actions_flow_put_campaign(struct asked *asked);
void actions_flow_put_action(struct asked *asked);
void actions_flow_list_campaigns(struct asked *asked);
void actions_flow_list(struct asked *asked);
void supporter_flow_get(struct asked *asked);
void supporter_flow_cancel(struct asked *asked);
void consent_flow_set(struct asked *asked);
void audience_flow_preview(struct asked *asked);
void audience_flow_freeze(struct asked *asked);
void measure_flow_start(struct asked *asked);
void resolve_flow_start(struct asked *asked);
void feed_flow_since(struct asked *asked);

/* After a commit: tells followers where the feed ends (feed_flow.c). */
void feed_flow_announce(struct signup *signup, const char *campaign,
                        uint64_t end);
/* Appends field 15, at_ms, of signup.Event (feed_flow.c). */
void feed_flow_add_tail(struct buf *to);

#endif
