/* test_joining_crash -- many press their buttons at once, and signup or Redis
 * is killed meanwhile, again and again: nobody is lost, doubled or left half
 * joined. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/rigs/signup_proof.h"
#include "tests/support/rigs/signup_rig.h"

#define PEOPLE 20 /* each with a number of her own */
#define TWICE 5   /* entries of each */
#define ENTRIES (PEOPLE * TWICE)
#define CLIENTS 1000 /* of one person */
#define SPELLINGS 12
#define IN_FLIGHT_MAX 32
#define KILLS 8
#define TURN_MS 5
#define CONFIRMED WORDS__PLACE_STATE__PLACE_CONFIRMED

static const char *const spellings[SPELLINGS] = {
    "Amy Jones",  "amy jones",      "AMY JONES",    "Ámy Jônes",
    "Amy  Jones", "Ms Amy Jones",   "Jones, Amy",   "Amy Jones.",
    "Amy-Jones",  "Miss Amy Jones", "Dr Amy Jones", "Mrs. Amy JONES"};

struct pressing {
    struct crowd *crowd;
    uint32_t number;
    Signup__Proof by;
    bool is_asked, is_done;
};

struct crowd {
    struct signup_rig rig;
    int count, in_flight, done;
    struct pressing pressings[CLIENTS];
};

static struct crowd *
open_crowd(void)
{
    struct crowd *crowd = mem_new(sizeof(*crowd));
    signup_rig_open(&crowd->rig);
    (void)signup_rig_put_action(&crowd->rig, "rally", -1);
    (void)signup_rig_put_action(&crowd->rig, "hall", PEOPLE / 2);
    return crowd;
}

static void
close_crowd(struct crowd *crowd)
{
    signup_rig_close(&crowd->rig);
    free(crowd);
}

static void
enter(struct crowd *crowd, const char *phone, const char *action)
{
    struct pressing *pressing = &crowd->pressings[crowd->count];
    pressing->crowd = crowd;
    pressing->number = signup_rig_number(
        &crowd->rig,
        &(struct signup_rig_person){.name = spellings[crowd->count % SPELLINGS],
                                    .phone = phone,
                                    .action = action,
                                    .is_public = true});
    crowd->count++;
}

static void
read_links(struct crowd *crowd)
{
    for (int i = 0; i < crowd->count; i++) {
        struct pressing *pressing = &crowd->pressings[i];
        pressing->by = signup_proof_of(&crowd->rig, pressing->number,
                                       WORDS__CHANNEL__CHANNEL_SMS);
    }
}

static void
on_answer(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    struct pressing *pressing = arg;
    struct crowd *crowd = pressing->crowd;
    crowd->in_flight--;
    pressing->is_asked = false;
    if (err == ERR_NONE) {
        assert_true(reply->prove->is_proved);
        pressing->is_done = true;
        crowd->done++;
    } else if (err != ERR_UNAVAILABLE && err != ERR_UNKNOWN &&
               err != ERR_TIMEOUT) {
        fail_msg("%s: %s", err_name(err), detail);
    }
}

static void
press(struct crowd *crowd, struct pressing *pressing)
{
    Signup__Prove prove = SIGNUP__PROVE__INIT;
    prove.campaign = "care";
    prove.by = &pressing->by;
    prove.answer = SIGNUP__PROVE_ANSWER__PROVE_YES;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PROVE;
    request.prove = &prove;
    pressing->is_asked = true;
    crowd->in_flight++;
    signup_ask(crowd->rig.peer, 0, &request, on_answer, pressing);
}

/* Presses on for whoever has no answer, until target have one. */
static void
press_until(struct crowd *crowd, int target)
{
    int64_t until = clock_boot_ms() + 3 * PROCESS_WAIT_MS;
    while (crowd->done < target) {
        for (int i = 0; i < crowd->count && crowd->in_flight < IN_FLIGHT_MAX;
             i++) {
            struct pressing *pressing = &crowd->pressings[i];
            if (!pressing->is_done && !pressing->is_asked) {
                press(crowd, pressing);
            }
        }
        loop_turn(crowd->rig.loop, TURN_MS);
        if (clock_boot_ms() > until) {
            fail_msg("%d of %d answered", crowd->done, target);
        }
    }
}

static int
count_of(struct crowd *crowd, const char *counter)
{
    char command[80];
    (void)snprintf(command, sizeof(command), "HGET {care}:su:m %s", counter);
    char *text = redis_do(crowd->rig.redis, command);
    int count = atoi(text);
    free(text);
    return count;
}

