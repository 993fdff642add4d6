/* test_crash -- kill -9 of Redis and of signup while people sign up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/rigs/signup_rig.h"

#define PEOPLE 600
#define IN_FLIGHT_MAX 64
#define KILLS 12
#define TURN_MS 5
#define NOT_YET (-1)

struct person {
    struct crowd *crowd;
    bool is_asked;
    int number; /* as acknowledged; NOT_YET */
    int state;
};

struct crowd {
    struct signup_rig rig;
    struct person people[PEOPLE];
    int in_flight, acknowledged, refused;
};

static void
fill(const struct crowd *crowd, const struct person *person, char phone[32],
     struct signup_rig_person *out)
{
    (void)snprintf(phone, 32, "07700900%03d", (int)(person - crowd->people));
    *out = (struct signup_rig_person){.name = "Ann Smith",
                                      .phone = phone,
                                      .key = phone, /* the same entry again */
                                      .action = "rally",
                                      .consents_sms = true};
}

static void
on_answer(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    struct person *person = arg;
    struct crowd *crowd = person->crowd;
    crowd->in_flight--;
    person->is_asked = false;
    if (err == ERR_NONE) {
        person->number = (int)reply->sign_up->number;
        person->state = (int)reply->sign_up->places[0]->state;
        crowd->acknowledged++;
    } else if (err != ERR_UNAVAILABLE && err != ERR_UNKNOWN &&
               err != ERR_TIMEOUT) {
        fail_msg("%s: %s", err_name(err), detail);
    } else {
        crowd->refused++;
    }
}

static void
ask(struct crowd *crowd, struct person *person)
{
    char phone[32];
    struct signup_rig_person asked;
    struct signup_rig_request request;
    fill(crowd, person, phone, &asked);
    signup_rig_fill(&request, &asked);
    person->is_asked = true;
    crowd->in_flight++;
    signup_ask(crowd->rig.peer, 0, &request.request, on_answer, person);
}

/* Keeps asking for whoever has no answer, until target have one. */
static void
sign_up_until(struct crowd *crowd, int target)
{
    int64_t until = clock_boot_ms() + 2 * PROCESS_WAIT_MS;
    while (crowd->acknowledged < target) {
        for (int i = 0; i < PEOPLE && crowd->in_flight < IN_FLIGHT_MAX; i++) {
            struct person *person = &crowd->people[i];
            if (person->number == NOT_YET && !person->is_asked) {
                ask(crowd, person);
            }
        }
        loop_turn(crowd->rig.loop, TURN_MS);
        if (clock_boot_ms() > until) {
            fail_msg("%d of %d acknowledged", crowd->acknowledged, target);
        }
    }
}

static struct crowd *
open_crowd(void)
{
    struct crowd *crowd = mem_new(sizeof(*crowd));
    signup_rig_open(&crowd->rig);
    (void)signup_rig_put_action(&crowd->rig, "rally", PEOPLE / 2);
    for (int i = 0; i < PEOPLE; i++) {
        crowd->people[i] = (struct person){crowd, false, NOT_YET, 0};
    }
    return crowd;
}

static void
close_crowd(struct crowd *crowd)
{
    signup_rig_close(&crowd->rig);
    free(crowd);
}

/* Whoever was told yes still is who they were told they are. */
static void
check_everyone(struct crowd *crowd)
{
    bool is_taken[PEOPLE] = {false};
    int confirmed = 0;
    for (int i = 0; i < PEOPLE; i++) {
        struct person *person = &crowd->people[i];
        char phone[32];
        struct signup_rig_person asked;
        fill(crowd, person, phone, &asked);
        struct signup_answer got = signup_rig_sign_up(&crowd->rig, &asked);
        assert_int_equal(got.err, ERR_NONE);
        assert_int_equal(got.reply->sign_up->number, person->number);
        assert_int_equal(got.reply->sign_up->places[0]->state, person->state);
        assert_in_range(person->number, 0, PEOPLE - 1);
        assert_false(is_taken[person->number]);
        is_taken[person->number] = true;
        confirmed += person->state == WORDS__PLACE_STATE__PLACE_CONFIRMED;
        signup_rig_free(&got);
    }
    assert_int_equal(confirmed, PEOPLE / 2);
    struct signup_answer got = signup_rig_preview(
        &crowd->rig, WORDS__CLASS__CLASS_CAMPAIGN, "signedup:rally", NULL);
    assert_int_equal(got.reply->preview->people, PEOPLE / 2);
    signup_rig_free(&got);
}

