/* columns -- a campaign's columns in memory, each chunk proved fresh.
 *
 * Every chunk of a column carries the stamp of its last change; reading
 * sends the stamps that are known, and Redis answers with the bytes of those
 * chunks alone whose stamp is another. So an audience over a million people
 * costs one short script call while nothing changes. */
#ifndef SIGNUP_KEEP_COLUMNS_H
#define SIGNUP_KEEP_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "shared_rows.h"

#define CHUNK_PEOPLE CHUNK_NUMBERS
#define CHUNK_BIT_BYTES (CHUNK_PEOPLE / 8)
#define COLUMN_NAME_SIZE 32 /* "region", "c1023" */

#define COLUMNS_WANTED_MAX 144   /* of one read */
#define COLUMNS_WINDOW_CHUNKS 16 /* of one read: a million people */
/* Of one campaign; above it all is read anew. */
#define COLUMNS_BYTES_MAX ((size_t)512 * 1024 * 1024)

struct su;
struct columns;

/* Both are borrowed. */
struct columns *columns_new(struct su *su, const char *campaign);
void columns_free(struct columns **columns);

/* A byte a person, or a bit (least significant first). */
struct column_name {
    bool is_bits;
    char name[COLUMN_NAME_SIZE];
};

struct columns_window {
    uint32_t chunk, chunk_count; /* at most COLUMNS_WINDOW_CHUNKS */
};

struct columns_wanted {
    size_t count;
    struct column_name names[COLUMNS_WANTED_MAX];
    struct columns_window window;
};

/* people: how many the campaign has. */
typedef void columns_cb(void *arg, enum err err, uint32_t people);

/* Makes the wanted chunks fresh; wanted is copied. Exactly one call of cb,
 * always later, also on failure and shutdown. What columns_get then gives is
 * good until cb returns. */
void columns_read(struct columns *columns, const struct columns_wanted *wanted,
                  columns_cb *cb, void *arg);

/* CHUNK_PEOPLE bytes or CHUNK_BIT_BYTES. Never NULL: zeros if it is not
 * there. */
const uint8_t *columns_get(const struct columns *columns,
                           const struct column_name *name, uint32_t chunk);

#endif
