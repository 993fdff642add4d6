/* script -- calling scripts and plain commands.
 *
 * A script is loaded at every greeting, before anything of the caller's is
 * sent, and called by EVALSHA (EVAL until its name is known). NOSCRIPT is
 * left for a SCRIPT FLUSH in mid-flight: the script is loaded and those
 * calls are sent again in their order. */
#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"
#include "common/store/slots.h"

#define NUMBER_SIZE 24
#define GUARD_SIZE 512
#define READ_MARK "\n-- writes nothing\n"

/* ---- loading ---- */

struct loading {
    struct store_node *node;
    struct store_script *script;
};

static void
load_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct loading *loading = arg;
    struct store_script *script = loading->script;
    loading->node->is_loading[script->number] = false;
    free(loading);
    if (err == ERR_NONE && reply->len == STORE_SHA_SIZE - 1) {
        memcpy(script->sha, reply->string, STORE_SHA_SIZE);
    } else if (err == ERR_INTERNAL) {
        log_error("store.script_not_loaded", log_str("why", reply->string));
    }
}

void
store_script_load(struct store_node *node, struct store_script *script)
{
    if (node->is_loading[script->number]) {
        return;
    }
    node->is_loading[script->number] = true;
    struct loading *loading = mem_new(sizeof(*loading));
    *loading = (struct loading){node, script};
    const char *words[] = {"SCRIPT", "LOAD", script->source};
    store_send_own(node, words, 3, load_done, loading);
}

static void
load_everywhere(struct store_script *script)
{
    for (struct store_node *n = script->store->nodes; n != NULL; n = n->next) {
        if (n->state == STORE_UP) {
            store_script_load(n, script);
        }
        if (n->reads != NULL && n->reads->state == STORE_UP) {
            store_script_load(n->reads, script);
        }
    }
}

struct store_script *
store_script(struct store *store, const char *source)
{
    struct store_script *script = mem_new(sizeof(*script));
    script->store = store;
    script->source = source;
    script->next = store->scripts;
    script->number = store->script_count;
    script->is_read = strstr(source, READ_MARK) != NULL;
    assert(script->number < STORE_SCRIPTS_MAX);
    store->script_count++;
    store->scripts = script;
    load_everywhere(script);
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
format_and_dispatch(struct store_command *command, size_t word_count)
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
    store_dispatch(command);
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

static bool
has_room(const struct store *store, size_t word_count)
{
    return word_count <= STORE_ARGS_MAX &&
           store->in_flight < STORE_IN_FLIGHT_MAX;
}

/* In a Cluster a script declares one key more, which never is there: with keys
 * between two nodes Redis then says TRYAGAIN before the script begins. Without
 * it, a script that derives its keys is cut off in the middle when it comes to
 * one that is not here, with what it wrote before in place. */
static size_t
set_guard(struct store *store, size_t at, const struct bytes *key, char *guard)
{
    if (store->endpoint.kind != STORE_CLUSTER || key->len >= GUARD_SIZE) {
        return 0;
    }
    memcpy(guard, key->data, key->len);
    guard[key->len] = '?';
    set_word(store, at, guard, key->len + 1);
    return 1;
}

static size_t
set_keys(struct store *store, const struct store_call *call)
{
    static char guard[GUARD_SIZE + 1], number[NUMBER_SIZE];
    set_words(store, 3, call->keys, call->key_count);
    size_t count = call->key_count;
    if (count > 0) {
        count += set_guard(store, 3 + count, &call->keys[0], guard);
    }
    int len = snprintf(number, sizeof(number), "%zu", count);
    set_word(store, 2, number, (size_t)len);
    return count;
}

/* A read goes by the connection for reads only where there is one, and then
 * Redis holds it to its word. */
static void
set_body(struct store *store, const struct store_script *script)
{
    bool has_sha = script->sha[0] != '\0';
    bool is_held = script->is_read && store->replicas_required > 0;
    const char *verb = has_sha ? (is_held ? "EVALSHA_RO" : "EVALSHA")
                               : (is_held ? "EVAL_RO" : "EVAL");
    const char *body = has_sha ? script->sha : script->source;
    set_word(store, 0, verb, strlen(verb));
    set_word(store, 1, body, strlen(body));
}

void
store_run(struct store *store, const struct store_call *call,
          store_reply_cb *cb, void *arg)
{
    const struct store_script *script = call->script;
    struct store_command *command = make_command(store, cb, arg);
    if (!has_room(store, call->key_count + call->arg_count)) {
        store_refuse(command, ERR_LIMIT);
        return;
    }
    set_body(store, script);
    size_t keys = set_keys(store, call);
    set_words(store, 3 + keys, call->args, call->arg_count);
    command->script = call->script;
    command->is_read = script->is_read;
    command->slot =
        call->key_count == 0 ? STORE_NO_SLOT : store_slot_of(&call->keys[0]);
    format_and_dispatch(command, 3 + keys + call->arg_count);
}

/* Plain commands that write nothing and whose first word is their key. */
static const char *const reads[] = {
    "BITCOUNT", "EXISTS", "GET",       "GETRANGE", "HEXISTS", "HGET",
    "HGETALL",  "HKEYS",  "HLEN",      "HMGET",    "HVALS",   "LLEN",
    "LRANGE",   "SCARD",  "SISMEMBER", "SMEMBERS", "STRLEN",  "TTL",
    "XLEN",     "XRANGE", "XREVRANGE", "ZCARD",    "ZRANGE",  "ZSCORE",
};

static bool
is_read(const struct bytes *verb)
{
    for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
        if (strlen(reads[i]) == verb->len &&
            memcmp(reads[i], verb->data, verb->len) == 0) {
            return true;
        }
    }
    return false;
}

void
store_command(struct store *store, const struct bytes *words, size_t word_count,
              store_reply_cb *cb, void *arg)
{
    struct store_command *command = make_command(store, cb, arg);
    if (!has_room(store, word_count)) {
        store_refuse(command, ERR_LIMIT);
        return;
    }
    set_words(store, 0, words, word_count);
    command->is_read = is_read(&words[0]);
    command->slot = word_count < 2 ? STORE_NO_SLOT : store_slot_of(&words[1]);
    format_and_dispatch(command, word_count);
}
