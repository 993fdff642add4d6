/* system -- what the system sends by itself: a campaign's confirmation, and a
 * day's notes. Pure.
 *
 * The confirmation has the words that its campaign says (the fields
 * confirmation_… of signup.Campaign), and where it says none those built in
 * here. They are templates, checked by signup when a campaign is put
 * (services/signup/definitions/). */
#ifndef BROADCAST_DRAFT_SYSTEM_H
#define BROADCAST_DRAFT_SYSTEM_H

#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/base/base.h"
#include "services/broadcast/draft/content_hash.h"

/* A day's notes end so long after it; what is not sent by then expires. */
#define SYSTEM_NOTES_DAYS 3
#define SYSTEM_DAY_MS ((int64_t)24 * 3600 * 1000)

/* campaign NULL: all words built in. Borrowed of it and from here. */
void system_fill_confirmation(const Signup__Campaign *campaign,
                              Broadcast__Content *content);
/* Appends the content packed, and writes its hash. */
void system_pack_confirmation(const Signup__Campaign *campaign,
                              struct buf *packed, char hash[CONTENT_HASH_SIZE]);
/* Appends the row "system_made" (keep/rows.txt) of the confirmation, with the
 * built-in words, or of the notes of a day since 1970, from 1. */
void system_add_confirmation(struct buf *made);
void system_add_notes(uint32_t day, struct buf *made);

#endif
