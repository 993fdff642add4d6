/* fetch -- HTTP requests and SMTP mails to others, over libcurl on the loop.
 *
 * A target is one place that is talked to again and again: its connections,
 * easy handles and header list are made once and reused. What matters most
 * is what each exchange ends with:
 *
 *   FETCH_ANSWERED     a complete, valid answer: see status
 *   FETCH_NEVER_BEGAN  refused, unreachable, no room: nothing was sent that
 *                      could have had an effect; safe to send again
 *   FETCH_UNKNOWN      a byte of the request may have been read, and no
 *                      complete answer came; never safe to send again
 *   FETCH_REFUSED      by us: it can never be sent as it is
 *
 * libcurl quietly sends a request again when a kept connection dies before
 * it answered. That would be a second message: it is stopped, and the
 * outcome is FETCH_UNKNOWN. A connection idle for 3 s is not used again. */
#ifndef COMMON_FETCH_FETCH_H
#define COMMON_FETCH_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/loop/loop.h"

#define FETCH_CONNECTIONS_MAX 1024
#define FETCH_BODY_BYTES_MAX 1048576
#define FETCH_ANSWER_BYTES_MAX 16384 /* the rest is read and dropped */
#define FETCH_HEADERS_MAX 32

enum fetch_outcome {
    FETCH_ANSWERED,
    FETCH_NEVER_BEGAN,
    FETCH_UNKNOWN,
    FETCH_REFUSED,
};

struct fetch_answer {
    enum fetch_outcome outcome;
    int status;       /* HTTP or SMTP; 0 unless answered */
    const char *body; /* HTTP: borrowed for the call, NUL-terminated */
    size_t len;
    int64_t retry_after_ms; /* HTTP: what Retry-After asks for; 0: nothing */
    const char *why; /* for the log: a static phrase without any address */
};
typedef void fetch_cb(void *arg, const struct fetch_answer *answer);

struct fetch_target_options {
    const char *url;            /* http, https, smtp or smtps */
    const char *method;         /* HTTP: "POST" (NULL too), "GET", "PUT" … */
    const char *const *headers; /* "Name: value", header_count of them */
    size_t header_count;
    const char *user, *password; /* or NULL */
    int64_t timeout_ms;          /* of a whole exchange, connecting included */
    int connections_max;         /* and exchanges open at once */
    size_t answer_bytes_max;     /* 0: FETCH_ANSWER_BYTES_MAX */
};

struct fetch_target;

/* Everything is copied. NULL: *why_out is a static sentence. */
struct fetch_target *
fetch_target_new(struct loop *loop, const struct fetch_target_options *options,
                 const char **why_out);
/* Open exchanges end as FETCH_UNKNOWN, or FETCH_NEVER_BEGAN if they are that:
 * their callbacks are called before it returns. Not from a callback. */
void fetch_target_free(struct fetch_target **target);
int fetch_open_count(const struct fetch_target *target);

/* Both: exactly one call of cb, always later, also on failure and shutdown.
 * More than connections_max open: FETCH_NEVER_BEGAN. */

/* url NULL: the target's own. body is copied. */
void fetch_http(struct fetch_target *target, const char *url, struct bytes body,
                fetch_cb *cb, void *arg);

struct fetch_mail {
    const char *from, *to; /* envelope: visible ASCII without < and > */
    const void *message;   /* whole, lines ended by CRLF (RFC 5322); copied */
    size_t len;
};
/* Before DATA is answered by 354 nothing can have had an effect; a refusal
 * (4xx, 5xx) at any step is FETCH_ANSWERED (RFC 5321). */
void fetch_mail(struct fetch_target *target, const struct fetch_mail *mail,
                fetch_cb *cb, void *arg);

#endif
