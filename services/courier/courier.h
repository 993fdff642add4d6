/* courier -- how a message is rendered and handed to a provider.
 *
 * Keeps nothing but a journal of what is on its way, and notes of whom it has
 * begun to send to (begun/). A lease, from the planner (the broadcast service)
 * and back:
 *   1. send/ask_flow.c     asks for a lease when the last are nearly begun
 *   2. send/lease_flow.c   lease_accept: into the journal; send/once.c answers
 *                          for whom was begun before; then its template
 *                          (send/templates.c keeps the last ones)
 *   3. send/lease_flow.c   contacts from signup, as they are at this moment
 *   4. send/lease_flow.c   ticket codes from checkin, if the texts name them
 *   5. send/route.c        begins hand-overs, at most `concurrency` at once,
 *                          none after the lease's deadline, none twice
 *   6. message/render.c    a template and a person become a message (pure)
 *   7. providers/          outbox, http, smtp (the table: provider.h)
 *   8. send/settle_flow.c  tells the planner, again and again until it answers
 * A step that changed a lease marks it (send/lease.h); send/drive.c, on top,
 * looks at what is marked and acts. After a restart send/recover_flow.c gives
 * what the journal (send/journal.h) holds its outcome. When the planner's store
 * has gone back in time, send/report_flow.c tells it whom this machine has
 * begun, before anything is granted again.
 *
 * Nothing here outlives its lease, and no lease its deadline: what was not
 * begun goes back as pending, what was on the wire and not answered is in
 * doubt. */
#ifndef COURIER_COURIER_H
#define COURIER_COURIER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/bus/bus.h"
#include "common/crypto/crypto.h"
#include "common/service/service.h"
#include "services/courier/message/render.h"
#include "services/courier/send/journal.h"
#include "services/courier/send/lease.h"
#include "services/courier/send/templates.h"

struct asking;
struct begun;
struct fences;
struct reporting;
struct route;

struct courier {
    struct service service;
    struct bus_peer *broadcast, *signup, *checkin;
    struct journal *journal;
    struct begun *begun; /* send/once.c */
    struct timer *begun_timer;
    struct fences *fences;       /* begun/fences.h */
    struct reporting *reporting; /* send/report.h; NULL: none */
    bool is_sweeping_begun;
    struct route *routes; /* send/route.c */
    int route_count;
    struct asking *askings; /* send/ask_flow.c: one a channel */
    uint64_t last_request_number;
    struct leases leases;
    struct templates templates;
    struct render render;
    struct crypto_key link_key, reference_key;
    const char *public_url; /* borrowed from the conf */
    bool is_draining;
    bool is_stopped; /* the journal alone is told any more */
    struct {
        struct metric *leases, *withheld, *returned, *settle_retries,
            *settle_refused, *open, *begun_before;
    } metrics;
};

#endif
