/* checkin -- who is here: tickets, marks, attendance.
 *
 * A mark, from the gateway's ask to everybody's screen:
 *   1. bus_api.c         unpacks the ask, finds its handler
 *   2. mark_flow.c       checks the form, reads the ticket (ticket.c)
 *   3. await_flow.c      only when the action is not known yet: waits until
 *                        the feed of signup is caught up
 *   4. mark_flow.c       this turn's marks of a campaign become one batch
 *   5. store.c mark.lua  one commit: scans, registers (presence.h), counts,
 *                        the feed
 *   6. mark_flow.c       every asker is answered
 *   7. attendance_flow.c counts are read back and announced: at once, then
 *                        at most every 20 ms
 *
 * Who is expected comes from signup's feed (expected_flow.c, expected.lua):
 * campaigns, actions, gates, roles, places. A mark does not wait for it: the
 * ticket says enough. Any number of instances: all truth is in Redis. */
#ifndef CHECKIN_CHECKIN_H
#define CHECKIN_CHECKIN_H

#include "checkin.pb-c.h"
#include "common/crypto/crypto.h"
#include "common/service/service.h"
#include "feed.pb-c.h"
#include "services/checkin/expected/directory.h"
#include "services/checkin/expected/facts.h"
#include "services/checkin/tickets/ticket.h"

struct awaiting; /* await_flow.c */
struct expected; /* expected_flow.c */

struct checkin {
    struct service service;
    struct ticket_keys tickets;
    struct crypto_key scan_key; /* hashes of scan ids, contents, devices */
    struct directory directory;
    struct expected *expected;
    struct awaiting *awaiting;
    struct bus_peer *signup;
    char *mark_source, *expected_source; /* for as long as the store */
    struct {
        struct store_script *mark, *expected, *attendance, *since;
    } scripts;
    struct {
        struct metric *marks, *repeats, *conflicts, *commits, *announced;
        struct metric *commit_ms;
    } metrics;
};

/* One request, from bus_api.c to its one ask_finish. */
struct ask {
    struct checkin *checkin;
    struct bus_request *request; /* owned */
    Checkin__Request *message;   /* owned, valid */
};

/* ---- bus_api.c ---- */
void checkin_serve(void *checkin, struct bus_request *request);
/* Replies and frees. detail: a sentence or NULL; reply: borrowed, NULL
 * unless err is ERR_NONE. */
void ask_finish(struct ask *ask, enum err err, const char *detail,
                const Checkin__Reply *reply);

/* ---- ticket_flow.c: answered at once, nothing is stored ---- */
void ticket_issue(struct ask *ask);
void ticket_read(struct ask *ask);
void ticket_give_keys(struct ask *ask);

/* ---- mark_flow.c ---- */
void mark_begin(struct ask *ask);
bool mark_is_idle(const struct checkin *checkin);
void mark_stop(struct checkin *checkin); /* when idle */

/* ---- attendance_flow.c ---- */
void attendance_get(struct ask *ask);
void attendance_get_present(struct ask *ask);
/* The action's counts changed: announces them, now or within 20 ms. */
void attendance_changed(struct action *action);
/* changed: action numbers as packed u16, as the scripts return them. */
void attendance_changed_all(struct campaign *campaign,
                            const struct store_reply *changed);
bool attendance_is_idle(const struct checkin *checkin);
void attendance_stop(struct checkin *checkin); /* when idle */

/* ---- feed_flow.c: the feed of marks, for whoever follows ---- */
void feed_give_page(struct ask *ask);
void feed_announce_end(struct campaign *campaign, uint64_t end);

/* ---- expected_flow.c: signup's feed ---- */
void expected_start(struct checkin *checkin);
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

/* ---- await_flow.c: a mark for an action not heard of yet ---- */
typedef void await_cb(void *arg, enum err err, struct action *action);
void await_start(struct checkin *checkin);
/* Exactly one call of cb: the action (valid until shutdown; called before
 * this returns when it is known), or later ERR_NOT_FOUND once signup's feed
 * is caught up and it is not there, ERR_UNAVAILABLE when that cannot be known
 * within 2.5 s, ERR_LIMIT. */
void await_action(struct checkin *checkin, const char *campaign,
                  const char *action, await_cb *cb, void *arg);
/* Something was learnt: whose wait is over? */
void await_sweep(struct checkin *checkin);
bool await_is_idle(const struct checkin *checkin);
void await_stop(struct checkin *checkin); /* when idle */

/* ---- store.c: one call of cb each, always later; ids are valid ---- */
void checkin_open_store(struct checkin *checkin);
void checkin_commit_marks(struct campaign *campaign, const struct bytes *marks,
                          size_t count, store_reply_cb *cb, void *arg);
void checkin_apply_entry(struct campaign *campaign, const struct facts *facts,
                         store_reply_cb *cb, void *arg);
void checkin_read_counts(struct action *action, int64_t now_ms,
                         store_reply_cb *cb, void *arg);
void checkin_read_feed(struct campaign *campaign, uint64_t after,
                       uint32_t entries_max, store_reply_cb *cb, void *arg);
void checkin_read_present(struct action *action, uint32_t chunk,
                          store_reply_cb *cb, void *arg);
void checkin_load_campaigns(struct checkin *checkin, store_reply_cb *cb,
                            void *arg);
/* Remembers the campaign's id and loads what is known of it. */
void checkin_load_campaign(struct campaign *campaign, store_reply_cb *cb,
                           void *arg);

#endif
