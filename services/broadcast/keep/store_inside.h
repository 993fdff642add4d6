/* store_inside -- how this service's script calls are built. For store.c and
 * store_ledger.c alone. */
#ifndef BROADCAST_STORE_INSIDE_H
#define BROADCAST_STORE_INSIDE_H

#include "common/base/base.h"
#include "services/broadcast/keep/store.h"

#define KEEP_ARGS_MAX 24
#define KEEP_KEY_SIZE 192

enum keep_script {
    KEEP_GRANT,
    KEEP_SETTLE,
    KEEP_FREEZE,
    KEEP_STANDING,
    KEEP_RETRY,
    KEEP_SWEEP,
    KEEP_DOUBT,
    KEEP_STAGE,
    KEEP_CREATE,
    KEEP_RECOUNT,
    KEEP_ELECT, /* from here on without ledger.lua before it */
    KEEP_SINCE,
    KEEP_SCRIPTS
};

struct keep_args {
    const struct keep_on *on;
    struct bytes args[KEEP_ARGS_MAX];
    char numbers[KEEP_ARGS_MAX][24];
    char key[KEEP_KEY_SIZE];
    size_t count;
};

/* The five arguments that ledger.lua takes. */
void keep_args_begin(struct keep_args *args, const struct keep_on *on);
/* Borrowed until the run. More than KEEP_ARGS_MAX is a bug of ours: it ends
 * the program. */
void keep_args_bytes(struct keep_args *args, const void *data, size_t len);
void keep_args_text(struct keep_args *args, const char *text);
void keep_args_number(struct keep_args *args, uint64_t number);
void keep_args_run(struct keep_args *args, enum keep_script script,
                   store_reply_cb *cb, void *arg);
/* A plain command of a verb and a key. */
void keep_command(const struct keep_on *on, const char *verb, const char *key,
                  store_reply_cb *cb, void *arg);

#endif
