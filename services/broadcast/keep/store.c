/* store -- what this service keeps in Redis: one function for each script.
 *
 * Keys of a campaign, all {campaign}:bc:…
 *   meta              hash   format, of all that is kept of the campaign
 *   plan              hash   the planner's lock (common/lead) with rev, active
 *   last              how many broadcasts were ever made; ids are b1, b2, …
 *                     (and b0, the campaign's confirmation)
 *   idem              hash   idempotency key: "<content hash> <id>"
 *   notes             hash   day (since 1970): id of its notes' broadcast
 *   active            set    ids being sent, frozen, paused or swept
 *   busy              set    those of them that have something to send
 *   b:<id>            hash   the broadcast and its counters (see record.h)
 *   l:<id>:<ch>:<k>   string the ledger of one chunk (see ledger.h)
 *   d:<id>:<ch>       zset   deferred recipients by when they are due
 *   t:<id>:<ch>       hash   how often a deferred recipient was tried
 *   a:<id>:<ch>       hash   whom an organiser wished to be sent to again:
 *                            when, in seconds, until they have an outcome
 *   leases            hash   lease id: a packed LeaseKept
 *   lease:<id>        hash   b, ch, k, first, open, left, again, late
 *   feed, feed-end    stream of Event; the seq of the last
 * Above all campaigns: {muster}:bc:campaigns (set of ids) and {muster}:bc:meta
 * (hash: format; starts, how many instances were ever started, of which lease
 * ids are made). {muster}:bc:starts is where 0.1 counted. */
#include "services/broadcast/keep/store.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/keep/store_inside.h"

struct keep {
    struct store *store;
    struct store_script *scripts[BROADCAST_SCRIPT_COUNT];
    uint8_t rules[KEEP_RULES_BYTES];
};

