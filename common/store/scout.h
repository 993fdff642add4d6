/* scout -- asks one of several servers, now and then, where the data is.
 *
 * One connection at a time, in the places' order: who is silent for a second
 * or refuses is passed over. With a topic the connection is kept and listens;
 * a message there, or store_scout_ask, makes it ask anew. For the store
 * alone. */
#ifndef COMMON_STORE_SCOUT_H
#define COMMON_STORE_SCOUT_H

#include "common/loop/loop.h"
#include "common/store/endpoint.h"
#include "common/store/store.h"

struct store_scout;

struct store_scout_options {
    const char *user, *password; /* NULL: no AUTH; as all, borrowed */
    const char *const *question; /* word_count words */
    int word_count;
    const char *topic; /* NULL, or: subscribed to behind the question */
    void (*answered)(void *arg, const struct store_place *by,
                     const struct store_reply *reply);
    void (*failed)(void *arg, const struct store_place *by, const char *why);
    void *arg;
};

struct store_scout *store_scout_new(struct loop *loop,
                                    const struct store_scout_options *options);
void store_scout_free(struct store_scout **scout);
/* Copied; at least one, at most STORE_PLACES_MAX. */
void store_scout_set_places(struct store_scout *scout,
                            const struct store_place *places, size_t count);
/* Soon, at most every 100 ms: an answer that was asked for after now. */
void store_scout_ask(struct store_scout *scout);

#endif