static struct signup_answer
look(struct crowd *crowd, Signup__Proof *by)
{
    Signup__OpenContact open = SIGNUP__OPEN_CONTACT__INIT;
    open.campaign = "care";
    open.by = by;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_OPEN_CONTACT;
    request.open_contact = &open;
    return signup_rig_insist(&crowd->rig, &request);
}

/* Whoever pressed finds one member there, whichever of her links she takes. */
static void
check_each_is_one(struct crowd *crowd)
{
    int states[8] = {0};
    for (int i = 0; i < crowd->count; i++) {
        struct signup_answer got = look(crowd, &crowd->pressings[i].by);
        assert_int_equal(got.err, ERR_NONE);
        const Signup__ContactPage *page = got.reply->open_contact;
        assert_int_equal(page->n_members, 1);
        assert_int_equal(page->n_asked, 0);
        for (size_t p = 0; i % TWICE == 0 && p < page->members[0]->n_places;
             p++) {
            states[page->members[0]->places[p]->state]++;
        }
        signup_rig_free(&got);
    }
    assert_int_equal(states[CONFIRMED], count_of(crowd, "confirmed:1") +
                                            count_of(crowd, "confirmed:2"));
    assert_int_equal(count_of(crowd, "confirmed:1"), PEOPLE);
    assert_in_range(count_of(crowd, "confirmed:2"), 1, PEOPLE / 2);
    assert_int_equal(count_of(crowd, "held:2"), 0);
    assert_int_equal(count_of(crowd, "asked:2"), 0);
    assert_int_equal(count_of(crowd, "unproved:1"), 0);
    assert_int_equal(count_of(crowd, "confirmed:2") +
                         count_of(crowd, "waitlisted:2"),
                     PEOPLE);
}

static void
enter_all(struct crowd *crowd)
{
    for (int i = 0; i < ENTRIES; i++) {
        char phone[32];
        (void)snprintf(phone, sizeof(phone), "07700900%03d", i / TWICE);
        enter(crowd, phone, i % 2 == 0 ? "rally" : "hall");
    }
    read_links(crowd);
}

static void
nobody_is_half_joined_when_signup_is_killed(void **state)
{
    (void)state;
    struct crowd *crowd = open_crowd();
    enter_all(crowd);
    for (int kill = 1; kill <= KILLS; kill++) {
        press_until(crowd, kill * ENTRIES / (KILLS + 2));
        process_kill(&crowd->rig.signup);
        signup_rig_start(&crowd->rig);
    }
    press_until(crowd, ENTRIES);
    check_each_is_one(crowd);
    close_crowd(crowd);
}

static void
nobody_is_half_joined_when_redis_is_killed(void **state)
{
    (void)state;
    struct crowd *crowd = open_crowd();
    enter_all(crowd);
    for (int kill = 1; kill <= KILLS; kill++) {
        press_until(crowd, kill * ENTRIES / (KILLS + 2));
        redis_kill(crowd->rig.redis);
        redis_restart(crowd->rig.redis);
    }
    press_until(crowd, ENTRIES);
    check_each_is_one(crowd);
    close_crowd(crowd);
}

/* Told of nothing but her own entry before; one supporter after. */
static void
a_thousand_clients_of_one_person_are_one_supporter(void **state)
{
    (void)state;
    struct crowd *crowd = open_crowd();
    for (int i = 0; i < CLIENTS; i++) {
        enter(crowd, "07700900001", "rally");
    }
    read_links(crowd);
    for (int i = 0; i < CLIENTS; i += CLIENTS / 10) {
        struct signup_answer got = look(crowd, &crowd->pressings[i].by);
        const Signup__ContactPage *page = got.reply->open_contact;
        assert_false(page->is_proved);
        assert_int_equal(page->n_members, 1);
        assert_int_equal(page->members[0]->number, crowd->pressings[i].number);
        assert_int_equal(page->n_asked, 0);
        signup_rig_free(&got);
    }
    press_until(crowd, CLIENTS);
    struct signup_answer got = look(crowd, &crowd->pressings[0].by);
    assert_int_equal(got.reply->open_contact->n_members, 1);
    assert_int_equal(got.reply->open_contact->n_asked, 0);
    signup_rig_free(&got);
    assert_int_equal(count_of(crowd, "confirmed:1"), 1);
    assert_int_equal(count_of(crowd, "unproved:1"), 0);
    close_crowd(crowd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_half_joined_when_signup_is_killed),
        cmocka_unit_test(nobody_is_half_joined_when_redis_is_killed),
        cmocka_unit_test(a_thousand_clients_of_one_person_are_one_supporter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
