/* scout -- see scout.h.
 *
 *   ask -> on_time: open -> on_opened: AUTH, the question, SUBSCRIBE
 *    ^                            answer -> answered
 *    \--- on_lost: the next place, when there was no answer or a new one is
 *         wanted */
#include "common/store/scout.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/link.h"
#include "common/store/reply.h"

#define SILENT_MS 1000
#define SPACING_MS 100
#define PING_MS 1000
#define RETRY_MS_MAX 1000
#define WORDS_MAX 4

struct store_scout {
    struct loop *loop;
    struct store_scout_options options;
    struct store_place places[STORE_PLACES_MAX];
    size_t count, at;
    struct store_link *link; /* NULL: not asking, not listening */
    struct timer *timer, *ping_timer;
    struct backoff backoff; /* after a place that did not answer */
    int64_t asked_ms;
    bool has_answered; /* on this connection */
    bool is_wanted;    /* another answer than this connection's */
};

struct scout_call {
    struct store_link_call call; /* first */
    struct store_scout *scout;
    store_reply_cb *cb;
};

/* ---- saying something ---- */

static void
on_done(struct store_link_call *link_call, struct redisReply *reply)
{
    struct scout_call *call = (struct scout_call *)link_call;
    if (reply != NULL) {
        store_reply_deliver(reply, call->cb, call->scout);
    }
    freeReplyObject(reply);
    free(call);
}

static void
say(struct store_scout *scout, const char *const *words, int count,
    store_reply_cb *cb)
{
    struct scout_call *call = mem_new(sizeof(*call));
    call->scout = scout;
    call->cb = cb;
    call->call.done = on_done;
    call->call.deadline_ms = clock_boot_ms() + SILENT_MS;
    char *formatted = NULL;
    const char *argv[WORDS_MAX];
    size_t lens[WORDS_MAX];
    for (int i = 0; i < count; i++) {
        argv[i] = words[i];
        lens[i] = strlen(words[i]);
    }
    int len = redisFormatCommandArgv(&formatted, count, argv, lens);
    store_link_send(scout->link, &call->call, formatted, (size_t)len);
    redisFreeCommand(formatted);
}

/* AUTH, SUBSCRIBE, PING: refused is as good as lost. */
static void
said(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_scout *scout = arg;
    if (err != ERR_NONE) {
        store_link_break(scout->link, reply->string);
    }
}

static void
question_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_scout *scout = arg;
    if (err != ERR_NONE) {
        store_link_break(scout->link, reply->string);
        return;
    }
    scout->has_answered = true;
    backoff_reset(&scout->backoff);
    struct store_place by = scout->places[scout->at];
    scout->options.answered(scout->options.arg, &by, reply);
    if (scout->options.topic == NULL || scout->is_wanted) {
        store_link_break(scout->link, "it has answered");
    }
}

/* ---- the connection ---- */

static void
start_soon(struct store_scout *scout)
{
    int64_t wait_ms = scout->asked_ms + SPACING_MS - clock_boot_ms();
    timer_start(scout->timer, wait_ms < 0 ? 0 : wait_ms);
}

static void
on_lost(void *arg, const char *why)
{
    struct store_scout *scout = arg;
    bool is_over = scout->has_answered && scout->options.topic == NULL &&
                   !scout->is_wanted;
    store_link_close(&scout->link);
    timer_stop(scout->ping_timer);
    struct store_place by = scout->places[scout->at];
    scout->at = (scout->at + 1) % scout->count;
    if (!scout->has_answered) {
        timer_start(scout->timer, backoff_next_ms(&scout->backoff));
        scout->options.failed(scout->options.arg, &by, why);
    } else if (!is_over) {
        start_soon(scout);
    }
}

static void
on_opened(void *arg)
{
    struct store_scout *scout = arg;
    const struct store_scout_options *options = &scout->options;
    if (options->password != NULL) {
        const char *const auth[] = {
            "AUTH", options->user == NULL ? "default" : options->user,
            options->password};
        say(scout, auth, 3, said);
    }
    say(scout, options->question, options->word_count, question_done);
    if (options->topic != NULL) {
        const char *const subscribe[] = {"SUBSCRIBE", options->topic};
        say(scout, subscribe, 2, said);
        timer_start(scout->ping_timer, PING_MS);
    }
}

static void
on_ping(void *arg)
{
    struct store_scout *scout = arg;
    const char *const ping[] = {"PING"};
    say(scout, ping, 1, said);
    timer_start(scout->ping_timer, PING_MS);
}

static void
on_heard(void *arg)
{
    store_scout_ask(arg);
}

static void
on_time(void *arg)
{
    struct store_scout *scout = arg;
    const struct store_link_owner owner = {
        .opened = on_opened, .lost = on_lost, .heard = on_heard, .arg = scout};
    scout->asked_ms = clock_boot_ms();
    scout->has_answered = scout->is_wanted = false;
    scout->link =
        store_link_open(scout->loop, &scout->places[scout->at], &owner);
}

void
store_scout_ask(struct store_scout *scout)
{
    if (scout->link == NULL) {
        start_soon(scout);
    } else if (!scout->is_wanted) {
        scout->is_wanted = true;
        if (scout->has_answered) {
            store_link_break(scout->link, "it is asked anew");
        }
    }
}

/* ---- */

void
store_scout_set_places(struct store_scout *scout,
                       const struct store_place *places, size_t count)
{
    memcpy(scout->places, places, count * sizeof(*places));
    scout->count = count;
    scout->at = scout->at % count;
}

struct store_scout *
store_scout_new(struct loop *loop, const struct store_scout_options *options)
{
    struct store_scout *scout = mem_new(sizeof(*scout));
    scout->loop = loop;
    scout->options = *options;
    scout->backoff =
        (struct backoff){.first_ms = SPACING_MS, .most_ms = RETRY_MS_MAX};
    scout->timer = timer_new(loop, on_time, scout);
    scout->ping_timer = timer_new(loop, on_ping, scout);
    return scout;
}

void
store_scout_free(struct store_scout **scout)
{
    struct store_scout *s = *scout;
    if (s == NULL) {
        return;
    }
    *scout = NULL;
    store_link_close(&s->link);
    timer_free(&s->timer);
    timer_free(&s->ping_timer);
    free(s);
}
