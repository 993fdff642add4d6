/* test_proving -- whoever holds a contact: entries proved, joined, refused,
 * moved to another contact, on the real service and Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/people/rules.h"
#include "tests/support/rigs/signup_proof.h"
#include "tests/support/rigs/signup_rig.h"

#define SMS WORDS__CHANNEL__CHANNEL_SMS
#define EMAIL WORDS__CHANNEL__CHANNEL_EMAIL
#define CONFIRMED WORDS__PLACE_STATE__PLACE_CONFIRMED
#define WAITLISTED WORDS__PLACE_STATE__PLACE_WAITLISTED
#define CANCELLED WORDS__PLACE_STATE__PLACE_CANCELLED
#define HELD WORDS__PLACE_STATE__PLACE_HELD
#define YES SIGNUP__PROVE_ANSWER__PROVE_YES
#define NOT_ME SIGNUP__PROVE_ANSWER__PROVE_NOT_ME
#define ADD SIGNUP__PROVE_ANSWER__PROVE_ADD
#define REFUSE SIGNUP__PROVE_ANSWER__PROVE_REFUSE
#define SAME SIGNUP__PROVE_ANSWER__PROVE_SAME
#define OTHER SIGNUP__PROVE_ANSWER__PROVE_OTHER_CONTACT

static struct signup_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    (void)signup_rig_put_action(&rig, "rally", -1);
    (void)signup_rig_put_action(&rig, "lobby", -1);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

/* ---- what is asked ---- */

static uint32_t
enter(const char *name, const char *phone, const char *email,
      const char *action)
{
    return signup_rig_number(&rig,
                             &(struct signup_rig_person){.name = name,
                                                         .phone = phone,
                                                         .email = email,
                                                         .action = action,
                                                         .is_public = true});
}

static struct signup_answer
look(Signup__Proof by)
{
    Signup__OpenContact open = SIGNUP__OPEN_CONTACT__INIT;
    open.campaign = "care";
    open.by = &by;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_OPEN_CONTACT;
    request.open_contact = &open;
    return signup_rig_insist(&rig, &request);
}

/* number: of asked; -1: none. */
static struct signup_answer
prove(Signup__Proof by, Signup__ProveAnswer answer, int number)
{
    uint32_t numbers[] = {(uint32_t)number};
    Signup__Prove prove = SIGNUP__PROVE__INIT;
    prove.campaign = "care";
    prove.by = &by;
    prove.answer = answer;
    prove.n_numbers = number >= 0;
    prove.numbers = numbers;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PROVE;
    request.prove = &prove;
    return signup_rig_insist(&rig, &request);
}

static Signup__Proof
link_of(uint32_t number, Words__Channel channel)
{
    return signup_proof_of(&rig, number, channel);
}

/* Presses the button behind the link in the entry's message. */
static struct signup_answer
yes(uint32_t number, Words__Channel channel)
{
    struct signup_answer got = prove(link_of(number, channel), YES, -1);
    if (got.err != ERR_NONE) {
        fail_msg("%s: %s", err_name(got.err), got.detail);
    }
    return got;
}

static void
just_yes(uint32_t number, Words__Channel channel)
{
    struct signup_answer got = yes(number, channel);
    signup_rig_free(&got);
}

static const Signup__ContactPage *
page_of(const struct signup_answer *answer)
{
    if (answer->err != ERR_NONE) {
        fail_msg("%s: %s", err_name(answer->err), answer->detail);
    }
    return answer->reply->open_contact;
}

static const Signup__Asked *
find_asked(const Signup__ContactPage *page, const char *name)
{
    for (size_t i = 0; i < page->n_asked; i++) {
        if (strcmp(page->asked[i]->name, name) == 0) {
            return page->asked[i];
        }
    }
    return NULL;
}

