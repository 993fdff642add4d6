/* resolve_notes -- what numbers of notes mean, at the moment of hand-over.
 *
 * Reads Redis each time and caches nothing: a number that said STOP a second
 * ago is withheld. */
#include "services/signup/notes/resolve_notes.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/store_notes.h"
#include "services/signup/notes/note.h"
#include "services/signup/people/rules.h"

#define FIELDS 2
#define NOTE_REPLIES 3 /* of notes.lua, for each */

struct resolving {
    struct asked *asked;
    struct campaign *campaign;
};

/* Room for the words of one contact. */
struct contact {
    Signup__Contact message;
    Signup__Field fields[FIELDS], *field_pointers[FIELDS];
    struct note_words words;
};

static const Signup__Resolve *
resolve_of(const struct resolving *r)
{
    return signup_request(r->asked)->resolve;
}

/* About a place: as any message about it, to who has it still. */
static Words__Rule
find_holders_rule(const struct resolving *r, const struct store_reply *packed)
{
    struct bytes bytes = bytes_of(packed->string, packed->len);
    struct note_holder_row holder;
    if (!note_holder_row_read(&bytes, &holder)) {
        return WORDS__RULE__RULE_NONE;
    }
    return rules_apply(WORDS__CLASS__CLASS_SERVICE,
                       rules_channel_index(resolve_of(r)->channel),
                       holder.flags,
                       holder.state == WORDS__PLACE_STATE__PLACE_CONFIRMED);
}

static Words__Rule
find_rule(const struct resolving *r, const struct note_item_row *item,
          bool has_stop)
{
    if (item->expires <= (uint64_t)clock_wall_ms()) {
        return WORDS__RULE__RULE_GONE;
    }
    if (item->channel != (uint8_t)resolve_of(r)->channel) {
        return WORDS__RULE__RULE_NO_CONTACT;
    }
    if (has_stop && item->passes_stop == 0) {
        return WORDS__RULE__RULE_WITHDRAWN;
    }
    return WORDS__RULE__RULE_NONE;
}

/* Fills to->words unless a rule holds. */
static Words__Rule
read_note(const struct resolving *r, const struct store_reply *reply, size_t i,
          struct contact *to)
{
    const struct store_reply *packed = &reply->items[i * NOTE_REPLIES];
    struct bytes bytes = bytes_of(packed->string, packed->len);
    struct note_item_row item;
    if (packed->len == 0 || !note_item_row_read(&bytes, &item)) {
        return WORDS__RULE__RULE_GONE;
    }
    Words__Rule rule =
        find_rule(r, &item, reply->items[i * NOTE_REPLIES + 1].integer == 1);
    if (rule == WORDS__RULE__RULE_NONE) {
        rule = find_holders_rule(r, &reply->items[i * NOTE_REPLIES + 2]);
    }
    if (rule == WORDS__RULE__RULE_NONE &&
        !note_open(r->campaign, item.sealed, &to->words)) {
        log_error("note.unreadable", log_str("campaign", r->campaign->id),
                  log_int("note", resolve_of(r)->numbers[i]));
        return WORDS__RULE__RULE_NO_CONTACT;
    }
    return rule;
}

static void
set_field(struct contact *to, size_t i, const char *name, char *value)
{
    signup__field__init(&to->fields[i]);
    to->fields[i].name = (char *)name;
    to->fields[i].value = value;
    to->field_pointers[i] = &to->fields[i];
}

static void
resolve_one(const struct resolving *r, const struct store_reply *reply,
            size_t i, struct contact *to)
{
    signup__contact__init(&to->message);
    to->message.number = resolve_of(r)->numbers[i];
    Words__Rule rule = read_note(r, reply, i, to);
    if (rule != WORDS__RULE__RULE_NONE) {
        to->message.has_withheld = true;
        to->message.withheld = rule;
        return;
    }
    to->message.address = to->words.address;
    set_field(to, 0, "note_subject", to->words.subject);
    set_field(to, 1, "note_text", to->words.text);
    to->message.n_fields = FIELDS;
    to->message.fields = to->field_pointers;
    to->message.has_salt = to->message.has_ticket_number = to->words.salt != 0;
    to->message.salt = to->words.salt;
    to->message.ticket_number = to->words.number;
}

static void
answer(struct resolving *r, const struct store_reply *reply)
{
    struct signup *signup = signup_of(r->asked);
    size_t count = resolve_of(r)->n_numbers;
    struct contact *contacts = mem_new_array(count, sizeof(contacts[0]));
    Signup__Contact **pointers = mem_new_array(count, sizeof(void *));
    int64_t withheld = 0;
    for (size_t i = 0; i < count; i++) {
        resolve_one(r, reply, i, &contacts[i]);
        pointers[i] = &contacts[i].message;
        withheld += contacts[i].message.has_withheld;
    }
    Signup__Resolved resolved = SIGNUP__RESOLVED__INIT;
    resolved.n_contacts = count;
    resolved.contacts = pointers;
    Signup__Reply message = SIGNUP__REPLY__INIT;
    message.is_case = SIGNUP__REPLY__IS_RESOLVE;
    message.resolve = &resolved;
    metric_add(signup->metrics.resolved, (int64_t)count);
    metric_add(signup->metrics.withheld, withheld);
    asked_answer(r->asked, &message);
    free(contacts);
    free(pointers);
}

static void
notes_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct resolving *r = arg;
    if (err == ERR_NONE &&
        (reply->type != STORE_ARRAY ||
         reply->count != resolve_of(r)->n_numbers * NOTE_REPLIES)) {
        err = ERR_INTERNAL;
    }
    if (err == ERR_NONE && !campaigns_is_current(r->campaign)) {
        err = ERR_UNAVAILABLE; /* of a store that may have gone back since */
    }
    if (err == ERR_NONE) {
        answer(r, reply);
    } else {
        asked_refuse(r->asked, err, NULL);
    }
    free(r);
}

void
resolve_notes(struct asked *asked, struct campaign *campaign)
{
    struct resolving *r = mem_new(sizeof(*r));
    *r = (struct resolving){asked, campaign};
    const Signup__Resolve *ask = resolve_of(r);
    su_read_notes(signup_of(asked)->su, campaign->id,
                  &(struct su_people){.numbers = ask->numbers,
                                      .number_count = ask->n_numbers},
                  notes_done, r);
}
