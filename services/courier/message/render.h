/* render -- a template and one person become one message. Pure.
 *
 * Beside name and first_name, the campaign's facts and the person's own
 * fields, a text may name:
 *
 *   ticket_url, ticket_code  where the template is of an action. Of class
 *                            confirmation, ticket_url is confirm_url
 *   confirm_url   the contact's page: tickets, "Yes, that's me", "Not me"
 *   not_me_url    the same page, at "Not me"
 *   preferences_url
 *
 * What a person is told on behalf of another begins "For <name>: ". */
#ifndef COURIER_RENDER_H
#define COURIER_RENDER_H

#include <stdbool.h>

#include "broadcast.pb-c.h"
#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/text/text.h"
#include "services/courier/message/message.h"
#include "services/courier/message/reason.h"

#define RENDER_MESSAGE_BYTES_MAX (256 * 1024) /* of each of its texts */

#define RENDER_CODE_SIZE 24

struct person {
    uint32_t number;                     /* of the ledger; a note's own */
    bool has_holder;                     /* not a note that is about nobody */
    uint32_t holder;                     /* whose the links and tickets are */
    uint32_t role;                       /* as in signup.proto */
    uint16_t salt;                       /* of the contact, for links */
    bool is_for_other;                   /* who reads it is not who is named */
    const char *address;                 /* NULL: withheld */
    const char *name, *first_name;       /* never NULL */
    char ticket_code[RENDER_CODE_SIZE];  /* "": none */
    const struct template_field *fields; /* this one's own */
    size_t field_count;
};

/* What is the same for all recipients of a lease. Borrowed. */
struct render_job {
    const Broadcast__Template *template_;
    Words__Channel channel;
    Words__Class class_;
    const char *campaign, *broadcast;
    const char *public_url;
    int64_t expires_at_ms;
    const struct crypto_key *link_key, *reference_key;
};

/* Memory that is used for one message after another. */
struct render {
    struct buf text, subject, html, note;
    char ticket_code[2 * RENDER_CODE_SIZE]; /* in groups of five */
    char ticket_url[256], preferences_url[256], unsubscribe_url[256];
    char confirm_url[256], not_me_url[256];
    char ref[REFERENCE_TEXT_SIZE];
};

void render_init(struct render *render);
void render_fini(struct render *render);

/* REASON_NONE, and *out points into render, job and person until the next
 * call. REASON_NO_SENDER, REASON_BAD_ADDRESS, REASON_TEMPLATE,
 * REASON_NO_TICKET otherwise. */
enum reason render_message(struct render *render, const struct render_job *job,
                           const struct person *person, struct message *out);
/* Is a ticket needed for this channel's texts? A confirmation's is behind the
 * page that it links to. */
bool render_uses_ticket(const Broadcast__Template *template_,
                        Words__Channel channel, Words__Class class_);

#endif