/* As "Amy: rally 1 lobby 2; Tom: rally 1 | Zoe?" */
static void
show(const Signup__ContactPage *page, char out[512])
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < page->n_members; i++) {
        const Signup__Member *member = page->members[i];
        n += (size_t)snprintf(out + n, 512 - n, "%s%s:", i > 0 ? "; " : "",
                              member->name);
        for (size_t p = 0; p < member->n_places; p++) {
            n += (size_t)snprintf(out + n, 512 - n, " %s %d",
                                  member->places[p]->action,
                                  (int)member->places[p]->state);
        }
    }
    for (size_t i = 0; i < page->n_asked; i++) {
        n += (size_t)snprintf(out + n, 512 - n, "%s%s?", i > 0 ? " " : " | ",
                              page->asked[i]->name);
    }
}

static void
expect_shown(struct signup_answer answer, const char *want)
{
    char got[512];
    show(page_of(&answer), got);
    assert_string_equal(got, want);
    signup_rig_free(&answer);
}

static void
expect_refused(struct signup_answer answer, enum err want)
{
    if (answer.err != want) {
        fail_msg("got %s, want %s", err_name(answer.err), err_name(want));
    }
    signup_rig_free(&answer);
}

/* The counter of a state at an action. */
static int
count_of(const char *counter, unsigned action)
{
    char command[80];
    (void)snprintf(command, sizeof(command), "HGET {care}:su:m %s:%u", counter,
                   action);
    char *text = redis_do(rig.redis, command);
    int count = atoi(text);
    free(text);
    return count;
}

static int
count_notes(void)
{
    char *text = redis_do(rig.redis, "HLEN {care}:su:z");
    int count = atoi(text);
    free(text);
    return count;
}

/* ---- proved ---- */

static void
a_link_shows_its_entry_and_a_button_proves_it(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    Signup__Proof by = link_of(amy, SMS);
    struct signup_answer got = look(by);
    assert_false(page_of(&got)->is_proved);
    assert_string_equal(page_of(&got)->hint, "…001");
    expect_shown(got, "Amy Jones: rally 1");
    assert_int_equal(count_of("unproved", 1), 1);
    got = yes(amy, SMS);
    assert_true(page_of(&got)->is_proved);
    expect_shown(got, "Amy Jones: rally 1");
    assert_int_equal(count_of("unproved", 1), 0);
    /* again, and looked at: as it is */
    char *before = redis_do(rig.redis, "HGETALL {care}:su:m");
    expect_shown(yes(amy, SMS), "Amy Jones: rally 1");
    expect_shown(look(by), "Amy Jones: rally 1");
    char *after = redis_do(rig.redis, "HGETALL {care}:su:m");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void
another_salt_channel_or_number_opens_nothing(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    Signup__Proof by = link_of(amy, SMS);
    by.salt ^= 1;
    expect_refused(look(by), ERR_NOT_FOUND);
    expect_refused(prove(by, YES, -1), ERR_NOT_FOUND);
    by.salt = 0;
    expect_refused(look(by), ERR_NOT_FOUND);
    by = link_of(amy, SMS);
    by.channel = EMAIL;
    expect_refused(look(by), ERR_NOT_FOUND);
    by = link_of(amy, SMS);
    by.number = 4711;
    expect_refused(look(by), ERR_NOT_FOUND);
    by.number = 1U << 30;
    expect_refused(look(by), ERR_NOT_FOUND);
}

static void
a_held_seat_is_theirs_and_who_only_asked_waits(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "hall", 1);
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "hall");
    uint32_t tom = enter("Tom Hill", "07700900002", NULL, "hall");
    expect_shown(look(link_of(amy, SMS)), "Amy Jones: hall 5");
    expect_shown(look(link_of(tom, SMS)), "Tom Hill: hall 6");
    expect_shown(yes(tom, SMS), "Tom Hill: hall 2"); /* the seat is held */
    expect_shown(yes(amy, SMS), "Amy Jones: hall 1");
    assert_int_equal(count_of("confirmed", 3), 1);
    assert_int_equal(count_of("waitlisted", 3), 1);
    assert_int_equal(count_of("held", 3), 0);
    assert_int_equal(count_of("asked", 3), 0);
}

