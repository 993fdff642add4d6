/* words -- the words of the HTTP API for the enumerations of proto/. */
#ifndef GATEWAY_WORDS_H
#define GATEWAY_WORDS_H

#include "common/text/text.h"

extern const struct json_word kind_words[];   /* words.ActionKind */
extern const struct json_word format_words[]; /* words.Format */
extern const struct json_word place_words[];  /* words.PlaceState */
/* words.Class: what an organiser writes; and with the system's own. */
extern const struct json_word class_words[];
extern const struct json_word sent_class_words[];
extern const struct json_word channel_words[]; /* words.Channel */
extern const struct json_word rule_words[];    /* words.Rule */
extern const struct json_word state_words[];   /* words.RecipientState */
extern const struct json_word stage_words[];   /* broadcast.Stage */
extern const struct json_word mark_words[];    /* checkin.MarkKind */

#endif
