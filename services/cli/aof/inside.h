/* inside -- what check.c and its parts share. */
#ifndef CLI_AOF_INSIDE_H
#define CLI_AOF_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"

/* One file of the log. */
struct aof_part {
    const char *folder, *name; /* borrowed */
    char *path;
    int fd;
    uint64_t size;
};

/* read.c: ERR_NONE, or false with errno. Each reads [from, until). */
typedef void aof_bytes_cb(void *arg, const void *bytes, size_t len);
MUST_CHECK bool aof_each_piece(const struct aof_part *part, uint64_t from,
                               uint64_t until, aof_bytes_cb *cb, void *arg);

/* cut.c: keeps [whole, size) beside it and cuts it there; both are on the
 * disk then. False: said why. */
MUST_CHECK bool aof_cut(const struct aof_part *part, uint64_t whole,
                        int64_t now_ms, struct buf *said);

#endif
