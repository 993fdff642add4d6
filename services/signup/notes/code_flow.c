/* code_flow -- a code asked for, and one typed.
 *
 *   make   read -> the code and its notes, for any contact -> make_code.lua
 *          -> the same answer, whoever has the contact and whatever was done
 *   try    read -> try_code.lua -> whose contact it is, read -> a Proof
 *
 * A Proof says what a link to that contact says. It is of somebody proved, else
 * of the first entry; whoever gets it asks Prove with it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/feed.h"
#include "services/signup/keep/store_notes.h"
#include "services/signup/notes/code.h"
#include "services/signup/notes/flows.h"
#include "services/signup/notes/note.h"
#include "services/signup/people/rules.h"

#define NUMBER_SIZE 24
#define NONCE_BYTES 16
#define NOT_THIS "this is not the code, or its time is over: ask for another"

struct coding {
    struct asked *asked;
    struct campaign *campaign;
    struct code_contact contact;
    uint32_t number; /* whose contact it is */
};

static void make_campaign_done(void *arg, enum err err, const char *detail,
                               void *value);
static void make_done(void *arg, enum err err, const struct store_reply *reply);
static void try_campaign_done(void *arg, enum err err, const char *detail,
                              void *value);
static void try_done(void *arg, enum err err, const struct store_reply *reply);
static void person_done(void *arg, enum err err,
                        const struct store_reply *reply);

static void
start(struct asked *asked, const char *campaign, waiter_cb *done)
{
    struct coding *c = mem_new(sizeof(*c));
    c->asked = asked;
    struct campaign *known =
        campaigns_find(signup_of(asked)->campaigns, campaign);
    if (known != NULL) {
        done(c, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, campaign, done, c);
}

static void
refuse(struct coding *c, enum err err, const char *detail)
{
    asked_refuse(c->asked, err, detail);
    free(c);
}

/* False: refused. */
static bool
read_contact(struct coding *c, const char *phone, const char *email)
{
    struct signup_fault fault;
    if (code_read_contact(c->campaign, phone, email, &c->contact, &fault)) {
        return true;
    }
    signup_refuse(c->asked, &fault);
    free(c);
    return false;
}

/* ---- a code asked for ---- */

void
code_flow_make(struct asked *asked)
{
    start(asked, signup_request(asked)->make_code->campaign,
          make_campaign_done);
}

/* Appends the note that says it. */
static void
pack_note(const struct coding *c, const char *code, bool is_stopped,
          struct buf *to)
{
    uint8_t nonce[NONCE_BYTES];
    crypto_random(nonce, sizeof(nonce));
    struct buf text, key;
    buf_init(&text, 0);
    buf_init(&key, 0);
    buf_add_string(&key, "code:");
    crypto_add_hex(&key, nonce, sizeof(nonce));
    code_write(
        &(struct code_words){.campaign = c->campaign->definition->name,
                             .code = code,
                             .url = conf_text(signup_of(c->asked)->service.conf,
                                              SET_GATEWAY_PUBLIC_URL),
                             .is_text = c->contact.channel ==
                                        WORDS__CHANNEL__CHANNEL_SMS,
                             .is_stopped = is_stopped},
        &text);
    note_pack(
        c->campaign,
        &(struct note){.channel = c->contact.channel,
                       .address = c->contact.address,
                       .subject = "Your code",
                       .text = buf_string(&text),
                       .key = buf_string(&key),
                       .expires_at_ms = clock_wall_ms() + SU_CODE_WAITS_MS,
                       .kind = NOTE_CODE,
                       .passes_stop = is_stopped},
        to);
    buf_fini(&text);
    buf_fini(&key);
}

static void
make(struct coding *c)
{
    char code[CODE_SIZE], now[NUMBER_SIZE], channel[NUMBER_SIZE];
    uint8_t hash[CODE_HASH_BYTES];
    struct buf tail, item, stop_item;
    buf_init(&tail, 0);
    buf_init(&item, 0);
    buf_init(&stop_item, 0);
    code_draw(code);
    code_hash(c->campaign, &c->contact, code, hash);
    feed_flow_add_tail(&tail);
    pack_note(c, code, false, &item);
    pack_note(c, code, true, &stop_item);
    (void)snprintf(now, sizeof(now), "%" PRId64, clock_wall_ms());
    (void)snprintf(channel, sizeof(channel), "%d", (int)c->contact.channel);
    struct bytes args[MAKE_CODE_ARGS] = {
        [MAKE_CODE_ARG_EVENT_TAIL] = bytes_of(tail.data, tail.len),
        [MAKE_CODE_ARG_NOW] = bytes_of_string(now),
        [MAKE_CODE_ARG_CHANNEL] = bytes_of_string(channel),
        [MAKE_CODE_ARG_CONTACT] =
            bytes_of(c->contact.hash, sizeof(c->contact.hash)),
        [MAKE_CODE_ARG_HASH] = bytes_of(hash, sizeof(hash)),
        [MAKE_CODE_ARG_ITEM] = bytes_of(item.data, item.len),
        [MAKE_CODE_ARG_STOP_ITEM] = bytes_of(stop_item.data, stop_item.len)};
    su_make_code(signup_of(c->asked)->su, c->campaign->id,
                 (struct su_args){args, MAKE_CODE_ARGS}, make_done, c);
    buf_fini(&tail);
    buf_fini(&item);
    buf_fini(&stop_item);
}

static void
make_campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct coding *c = arg;
    c->campaign = value;
    if (err != ERR_NONE) {
        refuse(c, err, detail);
        return;
    }
    const Signup__MakeCode *ask = signup_request(c->asked)->make_code;
    if (read_contact(c, ask->phone, ask->email)) {
        make(c);
    }
}

