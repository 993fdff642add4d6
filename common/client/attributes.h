/* attributes -- the columns of what is said of a supporter, as C has them.
 *
 * One row each in proto/shared.txt (signup_columns), read by all who need it:
 * what a campaign may put, a form or a JSON sign-up may say, a script keeps,
 * an audience asks for and a supporter is shown. A row's words are fields of
 * the same names in signup.Campaign (the list), SignUp and Supporter. */
#ifndef COMMON_CLIENT_ATTRIBUTES_H
#define COMMON_CLIENT_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared_rows.h"
#include "signup.pb-c.h"

#define ATTRIBUTE_NUMBER(name, bytes, from, words, max) ATTRIBUTE_##name,
enum attribute_number {
    SIGNUP_COLUMNS_TABLE(ATTRIBUTE_NUMBER) ATTRIBUTE_COUNT
};
#undef ATTRIBUTE_NUMBER

#define ATTRIBUTE_BYTES_MAX 2
#define ATTRIBUTE_WORDS_MAX 4096 /* of the longest list */

struct attribute {
    const char *name; /* of the column, the term and the field */
    unsigned bytes;   /* 1 or 2 */
    size_t words_max;
    char *const *fixed; /* NULL: each campaign has its own list */
    /* Sentences for who asked: */
    const char *words; /* its list: the campaign's field */
    const char *list_fault, *change_fault, *word_fault;
    /* Fields' places, unless fixed: */
    size_t list_at, count_at, asked_at, shown_at;
};

extern const struct attribute attributes[ATTRIBUTE_COUNT];

/* The words that there are, in order; borrowed. Returns how many. */
size_t attribute_words(const struct attribute *attribute,
                       const Signup__Campaign *campaign, char *const **out);
/* The word that is said; NULL: none, or an empty one. Not for a fixed one. */
const char *attribute_asked(const struct attribute *attribute,
                            const Signup__SignUp *sign_up);
/* Both borrow what they are given. Not for a fixed one. */
void attribute_put_words(const struct attribute *attribute,
                         Signup__Campaign *campaign, char **words,
                         size_t count);
void attribute_ask(const struct attribute *attribute, Signup__SignUp *sign_up,
                   const char *word);
/* Where a word is shown. Not for a fixed one. */
char **attribute_shown(const struct attribute *attribute,
                       Signup__Supporter *supporter);

#endif
