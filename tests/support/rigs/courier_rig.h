/* courier_rig -- a courier as a process between scripted peers.
 *
 * The planner grants the leases that the test lines up and keeps what is
 * settled; signup and checkin answer by rule: number n has the phone
 * +4477009<n, five digits>, the address p<n>@example.org, the name "Person
 * <n>", the ticket code CODE<n, ten digits>, the salt 1000 + n, and a field of
 * its own, own = "Own <n>". Those of merged_every belong to 900000 + n. Notes
 * have words alone. All on the test's own loop. */
#ifndef TESTS_SUPPORT_COURIER_RIG_H
#define TESTS_SUPPORT_COURIER_RIG_H

#include "broadcast.pb-c.h"
#include "checkin.pb-c.h"
#include "common/bus/bus.h"
#include "signup.pb-c.h"
#include "tests/support/process/process.h"

#define RIG_LEASES_MAX 256
#define RIG_NUMBERS_MAX 1000

struct rig_lease {
    uint64_t id;
    Words__Channel channel;
    Words__Class class_;
    const char *route, *broadcast; /* NULL: "b1" */
    uint32_t first, count;         /* the numbers */
    uint32_t time_left_ms, settle_within_ms;
    int said_channel;   /* what the answer says instead of channel; 0: that */
    uint32_t wish;      /* to send again, for all of them; 0: none */
    int64_t made_at_ms; /* of the broadcast; 0: 77 */
    /* filled in by the rig */
    bool is_granted, is_final;
    uint64_t boot, request_number;
    int grants, settles;
    Words__RecipientState states[RIG_NUMBERS_MAX]; /* 0: not settled */
    Words__Rule rules[RIG_NUMBERS_MAX];
    char reasons[RIG_NUMBERS_MAX][24];
    uint32_t waits_ms[RIG_NUMBERS_MAX]; /* retry_after_ms */
    int begun_before;                   /* outcomes that say so */
};

struct courier_rig {
    char *dir, *config;
    struct loop *loop;
    struct bus *planner, *signup, *checkin;
    struct process courier, provider;
    int provider_port;
    Broadcast__Content content;
    struct rig_lease leases[RIG_LEASES_MAX];
    int lease_count;
    /* what the peers do */
    enum err settle_error; /* 0: ERR_UNAVAILABLE */
    int settles_to_fail, asks_to_lose, settles_to_lose;
    int resolves_to_fail, templates_to_fail;
    uint32_t withheld_every; /* each n-th number; 0: none */
    uint32_t merged_every, for_other_every;
    bool is_given_again; /* numbers stand for others now */
    struct rig_fence {   /* of the leases' campaign */
        uint64_t era, granted;
    } fence;            /* in each answer; granted 0: none */
    uint64_t order_era; /* to report of b1 and b2, SMS; 0: none */
    int reports_to_fail;
    /* what the peers saw */
    int asks, templates, resolves, issues;
    char resolved_for[40]; /* broadcast of the last resolve */
    uint64_t boot;         /* of the last ask */
    uint64_t dead_boot;    /* of the courier before: what it asked is void */
    uint64_t done_below;   /* of the last ask */
    size_t held;           /* of the last ask */
    struct rig_fence said; /* of the last ask */
    uint64_t place;        /* of the last ask */
    int reports, reports_ended;
    uint64_t reported_era;
    uint8_t reported[2][64]; /* bits of b1, b2: the first of chunk 0 */
    bool is_held_at_boot;    /* the first ask of a new boot held something */
};

/* routes: sections of the configuration; "%d" is the provider's port. */
struct courier_rig *courier_rig_new(const char *routes,
                                    const char *const *provider_options);
void courier_rig_free(struct courier_rig **rig);
void courier_rig_start(struct courier_rig *rig);
/* Lines up one lease; defaults where 0: id, SMS, service, "to", 900 ms, 5 s. */
struct rig_lease *courier_rig_lease(struct courier_rig *rig,
                                    struct rig_lease lease);
/* Turns the loop until is_so(arg); fails the test when it takes too long. */
void courier_rig_wait(struct courier_rig *rig, bool (*is_so)(void *arg),
                      void *arg);
void courier_rig_wait_final(struct courier_rig *rig, struct rig_lease *lease);
/* SIGTERM, and the loop turns while it ends; the exit code. */
int courier_rig_terminate(struct courier_rig *rig);
int rig_lease_count(const struct rig_lease *lease, Words__RecipientState state);
/* What the recording provider says on a path; owned by the caller. */
char *courier_rig_get(struct courier_rig *rig, const char *path);
/* {"requests":…} of its /stats: the number behind name. */
long courier_rig_stat(struct courier_rig *rig, const char *name);

#endif
