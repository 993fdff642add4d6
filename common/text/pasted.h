/* pasted -- text as it comes off a clipboard, made what its writer saw. Pure.
 *
 * Messengers, word processors and web pages put things into a number, an
 * address or a name that nobody sees: spaces that do not break, marks of no
 * width, hyphens and apostrophes of their own, digits of double width. The
 * characters are Unicode's (White_Space, Dash, Default_Ignorable_Code_Point,
 * Bidi_Control), and the few beside them that only look empty. */
#ifndef COMMON_TEXT_PASTED_H
#define COMMON_TEXT_PASTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pasted_kind {
    PASTED_PLAIN,   /* what one sees */
    PASTED_BLANK,   /* a space of whatever width */
    PASTED_NOTHING, /* no width: direction marks, soft hyphen, U+FEFF */
    PASTED_JOINER,  /* U+200C, U+200D: between two letters part of a name */
    PASTED_PART,    /* goes with what stands before it, alone nothing */
    PASTED_CONTROL, /* ends a line, or worse; a tab is a blank */
};
enum pasted_kind pasted_kind_of(uint32_t c);

enum pasted_use {
    PASTED_ADDRESS, /* letters stay what they are */
    PASTED_DIGITS,  /* also digits of every script, and middle dots */
};
/* Typed as plain as can be: blanks are spaces, none at its ends (nor ends of
 * lines); what has no width is left out; dashes are "-", apostrophes "'",
 * forms of double width ASCII. What is left may be anything: its reader
 * judges it. False: it has more than size - 1 bytes. */
bool pasted_clean(const char *typed, enum pasted_use use, char *out,
                  size_t size);

#endif
