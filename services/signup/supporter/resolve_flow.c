/* resolve_flow -- contacts at the moment of hand-over.
 *
 * Reads Redis each time and caches nothing of people: who said STOP a second
 * ago is withheld. Asked by courier alone. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/store.h"
#include "services/signup/notes/resolve_notes.h"
#include "services/signup/people/address.h"
#include "services/signup/people/rules.h"
#include "services/signup/supporter/flows.h"
#include "services/signup/supporter/person.h"

#define NUMBERS_MAX 1000
#define NUMBER_MAX ((1U << 24) - 1)

struct resolving {
    struct asked *asked;
    struct campaign *campaign;
    bool is_reread;
    int channel_index;
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);

static struct signup_fault
find_fault(const Signup__Resolve *ask)
{
    if (ask->class_ == WORDS__CLASS__CLASS_NONE) {
        return (struct signup_fault){"class", "a class is needed"};
    }
    if (rules_channel_index(ask->channel) < 0) {
        return (struct signup_fault){"channel", "a channel is needed"};
    }
    if (ask->action == NULL && rules_need_action(ask->class_)) {
        return (struct signup_fault){
            "action",
            "a service or safety message is about an action: name it"};
    }
    if (ask->n_numbers == 0 || ask->n_numbers > NUMBERS_MAX) {
        return (struct signup_fault){"numbers", "ask for 1 to 1,000 numbers"};
    }
    for (size_t i = 0; i < ask->n_numbers; i++) {
        if (ask->numbers[i] > NUMBER_MAX) {
            return (struct signup_fault){"numbers",
                                         "a number is below 16,777,216"};
        }
    }
    return (struct signup_fault){NULL, NULL};
}

/* "courier", "courier.0": by its key's name with CURVE, else as it says. */
static bool
is_courier(const struct bus_request *request)
{
    static const char name[] = "courier";
    const char *caller = bus_request_caller(request);
    size_t len = sizeof(name) - 1;
    return strncmp(caller, name, len) == 0 &&
           (caller[len] == '\0' || caller[len] == '.');
}

void
resolve_flow_start(struct asked *asked)
{
    const Signup__Resolve *ask = signup_request(asked)->resolve;
    struct signup_fault fault = find_fault(ask);
    if (!is_courier(asked->request)) {
        asked_refuse(asked, ERR_FORBIDDEN, "contacts are for courier alone");
        return;
    }
    if (fault.detail != NULL) {
        signup_refuse(asked, &fault);
        return;
    }
    struct resolving *r = mem_new(sizeof(*r));
    r->asked = asked;
    r->channel_index = rules_channel_index(ask->channel);
    struct campaign *known =
        campaigns_find(signup_of(asked)->campaigns, ask->campaign);
    if (known != NULL) {
        campaign_done(r, ERR_NONE, NULL, known);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, campaign_done,
                   r);
}

static void
refuse(struct resolving *r, enum err err, const char *detail)
{
    asked_refuse(r->asked, err, detail);
    free(r);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct campaign *campaign = value;
    struct resolving *r = arg;
    if (err != ERR_NONE) {
        refuse(r, err, detail);
        return;
    }
    r->campaign = campaign;
    const Signup__Resolve *ask = signup_request(r->asked)->resolve;
    if (ask->class_ == WORDS__CLASS__CLASS_NOTE) {
        resolve_notes(r->asked, campaign);
        free(r);
        return;
    }
    const struct campaign_action *action =
        ask->action == NULL ? NULL
                            : campaign_find_action(campaign, ask->action);
    if (ask->action != NULL && action == NULL) {
        if (r->is_reread) {
            refuse(r, ERR_NOT_FOUND, "this campaign has no such action");
            return;
        }
        r->is_reread = true;
        campaigns_read(signup_of(r->asked)->campaigns, campaign->id,
                       campaign_done, r);
        return;
    }
    su_read_people(
        signup_of(r->asked)->su, campaign->id,
        &(struct su_people){.actions = action == NULL ? NULL : &action->number,
                            .action_count = action != NULL,
                            .numbers = ask->numbers,
                            .number_count = ask->n_numbers},
        people_done, r);
}

/* ---- one supporter ---- */

/* Room for the strings of one contact. */
struct contact {
    Signup__Contact message;
    char address[EMAIL_TEXT_SIZE];
    char name[NAME_BYTES_MAX + 1], first_name[NAME_BYTES_MAX + 1];
};

static bool
has_place(const struct resolving *r, const struct person *person)
{
    if (signup_request(r->asked)->resolve->action == NULL ||
        person->state_count != 1) {
        return false;
    }
    return rules_is_place((Words__PlaceState)person->states[0]);
}

/* Who is gone was erased; a record that cannot be opened has no contact. */
static Words__Rule
find_rule(const struct resolving *r, const struct person *person)
{
    if (!person->exists) {
        return WORDS__RULE__RULE_SUPPRESSED;
    }
    if (!person->is_readable) {
        return WORDS__RULE__RULE_NO_CONTACT;
    }
    return rules_apply(signup_request(r->asked)->resolve->class_,
                       r->channel_index, person->flags, has_place(r, person));
}

static void
fill_contact(const struct resolving *r, const struct person *person,
             struct contact *to)
{
    const struct record *record = &person->record;
    if (r->channel_index == 0) {
        address_phone_text(record->phone, to->address);
    } else {
        memcpy(to->address, record->email, sizeof(to->address));
    }
    memcpy(to->name, record->name, sizeof(to->name));
    names_first(record->name, to->first_name);
    to->message.address = to->address;
    to->message.name = to->name;
    to->message.first_name = to->first_name;
    to->message.has_format = true;
    to->message.format = (Words__Format)person->said[ATTRIBUTE_format];
    to->message.has_role = true;
    to->message.role = person->said[ATTRIBUTE_role];
}

static void
resolve_one(const struct resolving *r, const struct store_reply *reply,
            size_t i, struct contact *to)
{
    struct person person;
    uint32_t number = signup_request(r->asked)->resolve->numbers[i];
    signup__contact__init(&to->message);
    to->message.number = number;
    person_read_facts(reply, i, &person);
    Words__Rule rule = find_rule(r, &person);
    if (rule == WORDS__RULE__RULE_NONE) {
        person_read(r->campaign, reply, i, number, &person);
        rule = find_rule(r, &person);
    }
    if (rule == WORDS__RULE__RULE_NONE) {
        fill_contact(r, &person, to);
    } else {
        to->message.has_withheld = true;
        to->message.withheld = rule;
    }
}

static void
answer(struct resolving *r, const struct store_reply *reply)
{
    size_t count = signup_request(r->asked)->resolve->n_numbers;
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
    metric_add(signup_of(r->asked)->metrics.resolved, (int64_t)count);
    metric_add(signup_of(r->asked)->metrics.withheld, withheld);
    asked_answer(r->asked, &message);
    free(contacts);
    free(pointers);
    free(r);
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct resolving *r = arg;
    size_t count = signup_request(r->asked)->resolve->n_numbers;
    if (err == ERR_NONE && reply->count != count * 2) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        refuse(r, err, NULL);
        return;
    }
    answer(r, reply);
}
