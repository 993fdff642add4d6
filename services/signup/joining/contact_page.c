/* contact_page -- what whoever holds a contact is shown. */
#include "services/signup/joining/contact_page.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "services/signup/people/rules.h"
#include "services/signup/people/switches.h"

struct page_person {
    Signup__Member member;
    Signup__Proof proof;
    struct person_switches switches;
    char other_hint[ADDRESS_HINT_SIZE];
    Signup__Place *places, **place_list;
    size_t place_count;
};

struct page_asked {
    Signup__Asked asked;
    struct page_person of; /* its places, and the other contact's hint */
};

struct page {
    Signup__ContactPage message;
    char hint[ADDRESS_HINT_SIZE];
    struct household_view view;
    size_t member_count, asked_count;
    struct page_person members[JOINING_MEMBERS_MAX + 1];
    Signup__Member *member_list[JOINING_MEMBERS_MAX + 1];
    struct page_asked asked[JOINING_ENTRIES_MAX];
    Signup__Asked *asked_list[JOINING_ENTRIES_MAX];
};

static void
fill_hint(const struct record *record, int channel, char out[ADDRESS_HINT_SIZE])
{
    if (channel == 0) {
        address_hint_phone(record->phone, out);
    } else {
        address_hint_email(record->email, out);
    }
}

static void
fill_places(const struct household *household,
            const struct roster_person *person, struct page_person *to)
{
    const struct roster *roster = household->roster;
    to->places = mem_new_array(roster->action_count + 1, sizeof(to->places[0]));
    to->place_list = mem_new_array(roster->action_count + 1, sizeof(void *));
    for (size_t i = 0; i < roster->action_count; i++) {
        uint16_t action = roster->actions[i];
        if (person->states[i] == WORDS__PLACE_STATE__PLACE_NONE ||
            !merging_is_seen(&person->record, action, household->channel)) {
            continue;
        }
        Signup__Place *place = &to->places[to->place_count];
        signup__place__init(place);
        place->action = roster->campaign->actions[action - 1]->id;
        place->action_number = action;
        place->state = (Words__PlaceState)person->states[i];
        to->place_list[to->place_count++] = place;
    }
}

static bool
has_other(const struct household *household, const struct roster_person *person)
{
    const struct record *record = &person->record;
    return household->channel == 1 ? address_is_texted(record->phone)
                                   : record->email[0] != '\0';
}

static void
add_member(struct page *page, const struct household *household,
           const struct roster_person *person)
{
    struct page_person *to = &page->members[page->member_count];
    Signup__Member *member = &to->member;
    int channel = household->channel;
    signup__member__init(member);
    signup__proof__init(&to->proof);
    fill_places(household, person, to);
    switches_fill(person->flags, &to->switches);
    member->number = person->number;
    member->name = (char *)person->record.name;
    member->n_places = to->place_count;
    member->places = to->place_list;
    member->n_switches = to->switches.count;
    member->switches = to->switches.list;
    member->has_is_for_other = true;
    member->is_for_other = person->record.is_for_other;
    member->has_role = true;
    member->role = person->said[ATTRIBUTE_role];
    if (has_other(household, person) &&
        (person->flags & FLAG_CONTACT(1 - channel)) == 0) {
        fill_hint(&person->record, 1 - channel, to->other_hint);
        member->other_hint = to->other_hint;
    }
    to->proof.number = person->number;
    to->proof.channel = (Words__Channel)(channel + 1);
    to->proof.salt = person->record.salts[channel];
    member->proof = &to->proof;
    page->member_list[page->member_count++] = member;
}

static void
add_asked(struct page *page, const struct household *household, size_t i)
{
    const struct joining_verdict *verdict = &page->view.verdicts[i];
    const struct roster_person *person =
        roster_find(household->roster, page->view.entries[i].number);
    struct page_asked *to = &page->asked[page->asked_count];
    signup__asked__init(&to->asked);
    fill_places(household, person, &to->of);
    to->asked.number = person->number;
    to->asked.name = (char *)person->record.name;
    to->asked.n_places = to->of.place_count;
    to->asked.places = to->of.place_list;
    to->asked.has_like = verdict->whose != JOINING_NOBODY;
    to->asked.like = to->asked.has_like ? verdict->whose : 0;
    if ((person->flags & FLAG_PROVED(1 - household->channel)) != 0) {
        fill_hint(&person->record, 1 - household->channel, to->of.other_hint);
        to->asked.other_hint = to->of.other_hint;
    }
    page->asked_list[page->asked_count++] = &to->asked;
}

static void
fill_household(struct page *page, const struct household *household)
{
    for (size_t i = 0; i < household->roster->count; i++) {
        const struct roster_person *person = &household->roster->people[i];
        if (household->is_member[i] && household_has(household, person)) {
            add_member(page, household, person);
        }
    }
    household_decide(household, JOINING_NOBODY, &page->view);
    for (size_t i = 0; i < page->view.joining.entry_count; i++) {
        const struct joining_verdict *verdict = &page->view.verdicts[i];
        if (verdict->is_asked && verdict->beside == JOINING_NOBODY) {
            add_asked(page, household, i);
        }
    }
}

static void
send(struct asked *asked, int is_case, Signup__ContactPage *page)
{
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    reply.is_case = (Signup__Reply__IsCase)is_case;
    reply.open_contact = page; /* one place in the oneof for all three */
    asked_answer(asked, &reply);
}

static void
free_places(struct page_person *person)
{
    free(person->places);
    free(person->place_list);
}

void
contact_page_answer(struct asked *asked, int is_case,
                    const struct household *household)
{
    struct page *page = mem_new(sizeof(*page));
    Signup__ContactPage *message = &page->message;
    signup__contact_page__init(message);
    fill_hint(&household->by->record, household->channel, page->hint);
    message->is_proved = household_is_proved(household);
    message->channel = (Words__Channel)(household->channel + 1);
    message->hint = page->hint;
    message->has_has_stop = true;
    message->has_stop =
        household->channel == 0 && (household->by->flags & FLAG_SMS_STOP) != 0;
    if (message->is_proved) {
        fill_household(page, household);
    } else {
        add_member(page, household, household->by);
    }
    message->n_members = page->member_count;
    message->members = page->member_list;
    message->n_asked = page->asked_count;
    message->asked = page->asked_list;
    send(asked, is_case, message);
    for (size_t i = 0; i < page->member_count; i++) {
        free_places(&page->members[i]);
    }
    for (size_t i = 0; i < page->asked_count; i++) {
        free_places(&page->asked[i].of);
    }
    free(page);
}

void
contact_page_answer_refused(struct asked *asked, int is_case,
                            const Signup__Proof *by,
                            const struct household *household)
{
    Signup__ContactPage message = SIGNUP__CONTACT_PAGE__INIT;
    char hint[ADDRESS_HINT_SIZE] = "";
    if (household != NULL) {
        fill_hint(&household->by->record, household->channel, hint);
    }
    message.channel = by->channel;
    message.hint = hint;
    message.has_is_refused = message.is_refused = true;
    send(asked, is_case, &message);
}

void
contact_page_answer_gone(struct asked *asked, int is_case,
                         const Signup__Proof *by)
{
    Signup__ContactPage message = SIGNUP__CONTACT_PAGE__INIT;
    message.is_proved = true;
    message.channel = by->channel;
    message.hint = "";
    send(asked, is_case, &message);
}
