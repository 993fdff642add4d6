/* store -- Redis, by scripts, with a known outcome for everything.
 *
 *   store_run / store_command -> store_send -> link -> on_answer -> cb
 *                              \-> store_refuse -> on_refused -> cb
 *   away -> (retry timer) -> opening -> greeting (store_greet.c) -> up
 *     ^------------- on_lost: all that was sent is unknown ----------/ */
#include "common/store/store.h"

#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"
#include "common/store/reply.h"

#define RETRY_MS_FIRST 50
#define WAIT_TURN_MS 20

void
store_say_why_not(struct store *store, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(store->why_not, sizeof(store->why_not), format, args);
    va_end(args);
}

/* ---- connecting, and again ---- */

static void
start_retry(struct store *store)
{
    store->state = STORE_AWAY;
    timer_start(store->retry_timer, backoff_next_ms(&store->backoff));
}

static void
on_lost(void *arg, const char *why)
{
    struct store *store = arg;
    bool was_up = store->state == STORE_UP;
    if (was_up) {
        log_warn("store.lost", log_str("why", why),
                 log_int("in_flight", store->in_flight));
    }
    if (store->state != STORE_GREETING || store->why_not[0] == '\0') {
        store_say_why_not(store, "no connection to Redis: %s", why);
    }
    store_forget_link(store);
    store->state = STORE_AWAY; /* what the callbacks send is refused */
    store_link_close(&store->link);
    start_retry(store);
}

static void
on_opened(void *arg)
{
    struct store *store = arg;
    store->why_not[0] = '\0';
    store->state = STORE_GREETING;
    store_greet(store);
}

static void
on_retry(void *arg)
{
    struct store *store = arg;
    struct store_link_owner owner = {on_opened, on_lost, store};
    char *why = NULL;
    store->state = STORE_OPENING;
    store->link = store_link_open(store->loop, store->endpoint, &owner, &why);
    if (store->link == NULL) {
        store_say_why_not(store, "no connection to Redis: %s", why);
        free(why);
        start_retry(store);
    }
}

/* ---- opening and closing the store ---- */

static void on_refused(void *arg);

struct store *
store_new(struct loop *loop, const struct store_options *options)
{
    struct store *store = mem_new(sizeof(*store));
    store->loop = loop;
    store->backoff = (struct backoff){.first_ms = RETRY_MS_FIRST,
                                      .most_ms = STORE_RETRY_MS_MAX};
    store->endpoint = mem_copy_string(options->endpoint);
    store->user = mem_copy_string(options->user);
    store->password = mem_copy_string(options->password);
    store->allows_volatile = options->allows_volatile;
    store->refused_last = &store->refused;
    store->retry_timer = timer_new(loop, on_retry, store);
    store->probe_timer = timer_new(loop, store_probe, store);
    store->refused_timer = timer_new(loop, on_refused, store);
    /* Named as a script that may write, it is refused whenever writes are:
     * a replica, a full memory, a failing disk. PING would not be. */
    store->probe = store_script(store, "#!lua\nreturn 'PONG'");
    store_say_why_not(store, "not yet connected to Redis");
    timer_start(store->retry_timer, 0);
    return store;
}

void
store_free(struct store **store)
{
    struct store *s = *store;
    if (s == NULL) {
        return;
    }
    s->state = STORE_AWAY;
    store_link_close(&s->link);
    while (s->refused != NULL) {
        on_refused(s);
    }
    timer_free(&s->retry_timer);
    timer_free(&s->probe_timer);
    timer_free(&s->refused_timer);
    while (s->scripts != NULL) {
        struct store_script *script = s->scripts;
        s->scripts = script->next;
        free(script);
    }
    free(s->endpoint);
    free(s->user);
    free(s->password);
    free(s);
    *store = NULL;
}

bool
store_is_ready(const struct store *store)
{
    bool is_late = store->probe_sent_ms != 0 &&
                   clock_boot_ms() - store->probe_sent_ms > STORE_PROBE_LATE_MS;
    return store->state == STORE_UP && store->is_probe_good && !is_late;
}