#define STAGE_IS_IN_RULES(number, name)                                        \
    static_assert(BROADCAST__STAGE__##number < LEDGER_STAGES, #name);
STAGE_NAMES_TABLE(STAGE_IS_IN_RULES)

struct keep *
keep_new(struct store *store)
{
    struct keep *keep = mem_new(sizeof(*keep));
    keep->store = store;
    ledger_table(keep->rules);
    uint8_t *closing = keep->rules + LEDGER_TABLE_BYTES;
    for (unsigned i = 0; i < LEDGER_STAGES * LEDGER_ROW_STATES; i++) {
        closing[i] = (uint8_t)ledger_close(
            i % LEDGER_ROW_STATES, (Broadcast__Stage)(i / LEDGER_ROW_STATES));
    }
    for (int i = 0; i < BROADCAST_SCRIPT_COUNT; i++) {
        keep->scripts[i] = store_script(store, broadcast_scripts[i]);
    }
    return keep;
}

void
keep_free(struct keep **keep)
{
    free(*keep);
    *keep = NULL;
}

/* ---- building a call ---- */

void
keep_args_bytes(struct keep_args *call, size_t place, struct bytes bytes)
{
    assert(place < KEEP_ARGS_MAX);
    call->args[place] = bytes.data == NULL ? bytes_of("", 0) : bytes;
    call->count = place < call->count ? call->count : place + 1;
}

void
keep_args_text(struct keep_args *call, size_t place, const char *text)
{
    keep_args_bytes(call, place, bytes_of_string(text));
}

void
keep_args_number(struct keep_args *call, size_t place, uint64_t number)
{
    assert(place < KEEP_ARGS_MAX);
    char *to = call->numbers[place];
    (void)snprintf(to, sizeof(call->numbers[0]), "%" PRIu64, number);
    keep_args_text(call, place, to);
}

/* {campaign}:bc:<what>[:<id>] into call->key. */
static void
set_key(struct keep_args *call, const char *what, const char *id)
{
    (void)snprintf(call->key, sizeof(call->key), "{%s}:bc:%s%s%s",
                   call->on->campaign, what, id == NULL ? "" : ":",
                   id == NULL ? "" : id);
}

void
keep_args_begin(struct keep_args *call, const struct keep_on *on)
{
    memset(call, 0, sizeof(*call));
    call->on = on;
    keep_args_bytes(call, LEDGER_ARG_RULES,
                    bytes_of(on->keep->rules, KEEP_RULES_BYTES));
    if (on->epoch != 0) {
        keep_args_number(call, LEDGER_ARG_EPOCH, on->epoch);
    } else {
        keep_args_text(call, LEDGER_ARG_EPOCH, "");
    }
    keep_args_text(call, LEDGER_ARG_ID, on->id == NULL ? "" : on->id);
    keep_args_number(call, LEDGER_ARG_NOW, (uint64_t)clock_wall_ms());
    keep_args_text(call, LEDGER_ARG_STAFF,
                   on->staff == NULL ? "muster" : on->staff);
}

/* An argument left out is empty. */
void
keep_args_run(struct keep_args *call, enum broadcast_script script,
              store_reply_cb *cb, void *arg)
{
    set_key(call, "plan", NULL);
    struct bytes key = bytes_of_string(call->key);
    struct keep *keep = call->on->keep;
    store_run(keep->store,
              &(struct store_call){.script = keep->scripts[script],
                                   .keys = &key,
                                   .key_count = 1,
                                   .args = call->args,
                                   .arg_count = call->count},
              cb, arg);
}

/* A plain command on one key: words are put round it. */
void
keep_command(const struct keep_on *on, const char *verb, const char *key,
             store_reply_cb *cb, void *arg)
{
    struct bytes words[2] = {bytes_of_string(verb), bytes_of_string(key)};
    store_command(on->keep->store, words, 2, cb, arg);
}

static void
read_key(const struct keep_on *on, const char *verb, const char *what,
         store_reply_cb *cb, void *arg)
{
    struct keep_args call = {.on = on};
    set_key(&call, what, on->id);
    keep_command(on, verb, call.key, cb, arg);
}

/* ---- the service itself ---- */

void
keep_start_number(struct keep *keep, store_reply_cb *cb, void *arg)
{
    struct keep_args call = {
        .on = &(struct keep_on){.keep = keep, .campaign = "muster"}};
    keep_args_run(&call, BROADCAST_SCRIPT_START, cb, arg);
}

void
keep_list_campaigns(struct keep *keep, store_reply_cb *cb, void *arg)
{
    keep_command(&(struct keep_on){.keep = keep}, "SMEMBERS",
                 "{muster}:bc:campaigns", cb, arg);
}

void
keep_add_campaign(const struct keep_on *on, store_reply_cb *cb, void *arg)
{
    struct bytes words[3] = {bytes_of_string("SADD"),
                             bytes_of_string("{muster}:bc:campaigns"),
                             bytes_of_string(on->campaign)};
    store_command(on->keep->store, words, 3, cb, arg);
}

void
keep_lock_key(const char *campaign, char key[KEEP_LOCK_SIZE])
{
    (void)snprintf(key, KEEP_LOCK_SIZE, "{%s}:bc:plan", campaign);
}

void
keep_open(const struct keep_on *on, store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_run(&call, BROADCAST_SCRIPT_OPEN, cb, arg);
}

/* ---- broadcasts ---- */

void
keep_create(const struct keep_on *on, const struct keep_create *create,
            store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_text(&call, CREATE_ARG_KEY, create->key);
    keep_args_text(&call, CREATE_ARG_HASH, create->hash);
    keep_args_bytes(&call, CREATE_ARG_CONTENT, create->content);
    keep_args_run(&call, BROADCAST_SCRIPT_CREATE, cb, arg);
}

void
keep_system(const struct keep_on *on, const struct keep_system *system,
            store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, SYSTEM_ARG_SEQ, system->seq);
    keep_args_bytes(&call, SYSTEM_ARG_MADE, system->made);
    keep_args_bytes(&call, SYSTEM_ARG_NUMBERS, system->numbers);
    keep_args_run(&call, BROADCAST_SCRIPT_SYSTEM, cb, arg);
}

