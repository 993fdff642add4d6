/* columns -- a campaign's columns in memory, each chunk proved fresh.
 *
 * Every chunk of a column carries the stamp of its last change; reading
 * sends the stamps that are known, and Redis answers with the bytes of those
 * chunks alone whose stamp is another. So an audience over a million people
 * costs one short script call while nothing changes. */
#ifndef SIGNUP_AUDIENCE_COLUMNS_H
#define SIGNUP_AUDIENCE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "services/signup/audience/plan.h"

#define COLUMNS_WINDOW_CHUNKS 16 /* of one read: a million people */
/* Of one campaign; above it all is read anew. */
#define COLUMNS_BYTES_MAX ((size_t)512 * 1024 * 1024)

struct campaign;
struct columns;

struct columns *columns_new(struct campaign *campaign); /* borrowed */
void columns_free(struct columns **columns);

struct columns_window {
    uint32_t chunk, chunk_count; /* at most COLUMNS_WINDOW_CHUNKS */
};

/* people: how many the campaign has. */
typedef void columns_cb(void *arg, enum err err, uint32_t people);

/* Makes the slots' chunks of the window fresh (SLOT_PRESENT are passed
 * over). Exactly one call of cb, always later, also on failure and shutdown.
 * What columns_get then gives is good until cb returns. plan is borrowed
 * until cb. */
void columns_read(struct columns *columns, const struct plan *plan,
                  struct columns_window window, columns_cb *cb, void *arg);

/* CHUNK_PEOPLE bytes or CHUNK_BIT_BYTES. Never NULL: zeros if it is not
 * there. */
const uint8_t *columns_get(const struct columns *columns,
                           const struct slot *slot, uint32_t chunk);

#endif
