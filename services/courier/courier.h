/* courier -- how a message is rendered and handed to a provider.
 *
 * Keeps nothing but a journal of what is on its way. A lease, from the
 * planner (the broadcast service) and back:
 *   1. ask_flow.c      asks for a lease when the last ones are nearly begun
 *   2. lease_flow.c    lease_begin: into the journal, then its template
 *                      (templates.c keeps the last ones)
 *   3. lease_flow.c    contacts from signup, as they are at this moment
 *   4. lease_flow.c    ticket codes from checkin, if the texts name them
 *   5. route.c         begins hand-overs, at most `concurrency` at once, none
 *                      after the lease's deadline
 *   6. render.c        a template and a person become a message (pure)
 *   7. provider_*.c    outbox, http, smtp (provider.h)
 *   8. settle_flow.c   tells the planner, again and again until it answers
 * After a restart recover_flow.c settles what the journal (journal.h) holds.
 *
 * Nothing here outlives its lease, and no lease its deadline: what was not
 * begun goes back as pending, what was on the wire and not answered is in
 * doubt. */
#ifndef COURIER_COURIER_H
#define COURIER_COURIER_H

#include <stdbool.h>
#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/bus/bus.h"
#include "common/crypto/crypto.h"
#include "common/service/service.h"
#include "services/courier/message/render.h"
#include "services/courier/send/journal.h"
#include "services/courier/send/lease.h"
#include "services/courier/send/route.h"

#define ROUTES_MAX 32
#define CHANNELS 2        /* SMS, EMAIL: index channel - 1 */
#define ASKS_AHEAD_MAX 8  /* leases asked for or not yet wholly begun */
#define TEMPLATES_KEPT 32 /* not in use; those in use besides */

/* One request number that is not answered yet. */
struct want {
    struct asking *asking;
    uint64_t request_number; /* 0: none */
    bool is_asked;           /* on the bus now */
    int64_t sent_ms;         /* boot clock */
};

struct asking {
    struct courier *courier;
    Words__Channel channel;
    struct want wants[ASKS_AHEAD_MAX];
    int ahead;       /* 1..ASKS_AHEAD_MAX: fewer when leases run out of time */
    int unbegun;     /* leases with something to begin */
    bool is_failing; /* the last ask was not answered */
    bool is_dry;     /* the planner had no work: ask when the timer says */
    int failures;    /* of what leases need, in a row */
    struct timer *timer;
};

struct courier {
    struct service service;
    struct bus_peer *broadcast, *signup, *checkin;
    struct journal *journal;
    struct route routes[ROUTES_MAX];
    int route_count;
    struct asking askings[CHANNELS];
    uint64_t last_request_number;
    struct lease *leases; /* newest first */
    int lease_count;      /* not ended */
    bool is_sweeping;
    struct template_entry *templates;
    struct render render;
    struct crypto_key link_key, reference_key;
    const char *public_url; /* borrowed from the conf */
    bool is_draining;
    bool is_stopped; /* the journal alone is told any more */
    struct {
        struct metric *leases, *withheld, *returned, *settle_retries,
            *settle_refused, *open;
    } metrics;
};

/* ---- ask_flow.c ---- */
void asking_open(struct courier *courier);
void asking_close(struct courier *courier);
/* Asks for as many leases as there is room for. */
void asking_go(struct asking *asking);
/* There may be work again. */
void asking_wake(struct courier *courier);
/* What leases need was not to be had: waits before the next. */
void asking_pause(struct asking *asking);
bool asking_is_idle(const struct courier *courier);

/* ---- recover_flow.c ---- */
void recover_all(struct courier *courier);

#endif
