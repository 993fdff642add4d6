/* provider_smtp -- mail through any relay (RFC 5321), by libcurl.
 *
 *   [route.x]
 *   url = smtp://host:25 (TLS when the relay offers it), smtps://host:465
 *   user, password  (then TLS is demanded)
 *
 * A 2xx to the message is accepted; 4xx deferred; 5xx failed; a connection
 * lost before the message itself: deferred; after it: in doubt. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/fetch/fetch.h"
#include "services/courier/message/mail.h"
#include "services/courier/message/reason.h"
#include "services/courier/providers/provider.h"

struct smtp {
    struct fetch_target *target;
    struct buf mail;
};

struct handover {
    handed_cb *cb;
    void *arg;
};

static void *
smtp_open(const struct provider_setup *setup, const char **why_out)
{
    const struct conf *conf = setup->conf;
    const char *section = setup->section;
    const char *url = conf_text_of(conf, SET_ROUTE_URL, section);
    if (url == NULL || strncmp(url, "smtp", 4) != 0) {
        *why_out = "url is smtp://host:port or smtps://host:port";
        return NULL;
    }
    struct fetch_target *target = fetch_target_new(
        setup->loop,
        &(struct fetch_target_options){
            .url = url,
            .user = conf_text_of(conf, SET_ROUTE_USER, section),
            .password = conf_text_of(conf, SET_ROUTE_PASSWORD, section),
            .timeout_ms = setup->timeout_ms,
            .connections_max = setup->concurrency},
        why_out);
    if (target == NULL) {
        return NULL;
    }
    struct smtp *s = mem_new(sizeof(*s));
    s->target = target;
    buf_init(&s->mail, FETCH_BODY_BYTES_MAX);
    return s;
}

static void
smtp_close(void *self)
{
    struct smtp *s = self;
    fetch_target_free(&s->target);
    buf_fini(&s->mail);
    free(s);
}

static struct handed
read_answer(const struct fetch_answer *answer)
{
    switch (answer->outcome) {
    case FETCH_ANSWERED:
        return handed_as(answer->status < 400 ? WORDS__RECIPIENT_STATE__ACCEPTED
                         : answer->status < 500
                             ? WORDS__RECIPIENT_STATE__DEFERRED
                             : WORDS__RECIPIENT_STATE__FAILED,
                         (uint16_t)answer->status);
    case FETCH_NEVER_BEGAN:
        return handed_as(WORDS__RECIPIENT_STATE__DEFERRED, REASON_UNREACHABLE);
    case FETCH_REFUSED:
        return handed_as(WORDS__RECIPIENT_STATE__FAILED, REASON_BAD_ADDRESS);
    case FETCH_UNKNOWN:
    default:
        return handed_as(WORDS__RECIPIENT_STATE__IN_DOUBT, REASON_NO_ANSWER);
    }
}

static void
on_answer(void *arg, const struct fetch_answer *answer)
{
    struct handover *handover = arg;
    struct handed handed = read_answer(answer);
    handover->cb(handover->arg, &handed);
    free(handover);
}

static void
smtp_hand_over(void *self, const struct message *m, handed_cb *cb, void *arg)
{
    struct smtp *s = self;
    struct handover *handover = mem_new(sizeof(*handover));
    *handover = (struct handover){cb, arg};
    buf_reset(&s->mail);
    mail_write(m, clock_wall_ms(), &s->mail);
    fetch_mail(
        s->target,
        &(struct fetch_mail){m->from, m->to, buf_string(&s->mail), s->mail.len},
        on_answer, handover);
}

const struct provider_acts provider_smtp = {
    .open = smtp_open,
    .hand_over = smtp_hand_over,
    .close = smtp_close,
};
