/* code -- six digits that prove a contact to whoever can read what is sent to
 * it. Pure but for the draw.
 *
 * A code is good for 15 minutes from when the provider took its message, and
 * until then for an hour at most; a new one takes the place of the one before.
 * It dies of five wrong tries, whoever makes them. Kept is a keyed hash alone.
 *
 * What guessing finds. Of one contact one code lives at a time, and at most
 * SU_CODE_TRIES_DAY_MAX = 20 wrong tries are heard on a day, whatever is asked
 * for and by whom. A try is right once in a million. So a year of guessing, on
 * each of 366 days as often as it is heard, finds one with a probability of at
 * most 366 * 20 / 1,000,000 = 0.73 %: under 1 %. (Six messages a day of five
 * tries each would be 1.1 %: that is why tries have a limit of their own.)
 * Meanwhile 366 * 4 messages at least have told the holder. */
#ifndef SIGNUP_NOTES_CODE_H
#define SIGNUP_NOTES_CODE_H

#include <stdbool.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaign.h"
#include "services/signup/people/address.h"
#include "words.pb-c.h"

#define CODE_DIGITS 6
#define CODE_SIZE (CODE_DIGITS + 1)
#define CODE_HASH_BYTES 16

/* A contact as it is looked up. */
struct code_contact {
    Words__Channel channel;
    char address[EMAIL_TEXT_SIZE]; /* E.164 or an email */
    uint8_t hash[ADDRESS_HASH_BYTES];
};

/* From what was typed: one of the two, the other NULL or empty. False: fault
 * says which field is wrong, and why. */
MUST_CHECK bool code_read_contact(const struct campaign *campaign,
                                  const char *phone, const char *email,
                                  struct code_contact *out,
                                  struct signup_fault *fault);

void code_draw(char out[CODE_SIZE]);
/* As typed, with spaces or hyphens in it -> six digits. False: it is not. */
MUST_CHECK bool code_tidy(const char *typed, char out[CODE_SIZE]);
/* Keyed, and bound to campaign and contact. */
void code_hash(const struct campaign *campaign,
               const struct code_contact *contact, const char *code,
               uint8_t out[CODE_HASH_BYTES]);

/* Appends the words that bring it. A text ends with the line by which phones
 * offer to fill the code in on that host's page (web.dev/web-otp), and begins
 * in words by which they know a one-time code. url: of the public pages. */
struct code_words {
    const char *campaign; /* its name */
    const char *code, *url;
    bool is_text;
    bool is_stopped; /* the number said STOP */
};
void code_write(const struct code_words *words, struct buf *to);

#endif
