/* checkin -- who is here: tickets, marks, attendance.
 *
 * A mark, from the gateway's ask to everybody's screen:
 *   1. bus_api.c              unpacks the ask, finds its handler
 *   2. marks/mark_flow.c      checks the form, reads the ticket
 *                             (tickets/ticket.c)
 *   3. expected/await_flow.c  only when the action is not known yet: waits
 *                             until the feed of signup is caught up
 *   4. marks/mark_flow.c      this turn's marks of a campaign become a batch
 *   5. keep/store.c mark.lua  one commit: scans, registers
 *                             (marks/presence.h), counts, the feed
 *   6. marks/mark_flow.c      every asker is answered
 *   7. attendance/attendance_flow.c   counts are read back and announced: at
 *                             once, then at most every 20 ms
 *
 * Who is expected comes from signup's feed (expected/expected_flow.c,
 * keep/expected.lua): campaigns, actions, gates, roles, places, and who was
 * found to be one person (keep/fold.lua): they count as one. A mark does
 * not wait for it: the ticket says enough. Any number of instances: all truth
 * is in Redis.
 *
 * Rooms, each of which calls only those before it: keep (Redis), expected,
 * tickets, attendance, marks. What expected has to tell the later
 * ones goes by hooks that main.c hands in at start. */
#ifndef CHECKIN_CHECKIN_H
#define CHECKIN_CHECKIN_H

#include "checkin.pb-c.h"
#include "common/crypto/crypto.h"
#include "common/service/asked.h"
#include "common/service/service.h"
#include "services/checkin/expected/directory.h"
#include "services/checkin/keep/store.h"
#include "services/checkin/tickets/ticket.h"

struct awaiting; /* expected/await_flow.c */
struct expected; /* expected/expected_flow.c */

struct checkin {
    struct service service;
    struct asked_desk desk;
    struct checkin_store store;
    struct ticket_keys tickets;
    struct crypto_key scan_key; /* hashes of scan ids, contents, devices */
    struct directory directory;
    struct expected *expected;
    struct awaiting *awaiting;
    struct bus_peer *signup;
    struct {
        struct metric *marks, *repeats, *conflicts, *commits, *announced;
        struct metric *commit_ms;
    } metrics;
};

/* What any room may know of a request that it was handed. */
static inline struct checkin *
checkin_of(const struct asked *ask)
{
    return ask->service;
}

static inline const Checkin__Request *
checkin_request(const struct asked *ask)
{
    return ask->message;
}

/* ---- bus_api.c ---- */
void checkin_open_desk(struct checkin *checkin);
void checkin_serve(void *checkin, struct bus_request *request);

#endif
