/* show_member -- one of a contact's people: places, choices, acts. */
#ifndef GATEWAY_PAGES_SHOW_MEMBER_H
#define GATEWAY_PAGES_SHOW_MEMBER_H

#include "services/gateway/pages/contact/show_contact.h"

/* A member after the proof: its section. */
void show_member(struct buf *to, const struct show_contact *show,
                 const Signup__Member *member);
/* Before it: what was typed. */
void show_entry(struct buf *to, const struct show_contact *show,
                const Signup__Member *member);
/* "Also asked for". */
void show_asked(struct buf *to, const struct show_contact *show,
                const Signup__Asked *asked);

/* "your number (…123)": the contact itself, in the middle of a sentence. */
#define SHOW_CONTACT_WORDS_SIZE 340
const char *show_contact_words(const struct show_contact *show,
                               char to[SHOW_CONTACT_WORDS_SIZE]);

#endif
