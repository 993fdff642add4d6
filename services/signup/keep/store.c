/* store -- signup's keys and scripts in Redis.
 *
 * Keys, all of one campaign in one hash slot:
 *
 *   {c}:su:m           hash: people, seq (feed's end), definitions (their
 *                      revision), stamp, queued, format (of all of these keys),
 *                      number (the campaign's own), and for each action number
 *                      confirmed:n waitlisted:n offered:n cancelled:n
 *   {c}:su:d           hash: "campaign" and "a:<id>" -> packed definition
 *   {c}:su:capacity    hash: action number -> capacity
 *   {c}:su:r:<k>       list: sealed records of supporters 64k..64k+63
 *   {c}:su:i:<bucket>  hash: 6 bytes of blind index -> supporter, or "a b c":
 *                      whose contact it is proved to be, and people of 0.2
 *   {c}:su:n:<bucket>  hash: a signup_entry row -> hash of the name: the entry
 *                      index, of those that are open, or asked about
 *   {c}:su:f           hash: supporter -> into whom it is folded
 *   {c}:su:c:<col>:<k> string: column col of supporters 65,536k on; those of
 *                      signup_columns in rows.txt and flags: a byte each, and
 *                      <col>.1 … for higher bytes, there once they are needed;
 *                      c<n> w<n> o<n> x<n>: a bit each, confirmed … cancelled
 *                      at action n
 *   {c}:su:v           hash: "<col>:<k>" -> stamp of its last change
 *   {c}:su:w:<n>       sorted set: who waits for action n, longest first
 *   {c}:su:ty:<n>      hash: twin at action n -> its turn, if it waited; '': a
 *                      seat was held for it. Counted in the meta hash as
 *                      twins-waiting:n and twins-held:n
 *   {c}:su:x           set: channel and blind index of addresses that
 *                      withdrew; outlives the supporter
 *   {c}:su:xt          hash: what was withdrawn, or taken back -> ms when, of
 *                      a contact or a person: see withdrawn.lua. The meta hash
 *                      has withdrawn:<instance>: how far its file is applied
 *   {c}:su:e, ei       list and hash: the wordings of consents
 *   {c}:su:z           hash: note -> its note_item row. The meta hash counts
 *                      them: notes, the next one's number
 *   {c}:su:zx          sorted set: note -> ms when it is forgotten
 *   {c}:su:zk          hash: hash of a note's key -> note
 *   {c}:su:zp          hash: note -> its note_place row, where it is about a
 *                      place that somebody may have lost by then
 *   {c}:su:q           list: numbers whose twins are to be looked for
 *   {c}:su:due         sorted set: unproved entry -> ms when it goes
 *   {c}:su:holds       sorted set: unproved entry -> ms when its seats end
 *   {c}:su:k:<day>     hash: a form's key -> its signup_key row
 *   {c}:su:pf          list: freed rows: who got a place that became free, and
 *                      is not told yet
 *   {c}:su:o           hash: channel and blind index -> its code_kept row: the
 *                      code that may be typed, as a keyed hash, and the limits
 *   {c}:su:ox          sorted set: the same -> ms when it is forgotten
 *   {c}:su:f           hash: entry -> into whom it is folded: see twins.lua
 *   {c}:su:t           hash: handed: the last seq of broadcast's feed applied
 *   {c}:su:th          string: the instance that tends this campaign now
 *   {c}:su:feed        stream: <seq>-0 -> e: packed events, tag by tag as
 *                      feed.Entry has them
 *   {muster}:su:campaigns
 *                      hash: campaign -> number
 *   {muster}:su:meta   hash: format (of these keys); key (the mark of the key
 *                      file this data belongs to); campaigns (the greatest
 *                      number ever given)
 *   {muster}:su:key    what 0.1 compares with its key's mark: see open.lua
 *
 * Records go in lists because those stay packed whatever an item's size;
 * a hash is packed only with items up to 64 bytes. The index stays packed to
 * 512 entries a bucket: four million supporters with phone and email (more
 * with hash-max-listpack-entries 1024). For a start in two seconds with a
 * million supporters Redis needs aof-use-rdb-preamble (its default). */
#include "services/signup/keep/store.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/store_inside.h"
#include "services/signup/keep/store_notes.h"

#define KEY_SIZE 80
#define NUMBER_SIZE 24
#define CAMPAIGNS_KEY "{muster}:su:campaigns"
#define KEY_KEY "{muster}:su:key"
#define META_KEY "{muster}:su:meta"

struct su {
    struct store *store;
    struct store_script *scripts[SIGNUP_SCRIPT_COUNT];
};

struct su *
su_new(struct store *store)
{
    struct su *su = mem_new(sizeof(*su));
    su->store = store;
    for (int i = 0; i < SIGNUP_SCRIPT_COUNT; i++) {
        su->scripts[i] = store_script(store, signup_scripts[i]);
    }
    return su;
}

void
su_free(struct su **su)
{
    free(*su);
    *su = NULL;
}

struct bound {
    struct su *su;
    enum signup_script script;
    const char *campaign;
};

