/* store_withdrawn -- scripts that do what people withdraw, after it is kept
 * outside Redis too. */
#include "services/signup/keep/store_withdrawn.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "services/signup/keep/store_inside.h"

#define NO_FILE "0000000000000000"

/* One call that waits for the end of the turn. */
struct waiting {
    enum keeper_script script;
    struct bytes *args;
    size_t arg_count;
    struct buf bytes, words;
    bool is_kept;
    uint64_t before; /* words in the file, before these */
    struct withdrawn_mark mark;
    store_reply_cb *cb;
    void *arg;
    uint64_t trace;
    struct waiting *next;
};

struct keeper {
    struct su *su;
    struct loop *loop;
    char *campaign;
    struct withdrawn *file;
    struct metric *failures;
    struct waiting *first, **last;
};

static const struct {
    enum signup_script script;
    size_t kept;
} scripts[] = {
    [KEEPER_SET_CONSENT] = {SIGNUP_SCRIPT_SET_CONSENT, SET_CONSENT_ARG_KEPT},
    [KEEPER_STOP_TEXTS] = {SIGNUP_SCRIPT_STOP_TEXTS, STOP_TEXTS_ARG_KEPT},
    [KEEPER_JOIN] = {SIGNUP_SCRIPT_JOIN, JOIN_ARG_KEPT},
};

struct keeper *
keeper_new(struct su *su, struct loop *loop,
           const struct withdrawn_place *place)
{
    struct keeper *keeper = mem_new(sizeof(*keeper));
    keeper->su = su;
    keeper->loop = loop;
    keeper->campaign = mem_copy_string(place->campaign);
    keeper->file = withdrawn_new(place);
    keeper->last = &keeper->first;
    return keeper;
}

void
keeper_free(struct keeper **keeper)
{
    if (*keeper == NULL) {
        return;
    }
    assert((*keeper)->first == NULL);
    withdrawn_free(&(*keeper)->file);
    free((*keeper)->campaign);
    free(*keeper);
    *keeper = NULL;
}

const struct withdrawn *
keeper_file(const struct keeper *keeper)
{
    return keeper->file;
}

bool
keeper_renew(struct keeper *keeper)
{
    return withdrawn_renew(keeper->file);
}

void
keeper_count_failures(struct keeper *keeper, struct metric *metric)
{
    keeper->failures = metric;
}

void
keeper_say(struct keeper_words *words, unsigned what, uint32_t number,
           const uint8_t *hash)
{
    assert(words->count < KEEPER_WORDS_MAX);
    struct withdrawn_row *word = &words->list[words->count++];
    *word = (struct withdrawn_row){.what = (uint8_t)what, .number = number};
    memcpy(word->hash, hash, sizeof(word->hash));
}

/* Where words of a file end, and whose it is; "": they are in none. */
struct kept {
    const char *instance;
    uint64_t before;
    const struct withdrawn_mark *mark;
};

static void
pack_kept(const struct kept *kept, struct bytes words, struct buf *to)
{
    const struct withdrawn_mark *mark = kept->mark;
    struct kept_row row = {.before = (uint32_t)kept->before,
                           .count = (uint32_t)mark->count,
                           .at = (uint64_t)mark->at_ms,
                           .instance = bytes_of_string(kept->instance),
                           .words = words};
    memcpy(row.id, mark->id[0] == '\0' ? NO_FILE : mark->id, sizeof(row.id));
    kept_row_append(to, &row);
}

/* ---- waiting ---- */

static struct waiting *
wait_with(const struct keeper_call *call)
{
    struct waiting *w = mem_new(sizeof(*w));
    w->script = call->script;
    w->arg_count = call->args.count;
    w->args = mem_new_array(w->arg_count, sizeof(w->args[0]));
    buf_init(&w->bytes, 0);
    buf_init(&w->words, 0);
    for (size_t i = 0; i < w->arg_count; i++) {
        buf_add(&w->bytes, call->args.args[i].data, call->args.args[i].len);
    }
    size_t at = 0;
    for (size_t i = 0; i < w->arg_count; i++) {
        size_t len = call->args.args[i].len;
        w->args[i] = bytes_of(buf_string(&w->bytes) + at, len);
        at += len;
    }
    w->trace = trace_now();
    return w;
}

static void
run(struct keeper *keeper, struct waiting *w, bool is_synced)
{
    struct buf packed;
    buf_init(&packed, 0);
    bool is_kept = w->is_kept && is_synced;
    if (!is_kept && keeper->failures != NULL) {
        metric_add(keeper->failures, 1);
    }
    struct kept kept = {is_kept ? withdrawn_instance(keeper->file) : "",
                        w->before, &w->mark};
    pack_kept(&kept, bytes_of(w->words.data, w->words.len), &packed);
    w->args[scripts[w->script].kept] = bytes_of(packed.data, packed.len);
    uint64_t before = trace_enter(w->trace);
    su_run(keeper->su,
           &(struct su_call){scripts[w->script].script,
                             keeper->campaign,
                             {w->args, w->arg_count}},
           w->cb, w->arg);
    (void)trace_enter(before);
    buf_fini(&packed);
}

static void
on_turn_ends(void *arg)
{
    struct keeper *keeper = arg;
    struct waiting *w = keeper->first;
    keeper->first = NULL;
    keeper->last = &keeper->first;
    bool is_synced = withdrawn_sync(keeper->file);
    while (w != NULL) {
        struct waiting *next = w->next;
        run(keeper, w, is_synced);
        buf_fini(&w->bytes);
        buf_fini(&w->words);
        free(w->args);
        free(w);
        w = next;
    }
}

void
keeper_run(struct keeper *keeper, const struct keeper_call *call,
           store_reply_cb *cb, void *arg)
{
    if (call->words->count == 0) {
        su_run(keeper->su,
               &(struct su_call){scripts[call->script].script, keeper->campaign,
                                 call->args},
               cb, arg);
        return;
    }
    struct waiting *w = wait_with(call);
    w->cb = cb;
    w->arg = arg;
    w->is_kept =
        withdrawn_add(keeper->file, call->words->list, call->words->count);
    w->mark = *withdrawn_mark(keeper->file);
    w->before = w->mark.count - (w->is_kept ? call->words->count : 0);
    for (size_t i = 0; i < call->words->count; i++) {
        withdrawn_row_append(&w->words, &call->words->list[i]);
    }
    if (keeper->first == NULL) {
        loop_defer(keeper->loop, on_turn_ends, keeper);
    }
    *keeper->last = w;
    keeper->last = &w->next;
}

/* ---- replay ---- */

void
su_replay(struct su *su, const char *campaign, const struct su_replay *replay,
          store_reply_cb *cb, void *arg)
{
    struct buf words, packed;
    buf_init(&words, 0);
    buf_init(&packed, 0);
    for (size_t i = 0; i < replay->count; i++) {
        withdrawn_row_append(&words, &replay->words[i]);
    }
    struct kept kept = {replay->instance, replay->mark.count - replay->count,
                        &replay->mark};
    pack_kept(&kept, bytes_of(buf_string(&words), words.len), &packed);
    struct bytes args[REPLAY_ARGS] = {
        [REPLAY_ARG_EVENT_TAIL] = replay->event_tail,
        [REPLAY_ARG_KEPT] = bytes_of(packed.data, packed.len)};
    su_run(
        su,
        &(struct su_call){SIGNUP_SCRIPT_REPLAY, campaign, {args, REPLAY_ARGS}},
        cb, arg);
    buf_fini(&words);
    buf_fini(&packed);
}
