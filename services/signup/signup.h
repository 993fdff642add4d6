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
 *   7. each asker answered, the feed announced  keep/feed.c
 *
 * An audience (audience/flow.c; measured: audience/measure_flow.c):
 *   1. the text taken apart                     audience/query.c
 *   2. bound to the campaign's words            audience/plan.c
 *   3. columns, if their stamp has changed      keep/columns.c
 *   4. who is present, asked of checkin         audience/walk.c
 *   5. matched, and each rule counted           audience/match.c
 *
 * A hand-over's last look (supporter/resolve_flow.c):
 *   1. records and columns of this moment       keep/people.lua
 *   2. the rules                                people/rules.c
 *   3. opened                                   people/record.c
 *
 * Definitions: definitions/put_flow.c, list_flow.c. One supporter:
 * supporter/get_flow.c, cancel_flow.c, consent_flow.c. Redis: keep/store.c.
 *
 * The rooms, each calling those below it alone:
 *   joining supporter audience; definitions; keep; people. */
#ifndef SIGNUP_SIGNUP_H
#define SIGNUP_SIGNUP_H

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/service/service.h"
#include "signup.pb-c.h"

struct address_keys;
struct campaigns;
struct su;

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
    const struct address_keys *keys;
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

#endif
