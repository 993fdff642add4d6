/* broadcast_world -- broadcast processes on a private Redis, and a signup
 * that says what the test wants. The test is organiser and courier. */
#ifndef TESTS_SUPPORT_BROADCAST_WORLD_H
#define TESTS_SUPPORT_BROADCAST_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/loop/loop.h"
#include "signup.pb-c.h"
#include "tests/support/process/process.h"
#include "tests/support/redis/redis.h"

#define WORLD_INSTANCES_MAX 2
#define WORLD_CAMPAIGN "march"
#define WORLD_ACTION "rally"
#define WORLD_MAKER "ann"
#define WORLD_APPROVER "bob"

struct world_options {
    int instances;      /* 0: 1 */
    const char *routes; /* text of [route.…] sections; NULL: one of each */
};

struct world {
    struct redis *redis;
    char *dir, *config;
    struct process processes[WORLD_INSTANCES_MAX];
    int instances;
    struct loop *loop;
    struct bus *bus;
    struct bus_peer *broadcast;
    /* What the stand-in for signup says. */
    uint32_t people; /* numbers 0..people-1, every `step`th is in it */
    uint32_t step;
    uint32_t approval_above;
    const char *confirmation_sms; /* the campaign's own words; NULL: none */
    bool is_signup_silent, refuses_query;
    int freezes_until_silent; /* -1: for ever */
    Feed__Entry **entries;    /* owned */
    size_t entry_count;
    uint64_t end;
    /* What was heard. */
    Broadcast__Broadcast *progress; /* the newest announced; owned */
    uint64_t progress_count, work_count, halt_count;
};

struct world *world_new(const struct world_options *options);
void world_free(struct world **world);
void world_start(struct world *world, int instance);
void world_kill(struct world *world, int instance); /* -9 */
void world_stop(struct world *world, int instance); /* must end with 0 */

/* Places confirmed of numbers first..last: one entry of signup's feed. */
void world_confirm(struct world *world, uint32_t first, uint32_t last);

/* Entries first..last, to be confirmed on that channel. */
void world_enter(struct world *world, uint32_t first, uint32_t last,
                 Words__Channel channel);
/* Notes first..last of that day. */
void world_note(struct world *world, uint32_t day, uint32_t first,
                uint32_t last, Words__Channel channel);
/* The campaign is put again. */
void world_put(struct world *world);

struct world_answer {
    enum err err;
    char detail[160], field[32]; /* of a refusal; field: "" not said */
    Broadcast__Reply *reply;     /* owned; world_forget */
    bool is_done;
};
/* Turns the loop until it is answered. instance: 0 any, or 1..n. */
struct world_answer world_ask(struct world *world, int instance,
                              const Broadcast__Request *request);
void world_forget(struct world_answer *answer);
/* Does not wait: answer is filled in as the loop turns. */
void world_ask_later(struct world *world, int instance,
                     const Broadcast__Request *request,
                     struct world_answer *answer);

/* ---- an organiser's ---- */

/* class campaign, SMS alone, to everyone: the test changes what it wants. */
Broadcast__Content world_content(void);
struct world_answer world_create(struct world *world, const char *key,
                                 Broadcast__Content *content);
struct world_answer world_act(struct world *world,
                              Broadcast__Request__IsCase what, const char *id);
struct world_answer world_approve(struct world *world, const char *id,
                                  const char *hash, const char *staff);
/* Creates, approves and starts; returns its id (owned). */
char *world_send(struct world *world, Broadcast__Content *content);
/* The broadcast now; free with wire_free. */
Broadcast__Broadcast *world_get(struct world *world, const char *id);
uint32_t world_count(const Broadcast__Broadcast *broadcast, int channel,
                     Words__RecipientState state);
/* Fails unless the ledger recounted is what the counters say. */
void world_assert_recount(struct world *world, const char *id);
/* Turns the loop until there is such a broadcast, or fails. */
void world_wait_for(struct world *world, const char *id);
/* Turns the loop until the broadcast is in that stage, or fails. */
void world_wait_for_stage(struct world *world, const char *id,
                          Broadcast__Stage stage);
/* Until so many are in that state. */
void world_wait_for_count(struct world *world, const char *id,
                          Words__RecipientState state, uint32_t count);
void world_wait(struct world *world,
                bool (*is_so)(struct world *world, void *arg), void *arg);

/* ---- a courier's ---- */

struct world_courier {
    struct world *world;
    const char *name;
    int instance; /* it asks; 0 any */
    uint64_t boot, request;
    uint64_t held[16];
    size_t held_count;
    bool says_begun_before; /* of each outcome */
    uint64_t place;         /* of its notes; 0: it has none */
    uint64_t era, granted;  /* its fence; granted 0: it has none */
    uint64_t ordered_era;   /* the last order to report; 0: none */
};
/* Asks until there is a lease of this channel, or fails; wire_free it. */
Broadcast__Lease *world_lease(struct world_courier *courier, int channel);
/* One ask; NULL when there was no lease. */
Broadcast__Lease *world_try_lease(struct world_courier *courier, int channel);
/* All numbers of the lease so, finally. Returns what changed. */
uint32_t world_settle(struct world_courier *courier,
                      const Broadcast__Lease *lease,
                      Words__RecipientState state);
/* It has begun numbers first..last of that broadcast (chunk 0, SMS): says so.
 * Returns how many changed. */
uint32_t world_report(struct world_courier *courier, const char *id,
                      uint32_t first, uint32_t last);
/* That was all; the fence is of that era now. */
void world_report_end(struct world_courier *courier);
struct world_outcome {
    uint32_t number;
    Words__RecipientState state;
};
struct world_answer world_settle_some(struct world_courier *courier,
                                      const Broadcast__Lease *lease,
                                      const struct world_outcome *outcomes,
                                      size_t count, bool is_final);

#endif
