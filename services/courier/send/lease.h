/* lease -- what is known of one lease while it is here: its place in the
 * list, its outcomes, its end.
 *
 * Whatever changes a lease marks it; at the end of the turn the driver
 * (drive.c) is called once and looks at all that are marked. */
#ifndef COURIER_LEASE_H
#define COURIER_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/base/base.h"
#include "common/loop/loop.h"
#include "services/courier/message/render.h"
#include "services/courier/providers/provider.h"
#include "services/courier/send/journal.h"
#include "services/courier/send/people.h"
#include "services/courier/send/templates.h"

struct asking;
struct begun_map;
struct courier;
struct route;

/* All leases; part of struct courier. */
struct leases {
    struct loop *loop;
    struct journal *journal;
    struct metric *returned;
    loop_cb *on_marked; /* the driver */
    void *arg;
    struct lease *first; /* newest first */
    int count;           /* not ended */
    bool is_sweeping, is_marked;
};

/* How a lease stopped having something to begin. */
enum lease_begun {
    LEASE_UNBEGUN,    /* it has not */
    LEASE_BEGUN,      /* all of it was begun in time */
    LEASE_GIVEN_BACK, /* there was no time for the rest */
    LEASE_REFUSED,    /* what it needs was not to be had */
};

struct lease {
    struct leases *leases;
    struct courier *courier;
    struct route *route;   /* NULL: from before a restart, or unknown */
    struct asking *asking; /* NULL: from before a restart */
    int slot;
    const struct journal_lease *kept; /* ids, numbers; in the journal */
    struct begun_map *notes;          /* of send/once.c; NULL: none */
    uint32_t *wishes; /* to send again, by index, 0: none; NULL: none at all */
    Words__Class class_;
    char *action;
    uint32_t template_version;
    int64_t begin_until_ms, settle_until_ms; /* boot clock */
    int64_t expires_at_ms;                   /* wall clock */
    struct template_entry *entry;
    struct people people;
    uint32_t next, open, left; /* to begin; on the wire; without an answer */
    enum lease_begun begun;
    bool is_unbegun;  /* counted in asking->unbegun */
    bool is_returned; /* what was left was given back */
    bool is_marked;   /* changed since the driver looked */
    int asks;         /* on the bus, for this lease */
    uint8_t *told;    /* see settle_flow.c */
    uint32_t *waits;  /* what providers wished for; NULL: nothing */
    uint32_t untold;
    bool is_settling, is_final;
    struct backoff settle_backoff;
    struct timer *return_timer, *settle_timer;
    struct lease *next_in_route;
    bool is_ended;
    struct lease *previous, *following; /* all leases */
};

/* In leases, with its journal slot; nothing else is set. */
struct lease *lease_new(struct leases *leases, int slot);
/* Has the driver look at it. */
void lease_mark(struct lease *lease);
/* Has the driver look, whatever changed. */
void leases_mark(struct leases *leases);
/* Recipient index has its outcome, into the journal and soon to the planner. */
void lease_answer(struct lease *lease, uint32_t index, struct handed handed);
/* Withheld, or begun before: it is not to be handed over any more. */
bool lease_has_answer(const struct lease *lease, uint32_t index);
/* Everything that was not begun, and has no outcome, gets this one. */
void lease_answer_unbegun(struct lease *lease, struct handed handed);
/* What was not begun is pending again. */
void lease_return(struct lease *lease);
/* All has been begun, or given back. */
void lease_all_begun(struct lease *lease, enum lease_begun begun);
/* Finally settled: its slot is free, and it is freed later, not before the
 * end of this turn and of its asks. */
void lease_end(struct lease *lease);
/* Frees those that have ended, later. */
void lease_sweep(struct leases *leases);
void leases_free(struct leases *leases); /* slots stay as they are */

#endif