/* ---- joined ---- */

static void
one_person_in_twelve_spellings_is_one_supporter(void **state)
{
    (void)state;
    const char *spellings[] = {
        "Amy Jones",  "amy jones",      "AMY JONES",    "Ámy Jônes",
        "Amy  Jones", "Ms Amy Jones",   "Jones, Amy",   "Amy Jones.",
        "Amy-Jones",  "Miss A̧my Jones", "Dr Amy Jones", "Mrs. Amy JONES"};
    uint32_t numbers[12];
    for (int i = 0; i < 12; i++) {
        numbers[i] = enter(spellings[i], "07700900001", NULL,
                           i % 2 == 0 ? "rally" : "lobby");
    }
    expect_shown(look(link_of(numbers[5], SMS)), "Ms Amy Jones: lobby 1");
    expect_shown(yes(numbers[5], SMS), "Ms Amy Jones: rally 1 lobby 1");
    for (int i = 0; i < 12; i++) {
        expect_shown(yes(numbers[i], SMS), "Ms Amy Jones: rally 1 lobby 1");
    }
    assert_int_equal(count_of("confirmed", 1), 1);
    assert_int_equal(count_of("confirmed", 2), 1);
}

static void
a_family_of_four_shares_one_phone(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    uint32_t tom = enter("Tom Jones", "07700900001", NULL, "rally");
    uint32_t zoe = enter("Zoe Jones", "07700900001", NULL, "lobby");
    uint32_t mal = enter("Mallory", "07700900001", NULL, "lobby");
    Signup__Proof by = link_of(amy, SMS);
    expect_shown(yes(amy, SMS),
                 "Amy Jones: rally 1 | Tom Jones? Zoe Jones? Mallory?");
    expect_refused(prove(link_of(zoe, SMS), ADD, (int)tom), ERR_CONFLICT);
    expect_shown(
        prove(by, ADD, (int)tom),
        "Amy Jones: rally 1; Tom Jones: rally 1 | Zoe Jones? Mallory?");
    expect_shown(yes(zoe, SMS), "Amy Jones: rally 1; Tom Jones: rally 1; Zoe "
                                "Jones: lobby 1 | Mallory?");
    expect_shown(prove(by, REFUSE, (int)mal),
                 "Amy Jones: rally 1; Tom Jones: rally 1; Zoe Jones: lobby 1");
    expect_refused(look(link_of(mal, SMS)), ERR_NOT_FOUND);
    assert_int_equal(count_of("confirmed", 2), 1);
    /* all of it again changes nothing */
    expect_shown(prove(by, ADD, (int)tom),
                 "Amy Jones: rally 1; Tom Jones: rally 1; Zoe Jones: lobby 1");
    expect_shown(prove(by, REFUSE, (int)mal),
                 "Amy Jones: rally 1; Tom Jones: rally 1; Zoe Jones: lobby 1");
}

static void
a_couple_that_goes_by_titles_stays_two(void **state)
{
    (void)state;
    uint32_t he = enter("Mr J Smith", "07700900001", NULL, "rally");
    uint32_t she = enter("Mrs J Smith", "07700900001", NULL, "rally");
    just_yes(he, SMS);
    expect_shown(yes(she, SMS), "Mr J Smith: rally 1; Mrs J Smith: rally 1");
}

static void
jo_and_joanna_are_asked_about(void **state)
{
    (void)state;
    uint32_t jo = enter("Jo Lee", "07700900001", NULL, "rally");
    uint32_t joanna = enter("Joanna Lee", "07700900001", NULL, "lobby");
    just_yes(jo, SMS);
    struct signup_answer got = yes(joanna, SMS);
    assert_int_equal(find_asked(page_of(&got), "Joanna Lee")->like, jo);
    expect_shown(got, "Jo Lee: rally 1; Joanna Lee: lobby 1 | Joanna Lee?");
    expect_shown(prove(link_of(jo, SMS), SAME, (int)joanna),
                 "Jo Lee: rally 1 lobby 1");
    expect_shown(look(link_of(joanna, SMS)), "Jo Lee: rally 1 lobby 1");
    /* once more, and this time they are two */
    uint32_t john = enter("John Lee", "07700900001", NULL, "lobby");
    expect_shown(yes(john, SMS),
                 "Jo Lee: rally 1 lobby 1; John Lee: lobby 1 | John Lee?");
    expect_shown(prove(link_of(jo, SMS), ADD, (int)john),
                 "Jo Lee: rally 1 lobby 1; John Lee: lobby 1");
    expect_shown(look(link_of(john, SMS)),
                 "Jo Lee: rally 1 lobby 1; John Lee: lobby 1");
}

