/* signup_rig -- a real signup on a real Redis with its real ACL, and a
 * client on the real bus, for tests.
 *
 * The client calls itself courier.9, so that it may resolve. Everything
 * lives in one temp directory and dies with the test. */
#ifndef TESTS_SUPPORT_SIGNUP_RIG_H
#define TESTS_SUPPORT_SIGNUP_RIG_H

#include <stdbool.h>

#include "common/client/signup.h"
#include "common/loop/loop.h"
#include "tests/support/process/process.h"
#include "tests/support/redis/redis.h"

struct signup_rig {
    char *dir, *conf, *program;
    struct redis *redis;
    struct process signup;
    struct loop *loop;
    struct bus *bus;
    struct bus_peer *peer;
};

/* Starts it all and puts the campaign "care" (roles care-worker, nurse,
 * family; regions north-west, wales; drama numbers allowed). */
void signup_rig_open(struct signup_rig *rig);
void signup_rig_close(struct signup_rig *rig);
/* Starts the service (again, after a kill), and waits until it serves. */
void signup_rig_start(struct signup_rig *rig);

/* An answer, owned: signup_rig_free. */
struct signup_answer {
    enum err err;
    char *detail, *field, *type; /* field and type: never NULL */
    Signup__Reply *reply;        /* NULL unless err is ERR_NONE */
};

/* Turns the loop until the answer is there. */
struct signup_answer signup_rig_ask(struct signup_rig *rig,
                                    const Signup__Request *request);
/* Asks until the answer is other than ERR_UNAVAILABLE, ERR_UNKNOWN and
 * ERR_TIMEOUT, as a client does; fails the test after PROCESS_WAIT_MS. */
struct signup_answer signup_rig_insist(struct signup_rig *rig,
                                       const Signup__Request *request);
void signup_rig_free(struct signup_answer *answer);
/* Turns the loop until *count is target; fails after PROCESS_WAIT_MS. */
void signup_rig_wait(struct signup_rig *rig, const int *count, int target);

/* ---- what most tests ask; each fails the test on an error ---- */

/* capacity -1: no limit. Returns the action's number. */
unsigned signup_rig_put_action(struct signup_rig *rig, const char *id,
                               int capacity);

struct signup_rig_person {
    const char *name, *phone, *email, *role, *region; /* NULL: not said */
    const char *action;                               /* NULL: none */
    bool consents_sms, consents_email;
    const char *source; /* of the consents; NULL: "web" */
    bool is_public;     /* unproved; else vouched for by a server */
    const char *key;    /* of the form; NULL: none */
};
/* A request and all it points to; person is borrowed by it. */
struct signup_rig_request {
    Signup__Request request;
    Signup__SignUp sign_up;
    Signup__Consent consents[2], *consent_pointers[2];
    char *action;
};
void signup_rig_fill(struct signup_rig_request *to,
                     const struct signup_rig_person *person);
/* Returns the reply's answer. */
struct signup_answer signup_rig_sign_up(struct signup_rig *rig,
                                        const struct signup_rig_person *person);
unsigned signup_rig_number(struct signup_rig *rig,
                           const struct signup_rig_person *person);
/* The campaign is "care"; action may be NULL. */
struct signup_answer signup_rig_resolve(struct signup_rig *rig,
                                        Words__Class class_,
                                        Words__Channel channel,
                                        const char *action, uint32_t number);
struct signup_answer signup_rig_preview(struct signup_rig *rig,
                                        Words__Class class_, const char *query,
                                        const char *action);
struct signup_answer signup_rig_consent(struct signup_rig *rig, uint32_t number,
                                        Words__Channel channel,
                                        bool is_withdrawn);

#endif