void
keep_words(const struct keep_on *on, const char *hash, struct bytes content,
           store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_text(&call, WORDS_ARG_HASH, hash);
    keep_args_bytes(&call, WORDS_ARG_CONTENT, content);
    keep_args_run(&call, BROADCAST_SCRIPT_WORDS, cb, arg);
}

void
keep_read(const struct keep_on *on, store_reply_cb *cb, void *arg)
{
    read_key(on, "HGETALL", "b", cb, arg);
}

void
keep_last(const struct keep_on *on, store_reply_cb *cb, void *arg)
{
    read_key(&(struct keep_on){.keep = on->keep, .campaign = on->campaign},
             "GET", "last", cb, arg);
}

void
keep_active(const struct keep_on *on, store_reply_cb *cb, void *arg)
{
    read_key(&(struct keep_on){.keep = on->keep, .campaign = on->campaign},
             "SMEMBERS", "active", cb, arg);
}

void
keep_stage(const struct keep_on *on, const struct keep_stage *stage,
           store_reply_cb *cb, void *arg)
{
    struct keep_args call;
    keep_args_begin(&call, on);
    keep_args_number(&call, STAGE_ARG_FROM, stage->from);
    keep_args_number(&call, STAGE_ARG_TO, (uint64_t)stage->to);
    keep_args_text(&call, STAGE_ARG_REFUSAL, stage->refusal);
    for (int i = 0; i < KEEP_FIELDS_MAX * 2 && stage->fields[i] != NULL; i++) {
        keep_args_text(&call, STAGE_ARGS + (size_t)i, stage->fields[i]);
    }
    keep_args_run(&call, BROADCAST_SCRIPT_STAGE, cb, arg);
}

/* ---- leases and the feed ---- */

void
keep_read_leases(const struct keep_on *on, store_reply_cb *cb, void *arg)
{
    read_key(&(struct keep_on){.keep = on->keep, .campaign = on->campaign},
             "HGETALL", "leases", cb, arg);
}

void
keep_read_lease(const struct keep_on *on, uint64_t lease, store_reply_cb *cb,
                void *arg)
{
    char key[KEEP_KEY_SIZE];
    (void)snprintf(key, sizeof(key), "{%s}:bc:lease:%" PRIu64, on->campaign,
                   lease);
    struct bytes words[6] = {
        bytes_of_string("HMGET"), bytes_of_string(key),
        bytes_of_string("k"),     bytes_of_string("first"),
        bytes_of_string("open"),  bytes_of_string("again")};
    store_command(on->keep->store, words, 6, cb, arg);
}

void
keep_since(const struct keep_on *on, uint64_t after, store_reply_cb *cb,
           void *arg)
{
    struct keep_args call = {.on = on};
    keep_args_number(&call, SINCE_ARG_AFTER, after);
    keep_args_run(&call, BROADCAST_SCRIPT_SINCE, cb, arg);
}

/* ---- reading replies ---- */

static const struct store_reply *
item_of(const struct store_reply *reply, size_t item)
{
    return reply->type == STORE_ARRAY && item < reply->count
               ? &reply->items[item]
               : NULL;
}

int64_t
keep_number(const struct store_reply *reply, size_t item)
{
    const struct store_reply *found = item_of(reply, item);
    if (found == NULL) {
        return 0;
    }
    if (found->type == STORE_STRING) {
        return strtoll(found->string, NULL, 10);
    }
    return found->type == STORE_INTEGER ? found->integer : 0;
}

const char *
keep_text(const struct store_reply *reply, size_t item)
{
    const struct store_reply *found = item_of(reply, item);
    return found != NULL && found->type == STORE_STRING ? found->string : "";
}

struct bytes
keep_bytes(const struct store_reply *reply, size_t item)
{
    const struct store_reply *found = item_of(reply, item);
    if (found == NULL || found->type != STORE_STRING) {
        return bytes_of("", 0);
    }
    return bytes_of(found->string, found->len);
}
