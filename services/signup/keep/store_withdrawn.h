/* store_withdrawn -- scripts that do what people withdraw, after it is kept
 * outside Redis too; and the replay of that. As store.h. */
#ifndef SIGNUP_KEEP_STORE_WITHDRAWN_H
#define SIGNUP_KEEP_STORE_WITHDRAWN_H

#include "services/signup/keep/store.h"
#include "services/signup/keep/withdrawn.h"

/* The scripts of one campaign that wait for the disk. */
struct keeper;
struct keeper *keeper_new(struct su *su, struct loop *loop,
                          const struct withdrawn_place *place);
void keeper_free(struct keeper **keeper); /* nothing may wait */
const struct withdrawn *keeper_file(const struct keeper *keeper);
/* As withdrawn_renew. */
bool keeper_renew(struct keeper *keeper);
/* How often a withdrawal could not be kept; the script ran all the same: who
 * says STOP has said it. */
void keeper_count_failures(struct keeper *keeper, struct metric *metric);

#define KEEPER_WORDS_MAX 96
struct keeper_words {
    struct withdrawn_row list[KEEPER_WORDS_MAX];
    size_t count;
};
void keeper_say(struct keeper_words *words, unsigned what, uint32_t number,
                const uint8_t *hash);

/* A set_consent, stop_texts or join: args[kept] is filled in. The words are
 * synced at the end of this turn, those of all who ask in it at once, and
 * then the scripts run; without words it runs now. */
enum keeper_script { KEEPER_SET_CONSENT, KEEPER_STOP_TEXTS, KEEPER_JOIN };
struct keeper_call {
    enum keeper_script script;
    struct su_args args; /* copied */
    struct keeper_words *words;
};
void keeper_run(struct keeper *keeper, const struct keeper_call *call,
                store_reply_cb *cb, void *arg);

/* words: of the file of an instance, up to mark. */
struct su_replay {
    const char *instance;
    struct withdrawn_mark mark;
    const struct withdrawn_row *words;
    size_t count;
    struct bytes event_tail;
};
void su_replay(struct su *su, const char *campaign,
               const struct su_replay *replay, store_reply_cb *cb, void *arg);

#endif
