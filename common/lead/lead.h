/* lead -- a fenced lock: one instance of a service does this, for one campaign.
 *
 * A lock is a hash in the store: {holder, epoch, beat} and what its owner
 * keeps beside. The holder beats every LEAD_EVERY_MS; the others watch the
 * beat by their own boot clocks, and the first that has seen it stand still
 * for LEAD_STILL_MS takes it. Each change of holder is a new epoch, from 1.
 *
 * The epoch is the fence: every script that only the holder may run gets it
 * and refuses (GONE) when the lock's is another. So two that both believe to
 * hold it are harmless, and nothing here has to be exact about time.
 *
 *   1. lead_new: who this instance is; its start number makes it its own
 *      successor at once
 *   2. lead_join for each lock; it is asked for at once and with every beat
 *   3. heard, after each answer: whose it is, and the owner's own fields
 *   4. lead_leave at the drain: hands over what it holds
 *   5. lead_is_idle, then lead_free */
#ifndef COMMON_LEAD_LEAD_H
#define COMMON_LEAD_LEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/loop/loop.h"
#include "common/store/store.h"

#define LEAD_EVERY_MS 500
#define LEAD_STILL_MS 2000 /* a holder that does not beat is succeeded */
#define LEAD_ME_SIZE 96
#define LEAD_FIELDS_MAX 8

struct lead;
struct lead_lock;

/* What a beat's answer says; borrowed for the call. */
struct lead_news {
    uint64_t epoch; /* this instance's, as the holder; 0: another holds it */
    const char *holder;
    /* Of lead_options.fields, in their order; "" where there is none. */
    const char *fields[LEAD_FIELDS_MAX];
};

struct lead_options {
    struct loop *loop;
    struct store *store;
    const char *me; /* "<instance> <start number>"; copied */
    /* Further fields of the lock's hash to be told; borrowed. */
    const char *const *fields;
    size_t field_count;
    /* Called after each good answer, never from within a call here. owner is
     * lead_join's. A failed ask tells nothing: the fence is in the scripts. */
    void (*heard)(void *owner, const struct lead_news *news);
};

struct lead *lead_new(const struct lead_options *options);
/* No answer may be on its way any more: see lead_is_idle. */
void lead_free(struct lead **lead);

/* key: of the hash; copied. Lasts as long as lead. */
struct lead_lock *lead_join(struct lead *lead, const char *key, void *owner);
/* Asks now, not at the next beat. */
void lead_ask(struct lead_lock *lock);
/* As last heard: who holds it; "" is nobody. */
const char *lead_holder(const struct lead_lock *lock);

/* Beats no more, and hands over what it holds; heard is not called again. */
void lead_leave(struct lead *lead);
bool lead_is_idle(const struct lead *lead);

#endif
