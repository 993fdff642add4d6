/* words -- slugs, kinds and seats as people read them. */
#ifndef GATEWAY_PAGES_FRAME_WORDS_H
#define GATEWAY_PAGES_FRAME_WORDS_H

#include <stdbool.h>

#include "common/text/text.h"
#include "signup.pb-c.h"

#define SHOW_LABEL_SIZE 64
/* "care-worker" -> "Care worker"; cut at the size. Returns to. */
const char *show_label(const char *slug, char to[SHOW_LABEL_SIZE]);
const char *show_kind(Words__ActionKind kind);
#define SHOW_ERROR_SIZE 192
/* What is wrong with a field of the sign-up form, as a sentence: "is missing"
 * -> "Your name is missing."; one that is a sentence already has its capital
 * and full stop. Returns to. */
const char *show_error_words(const struct json_error_item *error,
                             char to[SHOW_ERROR_SIZE]);
#define SHOW_SENTENCE_SIZE 256
/* "try again" -> "Try again."; cut at the size. Returns to. */
const char *show_sentence(const char *words, char to[SHOW_SENTENCE_SIZE]);
/* A place as its holder reads it. */
struct show_state {
    const char *words; /* short: "You have a place" */
    const char *tone;  /* of the pill */
    const char *note;  /* a sentence on what it means; "" when it is plain */
};
const struct show_state *show_state_at(const Signup__Action *action,
                                       Words__PlaceState state);
/* Nobody gets a seat just now: whoever confirms, waits. */
bool show_is_full(const Signup__Action *action);
/* As it is shown: a twin, which is counted with another entry of its holder,
 * as that one would be at an action with seats, or without. */
Words__PlaceState show_place_state(const Signup__Action *action,
                                   Words__PlaceState state);
#define SHOW_SEATS_SIZE 64
/* "12 places left"; "" without a limit. Returns to. */
const char *show_seats(const Signup__Action *action, char to[SHOW_SEATS_SIZE]);
#define SHOW_HINT_SIZE 320
/* "a…@example.org", which no line breaks at its dots; cut at the size. NULL:
 * "". Returns to. */
const char *show_hint(const char *hint, char to[SHOW_HINT_SIZE]);
#define SHOW_CODE_SIZE 40
/* "ABCDEFGHJKMNPQRSTVWX" -> "ABCDE-FGHJK-MNPQR-STVWX". Returns to. */
const char *show_code(const char *code, char to[SHOW_CODE_SIZE]);

#endif
