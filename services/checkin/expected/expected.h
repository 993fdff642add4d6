/* expected -- who is expected, followed from signup's feed
 * (expected_flow.c), and waiting for it (await_flow.c, above it). */
#ifndef CHECKIN_EXPECTED_H
#define CHECKIN_EXPECTED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/loop/loop.h"
#include "common/store/store.h"
#include "services/checkin/expected/directory.h"

struct checkin;

/* ---- expected_flow.c: signup's feed ---- */
/* Whom it tells, handed in at start. */
struct expected_hooks {
    /* Something was learnt, or a question was answered. */
    void (*learnt)(struct checkin *checkin);
    /* changed: rows "changed", as the scripts return them. */
    void (*counts_changed)(struct campaign *campaign,
                           const struct store_reply *changed);
};

void expected_start(struct checkin *checkin,
                    const struct expected_hooks *hooks);
void expected_drain(struct checkin *checkin);
bool expected_is_idle(const struct checkin *checkin);
void expected_stop(struct checkin *checkin); /* when idle */
/* Asks signup which campaigns there are. Returns the question's number: once
 * expected_lists_answered has reached it, the directory has them. */
uint64_t expected_ask_list(struct checkin *checkin);
uint64_t expected_lists_answered(const struct checkin *checkin);
/* Asks for a page of the campaign's feed: once expected_caught_up has passed
 * the number returned, all that was in the feed then is in the directory. */
uint64_t expected_ask_page(struct campaign *campaign);
uint64_t expected_caught_up(const struct campaign *campaign);
/* Are all campaigns in the directory loaded, and their feeds caught up with
 * once? */
bool expected_is_complete(const struct checkin *checkin);

/* ---- await_flow.c: an action not heard of yet ---- */
void await_start(struct checkin *checkin);
/* Exactly one call of cb, always later: value is the action (until shutdown),
 * ERR_NOT_FOUND once signup's feed is caught up and it is not there,
 * ERR_UNAVAILABLE when that cannot be known within 2.5 s, ERR_LIMIT. Who may
 * find it known already asks directory_find_action first. */
void await_action(struct checkin *checkin, const char *campaign,
                  const char *action, waiter_cb *cb, void *arg);
/* The same by the numbers that tickets hold. */
void await_action_numbered(struct checkin *checkin, uint32_t campaign,
                           uint32_t action, waiter_cb *cb, void *arg);
/* Something was learnt: whose wait is over? */
void await_sweep(struct checkin *checkin);
bool await_is_idle(const struct checkin *checkin);
void await_stop(struct checkin *checkin); /* when idle */

#endif
