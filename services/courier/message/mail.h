/* mail -- one message as it goes over the wire (RFC 5322, MIME).
 *
 * Pure. What the outbox keeps and what SMTP sends are the same bytes. Lines
 * end in CRLF and have at most 76 characters; bodies are quoted-printable
 * (RFC 2045), header words outside ASCII encoded (RFC 2047). */
#ifndef COURIER_MAIL_H
#define COURIER_MAIL_H

#include <stdint.h>

#include "common/base/base.h"
#include "services/courier/message/message.h"

/* Appends the whole mail of message (channel email). date_ms: wall clock.
 * Message-ID is <ref@the domain of from>; text and html may have lines that
 * end in LF or CRLF; unsubscribe_url becomes the one-click headers of RFC
 * 8058. */
void mail_write(const struct message *message, int64_t date_ms, struct buf *to);

#endif
