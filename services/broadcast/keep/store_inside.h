/* store_inside -- how this service's script calls are built. For store.c and
 * store_ledger.c alone. */
#ifndef BROADCAST_STORE_INSIDE_H
#define BROADCAST_STORE_INSIDE_H

#include "broadcast_scripts.h"
#include "common/base/base.h"
#include "services/broadcast/keep/store.h"

#define KEEP_ARGS_MAX 24
#define KEEP_KEY_SIZE 192

struct keep_args {
    const struct keep_on *on;
    struct bytes args[KEEP_ARGS_MAX];
    char numbers[KEEP_ARGS_MAX][24];
    char key[KEEP_KEY_SIZE];
    size_t count;
};

/* The arguments that ledger.lua takes. */
void keep_args_begin(struct keep_args *args, const struct keep_on *on);
/* place: of enum <script>_arg. Borrowed until the run. A place past
 * KEEP_ARGS_MAX is a bug of ours: it ends the program. */
void keep_args_bytes(struct keep_args *args, size_t place, struct bytes bytes);
void keep_args_text(struct keep_args *args, size_t place, const char *text);
void keep_args_number(struct keep_args *args, size_t place, uint64_t number);
void keep_args_run(struct keep_args *args, enum broadcast_script script,
                   store_reply_cb *cb, void *arg);
/* A plain command of a verb and a key. */
void keep_command(const struct keep_on *on, const char *verb, const char *key,
                  store_reply_cb *cb, void *arg);

#endif