static void
who_was_vouched_for_becomes_proved_by_the_same_button(void **state)
{
    (void)state;
    uint32_t amy = signup_rig_number(
        &rig, &(struct signup_rig_person){.name = "Amy Jones",
                                          .phone = "07700900001",
                                          .action = "rally"});
    uint32_t again = enter("amy jones", "07700900001", NULL, "lobby");
    struct signup_answer got = yes(amy, SMS);
    assert_true(page_of(&got)->is_proved);
    expect_shown(got, "Amy Jones: rally 1 lobby 1");
    expect_shown(yes(again, SMS), "Amy Jones: rally 1 lobby 1");
}

/* ---- what is hers stays hers ---- */

/* Mallory types Amy's name and number, and his own address. */
static void
a_stranger_who_typed_ones_number_sees_nothing_of_hers(void **state)
{
    (void)state;
    uint32_t his =
        enter("Amy Jones", "07700900001", "mallory@example.org", "rally");
    Signup__Proof by_mail = link_of(his, EMAIL);
    just_yes(his, EMAIL);
    uint32_t hers = enter("Amy Jones", "07700900001", NULL, "lobby");
    expect_shown(yes(hers, SMS), "Amy Jones: lobby 1");
    expect_shown(look(by_mail), "Amy Jones: rally 1");
    /* he lets her be asked: she is, and told by what else it was proved */
    struct signup_answer got = prove(by_mail, OTHER, -1);
    signup_rig_free(&got);
    got = yes(his, SMS);
    assert_string_equal(find_asked(page_of(&got), "Amy Jones")->other_hint,
                        "m…@example.org");
    expect_shown(got, "Amy Jones: rally 1; Amy Jones: lobby 1 | Amy Jones?");
    expect_shown(look(by_mail), "Amy Jones: rally 1");
    expect_shown(prove(link_of(hers, SMS), REFUSE, (int)his),
                 "Amy Jones: lobby 1");
    expect_refused(look(by_mail), ERR_NOT_FOUND);
}

/* He has asked for a link to his address before she pressed her button. */
static void
links_to_the_other_contact_die_with_the_proof(void **state)
{
    (void)state;
    uint32_t his =
        enter("Amy Jones", "07700900001", "mallory@example.org", "rally");
    Signup__Proof by_mail = link_of(his, EMAIL);
    expect_shown(look(by_mail), "Amy Jones: rally 1");
    struct signup_answer got = yes(his, SMS);
    assert_string_equal(page_of(&got)->members[0]->other_hint,
                        "m…@example.org");
    signup_rig_free(&got);
    expect_refused(look(by_mail), ERR_NOT_FOUND);
    expect_refused(prove(by_mail, YES, -1), ERR_NOT_FOUND);
    /* only she can let it in */
    int notes = count_notes();
    got = prove(link_of(his, SMS), OTHER, -1);
    assert_int_equal(count_notes(), notes + 1);
    signup_rig_free(&got);
    got = prove(link_of(his, SMS), OTHER, -1);
    assert_int_equal(count_notes(), notes + 1); /* each once */
    signup_rig_free(&got);
    expect_shown(yes(his, EMAIL), "Amy Jones: rally 1");
}

