/* resolve_notes -- what numbers of notes mean, at the moment of hand-over. */
#ifndef SIGNUP_NOTES_RESOLVE_NOTES_H
#define SIGNUP_NOTES_RESOLVE_NOTES_H

#include "common/service/asked.h"
#include "services/signup/definitions/campaign.h"

/* Answers a Resolve of class NOTE, whose numbers are notes'; takes over asked.
 * The caller has checked who asks, the channel and how many numbers there are.
 * Each Contact has its address, the fields note_subject and note_text, and
 * where the words have a link ticket_number (the supporter's) and salt; or it
 * is withheld:
 *
 *   RULE_GONE        it has expired, or there is no such note
 *   RULE_WITHDRAWN   its number said STOP, and it does not pass that
 *   RULE_NO_CONTACT  it is of the other channel, or cannot be read
 *
 * and one about somebody's place by any rule of class service, as she is at
 * this moment: RULE_NOT_SIGNED_UP when she has lost it. */
void resolve_notes(struct asked *asked, struct campaign *campaign);

#endif
