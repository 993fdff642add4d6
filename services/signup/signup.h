/* signup -- who people are: the map of the service.
 *
 * Every request begins in bus_api.c, which owns it as a struct asked until a
 * flow answers or refuses it.
 *
 * An entry (joining/signup_flow.c), a fresh supporter whoever it names:
 *   1. the campaign's definitions, cached       definitions/campaigns.c
 *   2. role, region, actions; consents' words   definitions/evidence.c
 *   3. phone and email normalised, hashed       people/address.c
 *   4. sealed, into the campaign's batch        joining/signing.c
 *   5. one script call for the batch            keep/sign_up.lua
 *   6. each asker answered, the feed announced  keep/feed.c
 *
 * Whoever holds a contact (joining/prove_flow.c; looked at: open_flow.c):
 *   1. the link's salt; who is found by it      joining/household.c
 *   2. whose each entry is                      people/joining.c, likeness.c
 *   3. what that changes                        joining/proving.c, changes.c
 *   4. two records made one                     people/merging.c
 *   5. all or nothing, if all is as it was      keep/join.lua
 *   6. read again, and shown                    joining/contact_page.c
 * Another contact: joining/change_flow.c. Staff: joining/merge_flow.c.
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
 * A note (notes/note.c): one message to one contact, sealed until it expires;
 * numbered and told of by keep/note.lua; opened for courier by
 * notes/resolve_notes.c.
 *
 * What time does to entries (tend/tend.h): they count once, their seats end,
 * what nobody proved goes. A code (notes/code_flow.c) proves a contact.
 *
 * What is withdrawn is kept in a file too (keep/withdrawn.h) before its script
 * runs (keep/store_withdrawn.h); a store that has gone back is brought forward
 * from there when a campaign is read: definitions/replay.h. It gives out no
 * number again: keep/given.h.
 *
 * Definitions: definitions/put_flow.c, list_flow.c. One supporter:
 * supporter/get_flow.c, cancel_flow.c, consent_flow.c. Redis: keep/store.c.
 *
 * The rooms, each calling those below it alone:
 *   tend; joining supporter audience; notes; definitions; keep; people. */
#ifndef SIGNUP_SIGNUP_H
#define SIGNUP_SIGNUP_H

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/service/asked.h"
#include "common/service/service.h"
#include "signup.pb-c.h"

struct address_keys;
struct campaigns;
struct su;
struct tend;

struct signup_metrics {
    struct metric *signups, *batches, *refused, *resolved, *dropped, *withheld,
        *over_budget, *codes, *codes_held_back, *not_kept, *replayed,
        *withdrawn_lost;
    struct metric *batch_ms, *audience_ms;
};

struct signup {
    struct service service;
    struct su *su;
    struct campaigns *campaigns;
    struct bus_peer *checkin, *broadcast;
    const struct address_keys *keys;
    char *withdrawn_dir;
    struct signup_metrics metrics;
    struct asked_desk desk;
    struct tend *tend; /* jobs by timer */
};

/* ---- main.c's beats: start.c; bus_api.c ---- */

void signup_start(struct signup *signup);
void signup_serve(void *signup, struct bus_request *request);
void signup_drain(void *signup);
bool signup_is_idle(void *signup);
void signup_stop(struct signup *signup);
extern const struct asked_api signup_api;

/* ---- what an asked is about ---- */

static inline struct signup *
signup_of(const struct asked *asked)
{
    return asked->service;
}

static inline const Signup__Request *
signup_request(const struct asked *asked)
{
    return asked->message;
}

/* What is wrong with a request: detail is a sentence, NULL when nothing is. */
struct signup_fault {
    const char *field, *detail;
};

/* Ends asked. */
static inline void
signup_refuse(struct asked *asked, const struct signup_fault *fault)
{
    asked_refuse_fault(asked, &(struct bus_fault){.err = ERR_BAD_REQUEST,
                                                  .detail = fault->detail,
                                                  .field = fault->field,
                                                  .type = "invalid-field"});
}

#endif
