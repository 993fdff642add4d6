/* freed_job -- who waited is told that a place has become free.
 *
 *   people: who got one, opened -> the contact that may be used, as for any
 *   message of class service; what it says -> freed.lua
 *
 * Nobody unproved waits, so a contact is used only if it is proved, or the
 * person vouched for: mail where the rules let it, since it costs nothing,
 * else a text; the one that confirmed the sign-up first. Courier's last look
 * (notes/resolve_notes.c) asks the same rules again, and for the place. */
#include <inttypes.h>
#include <stdio.h>

#include "common/base/base.h"
#include "services/signup/keep/feed.h"
#include "services/signup/notes/note.h"
#include "services/signup/people/address.h"
#include "services/signup/people/merging.h"
#include "services/signup/people/rules.h"
#include "services/signup/tend/round.h"

#define NOTE_VALID_MS (2 * 86400000LL)
/* Of a campaign, an action: two texts at most. */
#define TEXT_NAME_BYTES_MAX 40

static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void told(void *arg, enum err err, const struct store_reply *reply);

static void
finish(struct tended *tended, enum err err)
{
    tended->freed.count = 0;
    round_go_on(tended, err);
}

void
freed_job(struct tended *tended)
{
    round_read_people(tended, &tended->freed, people_done);
}

/* ---- to whom ---- */

static bool
may_use(const struct round_person *person, int channel)
{
    return !rules_is_unproved(person->flags, channel) &&
           rules_apply(WORDS__CLASS__CLASS_SERVICE, channel, person->flags,
                       true) == WORDS__RULE__RULE_NONE;
}

/* -1: she may not be written to. */
static int
choose_channel(const struct round_person *person)
{
    int first = rules_channel_index((Words__Channel)person->record.confirms_by);
    first = first < 0 ? 1 : first;
    if (may_use(person, first)) {
        return first;
    }
    return may_use(person, 1 - first) ? 1 - first : -1;
}

/* ---- what it says ---- */

/* As a text has room for it. */
static void
add_cut(struct buf *to, const char *name, bool is_text)
{
    buf_add(to, name,
            note_cut(name, is_text ? TEXT_NAME_BYTES_MAX
                                   : (size_t)NOTE_SUBJECT_BYTES_MAX));
}

static void
add_link(const struct tended *tended, uint32_t salt, struct buf *to)
{
    if (salt != 0) {
        buf_add_string(to, "{{confirm_url}}");
        return;
    }
    buf_printf(to, "%s/find/%s",
               conf_text(tended->signup->service.conf, SET_GATEWAY_PUBLIC_URL),
               tended->campaign->id);
}

static void
write_words(const struct tended *tended, const struct round_person *person,
            const struct campaign_action *action, int channel, struct buf *to)
{
    char when[LONDON_TEXT_SIZE], first[NAME_BYTES_MAX + 1];
    const struct record *record = &person->record;
    bool is_mine = !record->is_for_other;
    names_first(record->name, first);
    add_cut(to, tended->campaign->definition->name, channel == 0);
    buf_printf(to,
               is_mine ? ": %s, a place has become free for you at "
                       : ": for %s, a place has become free at ",
               is_mine ? first : record->name);
    add_cut(to, action->definition->name, channel == 0);
    buf_printf(to, " (%s). %s ticket: ",
               london_format(action->definition->starts_at_ms, when),
               is_mine ? "Your" : "The");
    add_link(tended, record->salts[channel], to);
    buf_add_string(to, is_mine
                           ? " If you cannot come, please give it back there."
                           : " If it is not needed, please give it back "
                             "there.");
}

static void
pack_note(const struct tended *tended, const struct round_person *person,
          const struct campaign_action *action, const struct freed_row *row,
          struct buf *to)
{
    char key[NOTE_KEY_BYTES_MAX], phone[PHONE_TEXT_SIZE];
    int channel = choose_channel(person);
    int64_t until_ms = clock_wall_ms() + NOTE_VALID_MS,
            ends_ms = action->definition->ends_at_ms;
    if (channel < 0 || ends_ms <= clock_wall_ms()) {
        return;
    }
    struct buf text;
    buf_init(&text, 0);
    write_words(tended, person, action, channel, &text);
    (void)snprintf(key, sizeof(key), "freed:%" PRIu32 ":%u:%" PRIu64,
                   row->number, row->action, row->turn);
    struct note note = {.channel = (Words__Channel)(channel + 1),
                        .address = person->record.email,
                        .subject = "A place has become free for you",
                        .text = buf_string(&text),
                        .key = key,
                        .expires_at_ms =
                            ends_ms < until_ms ? ends_ms : until_ms};
    note.link.number = person->number;
    note.link.salt = person->record.salts[channel];
    if (channel == 0) {
        address_phone_text(person->record.phone, phone);
        note.address = phone;
    }
    note_pack(tended->campaign, &note, to);
    buf_fini(&text);
}

/* ---- who ---- */

static bool
has_place(const struct tended *tended, const struct round_person *person,
          uint16_t action)
{
    for (size_t i = 0; i < tended->action_count; i++) {
        if (tended->actions[i] == action) {
            return person->states[i] == WORDS__PLACE_STATE__PLACE_CONFIRMED;
        }
    }
    return false;
}

/* It is new to whom she was merged into. */
static bool
is_hers_now(const struct record *record, uint16_t action)
{
    return record->is_merged && merging_winner_before(record, action) !=
                                    WORDS__PLACE_STATE__PLACE_CONFIRMED;
}

/* Whoever is not there any more is told nothing: an item all the same, so that
 * the list forgets it. */
static void
add_item(const struct tended *tended, const struct freed_row *row,
         const struct round_person *person, struct buf *to)
{
    struct buf note;
    buf_init(&note, 0);
    struct freed_item_row item = {.number = row->number,
                                  .action = row->action,
                                  .turn = row->turn,
                                  .whose = row->number};
    if (person->states != NULL && is_hers_now(&person->record, row->action)) {
        item.whose = person->record.into;
    } else if (person->states != NULL &&
               has_place(tended, person, row->action)) {
        pack_note(tended, person, tended->campaign->actions[row->action - 1],
                  row, &note);
    }
    item.note = bytes_of(buf_string(&note), note.len);
    freed_item_row_append(to, &item);
    buf_fini(&note);
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err != ERR_NONE || reply->count != tended->freed.count * 2) {
        finish(tended, err == ERR_NONE ? ERR_INTERNAL : err);
        return;
    }
    struct round_args args;
    round_args_init(&args, FREED_ARG_ITEMS);
    args.args[FREED_ARG_EVENT_TAIL] = bytes_of(args.tail.data, args.tail.len);
    for (size_t i = 0; i < tended->freed.count; i++) {
        struct round_person person = {.states = NULL};
        (void)round_person(tended, reply, &tended->freed, i, &person);
        add_item(tended, &tended->freed_rows[i], &person,
                 round_args_item(&args));
    }
    su_freed(tended->signup->su, tended->campaign->id, round_args_all(&args),
             told, tended);
    round_args_fini(&args);
}

static void
told(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err == ERR_NONE) {
        feed_flow_announce(tended->signup, tended->campaign->id,
                           (uint64_t)reply->integer);
    }
    finish(tended, err);
}
