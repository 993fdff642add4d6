/* check -- the log of a Redis that does not run, looked at before it is
 * started.
 *
 * Redis 7.0 by itself cuts a log that ends in the midst of a transaction at
 * its last whole *command*, starts, and writes on: at the next start half a
 * script is applied and what follows is read wrongly. Here it is cut at the
 * last whole *transaction*, and what is cut off is kept beside it as
 * <file>.torn-<date>. Only the end of the last file is ever cut: whatever is
 * broken before that, or looks as if more had followed, stays as it is. */
#ifndef CLI_AOF_CHECK_H
#define CLI_AOF_CHECK_H

#include <stdbool.h>

#include "common/base/base.h"

enum aof_outcome {
    AOF_IS_WHOLE,  /* or there is none yet; said nothing */
    AOF_IS_TORN,   /* cut, if asked to; said how much */
    AOF_IS_BROKEN, /* said where, and what can be done; nothing changed */
    AOF_UNSEEN,    /* could not look, or not cut; said why; nothing changed */
};

/* dir is Redis' own; sentences go to said, with no end of line behind the
 * last. now_ms dates what is kept. Reads every file once, a piece at a time. */
enum aof_outcome aof_check(const char *dir, bool is_cutting, int64_t now_ms,
                           struct buf *said);

#endif
