/* read -- a file of the log, a piece at a time. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "services/cli/aof/inside.h"

#define PIECE_BYTES ((size_t)256 * 1024)

bool
aof_each_piece(const struct aof_part *part, uint64_t from, uint64_t until,
               aof_bytes_cb *cb, void *arg)
{
    char *piece = mem_new(PIECE_BYTES);
    bool is_good = true;
    while (is_good && from < until) {
        uint64_t left = until - from;
        size_t len = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        ssize_t got = pread(part->fd, piece, len, (off_t)from);
        if (got > 0) {
            cb(arg, piece, (size_t)got);
            from += (uint64_t)got;
        } else if (got == 0) {
            errno = EIO; /* it has become shorter: somebody writes there */
            is_good = false;
        } else {
            is_good = errno == EINTR;
        }
    }
    int why = errno;
    free(piece);
    errno = why;
    return is_good;
}
