/* stop_flow -- STOP by text, and START: of a number, whoever has it.
 *
 *   definitions -> the number: as it came, or of whoever pressed the button
 *         behind a link that was sent to it -> kept outside Redis -> one
 *         script -> answered
 *
 * It holds for everybody of that number and for whoever brings it next. Who
 * has stopped is told once, by a note. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/reach.h"
#include "services/signup/keep/feed.h"
#include "services/signup/keep/store_withdrawn.h"
#include "services/signup/notes/note.h"
#include "services/signup/people/address.h"
#include "services/signup/supporter/flows.h"
#include "services/signup/supporter/holder.h"
#include "services/signup/supporter/person.h"

#define NUMBER_MAX ((1U << 24) - 1)
#define NOTE_EXPIRES_MS (24 * INT64_C(3600000))

struct stopping {
    struct asked *asked;
    struct campaign *campaign;
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void holder_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void stopped(void *arg, enum err err, const struct store_reply *reply);

static const Signup__StopTexts *
ask_of(const struct stopping *s)
{
    return signup_request(s->asked)->stop_texts;
}

static void
refuse(struct stopping *s, enum err err, const char *detail)
{
    asked_refuse(s->asked, err, detail);
    free(s);
}

void
stop_flow_start(struct asked *asked)
{
    const Signup__StopTexts *ask = signup_request(asked)->stop_texts;
    bool is_by_link = ask->by != NULL;
    if (is_by_link == (ask->phone != NULL)) {
        signup_refuse(asked,
                      &(struct signup_fault){
                          "phone", "give the number, or a link's proof"});
        return;
    }
    if (is_by_link && (ask->by->channel != WORDS__CHANNEL__CHANNEL_SMS ||
                       ask->by->number > NUMBER_MAX)) {
        asked_refuse(asked, ERR_FORBIDDEN,
                     "only a link in a text speaks for a number");
        return;
    }
    struct stopping *s = mem_new(sizeof(*s));
    s->asked = asked;
    struct campaign *known =
        campaigns_find(signup_of(asked)->campaigns, ask->campaign);
    if (known != NULL) {
        campaign_done(s, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, campaign_done,
                   s);
}

/* ---- the script ---- */

/* To the number that stopped: STOP does not keep this one back. */
static void
pack_note(const struct stopping *s, const char *address, struct buf *to)
{
    const Signup__Campaign *campaign = s->campaign->definition;
    int64_t now_ms = clock_wall_ms();
    char *text = mem_format("%s: %s", campaign->name,
                            reach_note_of_stop(reach_provider_stops(
                                signup_of(s->asked)->service.conf)));
    char *key = mem_format("stop:%s:%" PRId64, address, now_ms);
    note_pack(s->campaign,
              &(struct note){.channel = WORDS__CHANNEL__CHANNEL_SMS,
                             .address = address,
                             .text = text,
                             .key = key,
                             .expires_at_ms = now_ms + NOTE_EXPIRES_MS,
                             .passes_stop = true},
              to);
    free(key);
    free(text);
}

static void
run_stop(struct stopping *s, uint64_t phone)
{
    struct signup *signup = signup_of(s->asked);
    uint8_t hash[ADDRESS_HASH_BYTES];
    char address[PHONE_TEXT_SIZE];
    address_hash_phone(signup->keys, s->campaign->id, phone, hash);
    address_phone_text(phone, address);
    bool is_start = ask_of(s)->is_start;
    struct buf tail, note;
    buf_init(&tail, 0);
    buf_init(&note, 0);
    feed_flow_add_tail(&tail);
    if (!is_start) {
        pack_note(s, address, &note);
    }
    struct keeper_words words = {.count = 0};
    keeper_say(&words, SU_SAID_STOP, SU_SAID_NOBODY, hash);
    words.list[0].is_lifted = is_start;
    struct bytes args[STOP_TEXTS_ARGS] = {
        [STOP_TEXTS_ARG_EVENT_TAIL] = bytes_of(tail.data, tail.len),
        [STOP_TEXTS_ARG_HASH] = bytes_of(hash, sizeof(hash)),
        [STOP_TEXTS_ARG_IS_START] = bytes_of_string(is_start ? "1" : "0"),
        [STOP_TEXTS_ARG_NOTE] = bytes_of(buf_string(&note), note.len)};
    keeper_run(s->campaign->keeper,
               &(struct keeper_call){
                   KEEPER_STOP_TEXTS, {args, STOP_TEXTS_ARGS}, &words},
               stopped, s);
    buf_fini(&note);
    buf_fini(&tail);
}

/* ---- whose number ---- */

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct stopping *s = arg;
    if (err != ERR_NONE) {
        refuse(s, err, detail);
        return;
    }
    s->campaign = value;
    const Signup__StopTexts *ask = ask_of(s);
    if (ask->by != NULL) {
        su_read_people(
            signup_of(s->asked)->su, s->campaign->id,
            &(struct su_people){.numbers = &ask->by->number, .number_count = 1},
            holder_done, s);
        return;
    }
    const char *why = NULL;
    char phone[PHONE_TEXT_SIZE];
    if (contact_phone(ask->phone, s->campaign->definition->allows_drama_numbers,
                      phone, &why) != ERR_NONE) {
        signup_refuse(s->asked, &(struct signup_fault){"phone", why});
        free(s);
        return;
    }
    run_stop(s, address_phone_digits(phone));
}

static void
holder_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct stopping *s = arg;
    const Signup__Proof *by = ask_of(s)->by;
    struct person person;
    if (err != ERR_NONE || reply->count != 2) {
        refuse(s, err == ERR_NONE ? ERR_INTERNAL : err, NULL);
        return;
    }
    person_read(s->campaign, reply, 0, by->number, &person);
    if (!person.exists || !person.is_readable ||
        !holder_is(&person.record, by)) {
        refuse(s, ERR_NOT_FOUND, "this link no longer opens that");
        return;
    }
    run_stop(s, person.record.phone);
}

static void
stopped(void *arg, enum err err, const struct store_reply *reply)
{
    struct stopping *s = arg;
    if (err == ERR_NONE && reply->count != 2) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        refuse(s, err, NULL);
        return;
    }
    feed_flow_announce(signup_of(s->asked), s->campaign->id,
                       (uint64_t)reply->items[0].integer);
    Signup__ConsentSet set = SIGNUP__CONSENT_SET__INIT;
    set.is_changed = reply->items[1].integer == 1;
    Signup__Reply answer = SIGNUP__REPLY__INIT;
    answer.is_case = SIGNUP__REPLY__IS_STOP_TEXTS;
    answer.stop_texts = &set;
    asked_answer(s->asked, &answer);
    free(s);
}
