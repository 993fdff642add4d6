/* checkin_rig -- checkin processes on a private Redis, and a signup that says
 * what the test wants.
 *
 * The test is the asker and the listener; its stand-in for signup answers
 * list_campaigns and since from facts given here. */
#ifndef TESTS_SUPPORT_CHECKIN_RIG_H
#define TESTS_SUPPORT_CHECKIN_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "checkin.pb-c.h"
#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/loop/loop.h"
#include "feed.pb-c.h"
#include "signup.pb-c.h"
#include "tests/support/process/process.h"
#include "tests/support/redis/redis.h"

#define RIG_CAMPAIGNS_MAX 4
#define RIG_INSTANCES_MAX 2
#define RIG_NEWS_MAX 4096

struct rig_campaign {
    char id[41];
    uint32_t number;
    Feed__Entry **entries; /* owned */
    size_t entry_count;
    uint64_t end;
};

struct rig_news { /* an attendance heard */
    int64_t at_us;
    Checkin__Attendance *attendance; /* owned */
};

struct checkin_rig {
    struct redis *redis;
    char *dir, *config;
    struct process processes[RIG_INSTANCES_MAX];
    int instances;
    struct loop *loop;
    struct bus *bus;
    struct bus_peer *checkin;
    struct rig_campaign campaigns[RIG_CAMPAIGNS_MAX];
    size_t campaign_count;
    bool is_signup_silent; /* signup does not answer */
    int64_t ends_in_ms;    /* of actions put; 0: an hour */
    uint64_t pages_given;
    struct rig_news news[RIG_NEWS_MAX];
    size_t news_count;
};

struct checkin_rig *checkin_rig_new(int instances);
void checkin_rig_free(struct checkin_rig **rig);
void rig_start(struct checkin_rig *rig, int instance);
void rig_kill(struct checkin_rig *rig, int instance);
/* SIGTERM; asserts that it ends with 0. */
void rig_stop(struct checkin_rig *rig, int instance);

/* ---- what signup knows: each is one entry of its feed ---- */

/* roles: care-worker (1) and family (2). */
struct rig_campaign *rig_put_campaign(struct checkin_rig *rig, const char *id);
/* gates: ids parted by spaces. */
void rig_put_action(struct checkin_rig *rig, struct rig_campaign *campaign,
                    const char *id, uint32_t number, const char *gates);
/* Actions of the numbers first..last, ids a<number>, as one entry. */
void rig_put_actions(struct checkin_rig *rig, struct rig_campaign *campaign,
                     uint32_t first, uint32_t last);
/* Places of numbers first..last. */
struct rig_places {
    uint32_t action, first, last, role;
    Words__PlaceState state;
};
void rig_place(struct checkin_rig *rig, struct rig_campaign *campaign,
               const struct rig_places *places);
/* Any events, as one entry. */
void rig_tell(struct checkin_rig *rig, struct rig_campaign *campaign,
              const Signup__Event *const *events, size_t count);
/* number counts as into; RIG_NOBODY: as itself again. */
#define RIG_NOBODY UINT32_MAX
void rig_fold(struct checkin_rig *rig, struct rig_campaign *campaign,
              uint32_t number, uint32_t into);

/* ---- asking ---- */

struct rig_answer {
    enum err err;
    char detail[128];
    Checkin__Reply *reply; /* owned; rig_answer_clear */
    bool is_done;
};

/* Turns the loop until it is answered. instance: 0 any, or 1..n. */
struct rig_answer rig_ask(struct checkin_rig *rig, int instance,
                          const Checkin__Request *request);
void rig_answer_clear(struct rig_answer *answer);
/* The code of a ticket, issued by the service. */
char *rig_code(struct checkin_rig *rig, uint32_t campaign, uint32_t action,
               uint32_t number);
/* The same as 0.1 would have made it. */
char *rig_old_code(struct checkin_rig *rig, uint32_t campaign, uint32_t action,
                   uint32_t number);
/* The current attendance; fails the test when it cannot be had. */
Checkin__Attendance *rig_attendance(struct checkin_rig *rig, int instance,
                                    const char *campaign, const char *action);
/* Turns the loop until is_so(rig, arg), or fails the test. */
void rig_wait(struct checkin_rig *rig,
              bool (*is_so)(struct checkin_rig *rig, void *arg), void *arg);
/* Turns it until signup's whole feed is applied. */
void rig_wait_for_feed(struct checkin_rig *rig);

#endif
