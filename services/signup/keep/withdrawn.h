/* withdrawn -- what people withdrew, in a file outside Redis: one for each
 * instance and campaign, <dir>/<instance>/<campaign>.withdrawn.
 *
 * A word (a withdrawn row) is on the disk before the script that does what it
 * says runs: STOP, news or service switched off, "Not me", and what takes
 * those back. So a store that has gone back behind them (a backup put back, a
 * failover with a lost tail) is brought forward again by replay.lua. In the
 * file is nobody's name, number or address: keyed hashes, and numbers that
 * mean nothing outside.
 *
 * Layout: a header with its version and the file's own id, then words of one
 * length, each with a MAC. What was torn at the end is cut off when it is next
 * written to; anything else that is damaged, and a newer version, is for an
 * operator to see. Words are never taken out again: 32 bytes each. */
#ifndef SIGNUP_KEEP_WITHDRAWN_H
#define SIGNUP_KEEP_WITHDRAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "signup_rows.h"

#define WITHDRAWN_VERSION 1
#define WITHDRAWN_HEADER_BYTES 32
#define WITHDRAWN_WORD_BYTES 32
#define WITHDRAWN_ID_SIZE 17 /* hexadecimal, with its NUL */
#define WITHDRAWN_PATH_SIZE 1024
#define WITHDRAWN_NAME_SIZE 80 /* of an instance */

/* How far a file goes, or has been applied. */
struct withdrawn_mark {
    char id[WITHDRAWN_ID_SIZE]; /* "": there is none */
    uint64_t count;             /* words */
    int64_t at_ms;              /* of the last; 0: none */
};

/* ---- pure: of bytes that may be anything ---- */

enum withdrawn_health {
    WITHDRAWN_GOOD,
    WITHDRAWN_EMPTY, /* nothing, or a header cut short */
    WITHDRAWN_NEWER, /* of a later version */
    WITHDRAWN_DAMAGED,
};

/* Looks at a whole file; out: what is good of it, from the front. GOOD also
 * with an end that was torn: words are written one after the other, so no
 * good one follows a bad one. */
enum withdrawn_health withdrawn_look(const struct crypto_key *key,
                                     struct bytes file,
                                     struct withdrawn_mark *out);
void withdrawn_pack_header(const struct crypto_key *key, const char *id,
                           struct buf *to);
void withdrawn_pack_word(const struct crypto_key *key,
                         const struct withdrawn_row *word, struct buf *to);
/* file is GOOD and has more than n words. */
struct withdrawn_row withdrawn_word(struct bytes file, uint64_t n);

/* ---- reading ---- */

/* The whole file, to be freed; len 0: there is none, or it cannot be read,
 * which is logged. */
void *withdrawn_read(const char *path, size_t *len_out);
#define WITHDRAWN_SUFFIX ".withdrawn"
struct withdrawn_files {
    const char *dir, *campaign; /* campaign NULL: all */
    const char *suffix;
};
/* Calls cb for such a file of each instance. */
void withdrawn_each(const struct withdrawn_files *files,
                    void (*cb)(void *arg, const char *instance,
                               const char *path),
                    void *arg);
/* Start-up: exits with a sentence when a file in dir is damaged or newer. */
void withdrawn_check(const struct crypto_key *key, const char *dir);

/* ---- writing: one's own ---- */

struct withdrawn;
struct withdrawn_place {
    const char *dir, *instance, *campaign; /* copied */
    const struct crypto_key *key;          /* borrowed */
};
/* Touches no disk: the file is made with its first word. */
struct withdrawn *withdrawn_new(const struct withdrawn_place *place);
void withdrawn_free(struct withdrawn **withdrawn);

/* Gives the file that is there another id: it was cut short, so that what is
 * known of how far it was applied is of no use. False: logged. */
MUST_CHECK bool withdrawn_renew(struct withdrawn *withdrawn);
/* Gives each of words its time and appends them; durable after
 * withdrawn_sync. False: they could not be written, logged; they have their
 * time. */
bool withdrawn_add(struct withdrawn *withdrawn, struct withdrawn_row *words,
                   size_t count);
bool withdrawn_sync(struct withdrawn *withdrawn);
/* Of what has been added. */
const struct withdrawn_mark *withdrawn_mark(const struct withdrawn *withdrawn);
const char *withdrawn_instance(const struct withdrawn *withdrawn);

#endif
