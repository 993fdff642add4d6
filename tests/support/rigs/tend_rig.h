/* tend_rig -- a signup_rig whose days a test moves, and a broadcast that says
 * what was handed over. */
#ifndef TESTS_SUPPORT_TEND_RIG_H
#define TESTS_SUPPORT_TEND_RIG_H

#include "tests/support/rigs/signup_rig.h"

#define TEND_RIG_EVENTS_MAX 512
#define TEND_RIG_MINUTE_MS 60000LL
#define TEND_RIG_DAY_MS 86400000LL

struct tend_rig {
    struct signup_rig signup;
    char *page_dir, *page; /* of the clock */
    int64_t offset_ms;
    struct buf *events[TEND_RIG_EVENTS_MAX]; /* of broadcast's feed, packed */
    size_t event_count;
};

void tend_rig_open(struct tend_rig *rig);
void tend_rig_close(struct tend_rig *rig);

/* From now on it is so much later, here and in signup. */
void tend_rig_pass(struct tend_rig *rig, int64_t ms);

/* Broadcast says that the provider took this one, now. */
void tend_rig_hand_over(struct tend_rig *rig, Words__Class class_,
                        Words__Channel channel, uint32_t number);

/* Broadcast says that nobody will have the confirmation of this one. */
void tend_rig_refuse(struct tend_rig *rig, Words__Channel channel,
                     uint32_t number);

/* A public entry (by nobody), or a vouched one. Returns the answer; count of
 * actions may be 0. */
struct tend_rig_entry {
    const char *name, *phone, *email;
    const char *actions[4];
    bool is_vouched;
    const char *key; /* of the form; NULL: none */
};
struct signup_answer tend_rig_enter(struct tend_rig *rig,
                                    const struct tend_rig_entry *entry);
/* The same; its number. */
unsigned tend_rig_number(struct tend_rig *rig,
                         const struct tend_rig_entry *entry);

/* Whoever holds that contact of this one answers so. */
enum err tend_rig_prove(struct tend_rig *rig, uint32_t number,
                        Words__Channel channel, Signup__ProveAnswer answer);

/* Gives up her place, whether she has one or not. */
void tend_rig_cancel(struct tend_rig *rig, uint32_t number, const char *action);

/* A counter of the campaign's meta hash: "confirmed:1". */
long tend_rig_count(struct tend_rig *rig, const char *field);
/* What redis-cli answers to a command, as a number. */
long tend_rig_ask(struct tend_rig *rig, const char *command);
/* Turns until the counter is so; fails the test after PROCESS_WAIT_MS. */
void tend_rig_await(struct tend_rig *rig, const char *field, long want);
/* The same of a command's answer. */
void tend_rig_await_answer(struct tend_rig *rig, const char *command,
                           long want);
/* Until nothing is left that the jobs would do now. */
void tend_rig_settle(struct tend_rig *rig);

#endif
