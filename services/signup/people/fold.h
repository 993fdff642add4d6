/* fold -- letters as they are compared: small, and without marks. Pure. */
#ifndef SIGNUP_PEOPLE_FOLD_H
#define SIGNUP_PEOPLE_FOLD_H

#include <stddef.h>

enum fold_kind {
    FOLD_LETTER,  /* or a digit, or anything of another script */
    FOLD_NOTHING, /* not seen, or within a word: marks, apostrophes */
    FOLD_COMMA,
    FOLD_GAP, /* parts words */
};

/* At most; never more than the letter had itself. */
#define FOLD_BYTES_MAX 4

struct fold {
    enum fold_kind kind;
    size_t len;
    char bytes[FOLD_BYTES_MAX + 1]; /* UTF-8, of a letter */
};

/* Folds the letter at *at (valid UTF-8, not its end) and steps over it. */
struct fold fold_next(const char **at);

#endif
