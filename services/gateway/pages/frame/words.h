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
#define SHOW_SEATS_SIZE 64
/* "12 places left"; "" without a limit. Returns to. */
const char *show_seats(const Signup__Action *action, char to[SHOW_SEATS_SIZE]);
#define SHOW_CODE_SIZE 40
/* "ABCDEFGHJKMNPQRSTVWX" -> "ABCDE-FGHJK-MNPQR-STVWX". Returns to. */
const char *show_code(const char *code, char to[SHOW_CODE_SIZE]);

#endif
