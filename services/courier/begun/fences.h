/* fences -- which directory of notes this is, and the highest grant that the
 * couriers who share it have heard of, by campaign: so that a store that has
 * gone back in time is noticed, and asks whom they have begun.
 *
 * One page, begun/fences, memory-mapped and shared; changed under a lock,
 * synced with the journal. Its place is a random number: a directory that was
 * lost and made anew is another place.
 *
 * Limits: FENCES_MAX campaigns; the one heard of longest ago makes room. */
#ifndef COURIER_FENCES_H
#define COURIER_FENCES_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"

#define FENCES_MAX 32 /* as in broadcast.proto */

struct fences;

struct fence {
    char campaign[SLUG_SIZE]; /* "": none */
    uint64_t era, granted;
    uint64_t heard; /* rises: when */
};

/* Opens or makes <dir>/begun/fences; <dir>/begun is there. Exits when it cannot
 * be (start-up only). */
struct fences *fences_open(const char *dir);
void fences_close(struct fences **fences);
uint64_t fences_place(const struct fences *fences);
size_t fences_list(const struct fences *fences, struct fence list[FENCES_MAX]);
/* Heard of a grant. Of a newer era than it has reported for it takes nothing:
 * it must be told to report first. */
void fences_note(struct fences *fences, const struct fence *fence);
/* All was reported for that era. */
void fences_reported(struct fences *fences, const char *campaign, uint64_t era);
void fences_sync(struct fences *fences);

#endif