static void
run(struct bound bound, struct su_args args, store_reply_cb *cb, void *arg)
{
    char key[KEY_SIZE];
    int n = snprintf(key, sizeof(key), "{%s}:su:m", bound.campaign);
    assert(n > 0 && n < KEY_SIZE);
    struct bytes keys[1] = {{key, (size_t)n}};
    store_run(bound.su->store,
              &(struct store_call){.script = bound.su->scripts[bound.script],
                                   .keys = keys,
                                   .key_count = 1,
                                   .args = args.args,
                                   .arg_count = args.count},
              cb, arg);
}

void
su_run(struct su *su, const struct su_call *call, store_reply_cb *cb, void *arg)
{
    run((struct bound){su, call->script, call->campaign}, call->args, cb, arg);
}

/* A script over {muster}'s own keys. */
static void
run_own(struct su *su, enum signup_script script, struct su_args args,
        store_reply_cb *cb, void *arg)
{
    struct bytes keys[] = {
        bytes_of_string(script == SIGNUP_SCRIPT_OPEN ? KEY_KEY : CAMPAIGNS_KEY),
        bytes_of_string(META_KEY)};
    store_run(su->store,
              &(struct store_call){.script = su->scripts[script],
                                   .keys = keys,
                                   .key_count = 2,
                                   .args = args.args,
                                   .arg_count = args.count},
              cb, arg);
}

void
su_open(struct su *su, const char *mark, store_reply_cb *cb, void *arg)
{
    struct bytes args[OPEN_ARGS] = {[OPEN_ARG_MARK] = bytes_of_string(mark)};
    run_own(su, SIGNUP_SCRIPT_OPEN, (struct su_args){args, OPEN_ARGS}, cb, arg);
}

void
su_list_campaigns(struct su *su, store_reply_cb *cb, void *arg)
{
    struct bytes words[] = {bytes_of_string("HGETALL"),
                            bytes_of_string(CAMPAIGNS_KEY)};
    store_command(su->store, words, 2, cb, arg);
}

void
su_number_campaign(struct su *su, const struct su_number *number,
                   store_reply_cb *cb, void *arg)
{
    char max[NUMBER_SIZE], own[NUMBER_SIZE], floor[NUMBER_SIZE];
    (void)snprintf(max, sizeof(max), "%u", SU_CAMPAIGNS_MAX);
    (void)snprintf(own, sizeof(own), "%" PRIu32, number->own);
    (void)snprintf(floor, sizeof(floor), "%" PRIu32, number->floor);
    struct bytes args[CAMPAIGN_NUMBER_ARGS] = {
        [CAMPAIGN_NUMBER_ARG_ID] = bytes_of_string(number->id),
        [CAMPAIGN_NUMBER_ARG_MAX] = bytes_of_string(max),
        [CAMPAIGN_NUMBER_ARG_OWN] = bytes_of_string(own),
        [CAMPAIGN_NUMBER_ARG_FLOOR] = bytes_of_string(floor)};
    run_own(su, SIGNUP_SCRIPT_CAMPAIGN_NUMBER,
            (struct su_args){args, CAMPAIGN_NUMBER_ARGS}, cb, arg);
}

void
su_read_definitions(struct su *su, const char *campaign, const char *revision,
                    store_reply_cb *cb, void *arg)
{
    struct bytes args[DEFINITIONS_ARGS] = {[DEFINITIONS_ARG_REVISION] =
                                               bytes_of_string(revision)};
    run((struct bound){su, SIGNUP_SCRIPT_DEFINITIONS, campaign},
        (struct su_args){args, DEFINITIONS_ARGS}, cb, arg);
}

void
su_migrate(struct su *su, const char *campaign,
           const struct su_migration *migration, store_reply_cb *cb, void *arg)
{
    char from[NUMBER_SIZE], number[NUMBER_SIZE];
    (void)snprintf(from, sizeof(from), "%u", migration->from);
    (void)snprintf(number, sizeof(number), "%" PRIu32, migration->number);
    struct bytes args[MIGRATE_ARGS] = {
        [MIGRATE_ARG_FROM] = bytes_of_string(from),
        [MIGRATE_ARG_NUMBER] = bytes_of_string(number)};
    run((struct bound){su, SIGNUP_SCRIPT_MIGRATE, campaign},
        (struct su_args){args, 2}, cb, arg);
}

