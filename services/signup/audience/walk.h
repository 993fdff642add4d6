/* walk -- goes through an audience chunk by chunk, in order.
 *
 * Reads the definitions, binds the query, and for each window of chunks
 * makes the columns fresh, asks checkin who is present if the query wants
 * that, and hands on each chunk with who matches in it. */
#ifndef SIGNUP_AUDIENCE_WALK_H
#define SIGNUP_AUDIENCE_WALK_H

#include "services/signup/audience/match.h"
#include "services/signup/audience/query.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/signup.h"

struct walk_chunk {
    uint32_t chunk;
    bool is_last; /* no chunk after it now */
    const struct plan *plan;
    const struct match_chunk *columns;
    const uint8_t *bits; /* CHUNK_BIT_BYTES: who matches */
    unsigned matched;
};

struct walk_ask {
    const char *campaign, *query;
    const char *action; /* the message is about, or NULL */
    Words__Class class_;
    bool is_one_chunk; /* chunk alone, even if nobody is in it */
    uint32_t chunk;
    /* Borrowed for the call. */
    void (*on_chunk)(void *arg, const struct walk_chunk *chunk);
    /* Once, at the end. campaign is NULL unless the fault's err is
     * ERR_NONE. */
    void (*done)(void *arg, const struct bus_fault *fault,
                 struct campaign *campaign);
    void *arg;
};

/* The strings are copied. Exactly one call of done, always later, also on
 * failure and shutdown. */
void walk_start(struct signup *signup, const struct walk_ask *ask);

#endif