const char *
store_not_ready_why(const struct store *store)
{
    if (store_is_ready(store)) {
        return NULL;
    }
    return store->why_not[0] == '\0' ? "Redis does not answer" : store->why_not;
}

void
store_wait_ready(struct store *store, int64_t wait_ms)
{
    int64_t end_us = clock_boot_us() + wait_ms * 1000;
    while (!store_is_ready(store)) {
        if (store->is_never_durable) {
            log_fatal("%s", store->why_not);
        }
        if (clock_boot_us() > end_us) {
            log_fatal("Redis at %s is not ready: %s", store->endpoint,
                      store->why_not);
        }
        loop_turn(store->loop, WAIT_TURN_MS);
    }
}

int
store_in_flight(const struct store *store)
{
    return store->in_flight + store->refused_count;
}

/* ---- sending ---- */

void
store_command_free(struct store_command *command)
{
    redisFreeCommand(command->formatted);
    free(command);
}

/* Forgotten by everyone when the script is already loaded again. */
static bool
is_sent_again(struct store_command *command, const struct redisReply *reply)
{
    struct store *store = command->store;
    if (command->script == NULL || command->tries >= STORE_TRIES_MAX ||
        store->link == NULL || !store_reply_is_error(reply, "NOSCRIPT")) {
        return false;
    }
    command->tries++;
    store_script_load(command->script);
    store_link_send(store->link, &command->call, command->formatted,
                    command->formatted_len);
    return true;
}

static void
on_answer(struct store_link_call *call, const struct redisReply *reply)
{
    struct store_command *command = (struct store_command *)call;
    if (is_sent_again(command, reply)) {
        return;
    }
    if (!command->is_ours) {
        command->store->in_flight--;
    }
    uint64_t before = trace_enter(command->trace);
    store_reply_deliver(reply, command->cb, command->arg);
    (void)trace_enter(before);
    store_command_free(command);
}

void
store_send(struct store_command *command)
{
    struct store *store = command->store;
    command->call.done = on_answer;
    command->call.deadline_ms = clock_boot_ms() + STORE_DEADLINE_MS;
    command->tries = 1;
    if (!command->is_ours) {
        store->in_flight++;
    }
    store_link_send(store->link, &command->call, command->formatted,
                    command->formatted_len);
}

void
store_send_own(struct store *store, const char *const *words, int count,
               store_reply_cb *cb, void *arg)
{
    struct store_command *command = mem_new(sizeof(*command));
    command->store = store;
    command->cb = cb;
    command->arg = arg;
    command->is_ours = true;
    const char **argv = store->words;
    for (int i = 0; i < count; i++) {
        argv[i] = words[i];
        store->word_lens[i] = strlen(words[i]);
    }
    command->formatted_len = (size_t)redisFormatCommandArgv(
        &command->formatted, count, argv, store->word_lens);
    store_send(command);
}

/* ---- refusing ---- */

void
store_refuse(struct store_command *command, enum err err)
{
    struct store *store = command->store;
    command->refused_with = err;
    command->next = NULL;
    *store->refused_last = command;
    store->refused_last = &command->next;
    store->refused_count++;
    timer_start(store->refused_timer, 0);
}

static const char *
refusal_sentence(enum err err, const struct store *store)
{
    if (err == ERR_LIMIT) {
        return "too many commands are waiting for the store";
    }
    return store->why_not[0] == '\0' ? "the store is not ready"
                                     : store->why_not;
}

/* Those refused before this call; what they send and is refused waits. */
static void
on_refused(void *arg)
{
    struct store *store = arg;
    struct store_command *command = store->refused;
    store->refused = NULL;
    store->refused_last = &store->refused;
    while (command != NULL) {
        struct store_command *next = command->next;
        store->refused_count--;
        uint64_t before = trace_enter(command->trace);
        store_reply_refuse(command->refused_with,
                           refusal_sentence(command->refused_with, store),
                           command->cb, command->arg);
        (void)trace_enter(before);
        store_command_free(command);
        command = next;
    }
}
