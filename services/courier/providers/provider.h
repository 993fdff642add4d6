/* provider -- who takes messages off our hands.
 *
 * A route names its provider and configures it. The providers are the one
 * table below: another is a row here and the file with its three acts. */
#ifndef COURIER_PROVIDER_H
#define COURIER_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "services/courier/message/message.h"

#define CARRIES_SMS (1u << WORDS__CHANNEL__CHANNEL_SMS)
#define CARRIES_EMAIL (1u << WORDS__CHANNEL__CHANNEL_EMAIL)

/* name (in [route.x] provider; its acts are provider_<name>), channels */
#define PROVIDERS(ROW)                                                         \
    ROW(outbox, CARRIES_SMS | CARRIES_EMAIL)                                   \
    ROW(http, CARRIES_SMS | CARRIES_EMAIL)                                     \
    ROW(smtp, CARRIES_EMAIL)

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

struct provider_acts {
    /* NULL: *why_out is a static sentence. Start-up only. */
    void *(*open)(const struct provider_setup *setup, const char **why_out);
    /* Exactly one call of cb, always later, also on failure and at close.
     * At most setup's concurrency are open at once. */
    void (*hand_over)(void *self, const struct message *message, handed_cb *cb,
                      void *arg);
    void (*close)(void *self);
};

struct provider {
    const char *name;
    unsigned channels; /* bits 1 << words.Channel */
    const struct provider_acts *acts;
};

#define PROVIDER_DECLARED(name, channels)                                      \
    extern const struct provider_acts provider_##name;
PROVIDERS(PROVIDER_DECLARED)
#undef PROVIDER_DECLARED

/* NULL: no such provider. */
const struct provider *provider_find(const char *name);
/* "outbox, http, smtp": for the sentence that refuses another. */
const char *provider_names(void);

#endif
