/* likeness -- whether two typed names are one person's: yes, perhaps, no.
 * Pure.
 *
 *   same     one normalised name: upper and lower case, accents, spaces,
 *            punctuation, "Smith, Ann" and titles make no difference. A title
 *            stays where it is all that tells two apart: "Mr J Smith" and
 *            "Mrs J Smith" are a couple.
 *   unsure   initials, short forms ("Bob", "Robert"), a slip of a letter or
 *            two, another order, a word more: nobody is joined by these, the
 *            contact's holder is asked
 *   other    everything else, above all another first name
 *
 * What people type is never changed by this: it is for comparing alone. */
#ifndef SIGNUP_PEOPLE_LIKENESS_H
#define SIGNUP_PEOPLE_LIKENESS_H

#include <stddef.h>

#include "services/signup/people/names.h"

enum likeness {
    LIKENESS_SAME,
    LIKENESS_UNSURE,
    LIKENESS_OTHER,
};

/* a, b: valid UTF-8. The same whichever comes first. */
enum likeness likeness_compare(const char *a, const char *b);

/* What two names that are the same have in common, and others never: words
 * parted by single spaces. Letters of other scripts stay what they are.
 * Returns its length; 0 for a name of nothing visible. name: valid UTF-8; what
 * stands behind NAME_BYTES_MAX bytes is not looked at. */
size_t likeness_normalise(const char *name, char out[NAME_BYTES_MAX + 1]);

#endif
