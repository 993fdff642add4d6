/* change_flow -- a contact corrected from a page that its holder, or the
 * other contact's, has opened.
 *
 *   check -> household read -> decided -> committed -> read again, and shown
 *
 * It counts at once: whoever held the old one says so. But news wait for the
 * proof of the new one, whose holder gets a link; and the old one, which sees
 * nothing of her any more, is told. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/joining/contact_page.h"
#include "services/signup/joining/flows.h"
#include "services/signup/joining/proving.h"
#include "services/signup/joining/tell.h"
#include "services/signup/people/rules.h"

#define TRIES_MAX 16

struct changing {
    struct asked *asked;
    int tries;
    bool is_done;
    struct household *household;
};

static void household_done(void *arg, enum err err, const char *detail,
                           struct household *household);
static void committed(void *arg, enum err err, bool done);

static const Signup__ChangeContact *
asked_of(const struct changing *c)
{
    return signup_request(c->asked)->change_contact;
}

static void
finish(struct changing *c)
{
    household_free(&c->household);
    free(c);
}

static void
refuse(struct changing *c, enum err err, const char *detail)
{
    asked_refuse(c->asked, err, detail);
    finish(c);
}

static void
read_household(struct changing *c)
{
    if (++c->tries > TRIES_MAX) {
        refuse(c, ERR_UNAVAILABLE,
               "too much changes here at this moment; try again");
        return;
    }
    household_read(signup_of(c->asked), asked_of(c)->campaign, asked_of(c)->by,
                   household_done, c);
}

static bool
is_filled(const char *text)
{
    return text != NULL && *text != '\0';
}

void
change_flow_contact(struct asked *asked)
{
    const Signup__ChangeContact *ask = signup_request(asked)->change_contact;
    if (is_filled(ask->phone) == is_filled(ask->email)) {
        signup_refuse(asked, &(struct signup_fault){
                                 "phone", "give a mobile number or an email "
                                          "address, one of the two"});
        return;
    }
    struct changing *c = mem_new(sizeof(*c));
    c->asked = asked;
    read_household(c);
}

/* ---- decided ---- */

/* What was typed, in a record of its own. */
static struct signup_fault
read_typed(const struct changing *c, struct record *to)
{
    const Signup__Campaign *campaign =
        c->household->roster->campaign->definition;
    const char *why = NULL;
    char phone[PHONE_TEXT_SIZE];
    if (is_filled(asked_of(c)->email)) {
        bool is_good =
            contact_email(asked_of(c)->email, to->email, &why) == ERR_NONE;
        return is_good ? (struct signup_fault){NULL, NULL}
                       : (struct signup_fault){"email", why};
    }
    if (contact_phone(asked_of(c)->phone, campaign->allows_drama_numbers, phone,
                      &why) != ERR_NONE) {
        return (struct signup_fault){"phone", why};
    }
    to->phone = address_phone_digits(phone);
    return (struct signup_fault){
        "phone", address_is_texted(to->phone)
                     ? NULL
                     : "we text numbers of the United Kingdom alone, not of "
                       "Jersey, Guernsey or the Isle of Man"};
}

static void
set_contact(struct roster_person *person, const struct record *typed,
            int channel)
{
    struct record *record = &person->record;
    if (channel == 0) {
        record->phone = typed->phone;
    } else {
        memcpy(record->email, typed->email, sizeof(record->email));
    }
    record->salts[channel] = record_new_salt();
    record->proved_at_ms[channel] = 0;
    person->flags |= FLAG_CONTACT(channel) | FLAG_VOUCHED;
    person->flags &=
        ~(uint32_t)(FLAG_PROVED(channel) | FLAG_SUPPRESSED(channel) |
                    FLAG_GIVEN(channel) | FLAG_CALL);
}

static void
move(struct changing *c, struct changes *changes, struct roster_person *person,
     const struct record *typed)
{
    struct campaign *campaign = c->household->roster->campaign;
    int channel = typed->phone != 0 ? 0 : 1;
    struct record was = person->record;
    uint8_t old[ADDRESS_HASH_BYTES], hash[ADDRESS_HASH_BYTES];
    struct changes_contact before = {person->number, old, channel};
    struct changes_contact now = {person->number, hash, channel};
    bool was_used = (person->flags & FLAG_CONTACT(channel)) != 0;
    changes_see(changes, person);
    set_contact(person, typed, channel);
    changes_write(changes, person);
    if (household_hash(campaign, &was, channel, old)) {
        changes_index(changes, &before, false);
        changes_entry(changes, &before, NULL, false);
        if (was_used) {
            tell_moved(changes, person, &was, channel);
        }
    }
    (void)household_hash(campaign, &person->record, channel, hash);
    changes_entry(changes, &now, person->record.name, true);
    changes_hear(changes, &now, true);
    changes_look(changes, person->number);
    tell_link(changes, person, channel);
}

static void
show(struct changing *c)
{
    contact_page_answer(c->asked, SIGNUP__REPLY__IS_CHANGE_CONTACT,
                        c->household);
    finish(c);
}

/* Who is there, and may be changed from this page; NULL: nobody. */
static struct roster_person *
find_member(const struct changing *c)
{
    struct roster *roster = c->household->roster;
    struct roster_person *person = roster_find(roster, asked_of(c)->number);
    bool is_there = person != NULL && household_is_proved(c->household) &&
                    household_has(c->household, person) &&
                    c->household->is_member[person - roster->people];
    return is_there ? person : NULL;
}

static void
decide(struct changing *c)
{
    struct record typed = {.phone = 0};
    struct roster_person *person = find_member(c);
    struct signup_fault fault = read_typed(c, &typed);
    if (fault.detail != NULL) {
        signup_refuse(c->asked, &fault);
        finish(c);
        return;
    }
    if (person == NULL) {
        refuse(c, ERR_NOT_FOUND, "there is nobody of that number here");
        return;
    }
    if (merging_is_shared(&person->record, &typed, typed.phone != 0 ? 0 : 1)) {
        show(c); /* it is so already */
        return;
    }
    struct changes *changes = changes_new(c->household->roster->campaign);
    move(c, changes, person, &typed);
    changes_run(changes, committed, c);
    changes_free(&changes);
}

/* Whoever has changed the contact she opened the page by sees it no more: it
 * was answered before, and is so again. */
static void
household_done(void *arg, enum err err, const char *detail,
               struct household *household)
{
    struct changing *c = arg;
    if (c->is_done && err == ERR_NOT_FOUND) {
        contact_page_answer_gone(c->asked, SIGNUP__REPLY__IS_CHANGE_CONTACT,
                                 asked_of(c)->by);
        finish(c);
        return;
    }
    if (err != ERR_NONE) {
        refuse(c, err, detail);
        return;
    }
    household_free(&c->household);
    c->household = household;
    if (c->is_done) {
        show(c);
    } else {
        decide(c);
    }
}

static void
committed(void *arg, enum err err, bool done)
{
    struct changing *c = arg;
    if (err != ERR_NONE) {
        refuse(c, err, NULL);
        return;
    }
    c->is_done = done;
    read_household(c);
}