static Words__Rule
rule_by_mail(uint32_t number, const char *action)
{
    struct signup_answer got = signup_rig_resolve(
        &rig, WORDS__CLASS__CLASS_SERVICE, EMAIL, action, number);
    assert_int_equal(got.err, ERR_NONE);
    Words__Rule rule = got.reply->resolve->contacts[0]->withheld;
    signup_rig_free(&got);
    return rule;
}

/* Somebody typed it, her or not: it stays with her, to be proved, and is
 * neither used, found by nor shown until then; and then it shows what was made
 * with it alone. */
static void
a_contact_typed_beside_hers_waits_for_its_own_proof(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    just_yes(amy, SMS);
    uint32_t more =
        enter("Amy Jones", "07700900001", "amy@example.org", "lobby");
    Signup__Proof by_mail = link_of(more, EMAIL);
    struct signup_answer got = yes(more, SMS);
    assert_int_equal(page_of(&got)->n_members, 1);
    assert_string_equal(page_of(&got)->members[0]->other_hint,
                        "a…@example.org");
    signup_rig_free(&got);
    expect_shown(look(link_of(amy, SMS)), "Amy Jones: rally 1 lobby 1");
    assert_int_equal(rule_by_mail(amy, "rally"), WORDS__RULE__RULE_NO_CONTACT);
    expect_refused(look(by_mail), ERR_NOT_FOUND);
    expect_refused(prove(by_mail, YES, -1), ERR_NOT_FOUND);
    /* Whoever has it meanwhile is somebody of her own. */
    uint32_t other = enter("Amy Jones", NULL, "amy@example.org", "rally");
    expect_shown(yes(other, EMAIL), "Amy Jones: rally 1");
    expect_shown(look(link_of(amy, SMS)), "Amy Jones: rally 1 lobby 1");
}

static void
a_contact_that_waited_shows_what_was_made_with_it(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    just_yes(amy, SMS);
    just_yes(enter("Amy Jones", "07700900001", "amy@example.org", "lobby"),
             SMS);
    int notes = count_notes();
    struct signup_answer got = prove(link_of(amy, SMS), OTHER, -1);
    assert_int_equal(count_notes(), notes + 1);
    signup_rig_free(&got);
    expect_shown(yes(amy, EMAIL), "Amy Jones: lobby 1");
    assert_int_equal(rule_by_mail(amy, "rally"), WORDS__RULE__RULE_NONE);
    got = look(link_of(amy, SMS));
    assert_null(page_of(&got)->members[0]->other_hint);
    expect_shown(got, "Amy Jones: rally 1 lobby 1");
}

/* She has one already: the one that was typed is not hers. */
static void
a_contact_typed_instead_of_hers_is_dropped(void **state)
{
    (void)state;
    uint32_t amy =
        enter("Amy Jones", "07700900001", "amy@example.org", "rally");
    just_yes(amy, EMAIL);
    just_yes(amy, SMS);
    uint32_t more =
        enter("Amy Jones", "07700900001", "mallory@example.org", "lobby");
    int notes = count_notes();
    struct signup_answer got = yes(more, SMS);
    assert_null(page_of(&got)->members[0]->other_hint);
    signup_rig_free(&got);
    assert_int_equal(count_notes(), notes);
    expect_refused(look(link_of(more, EMAIL)), ERR_NOT_FOUND);
    got = signup_rig_resolve(&rig, WORDS__CLASS__CLASS_SERVICE, EMAIL, "lobby",
                             amy);
    assert_string_equal(got.reply->resolve->contacts[0]->address,
                        "amy@example.org");
    signup_rig_free(&got);
}

/* A landline is rung; Jersey's numbers cost whoever texts them. */
static void
no_link_goes_to_a_number_that_is_not_texted(void **state)
{
    static const char *const numbers[] = {"020 7946 0018", "07797 700123"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        char email[] = "a@example.org";
        email[0] = (char)('a' + i);
        uint32_t amy = enter("Amy Jones", numbers[i], email, "rally");
        struct signup_answer got = yes(amy, EMAIL);
        assert_null(page_of(&got)->members[0]->other_hint);
        signup_rig_free(&got);
        int notes = count_notes();
        expect_refused(prove(link_of(amy, EMAIL), OTHER, -1), ERR_CONFLICT);
        assert_int_equal(count_notes(), notes);
    }
}

