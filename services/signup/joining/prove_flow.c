/* prove_flow -- an answer on a contact's page.
 *
 *   check -> the wordings' numbers -> household read -> decided -> committed
 *         -> read again, and shown
 *
 * Decided on what was read; if that has changed by the time it is written, it
 * is read and decided anew. An answer that changes nothing (any more) is
 * shown what there is. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/definitions/evidence.h"
#include "services/signup/joining/contact_page.h"
#include "services/signup/joining/flows.h"
#include "services/signup/joining/proving.h"
#include "services/signup/joining/tell.h"
#include "services/signup/people/rules.h"

#define TRIES_MAX 16
#define CONSENTS_MAX 8

struct answering {
    struct asked *asked;
    struct campaign *campaign;
    int tries;
    bool is_done;
    struct household *household;
};

static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void evidence_done(void *arg, enum err err, const char *detail);
static void read_household(struct answering *a);
static void household_done(void *arg, enum err err, const char *detail,
                           struct household *household);
static void committed(void *arg, enum err err, bool done);

static const Signup__Prove *
asked_of(const struct answering *a)
{
    return signup_request(a->asked)->prove;
}

static void
finish(struct answering *a)
{
    household_free(&a->household);
    free(a);
}

static void
refuse(struct answering *a, enum err err, const char *detail)
{
    asked_refuse(a->asked, err, detail);
    finish(a);
}

static struct signup_fault
find_fault(const Signup__Prove *ask)
{
    bool is_of_asked = ask->answer == SIGNUP__PROVE_ANSWER__PROVE_ADD ||
                       ask->answer == SIGNUP__PROVE_ANSWER__PROVE_REFUSE ||
                       ask->answer == SIGNUP__PROVE_ANSWER__PROVE_SAME;
    if (ask->answer == SIGNUP__PROVE_ANSWER__PROVE_NOTHING ||
        ask->answer > SIGNUP__PROVE_ANSWER__PROVE_SAME) {
        return (struct signup_fault){"answer", "say yes, or not me"};
    }
    if (ask->n_numbers > JOINING_ENTRIES_MAX ||
        (is_of_asked && ask->n_numbers == 0)) {
        return (struct signup_fault){"numbers", "say of whom: 1 to 64"};
    }
    if (ask->n_consents > CONSENTS_MAX) {
        return (struct signup_fault){"consents",
                                     "give at most 8 consents at once"};
    }
    for (size_t i = 0; i < ask->n_consents; i++) {
        const char *fault = evidence_check(ask->consents[i]);
        if (fault != NULL) {
            return (struct signup_fault){"consents", fault};
        }
    }
    return (struct signup_fault){NULL, NULL};
}

void
prove_flow_start(struct asked *asked)
{
    const Signup__Prove *ask = signup_request(asked)->prove;
    struct signup_fault fault = find_fault(ask);
    if (fault.detail != NULL) {
        signup_refuse(asked, &fault);
        return;
    }
    struct answering *a = mem_new(sizeof(*a));
    a->asked = asked;
    if (ask->n_consents == 0) {
        read_household(a);
        return;
    }
    campaigns_read(signup_of(asked)->campaigns, ask->campaign, campaign_done,
                   a);
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct answering *a = arg;
    if (err != ERR_NONE) {
        refuse(a, err, detail);
        return;
    }
    a->campaign = value;
    evidence_number(a->campaign->evidence, asked_of(a)->consents,
                    asked_of(a)->n_consents, evidence_done, a);
}

static void
evidence_done(void *arg, enum err err, const char *detail)
{
    struct answering *a = arg;
    if (err != ERR_NONE) {
        refuse(a, err, detail);
        return;
    }
    read_household(a);
}

static void
read_household(struct answering *a)
{
    if (++a->tries > TRIES_MAX) {
        refuse(a, ERR_UNAVAILABLE,
               "too much changes here at this moment; try again");
        return;
    }
    household_read(signup_of(a->asked), asked_of(a)->campaign, asked_of(a)->by,
                   household_done, a);
}

/* ---- decided ---- */

static void
add_consents(const struct answering *a, struct proving *p)
{
    const Signup__Prove *ask = asked_of(a);
    for (size_t i = 0; i < ask->n_consents; i++) {
        const Signup__Consent *from = ask->consents[i];
        struct record_given given = {.at_ms = from->at_ms,
                                     .is_withdrawn = from->is_withdrawn,
                                     .proved_at_ms = p->now_ms};
        if (evidence_find(a->campaign->evidence, from, &given.evidence)) {
            proving_consent(p, &given);
        }
    }
}

