/* names -- names as they are kept, and as people are greeted. Pure. */
#ifndef SIGNUP_PEOPLE_NAMES_H
#define SIGNUP_PEOPLE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define NAME_LETTERS_MAX 100
#define NAME_BYTES_MAX 400

/* Without space at its ends and with single, plain spaces within; marks of no
 * width and those that turn the text round are left out, joiners between
 * letters are kept (pasted.h). False: nothing in it can be seen, it is longer
 * than NAME_LETTERS_MAX letters, or has control characters. */
bool names_tidy(const char *typed, char out[NAME_BYTES_MAX + 1]);

/* The first word, past a title: what a message says after "Dear". */
void names_first(const char *name, char out[NAME_BYTES_MAX + 1]);

#endif
