/* proving -- what an answer on a contact's page does to its household: the
 * decisions of people/joining.h as changes. */
#ifndef SIGNUP_JOINING_PROVING_H
#define SIGNUP_JOINING_PROVING_H

#include "services/signup/joining/changes.h"
#include "services/signup/joining/household.h"

struct proving {
    struct household *household; /* its people are changed in place */
    struct changes *changes;
    int64_t now_ms;
    uint32_t is_changed[(JOINING_MEMBERS_MAX + JOINING_ENTRIES_MAX) / 32 + 1];
};

/* "Yes, that's me": by is proved and joined, and whoever has a member's name
 * with her. Also without a button: what came since is joined. */
MUST_CHECK enum err proving_yes(struct proving *p, const char **detail);
/* Of those who are asked about. numbers that are not (any more) change
 * nothing. */
enum proving_answer { PROVING_ADD, PROVING_REFUSE, PROVING_SAME };
struct proving_named {
    const uint32_t *numbers; /* borrowed */
    size_t count;
};
MUST_CHECK enum err proving_asked(struct proving *p,
                                  const struct proving_named *named,
                                  enum proving_answer answer,
                                  const char **detail);
/* "Not me": by's entry goes, and no stranger's entry writes to the contact. */
MUST_CHECK enum err proving_not_me(struct proving *p, const char **detail);
/* News, said on the page itself by whoever holds the contact: for by, or whom
 * she is part of since. Of the contact's own channel; others change nothing. */
void proving_consent(struct proving *p, const struct record_given *given);
/* Writes whoever was changed. Once, at the end. */
void proving_write(struct proving *p);

#endif
