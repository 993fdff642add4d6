/* script -- calling scripts and plain commands.
 *
 * A script is loaded at every greeting, before anything of the caller's is
 * sent, and called by EVALSHA (EVAL until its name is known). NOSCRIPT is
 * left for a SCRIPT FLUSH in mid-flight: the script is loaded and those
 * calls are sent again in their order. */
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"

#define NUMBER_SIZE 24

/* ---- loading ---- */

static void
load_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_script *script = arg;
    script->is_loading = false;
    if (err == ERR_NONE && reply->len == STORE_SHA_SIZE - 1) {
        memcpy(script->sha, reply->string, STORE_SHA_SIZE);
    } else if (err == ERR_INTERNAL) {
        log_error("store.script_not_loaded", log_str("why", reply->string));
    }
}

void
store_script_load(struct store_script *script)
{
    if (script->is_loading) {
        return;
    }
    script->is_loading = true;
    const char *words[] = {"SCRIPT", "LOAD", script->source};
    store_send_own(script->store, words, 3, load_done, script);
}

struct store_script *
store_script(struct store *store, const char *source)
{
    struct store_script *script = mem_new(sizeof(*script));
    script->store = store;
    script->source = source;
    script->next = store->scripts;
    store->scripts = script;
    if (store->state == STORE_UP) {
        store_script_load(script);
    }
    return script;
}

/* ---- formatting ---- */

static void
set_word(struct store *store, size_t at, const void *data, size_t len)
{
    store->words[at] = len == 0 ? "" : data;
    store->word_lens[at] = len;
}

static void
set_words(struct store *store, size_t at, const struct bytes *from,
          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        set_word(store, at + i, from[i].data, from[i].len);
    }
}

/* What cannot be formatted is never queued: the answers behind it would go to
 * the wrong askers. */
static void
format_and_send(struct store_command *command, size_t word_count)
{
    struct store *store = command->store;
    size_t bytes = 0;
    for (size_t i = 0; i < word_count; i++) {
        bytes += store->word_lens[i];
    }
    int len = bytes > STORE_COMMAND_BYTES_MAX
                  ? -1
                  : redisFormatCommandArgv(&command->formatted, (int)word_count,
                                           store->words, store->word_lens);
    if (len <= 0) {
        store_refuse(command, ERR_LIMIT);
        return;
    }
    command->formatted_len = (size_t)len;
    store_send(command);
}

/* ---- the two ways in ---- */

static struct store_command *
make_command(struct store *store, store_reply_cb *cb, void *arg)
{
    struct store_command *command = mem_new(sizeof(*command));
    command->store = store;
    command->cb = cb;
    command->arg = arg;
    command->trace = trace_now();
    return command;
}

/* ERR_NONE: it may be sent. */
static enum err
check_room(const struct store *store, size_t word_count)
{
    if (word_count > STORE_ARGS_MAX ||
        store->in_flight >= STORE_IN_FLIGHT_MAX) {
        return ERR_LIMIT;
    }
    return store->state == STORE_UP ? ERR_NONE : ERR_UNAVAILABLE;
}

void
store_run(struct store *store, const struct store_call *call,
          store_reply_cb *cb, void *arg)
{
    const struct store_script *script = call->script;
    struct store_command *command = make_command(store, cb, arg);
    enum err err = check_room(store, call->key_count + call->arg_count);
    if (err != ERR_NONE) {
        store_refuse(command, err);
        return;
    }
    bool has_sha = script->sha[0] != '\0';
    const char *body = has_sha ? script->sha : script->source;
    char number[NUMBER_SIZE];
    int len = snprintf(number, sizeof(number), "%zu", call->key_count);
    set_word(store, 0, has_sha ? "EVALSHA" : "EVAL", has_sha ? 7 : 4);
    set_word(store, 1, body, strlen(body));
    set_word(store, 2, number, (size_t)len);
    set_words(store, 3, call->keys, call->key_count);
    set_words(store, 3 + call->key_count, call->args, call->arg_count);
    command->script = call->script;
    format_and_send(command, 3 + call->key_count + call->arg_count);
}

void
store_command(struct store *store, const struct bytes *words, size_t word_count,
              store_reply_cb *cb, void *arg)
{
    struct store_command *command = make_command(store, cb, arg);
    enum err err = check_room(store, word_count);
    if (err != ERR_NONE) {
        store_refuse(command, err);
        return;
    }
    set_words(store, 0, words, word_count);
    format_and_send(command, word_count);
}
