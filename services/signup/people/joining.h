/* joining -- whose an entry is, once its contact is proved. Pure.
 *
 * Decided over one contact: its household (the people who are known by it,
 * proved or vouched for of before 0.3) and the open entries that were made
 * with it. The entry whose button was pressed is "own".
 *
 *   name is …      of a member     of several  like one's      nobody's
 *   own            merged into     member, and member, and     member
 *                  her             asked       asked
 *   another entry  merged into     asked       asked           asked
 *                  her
 *   … proved from  asked           asked       asked           asked
 *   elsewhere
 *
 * An entry for somebody else and one for oneself are never of the same name,
 * only alike: a mother and her daughter may share one. Entries that are asked
 * about and have one name are asked about once. Nothing here looks beyond the
 * contact: who shares Ann's phone and Bob's address does not make Ann and Bob
 * one household. */
#ifndef SIGNUP_PEOPLE_JOINING_H
#define SIGNUP_PEOPLE_JOINING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of one contact: who is there, and what is open. Above them nothing is
 * decided: the entry stays open. */
#define JOINING_MEMBERS_MAX 32
#define JOINING_ENTRIES_MAX 64
#define JOINING_NOBODY UINT32_MAX

struct joining_person {
    uint32_t number;
    const char *name; /* borrowed */
    bool is_for_other;
    /* An entry: another contact of it is proved, so that somebody else may
     * have its links. */
    bool is_from_elsewhere;
    /* An entry that is a member already, of whom it is open whether she is
     * another of them: she is asked about. */
    bool is_member;
};

enum joining_what {
    JOINING_MERGE,  /* part of whose says */
    JOINING_MEMBER, /* another of the household */
    JOINING_ASK,    /* Add, or not us; whose: the member it may be */
};

struct joining_verdict {
    enum joining_what what;
    uint32_t whose;  /* JOINING_NOBODY: of none */
    bool is_asked;   /* ASK, and a MEMBER who may be another one */
    uint32_t beside; /* asked about together with this earlier entry */
};

struct joining {
    size_t member_count, entry_count;
    const struct joining_person *members; /* rising by number */
    const struct joining_person *entries; /* rising by number */
    uint32_t own; /* JOINING_NOBODY: no button was pressed */
};

/* Fills entry_count verdicts. */
void joining_decide(const struct joining *joining,
                    struct joining_verdict *verdicts);

#endif