void
su_put_definition(struct su *su, const char *campaign, const struct su_put *put,
                  store_reply_cb *cb, void *arg)
{
    char number[NUMBER_SIZE], capacity[NUMBER_SIZE] = "";
    char own[NUMBER_SIZE];
    (void)snprintf(number, sizeof(number), "%u", put->action_number);
    (void)snprintf(own, sizeof(own), "%" PRIu32, put->campaign_number);
    if (put->has_capacity) {
        (void)snprintf(capacity, sizeof(capacity), "%" PRIu32, put->capacity);
    }
    struct bytes args[PUT_ARGS] = {
        [PUT_ARG_REVISION] = bytes_of_string(put->revision),
        [PUT_ARG_FIELD] = bytes_of_string(put->field),
        [PUT_ARG_DEFINITION] = put->definition,
        [PUT_ARG_EVENT] = put->event,
        [PUT_ARG_EVENT_TAIL] = put->event_tail,
        [PUT_ARG_ACTION] = bytes_of_string(number),
        [PUT_ARG_CAPACITY] = bytes_of_string(capacity),
        [PUT_ARG_SLUG] = put->slug_field,
        [PUT_ARG_NUMBER] = bytes_of_string(own)};
    run((struct bound){su, SIGNUP_SCRIPT_PUT, campaign},
        (struct su_args){args, PUT_ARGS}, cb, arg);
}

void
su_sign_up(struct su *su, const char *campaign, struct su_args args,
           store_reply_cb *cb, void *arg)
{
    run((struct bound){su, SIGNUP_SCRIPT_SIGN_UP, campaign}, args, cb, arg);
}

void
su_cancel(struct su *su, const char *campaign, struct su_args args,
          store_reply_cb *cb, void *arg)
{
    run((struct bound){su, SIGNUP_SCRIPT_CANCEL, campaign}, args, cb, arg);
}

void
su_number_evidence(struct su *su, const char *campaign, struct su_args args,
                   store_reply_cb *cb, void *arg)
{
    run((struct bound){su, SIGNUP_SCRIPT_EVIDENCE, campaign}, args, cb, arg);
}

void
su_read_columns(struct su *su, const char *campaign, struct su_args args,
                store_reply_cb *cb, void *arg)
{
    run((struct bound){su, SIGNUP_SCRIPT_COLUMNS, campaign}, args, cb, arg);
}

/* Runs a script with the numbers as text behind what stands in head. */
static void
run_numbers(struct bound bound, const struct su_people *people,
            struct su_args head, store_reply_cb *cb, void *arg)
{
    size_t count = 0, total = people->number_count + head.count;
    struct bytes *args = mem_new_array(total + 1, sizeof(args[0]));
    char(*texts)[NUMBER_SIZE] = mem_new_array(total + 1, sizeof(texts[0]));
    for (size_t i = 0; i < head.count; i++) {
        args[count++] = head.args[i];
    }
    for (size_t i = 0; i < people->number_count; i++) {
        int n = snprintf(texts[i], NUMBER_SIZE, "%" PRIu32, people->numbers[i]);
        args[count++] = bytes_of(texts[i], (size_t)n);
    }
    run(bound, (struct su_args){args, count}, cb, arg);
    free(args);
    free(texts);
}

void
su_read_people(struct su *su, const char *campaign,
               const struct su_people *people, store_reply_cb *cb, void *arg)
{
    struct buf actions;
    buf_init(&actions, 0);
    for (size_t i = 0; i < people->action_count; i++) {
        signup_action_row_append(&actions, &(struct signup_action_row){
                                               .number = people->actions[i]});
    }
    struct bytes head[] = {
        [PEOPLE_ARG_ACTIONS] = bytes_of(actions.data, actions.len),
        [PEOPLE_ARG_IS_OWN] = bytes_of_string(people->is_own ? "1" : "0")};
    run_numbers((struct bound){su, SIGNUP_SCRIPT_PEOPLE, campaign}, people,
                (struct su_args){head, PEOPLE_ARG_NUMBERS}, cb, arg);
    buf_fini(&actions);
}

void
su_read_records(struct su *su, const char *campaign,
                const struct su_people *lists, store_reply_cb *cb, void *arg)
{
    run_numbers((struct bound){su, SIGNUP_SCRIPT_RECORDS, campaign}, lists,
                (struct su_args){NULL, RECORDS_ARG_LISTS}, cb, arg);
}

void
su_read_notes(struct su *su, const char *campaign,
              const struct su_people *notes, store_reply_cb *cb, void *arg)
{
    run_numbers((struct bound){su, SIGNUP_SCRIPT_NOTES, campaign}, notes,
                (struct su_args){NULL, NOTES_ARG_NUMBERS}, cb, arg);
}

void
su_read_since(struct su *su, const char *campaign, const uint64_t page[2],
              store_reply_cb *cb, void *arg)
{
    char after[NUMBER_SIZE], events[NUMBER_SIZE], bytes[NUMBER_SIZE];
    (void)snprintf(after, sizeof(after), "%" PRIu64, page[0]);
    (void)snprintf(events, sizeof(events), "%" PRIu64, page[1]);
    (void)snprintf(bytes, sizeof(bytes), "%d", SU_FEED_BYTES_MAX);
    struct bytes args[SINCE_ARGS] = {
        [SINCE_ARG_AFTER] = bytes_of_string(after),
        [SINCE_ARG_EVENTS] = bytes_of_string(events),
        [SINCE_ARG_BYTES] = bytes_of_string(bytes)};
    run((struct bound){su, SIGNUP_SCRIPT_SINCE, campaign},
        (struct su_args){args, SINCE_ARGS}, cb, arg);
}
