/* given -- how many numbers of supporters were given out, in a file beside
 * that of withdrawals: <dir>/<instance>/<campaign>.numbers.
 *
 * A store that has gone back would give the same numbers again, and with them
 * other people's tickets and places in ledgers. What is noted before a sign-up
 * is answered outlives a kill; it is synced once in SU_GIVEN_STEP numbers, so
 * after the machine was down it is at most that far behind. */
#ifndef SIGNUP_KEEP_GIVEN_H
#define SIGNUP_KEEP_GIVEN_H

#include <stdint.h>

#include "services/signup/keep/store.h"
#include "services/signup/keep/withdrawn.h"

struct given;
struct given *given_new(const struct withdrawn_place *place);
void given_free(struct given **given);

/* Numbers below people are given out. */
void given_note(struct given *given, uint32_t people);
/* Looks at the files of all instances on this machine. */
void given_look(struct given *given);
/* The most that is known, of notes and looks: no store has fewer. */
uint32_t given_people(const struct given *given);

/* Has the store give out numbers from well behind people on, if it has fewer:
 * those between are nobody's. Replies as jump.lua. */
void su_jump(struct su *su, const char *campaign, uint32_t people,
             store_reply_cb *cb, void *arg);

#endif
