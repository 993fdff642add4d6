/* resolving -- what numbers mean at the moment of hand-over, on its way. */
#include "services/signup/supporter/resolving.h"

#include <stdlib.h>
#include <string.h>

#include "services/signup/people/rules.h"
#include "services/signup/supporter/person.h"

#define ACTIONS_NAMED_SMS 3 /* a text is dear; a mail names all there are */

static bool
has_place(const struct resolving *r, const struct person *person)
{
    return resolving_ask(r)->action != NULL && person->state_count == 1 &&
           rules_is_place((Words__PlaceState)person->states[0]);
}

/* Who does not exist was erased; a record that cannot be opened has no
 * contact. */
static Words__Rule
find_rule(const struct resolving *r, const struct person *person)
{
    if (!person->exists) {
        return WORDS__RULE__RULE_SUPPRESSED;
    }
    if (!person->is_readable) {
        return WORDS__RULE__RULE_NO_CONTACT;
    }
    return rules_apply(resolving_ask(r)->class_, r->channel_index,
                       person->flags, has_place(r, person));
}

/* ---- whoever was merged into another ---- */

/* Only with the place that this message is about: what the other is sent
 * comes under a number of its own. */
static bool
has_moved(const struct resolving *r, const struct record *record)
{
    for (size_t i = 0; i < record->moved_count && record->is_merged; i++) {
        if (record->moved[i] == r->actions[0]) {
            return true;
        }
    }
    return false;
}

static void
follow(const struct resolving *r, const struct person *person,
       struct target *target)
{
    bool is_about = rules_need_action(resolving_ask(r)->class_) &&
                    r->hops < RESOLVING_HOPS_MAX;
    if (is_about && person->is_readable && has_moved(r, &person->record)) {
        target->is_followed = true;
        target->number = person->record.into;
    }
}

/* ---- the contact ---- */

static bool
is_named(uint8_t state)
{
    return state != WORDS__PLACE_STATE__PLACE_NONE &&
           state != WORDS__PLACE_STATE__PLACE_CANCELLED;
}

static void
add_action(const Signup__Action *action, struct buf *to)
{
    char when[LONDON_TEXT_SIZE];
    buf_printf(to, "%s%s (%s)", to->len == 0 ? "" : ", ", action->name,
               london_format(action->starts_at_ms, when));
}

/* "Rally (Thu 25 Feb 2027, 11:00), March (…) and 2 more": what one has signed
 * up for, in a sentence. */
static char *
name_actions(const struct resolving *r, const struct person *person)
{
    size_t named = 0,
           max = r->channel_index == 0 ? ACTIONS_NAMED_SMS : r->action_count;
    struct buf text;
    buf_init(&text, 0);
    for (size_t i = 0; i < r->action_count && i < person->state_count; i++) {
        if (is_named(person->states[i]) && ++named <= max) {
            add_action(r->campaign->actions[r->actions[i] - 1]->definition,
                       &text);
        }
    }
    if (named > max) {
        buf_printf(&text, " and %zu more", named - max);
    }
    if (named == 0) {
        buf_printf(&text, "news from %s", r->campaign->definition->name);
    }
    char *out = mem_copy_string(buf_string(&text));
    buf_fini(&text);
    return out;
}

static void
fill_actions(const struct resolving *r, const struct person *person,
             struct target *target)
{
    target->actions = name_actions(r, person);
    signup__field__init(&target->field);
    target->field.name = "actions";
    target->field.value = target->actions;
    target->fields = &target->field;
    target->message.n_fields = 1;
    target->message.fields = &target->fields;
}

static void
fill_address(const struct resolving *r, const struct record *record,
             struct target *target)
{
    const struct address_keys *keys = signup_of(r->asked)->keys;
    if (r->channel_index == 0) {
        target->phone = record->phone;
        address_phone_text(record->phone, target->address);
        address_hash_phone(keys, r->campaign->id, record->phone, target->hash);
    } else {
        memcpy(target->address, record->email, sizeof(target->address));
        address_hash_email(keys, r->campaign->id, record->email, target->hash);
    }
    target->message.address = target->address;
    target->message.has_salt = true;
    target->message.salt = record->salts[r->channel_index];
}

static void
fill_contact(const struct resolving *r, const struct person *person,
             struct target *target)
{
    const struct record *record = &person->record;
    Signup__Contact *to = &target->message;
    fill_address(r, record, target);
    memcpy(target->name, record->name, sizeof(target->name));
    names_first(record->name, target->first_name);
    to->name = target->name;
    to->first_name = target->first_name;
    to->has_format = true;
    to->format = (Words__Format)person->said[ATTRIBUTE_format];
    to->has_role = true;
    to->role = person->said[ATTRIBUTE_role];
    to->has_is_for_other = record->is_for_other;
    to->is_for_other = record->is_for_other;
    to->has_ticket_number = target->number != to->number;
    to->ticket_number = target->number;
    if (resolving_ask(r)->class_ == WORDS__CLASS__CLASS_CONFIRMATION) {
        fill_actions(r, person, target);
    }
}

void
resolving_take(struct resolving *r, const struct store_reply *reply, size_t i,
               struct target *target)
{
    struct person person;
    person_read_facts(reply, i, &person);
    target->is_followed = false;
    target->rule = find_rule(r, &person);
    if (target->rule != WORDS__RULE__RULE_NONE &&
        target->rule != WORDS__RULE__RULE_GONE) {
        return;
    }
    person_read(r->campaign, reply, i, target->number, &person);
    target->rule = find_rule(r, &person);
    if (target->rule == WORDS__RULE__RULE_GONE) {
        follow(r, &person, target);
    } else if (target->rule == WORDS__RULE__RULE_NONE) {
        target->is_unproved = rules_is_unproved(person.flags, r->channel_index);
        fill_contact(r, &person, target);
    }
}
