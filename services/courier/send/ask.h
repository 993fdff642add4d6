/* ask -- the courier's asks for leases, a few ahead of the hand-overs. */
#ifndef COURIER_ASK_H
#define COURIER_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/loop/loop.h"
#include "services/courier/send/lease.h"

#define CHANNELS 2       /* SMS, EMAIL: index channel - 1 */
#define ASKS_AHEAD_MAX 8 /* leases asked for or not yet wholly begun */

struct asking;

/* A lease was granted. message is borrowed and valid; sent_ms: when it was
 * asked for (boot clock). */
typedef void granted_cb(struct asking *asking, const Broadcast__Lease *message,
                        int64_t sent_ms);

/* One request number that is not answered yet. */
struct lease_ask {
    struct asking *asking;
    uint64_t request_number; /* 0: none */
    bool is_asked;           /* on the bus now */
    int64_t sent_ms;         /* boot clock */
};

/* Of one channel. */
struct asking {
    struct courier *courier;
    granted_cb *granted;
    Words__Channel channel;
    struct lease_ask asks[ASKS_AHEAD_MAX];
    int ahead;       /* 1..ASKS_AHEAD_MAX: fewer when leases run out of time */
    bool has_route;  /* else it never asks */
    int unbegun;     /* leases with something to begin */
    bool is_failing; /* the last ask was not answered */
    bool is_dry;     /* the planner had no work: ask when the timer says */
    struct backoff retry; /* of asks without an answer */
    struct backoff pause; /* what leases need was not to be had */
    struct timer *timer;
};

/* granted: whoever takes the leases. */
void asking_open(struct courier *courier, granted_cb *granted);
void asking_close(struct courier *courier);
/* Asks for as many as there is room for, of every channel. */
void asking_go_all(struct courier *courier);
/* There may be work again. */
void asking_wake(struct courier *courier);
/* What leases need was not to be had: waits before the next. */
void asking_pause(struct asking *asking);
/* A lease of it has nothing left to begin. */
void asking_note_begun(struct asking *asking, enum lease_begun begun);
bool asking_is_idle(const struct courier *courier);

#endif