/* Counts for each person how often the feed says that they have a place. */
static void
count_places(const Feed__Entry *entry, int places[PEOPLE])
{
    for (size_t e = 0; e < entry->n_events; e++) {
        Signup__Event *event = signup__event__unpack(NULL, entry->events[e].len,
                                                     entry->events[e].data);
        assert_non_null(event);
        if (event->is_case == SIGNUP__EVENT__IS_PLACE_CHANGED) {
            places[event->place_changed->number]++;
        }
        signup__event__free_unpacked(event, NULL);
    }
}

/* A page's entries after *cursor, which moves on. Returns whether there are
 * more. */
static bool
read_page(struct crowd *crowd, uint64_t *cursor, int places[PEOPLE])
{
    Feed__Since since = FEED__SINCE__INIT;
    since.campaign = "care";
    since.after = *cursor;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SINCE;
    request.since = &since;
    struct signup_answer got = signup_rig_insist(&crowd->rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    const Feed__Page *page = got.reply->since;
    for (size_t i = 0; i < page->n_entries; i++) {
        const Feed__Entry *entry = page->entries[i];
        assert_true(entry->seq == *cursor + entry->n_events);
        *cursor = entry->seq;
        count_places(entry, places);
    }
    bool has_more = *cursor < page->end;
    signup_rig_free(&got);
    return has_more;
}

static void
check_feed(struct crowd *crowd)
{
    int places[PEOPLE] = {0};
    uint64_t cursor = 0;
    while (read_page(crowd, &cursor, places)) {
    }
    for (int i = 0; i < PEOPLE; i++) {
        assert_int_equal(places[i], 1);
    }
}

static void
nobody_acknowledged_is_lost_when_signup_is_killed(void **state)
{
    (void)state;
    struct crowd *crowd = open_crowd();
    for (int kill = 1; kill <= KILLS; kill++) {
        sign_up_until(crowd, kill * PEOPLE / (KILLS + 2));
        process_kill(&crowd->rig.signup);
        signup_rig_start(&crowd->rig);
    }
    sign_up_until(crowd, PEOPLE);
    check_everyone(crowd);
    check_feed(crowd);
    close_crowd(crowd);
}

static void
nobody_acknowledged_is_lost_when_redis_is_killed(void **state)
{
    (void)state;
    struct crowd *crowd = open_crowd();
    for (int kill = 1; kill <= KILLS; kill++) {
        sign_up_until(crowd, kill * PEOPLE / (KILLS + 2));
        redis_kill(crowd->rig.redis);
        redis_restart(crowd->rig.redis);
    }
    sign_up_until(crowd, PEOPLE);
    check_everyone(crowd);
    check_feed(crowd);
    close_crowd(crowd);
}

/* What was taken is answered before it ends. */
static void
a_stopping_signup_answers_what_it_took(void **state)
{
    (void)state;
    struct crowd *crowd = open_crowd();
    for (int i = 0; i < PEOPLE; i++) {
        ask(crowd, &crowd->people[i]);
    }
    while (crowd->acknowledged == 0) {
        loop_turn(crowd->rig.loop, TURN_MS);
    }
    assert_int_equal(process_terminate(&crowd->rig.signup), 0);
    signup_rig_start(&crowd->rig);
    sign_up_until(crowd, PEOPLE);
    check_everyone(crowd);
    close_crowd(crowd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_acknowledged_is_lost_when_signup_is_killed),
        cmocka_unit_test(nobody_acknowledged_is_lost_when_redis_is_killed),
        cmocka_unit_test(a_stopping_signup_answers_what_it_took),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