static void
make_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct coding *c = arg;
    if (err == ERR_NONE && (reply->type != STORE_ARRAY || reply->count != 2)) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        refuse(c, err, NULL);
        return;
    }
    struct signup *signup = signup_of(c->asked);
    if (reply->items[0].integer > 0) {
        feed_flow_announce(signup, c->campaign->id,
                           (uint64_t)reply->items[0].integer);
        metric_add(signup->metrics.codes, 1);
    }
    metric_add(signup->metrics.codes_held_back, reply->items[1].integer);
    Signup__CodeMade made = SIGNUP__CODE_MADE__INIT;
    Signup__Reply answer = SIGNUP__REPLY__INIT;
    answer.is_case = SIGNUP__REPLY__IS_MAKE_CODE;
    answer.make_code = &made;
    asked_answer(c->asked, &answer);
    free(c);
}

/* ---- a code typed ---- */

void
code_flow_try(struct asked *asked)
{
    start(asked, signup_request(asked)->try_code->campaign, try_campaign_done);
}

static void
try_it(struct coding *c, const char *code)
{
    char now[NUMBER_SIZE], channel[NUMBER_SIZE];
    uint8_t hash[CODE_HASH_BYTES];
    code_hash(c->campaign, &c->contact, code, hash);
    (void)snprintf(now, sizeof(now), "%" PRId64, clock_wall_ms());
    (void)snprintf(channel, sizeof(channel), "%d", (int)c->contact.channel);
    struct bytes args[TRY_CODE_ARGS] = {
        [TRY_CODE_ARG_NOW] = bytes_of_string(now),
        [TRY_CODE_ARG_CHANNEL] = bytes_of_string(channel),
        [TRY_CODE_ARG_CONTACT] =
            bytes_of(c->contact.hash, sizeof(c->contact.hash)),
        [TRY_CODE_ARG_HASH] = bytes_of(hash, sizeof(hash))};
    su_try_code(signup_of(c->asked)->su, c->campaign->id,
                (struct su_args){args, TRY_CODE_ARGS}, try_done, c);
}

static void
try_campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct coding *c = arg;
    c->campaign = value;
    if (err != ERR_NONE) {
        refuse(c, err, detail);
        return;
    }
    const Signup__TryCode *ask = signup_request(c->asked)->try_code;
    char code[CODE_SIZE];
    if (!code_tidy(ask->code, code)) {
        signup_refuse(c->asked,
                      &(struct signup_fault){"code", "a code is six digits"});
        free(c);
    } else if (read_contact(c, ask->phone, ask->email)) {
        try_it(c, code);
    }
}

/* False: nobody has the contact any more. */
static bool
choose_number(const struct store_reply *reply, uint32_t *out)
{
    if (reply->items[0].len > 0) {
        *out = (uint32_t)strtoul(reply->items[0].string, NULL, 10);
        return true;
    }
    *out = (uint32_t)reply->items[1].integer;
    return reply->items[1].integer >= 0;
}

static void
try_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct coding *c = arg;
    if (err == ERR_NONE && (reply->type != STORE_ARRAY || reply->count != 2)) {
        err = ERR_INTERNAL;
    }
    if (err == ERR_NONE && !choose_number(reply, &c->number)) {
        err = ERR_NOT_FOUND;
    }
    if (err != ERR_NONE) {
        refuse(c, err, err == ERR_NOT_FOUND ? NOT_THIS : NULL);
        return;
    }
    su_read_people(
        signup_of(c->asked)->su, c->campaign->id,
        &(struct su_people){.numbers = &c->number, .number_count = 1},
        person_done, c);
}

static void
answer_proof(struct coding *c, const struct record *record)
{
    Signup__Proof proof = SIGNUP__PROOF__INIT;
    proof.number = c->number;
    proof.channel = c->contact.channel;
    proof.salt = record->salts[rules_channel_index(c->contact.channel)];
    Signup__Reply answer = SIGNUP__REPLY__INIT;
    answer.is_case = SIGNUP__REPLY__IS_TRY_CODE;
    answer.try_code = &proof;
    asked_answer(c->asked, &answer);
    free(c);
}

static void
person_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct coding *c = arg;
    struct record record;
    if (err != ERR_NONE || reply->count != 2) {
        refuse(c, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    struct bytes sealed = bytes_of(reply->items[0].string, reply->items[0].len);
    if (sealed.len == 0) {
        refuse(c, ERR_NOT_FOUND, NOT_THIS);
    } else if (!record_unseal(&signup_of(c->asked)->keys->record,
                              c->campaign->id, sealed, &record)) {
        log_error("record.unreadable", log_str("campaign", c->campaign->id),
                  log_int("number", c->number));
        refuse(c, ERR_INTERNAL, NULL);
    } else {
        answer_proof(c, &record);
    }
}
