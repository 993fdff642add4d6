/* inside -- what the files of the store share: its state, its
 * commands, and the steps of becoming ready. */
#ifndef COMMON_STORE_INSIDE_H
#define COMMON_STORE_INSIDE_H

#include "common/store/link.h"
#include "common/store/store.h"

#define STORE_PROBE_EVERY_MS 500
#define STORE_PROBE_LATE_MS 1000 /* an unanswered probe: not ready */
#define STORE_RETRY_MS_MAX 1000
#define STORE_SHA_SIZE 41
#define STORE_ID_SIZE 64
#define STORE_TRIES_MAX 3 /* of one script call, after NOSCRIPT */

enum store_state {
    STORE_AWAY,     /* waiting for the retry timer */
    STORE_OPENING,  /* connecting */
    STORE_GREETING, /* who are you, are you durable, learn our scripts */
    STORE_UP
};

struct store_script {
    struct store_script *next;
    struct store *store;
    const char *source;       /* borrowed for ever */
    char sha[STORE_SHA_SIZE]; /* "" until Redis has told it */
    bool is_loading;
};

struct store_command {
    struct store_link_call call; /* first */
    struct store *store;
    store_reply_cb *cb;
    void *arg;
    uint64_t trace;              /* entered again for cb */
    struct store_script *script; /* NULL: a plain command */
    char *formatted;             /* kept while it may be sent again */
    size_t formatted_len;
    int tries;
    bool is_ours;               /* not counted in flight */
    struct store_command *next; /* among the refused */
    enum err refused_with;
};

struct store {
    struct loop *loop;
    char *endpoint, *user, *password;
    bool allows_volatile;

    enum store_state state;
    struct store_link *link; /* NULL when away */
    struct timer *retry_timer;
    struct backoff backoff;
    char why_not[256];     /* not ready, as a sentence; "" */
    bool is_never_durable; /* found so: waiting will not help */
    int greetings_open;    /* answers missing before the next step */

    struct timer *probe_timer;
    struct store_script *probe;
    int64_t probe_sent_ms; /* 0: none on its way */
    bool is_probe_good;

    /* The connection lost last, to be killed at the next greeting. */
    int64_t own_id, lost_id;
    char run_id[STORE_ID_SIZE], lost_run_id[STORE_ID_SIZE];

    struct store_script *scripts;
    int in_flight; /* sent, not ours */

    struct store_command *refused, **refused_last;
    struct timer *refused_timer;
    int refused_count;

    /* Where a command's words stand while it is formatted. */
    const char *words[STORE_ARGS_MAX + 3];
    size_t word_lens[STORE_ARGS_MAX + 3];
};

/* ---- store.c ---- */

/* One of our own: not limited, not counted, link must be open. */
void store_send_own(struct store *store, const char *const *words, int count,
                    store_reply_cb *cb, void *arg);
/* The command is formatted: sends it, or has it refused. */
void store_send(struct store_command *command);
/* Answers later with err; owns command. */
void store_refuse(struct store_command *command, enum err err);
void store_command_free(struct store_command *command);
void store_say_why_not(struct store *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- store_greet.c ---- */

/* The link is open: greet, then probe; ends in STORE_UP or a broken link. */
void store_greet(struct store *store);
/* Sends the probe, now and every STORE_PROBE_EVERY_MS. */
void store_probe(void *arg);
void store_forget_link(struct store *store); /* it was lost */

/* ---- store_script.c ---- */

void store_script_load(struct store_script *script);

#endif
