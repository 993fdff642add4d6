/* lease -- what is known of one lease while it is here. */
#ifndef COURIER_LEASE_H
#define COURIER_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/loop/loop.h"
#include "services/courier/message/render.h"
#include "services/courier/providers/provider.h"
#include "services/courier/send/journal.h"

struct asking;
struct courier;
struct route;

struct template_entry {
    char campaign[REFERENCE_ID_SIZE], broadcast[REFERENCE_ID_SIZE];
    uint32_t version;
    Broadcast__Template *template_; /* owned */
    int uses;
    struct template_entry *next; /* newest first */
};

struct lease {
    struct courier *courier;
    struct route *route;   /* NULL: from before a restart, or unknown */
    struct asking *asking; /* NULL: from before a restart */
    int slot;
    const struct journal_lease *kept; /* ids, numbers; in the journal */
    Words__Class class_;
    char *action;
    uint32_t template_version;
    int64_t begin_until_ms, settle_until_ms; /* boot clock */
    int64_t expires_at_ms;                   /* wall clock */
    struct template_entry *entry;
    struct person *people;
    char *names;               /* what people point into */
    uint32_t next, open, left; /* to begin; on the wire; without an answer */
    bool is_unbegun;           /* counted in asking->unbegun */
    bool is_returned;          /* what was left was given back */
    int asks;                  /* on the bus, for this lease */
    uint8_t *told;             /* see settle_flow.c */
    uint32_t *waits;           /* what providers wished for; NULL: nothing */
    uint32_t untold;
    bool is_settling, is_final;
    int settle_failures;
    struct timer *return_timer, *settle_timer;
    struct lease *next_in_route;
    bool is_ended;
    struct lease *previous, *following; /* all leases */
};

/* ---- lease_flow.c ---- */
/* message is borrowed and valid; sent_ms: when it was asked for. */
void lease_begin(struct asking *asking, const Broadcast__Lease *message,
                 int64_t sent_ms);
/* ---- lease.c ---- */
/* Recipient index has its outcome, into the journal and soon to the planner. */
void lease_answer(struct lease *lease, uint32_t index, struct handed handed);
/* Everything that was not begun, and has no outcome, gets this one. */
void lease_answer_unbegun(struct lease *lease, struct handed handed);
/* What was not begun is pending again. */
void lease_return(struct lease *lease);
/* All has been begun, or given back. */
void lease_all_begun(struct lease *lease);
/* In courier->leases, with its journal slot; nothing else is set. */
struct lease *lease_new(struct courier *courier, int slot);
/* Finally settled: its slot is free, and it is freed later, not before the
 * end of this turn and of its asks. */
void lease_end(struct lease *lease);
/* Frees those that have ended, later. */
void lease_sweep(struct courier *courier);
void leases_free(struct courier *courier); /* slots stay as they are */

/* ---- settle_flow.c ---- */
/* Something can be told: soon, or now when nothing is left. */
void settle_go(struct lease *lease);

/* ---- templates.c ---- */
/* One more use of it, or NULL: not kept. */
struct template_entry *template_take(struct courier *courier,
                                     const struct lease *lease);
/* Keeps a copy, and uses it once. */
struct template_entry *template_keep(struct courier *courier,
                                     const struct lease *lease,
                                     const Broadcast__Template *template_);
void template_drop(struct template_entry *entry); /* NULL is fine */
void templates_free(struct courier *courier);

#endif
