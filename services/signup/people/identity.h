/* identity -- which supporter a sign-up belongs to. Pure.
 *
 * The same phone or the same email is the same supporter. Two refinements:
 *
 *   shared   A family may share a phone, a couple an address. Whoever has
 *            one contact in common, a clearly different name, and brings
 *            another contact that the known one does not have, is another
 *            supporter. Without that second contact there is nothing to
 *            tell them apart by but a name, and names are typed in many
 *            ways: then it is the same supporter.
 *   torn     When the phone points to one supporter and the email to
 *            another (and the name rules out neither), the phone wins:
 *            numbers are checked by what arrives on them, and a text is what
 *            reaches people on the day. Nobody is merged.
 *
 * What is known is never overwritten by a sign-up, which proves nothing of
 * who typed it: only gaps are filled. */
#ifndef SIGNUP_PEOPLE_IDENTITY_H
#define SIGNUP_PEOPLE_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#define IDENTITY_NEW (-1)
/* Supporters who may share one phone or one email. */
#define IDENTITY_SHARERS_MAX 32
#define IDENTITY_KNOWN_MAX ((size_t)IDENTITY_SHARERS_MAX * 2)

struct identity {
    const char *name;  /* borrowed */
    uint64_t phone;    /* E.164 digits; 0: none */
    const char *email; /* NULL: none */
};

/* Index of the one in known that asked is, or IDENTITY_NEW. known: those
 * that have the phone or the email; others are passed over. Sorted by number
 * they give the same answer always. */
int identity_choose(const struct identity *asked, const struct identity *known,
                    size_t count);

#endif
