/* show_contact -- what whoever holds a contact sees: /y/{token}, /my/{c}.
 *
 * Before the proof an entry as it was typed, and two buttons; after it
 * everybody of that contact. Nothing here needs a script. People are named in
 * forms by a handle: their number does not leave the gateway. */
#ifndef GATEWAY_PAGES_SHOW_CONTACT_H
#define GATEWAY_PAGES_SHOW_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "signup.pb-c.h"

#define CONTACT_HANDLE_SIZE 17 /* 16 hex digits and NUL */
#define CONTACT_CODE_SIZE 24   /* of a ticket */

/* The code of one place's ticket; "": there is none just now. */
struct contact_ticket {
    uint32_t number, action_number;
    char code[CONTACT_CODE_SIZE];
};

struct show_contact {
    const Signup__Actions *about;
    const Signup__ContactPage *page;
    const struct contact_ticket *tickets;
    size_t ticket_count;
    const struct crypto_key *key; /* of handles */
    const char *post;             /* where forms go: a path */
    const char *form_key;         /* of the cookie that acts; "" by a link */
    const char *done;             /* what has just been done: a slug; NULL */
    bool is_not_me_first;
    bool may_remember;   /* as session_may_remember */
    bool is_session;     /* opened by the cookie */
    bool is_remembered;  /* and that was ticked */
    bool provider_stops; /* as common/client/reach.h's */
    int64_t now_ms;
    /* a change that was refused: what was typed, and why */
    const char *typed, *error;
};

/* Draws the one that page is for. */
void show_contact(struct buf *to, const struct show_contact *show);

/* A member's, or one asked for, in a form. Returns to. */
const char *contact_handle(const struct crypto_key *key, uint32_t number,
                           char to[CONTACT_HANDLE_SIZE]);

#endif