static void
what_came_with_another_contact_is_not_shown_to_this_one(void **state)
{
    (void)state;
    uint32_t amy =
        enter("Amy Jones", "07700900001", "amy@example.org", "rally");
    just_yes(amy, EMAIL);
    just_yes(amy, SMS);
    uint32_t more = enter("Amy Jones", NULL, "amy@example.org", "lobby");
    expect_shown(yes(more, EMAIL), "Amy Jones: rally 1 lobby 1");
    expect_shown(look(link_of(amy, SMS)), "Amy Jones: rally 1");
}

static void
an_entry_for_somebody_else_is_nobodys_of_that_name(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    just_yes(amy, SMS);
    struct signup_rig_request request;
    signup_rig_fill(&request,
                    &(struct signup_rig_person){.name = "Amy Jones",
                                                .phone = "07700900001",
                                                .action = "lobby",
                                                .is_public = true});
    request.sign_up.has_is_for_other = request.sign_up.is_for_other = true;
    struct signup_answer got = signup_rig_insist(&rig, &request.request);
    assert_int_equal(got.err, ERR_NONE);
    uint32_t hers = got.reply->sign_up->number;
    signup_rig_free(&got);
    expect_shown(yes(hers, SMS),
                 "Amy Jones: rally 1; Amy Jones: lobby 1 | Amy Jones?");
    expect_shown(prove(link_of(amy, SMS), ADD, (int)hers),
                 "Amy Jones: rally 1; Amy Jones: lobby 1");
}

/* ---- not me ---- */

static void
not_me_drops_the_entry_and_keeps_her_own(void **state)
{
    (void)state;
    uint32_t hers = enter("Amy Jones", "07700900001", NULL, "rally");
    just_yes(hers, SMS);
    uint32_t his = enter("Mallory", "07700900001", NULL, "lobby");
    uint32_t more = enter("Mallory", "07700900001", NULL, "rally");
    Signup__Proof by = link_of(his, SMS);
    struct signup_answer got = prove(by, NOT_ME, -1);
    assert_true(page_of(&got)->is_refused);
    signup_rig_free(&got);
    assert_int_equal(count_of("confirmed", 2), 0);
    got = prove(by, NOT_ME, -1); /* the answer was lost */
    assert_true(page_of(&got)->is_refused);
    signup_rig_free(&got);
    got = look(by);
    assert_true(page_of(&got)->is_refused);
    signup_rig_free(&got);
    expect_shown(look(link_of(hers, SMS)), "Amy Jones: rally 1 | Mallory?");
    expect_refused(prove(link_of(hers, SMS), NOT_ME, -1), ERR_CONFLICT);
    (void)more;
}

/* Mallory has proved his own address, and asks for a link to her number. */
static void
who_said_not_me_gets_no_link_that_others_ask_for(void **state)
{
    (void)state;
    uint32_t first = enter("Mallory", "07700900001", NULL, "rally");
    struct signup_answer got = prove(link_of(first, SMS), NOT_ME, -1);
    signup_rig_free(&got);
    uint32_t more =
        enter("Mallory", "07700900001", "mallory@example.org", "rally");
    just_yes(more, EMAIL);
    int notes = count_notes();
    got = prove(link_of(more, EMAIL), OTHER, -1);
    assert_int_equal(got.err, ERR_NONE); /* and he is not told */
    signup_rig_free(&got);
    assert_int_equal(count_notes(), notes);
}

/* ---- another contact ---- */

static struct signup_answer
change(Signup__Proof by, uint32_t number, const char *phone, const char *email)
{
    Signup__ChangeContact change = SIGNUP__CHANGE_CONTACT__INIT;
    change.campaign = "care";
    change.by = &by;
    change.number = number;
    change.phone = (char *)phone;
    change.email = (char *)email;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_CHANGE_CONTACT;
    request.change_contact = &change;
    return signup_rig_insist(&rig, &request);
}

