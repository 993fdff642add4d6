/* begun_file -- one memory-mapped, sparse file of begun/; for this room. */
#ifndef COURIER_BEGUN_FILE_H
#define COURIER_BEGUN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "services/courier/begun/begun.h"

#define BEGUN_HEADER_BYTES 4096
#define BEGUN_BLOCK_BYTES 8192 /* taken at once; a chunk of bits */

struct begun_header {
    char magic[8];
    uint32_t version, channel;
    int64_t made_at_ms;
    char campaign[SLUG_SIZE], broadcast[SLUG_SIZE];
    uint64_t checksum;   /* of what is above */
    uint32_t idle_hours; /* atomic; not under the checksum */
};

struct begun_file {
    int fd; /* -1: not open. Locked (shared), so that nobody removes it */
    uint8_t *bytes;
    size_t len;        /* mapped: so much is in the file */
    size_t prepared;   /* the end of the block that was prepared last */
    uint64_t from, to; /* places not synced yet; from == to: none */
};

/* Opens or makes it, whole at any moment, and notes that it is used. False:
 * it cannot be, or is no such file (logged). */
bool begun_file_open(struct begun_file *file, int dir, const char *name,
                     const struct begun_key *key);
void begun_file_close(struct begun_file *file);
void begun_file_note_use(struct begun_file *file);
/* The block of this place (behind the header) is there and has room. */
bool begun_file_prepare(struct begun_file *file, uint64_t place);
/* The place in memory; NULL: not prepared, so zero. */
uint8_t *begun_file_at(const struct begun_file *file, uint64_t place);
/* len bytes at place have changed. */
void begun_file_touch(struct begun_file *file, uint64_t place, size_t len);
void begun_file_sync(struct begun_file *file);

/* One more hour unused. True: it was removed. */
bool begun_file_age(int dir, const char *name);
/* Looks at a file at the start; exits when it is not one that can be used.
 * path: for the sentence. */
void begun_file_inspect(int dir, const char *name, const char *path);

#endif