static enum err
answer_asked(const struct answering *a, struct proving *p, const char **detail)
{
    static const enum proving_answer answers[] = {
        [SIGNUP__PROVE_ANSWER__PROVE_ADD] = PROVING_ADD,
        [SIGNUP__PROVE_ANSWER__PROVE_REFUSE] = PROVING_REFUSE,
        [SIGNUP__PROVE_ANSWER__PROVE_SAME] = PROVING_SAME,
    };
    if (!household_is_proved(p->household)) {
        *detail = "say first that this is you";
        return ERR_CONFLICT;
    }
    return proving_asked(
        p,
        &(struct proving_named){asked_of(a)->numbers, asked_of(a)->n_numbers},
        answers[asked_of(a)->answer], detail);
}

/* Of the member that is named, or by's own. */
static enum err
send_link(const struct answering *a, struct proving *p, const char **detail)
{
    struct household *household = p->household;
    int other = 1 - household->channel;
    const struct roster_person *person =
        asked_of(a)->n_numbers == 0
            ? household->by
            : roster_find(household->roster, asked_of(a)->numbers[0]);
    uint8_t hash[ADDRESS_HASH_BYTES];
    bool is_open = person != NULL && household_has(household, person) &&
                   household_is_proved(household) &&
                   (person->flags & FLAG_PROVED(other)) == 0 &&
                   (other != 0 || address_is_texted(person->record.phone));
    if (!is_open || !household_hash(household->roster->campaign,
                                    &person->record, other, hash)) {
        *detail = "there is no other number or address to confirm here";
        return ERR_CONFLICT;
    }
    changes_see(p->changes, person);
    tell_link(p->changes, person, other);
    return ERR_NONE;
}

static enum err
decide(const struct answering *a, struct proving *p, const char **detail)
{
    enum err err;
    switch (asked_of(a)->answer) {
    case SIGNUP__PROVE_ANSWER__PROVE_YES:
        err = proving_yes(p, detail);
        if (err == ERR_NONE) {
            add_consents(a, p);
        }
        return err;
    case SIGNUP__PROVE_ANSWER__PROVE_NOT_ME:
        return proving_not_me(p, detail);
    case SIGNUP__PROVE_ANSWER__PROVE_OTHER_CONTACT:
        return send_link(a, p, detail);
    case SIGNUP__PROVE_ANSWER__PROVE_ADD:
    case SIGNUP__PROVE_ANSWER__PROVE_REFUSE:
    case SIGNUP__PROVE_ANSWER__PROVE_SAME:
        return answer_asked(a, p, detail);
    case SIGNUP__PROVE_ANSWER__PROVE_NOTHING:
    case _SIGNUP__PROVE_ANSWER_IS_INT_SIZE:
    default:
        return ERR_BAD_REQUEST;
    }
}

static void
show(struct answering *a)
{
    contact_page_answer(a->asked, SIGNUP__REPLY__IS_PROVE, a->household);
    finish(a);
}

static void
answer(struct answering *a)
{
    struct proving p = {.household = a->household,
                        .changes = changes_new(a->household->roster->campaign),
                        .now_ms = clock_wall_ms()};
    const char *detail = NULL;
    enum err err = decide(a, &p, &detail);
    if (err == ERR_NONE) {
        proving_write(&p);
    }
    if (err != ERR_NONE) {
        refuse(a, err, detail);
    } else if (changes_is_empty(p.changes)) {
        show(a);
    } else {
        changes_run(p.changes, committed, a);
    }
    changes_free(&p.changes);
}

static void
household_done(void *arg, enum err err, const char *detail,
               struct household *household)
{
    struct answering *a = arg;
    bool was_refused =
        err == ERR_CONFLICT &&
        asked_of(a)->answer == SIGNUP__PROVE_ANSWER__PROVE_NOT_ME;
    if (was_refused) { /* said already */
        contact_page_answer_refused(a->asked, SIGNUP__REPLY__IS_PROVE,
                                    asked_of(a)->by, NULL);
        finish(a);
        return;
    }
    if (err != ERR_NONE) {
        refuse(a, err, detail);
        return;
    }
    household_free(&a->household);
    a->household = household;
    if (a->is_done) {
        show(a);
    } else {
        answer(a);
    }
}

static void
committed(void *arg, enum err err, bool done)
{
    struct answering *a = arg;
    if (err != ERR_NONE) {
        refuse(a, err, NULL);
        return;
    }
    if (done && asked_of(a)->answer == SIGNUP__PROVE_ANSWER__PROVE_NOT_ME) {
        contact_page_answer_refused(a->asked, SIGNUP__REPLY__IS_PROVE,
                                    asked_of(a)->by, a->household);
        finish(a);
        return;
    }
    a->is_done = done;
    read_household(a);
}