/* She looks after Tom, and the number was his until now. */
static void
a_carer_who_changes_her_number_is_not_seen_by_the_old_one(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    uint32_t tom = enter("Tom Hill", "07700900001", NULL, "rally");
    just_yes(amy, SMS);
    just_yes(tom, SMS);
    Signup__Proof old = link_of(amy, SMS), his = link_of(tom, SMS);
    int notes = count_notes();
    expect_shown(change(his, amy, "07700900009", NULL), "Tom Hill: rally 1");
    assert_int_equal(count_notes(), notes + 2); /* the old, and the new */
    expect_refused(look(old), ERR_NOT_FOUND);
    expect_shown(look(his), "Tom Hill: rally 1");
    struct signup_answer got = look(link_of(amy, SMS));
    assert_false(page_of(&got)->is_proved);
    assert_string_equal(page_of(&got)->hint, "…009");
    signup_rig_free(&got);
    got = yes(amy, SMS);
    assert_true(page_of(&got)->is_proved);
    expect_shown(got, "Amy Jones: rally 1");
    expect_shown(look(his), "Tom Hill: rally 1");
}

static void
who_leaves_the_page_she_opened_sees_it_no_more(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    just_yes(amy, SMS);
    Signup__Proof old = link_of(amy, SMS);
    expect_shown(change(old, amy, "07700900009", NULL), "");
    expect_refused(look(old), ERR_NOT_FOUND);
    expect_refused(change(old, amy, "07700900008", NULL), ERR_NOT_FOUND);
    expect_shown(yes(amy, SMS), "Amy Jones: rally 1");
    /* and back: whoever enters by the old number now is somebody else */
    uint32_t next = enter("Amy Jones", "07700900001", NULL, "lobby");
    expect_shown(yes(next, SMS), "Amy Jones: lobby 1");
}

static void
a_contact_is_changed_by_who_holds_one_and_for_no_one_else(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    uint32_t tom = enter("Tom Hill", "07700900002", NULL, "rally");
    Signup__Proof by = link_of(amy, SMS);
    expect_refused(change(by, amy, "07700900009", NULL), ERR_NOT_FOUND);
    just_yes(amy, SMS);
    just_yes(tom, SMS);
    expect_refused(change(by, tom, "07700900009", NULL), ERR_NOT_FOUND);
    expect_refused(change(by, amy, "12", NULL), ERR_BAD_REQUEST);
    expect_refused(change(by, amy, "020 7946 0018", NULL), ERR_BAD_REQUEST);
    expect_refused(change(by, amy, "07797 700123", NULL), ERR_BAD_REQUEST);
    expect_refused(change(by, amy, NULL, "nobody"), ERR_BAD_REQUEST);
    expect_refused(change(by, amy, NULL, NULL), ERR_BAD_REQUEST);
    expect_shown(change(by, amy, "07700 900001", NULL), "Amy Jones: rally 1");
    expect_shown(change(by, amy, NULL, "amy@example.org"),
                 "Amy Jones: rally 1");
    expect_shown(yes(amy, EMAIL), "Amy Jones: rally 1");
}

/* ---- consent ---- */

static Words__Rule
rule_of(uint32_t number)
{
    struct signup_answer got = signup_rig_resolve(
        &rig, WORDS__CLASS__CLASS_CAMPAIGN, SMS, NULL, number);
    assert_int_equal(got.err, ERR_NONE);
    Words__Rule rule = got.reply->resolve->contacts[0]->withheld;
    signup_rig_free(&got);
    return rule;
}

static uint32_t
enter_with_news(const char *name, const char *action)
{
    return signup_rig_number(&rig,
                             &(struct signup_rig_person){.name = name,
                                                         .phone = "07700900001",
                                                         .action = action,
                                                         .is_public = true,
                                                         .consents_sms = true});
}

