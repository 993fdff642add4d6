/* message -- rendered, for one recipient: what a provider is handed. */
#ifndef COURIER_MESSAGE_H
#define COURIER_MESSAGE_H

#include <stdint.h>

#include "words.pb-c.h"

/* Everything is borrowed for the call. */
struct message {
    Words__Channel channel;
    const char *campaign, *ref;        /* ref: see common/reference.h */
    const char *to;                    /* E.164, or an email address */
    const char *from;                  /* SMS: sender, ""; email: address */
    const char *from_name;             /* email; NULL: none */
    const char *subject, *text, *html; /* subject, html: NULL for an SMS */
    const char *unsubscribe_url;       /* email; NULL: none */
    int64_t expires_at_ms;             /* wall clock; 0: not said */
};

#endif
