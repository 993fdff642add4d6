/* lead -- a fenced lock: one instance of a service does this, for one campaign.
 *
 *   every LEAD_EVERY_MS, for each lock: lead.lua
 *     -> it is mine: it has beaten
 *     -> it is another's: has its beat stood still for LEAD_STILL_MS? The
 *        next ask takes it, with a new epoch */
#include "common/lead/lead.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "lead_rows.h"
#include "lead_scripts.h"

#define SEEN_SIZE 64
#define OWN_FIELDS 3 /* epoch, holder, beat */

struct lead_lock {
    struct lead_lock *next;
    struct lead *lead;
    char *key;
    void *owner;
    uint64_t epoch; /* as its holder; 0: another is */
    char holder[LEAD_ME_SIZE];
    char seen[SEEN_SIZE]; /* "<epoch>.<beat>" */
    int64_t seen_at_ms;
    bool is_asked;
};

struct lead {
    struct lead_options options;
    char me[LEAD_ME_SIZE];
    struct store_script *script;
    struct timer *timer;
    struct lead_lock *locks;
    size_t open; /* asks on their way */
    bool is_leaving;
};

/* ---- an answer ---- */

static const char *
text_of(const struct store_reply *reply, size_t item)
{
    bool is_text = reply->type == STORE_ARRAY && item < reply->count &&
                   reply->items[item].type == STORE_STRING;
    return is_text ? reply->items[item].string : "";
}

static void
note_beat(struct lead_lock *lock, const struct store_reply *reply)
{
    char seen[SEEN_SIZE];
    (void)snprintf(seen, sizeof(seen), "%.30s.%.30s", text_of(reply, 0),
                   text_of(reply, 2));
    (void)snprintf(lock->holder, sizeof(lock->holder), "%s", text_of(reply, 1));
    if (strcmp(seen, lock->seen) != 0) {
        memcpy(lock->seen, seen, sizeof(seen));
        lock->seen_at_ms = clock_boot_ms();
    }
    bool is_mine = strcmp(lock->holder, lock->lead->me) == 0;
    lock->epoch = is_mine ? strtoull(text_of(reply, 0), NULL, 10) : 0;
}

static void
answered(void *arg, enum err err, const struct store_reply *reply)
{
    struct lead_lock *lock = arg;
    const struct lead_options *options = &lock->lead->options;
    lock->is_asked = false;
    lock->lead->open--;
    if (err != ERR_NONE || lock->lead->is_leaving) {
        return;
    }
    note_beat(lock, reply);
    struct lead_news news = {.epoch = lock->epoch, .holder = lock->holder};
    for (size_t i = 0; i < options->field_count; i++) {
        news.fields[i] = text_of(reply, OWN_FIELDS + i);
    }
    options->heard(lock->owner, &news);
}

/* ---- an ask ---- */

static void
run(struct lead_lock *lock, enum lead_wish wish, store_reply_cb *cb, void *arg)
{
    struct lead *lead = lock->lead;
    struct bytes key = bytes_of_string(lock->key);
    struct bytes args[LEAD_ARGS + LEAD_FIELDS_MAX];
    char wished[4];
    bool has_stood_still = lock->epoch == 0 && lock->seen[0] != '\0' &&
                           clock_boot_ms() - lock->seen_at_ms >= LEAD_STILL_MS;
    (void)snprintf(wished, sizeof(wished), "%d", (int)wish);
    args[LEAD_ARG_ME] = bytes_of_string(lead->me);
    args[LEAD_ARG_STOOD_STILL] =
        bytes_of_string(has_stood_still ? lock->seen : "");
    args[LEAD_ARG_WISH] = bytes_of_string(wished);
    for (size_t i = 0; i < lead->options.field_count; i++) {
        args[LEAD_ARGS + i] = bytes_of_string(lead->options.fields[i]);
    }
    lead->open++;
    store_run(lead->options.store,
              &(struct store_call){.script = lead->script,
                                   .keys = &key,
                                   .key_count = 1,
                                   .args = args,
                                   .arg_count =
                                       LEAD_ARGS + lead->options.field_count},
              cb, arg);
}

void
lead_ask(struct lead_lock *lock)
{
    if (!lock->is_asked && !lock->lead->is_leaving) {
        lock->is_asked = true;
        run(lock, LEAD_KEEP, answered, lock);
    }
}

static void
on_beat(void *arg)
{
    struct lead *lead = arg;
    for (struct lead_lock *lock = lead->locks; lock != NULL;
         lock = lock->next) {
        lead_ask(lock);
    }
    timer_start(lead->timer, LEAD_EVERY_MS);
}

/* ---- its life ---- */

struct lead *
lead_new(const struct lead_options *options)
{
    assert(options->field_count <= LEAD_FIELDS_MAX);
    assert(strlen(options->me) < LEAD_ME_SIZE);
    struct lead *lead = mem_new(sizeof(*lead));
    lead->options = *options;
    (void)snprintf(lead->me, sizeof(lead->me), "%s", options->me);
    lead->script = store_script(options->store, lead_scripts[LEAD_SCRIPT_LEAD]);
    lead->timer = timer_new(options->loop, on_beat, lead);
    timer_start(lead->timer, LEAD_EVERY_MS);
    return lead;
}

void
lead_free(struct lead **lead)
{
    if (*lead == NULL) {
        return;
    }
    while ((*lead)->locks != NULL) {
        struct lead_lock *lock = (*lead)->locks;
        (*lead)->locks = lock->next;
        free(lock->key);
        free(lock);
    }
    timer_free(&(*lead)->timer);
    free(*lead);
    *lead = NULL;
}

struct lead_lock *
lead_join(struct lead *lead, const char *key, void *owner)
{
    struct lead_lock *lock = mem_new(sizeof(*lock));
    lock->lead = lead;
    lock->key = mem_copy_string(key);
    lock->owner = owner;
    lock->next = lead->locks;
    lead->locks = lock;
    lead_ask(lock);
    return lock;
}

const char *
lead_holder(const struct lead_lock *lock)
{
    return lock->holder;
}

static void
left(void *arg, enum err err, const struct store_reply *reply)
{
    struct lead *lead = arg;
    (void)err;
    (void)reply;
    lead->open--;
}

void
lead_leave(struct lead *lead)
{
    lead->is_leaving = true;
    timer_stop(lead->timer);
    for (struct lead_lock *lock = lead->locks; lock != NULL;
         lock = lock->next) {
        if (lock->epoch != 0) {
            run(lock, LEAD_LEAVE, left, lead);
        }
    }
}

bool
lead_is_idle(const struct lead *lead)
{
    return lead->open == 0;
}
