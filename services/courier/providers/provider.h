/* provider -- who takes messages off our hands: the outbox, HTTP, SMTP.
 *
 * A route names its provider and configures it; providers are one table. */
#ifndef COURIER_PROVIDER_H
#define COURIER_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/base/base.h"
#include "common/loop/loop.h"

/* Rendered, for one recipient. Everything is borrowed for the call. */
struct message {
    Words__Channel channel;
    const char *campaign, *ref;        /* ref: see common/crypto/reference.h */
    const char *to;                    /* E.164, or an email address */
    const char *from;                  /* SMS: sender, ""; email: address */
    const char *from_name;             /* email; NULL: none */
    const char *subject, *text, *html; /* subject, html: NULL for an SMS */
    const char *unsubscribe_url;       /* email; NULL: none */
    int64_t expires_at_ms;             /* wall clock; 0: not said */
};

/* ACCEPTED, FAILED, DEFERRED or IN_DOUBT, and why: see reason.h. */
struct handed {
    Words__RecipientState state;
    uint16_t detail;
    uint32_t retry_after_ms; /* DEFERRED: the provider's wish; 0: none */
};
static inline struct handed
handed_as(Words__RecipientState state, uint16_t detail)
{
    return (struct handed){.state = state, .detail = detail};
}

typedef void handed_cb(void *arg, const struct handed *handed);

struct provider_setup {
    struct loop *loop;
    const struct conf *conf;
    const char *section; /* "route.x" */
    Words__Channel channel;
    int64_t timeout_ms;
    int concurrency;
};

struct provider {
    const char *name;
    unsigned channels; /* bits 1 << words.Channel */
    /* NULL: *why_out is a static sentence. Start-up only. */
    void *(*open)(const struct provider_setup *setup, const char **why_out);
    /* Exactly one call of cb, always later, also on failure and at close.
     * At most setup's concurrency are open at once. */
    void (*hand_over)(void *self, const struct message *message, handed_cb *cb,
                      void *arg);
    void (*close)(void *self);
};

extern const struct provider provider_outbox;
extern const struct provider provider_http;
extern const struct provider provider_smtp;

/* NULL: no such provider. */
const struct provider *provider_find(const char *name);

#endif