static void
a_consent_is_kept_with_both_times(void **state)
{
    (void)state;
    uint32_t amy = enter_with_news("Amy Jones", "rally");
    just_yes(amy, SMS);
    struct record record;
    assert_true(signup_proof_record(&rig, amy, &record));
    assert_int_equal(record.given_count, 1);
    assert_true(record.given[0].proved_at_ms >= record.given[0].at_ms);
    assert_int_equal(rule_of(amy), WORDS__RULE__RULE_NONE);
}

static void
an_opt_out_is_not_lifted_by_a_form_that_is_joined(void **state)
{
    (void)state;
    uint32_t amy = enter_with_news("Amy Jones", "rally");
    just_yes(amy, SMS);
    struct signup_answer got = signup_rig_consent(&rig, amy, SMS, true);
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
    uint32_t again = enter_with_news("Amy Jones", "lobby");
    expect_shown(yes(again, SMS), "Amy Jones: rally 1 lobby 1");
    assert_int_equal(rule_of(amy), WORDS__RULE__RULE_WITHDRAWN);
}

static void
a_consent_that_came_with_a_joined_entry_counts(void **state)
{
    (void)state;
    uint32_t amy = enter("Amy Jones", "07700900001", NULL, "rally");
    just_yes(amy, SMS);
    assert_int_equal(rule_of(amy), WORDS__RULE__RULE_NO_CONSENT);
    uint32_t again = enter_with_news("Amy Jones", "lobby");
    just_yes(again, SMS);
    assert_int_equal(rule_of(amy), WORDS__RULE__RULE_NONE);
}

/* The number says STOP while nobody is found by it: his is proved by mail. */
static void
a_stop_is_heard_by_who_proves_the_number_later(void **state)
{
    (void)state;
    uint32_t tom = enter("Tom Hill", "07700900001", "tom@example.org", "rally");
    just_yes(tom, EMAIL);
    Signup__StopTexts stop = SIGNUP__STOP_TEXTS__INIT;
    stop.campaign = "care";
    stop.phone = "+447700900001";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_STOP_TEXTS;
    request.stop_texts = &stop;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
    got = yes(tom, SMS);
    assert_true(page_of(&got)->has_stop);
    signup_rig_free(&got);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_link_shows_its_entry_and_a_button_proves_it),
        TEST(another_salt_channel_or_number_opens_nothing),
        TEST(a_held_seat_is_theirs_and_who_only_asked_waits),
        TEST(one_person_in_twelve_spellings_is_one_supporter),
        TEST(a_family_of_four_shares_one_phone),
        TEST(a_couple_that_goes_by_titles_stays_two),
        TEST(jo_and_joanna_are_asked_about),
        TEST(who_was_vouched_for_becomes_proved_by_the_same_button),
        TEST(a_stranger_who_typed_ones_number_sees_nothing_of_hers),
        TEST(links_to_the_other_contact_die_with_the_proof),
        TEST(a_contact_typed_beside_hers_waits_for_its_own_proof),
        TEST(a_contact_that_waited_shows_what_was_made_with_it),
        TEST(a_contact_typed_instead_of_hers_is_dropped),
        TEST(no_link_goes_to_a_number_that_is_not_texted),
        TEST(what_came_with_another_contact_is_not_shown_to_this_one),
        TEST(an_entry_for_somebody_else_is_nobodys_of_that_name),
        TEST(not_me_drops_the_entry_and_keeps_her_own),
        TEST(who_said_not_me_gets_no_link_that_others_ask_for),
        TEST(a_carer_who_changes_her_number_is_not_seen_by_the_old_one),
        TEST(who_leaves_the_page_she_opened_sees_it_no_more),
        TEST(a_contact_is_changed_by_who_holds_one_and_for_no_one_else),
        TEST(a_consent_is_kept_with_both_times),
        TEST(an_opt_out_is_not_lifted_by_a_form_that_is_joined),
        TEST(a_consent_that_came_with_a_joined_entry_counts),
        TEST(a_stop_is_heard_by_who_proves_the_number_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
