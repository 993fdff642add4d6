/* household -- whoever is found by one contact, as a proof of it says.
 *
 *   by's supporter, and whom it was merged into -> its contact -> the people's
 *   index and the entry index of that -> all of them
 *
 * A proof is good while its salt is the contact's, and its supporter, or the
 * one it was merged into, still has that contact: who moved to a number of
 * her own is not shown to whoever has the old one. */
#ifndef SIGNUP_JOINING_HOUSEHOLD_H
#define SIGNUP_JOINING_HOUSEHOLD_H

#include "services/signup/joining/roster.h"
#include "services/signup/people/address.h"
#include "services/signup/people/joining.h"
#include "signup.pb-c.h"

struct household {
    struct roster *roster; /* rising by number */
    int channel;           /* its index */
    uint8_t hash[ADDRESS_HASH_BYTES];
    struct buf people;        /* what the people's index has */
    struct roster_person *by; /* of roster */
    /* Of each in the roster: */
    bool is_member[JOINING_MEMBERS_MAX + JOINING_ENTRIES_MAX + 1];
    bool is_open[JOINING_MEMBERS_MAX + JOINING_ENTRIES_MAX + 1];
    size_t member_count; /* in the index, whoever they are by now */
};

/* household: the receiver's, to be freed; NULL unless err is ERR_NONE. */
typedef void household_cb(void *arg, enum err err, const char *detail,
                          struct household *household);

/* Exactly one call of cb, always later, also on failure and shutdown.
 * ERR_NOT_FOUND: the proof is not good (any more); ERR_CONFLICT: who it is of
 * said "Not me". by is borrowed until then. */
void household_read(struct signup *signup, const char *campaign,
                    const Signup__Proof *by, household_cb *cb, void *arg);
void household_free(struct household **household);

/* Whether person has the contact, and is not gone. */
bool household_has(const struct household *household,
                   const struct roster_person *person);
/* Whether the contact of by is proved by who holds it. */
bool household_is_proved(const struct household *household);
/* Her hash on a channel; false: she has no such contact. */
bool household_hash(const struct campaign *campaign,
                    const struct record *record, int channel,
                    uint8_t hash[ADDRESS_HASH_BYTES]);

/* Who is there, and what is open: for joining_decide. */
struct household_view {
    struct joining joining;
    struct joining_person members[JOINING_MEMBERS_MAX];
    struct joining_person entries[JOINING_ENTRIES_MAX];
    struct joining_verdict verdicts[JOINING_ENTRIES_MAX];
};
/* Decides; own: as struct joining's. view borrows names of household. */
void household_decide(const struct household *household, uint32_t own,
                      struct household_view *view);

#endif
