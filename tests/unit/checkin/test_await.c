/* test_await -- waiting for an action keeps its promise: called once, later. */
#include "services/checkin/expected/expected.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/checkin/checkin.h"

struct heard {
    int calls;
    enum err err;
    struct action *action;
};

static void
on_action(void *arg, enum err err, const char *detail, void *value)
{
    struct action *action = value;
    (void)detail;
    struct heard *heard = arg;
    heard->calls++;
    heard->err = err;
    heard->action = action;
}

static struct checkin *
new_checkin(void)
{
    struct checkin *checkin = mem_new(sizeof(*checkin));
    checkin->service.loop = loop_new();
    checkin->directory.checkin = checkin;
    await_start(checkin);
    return checkin;
}

static void
free_checkin(struct checkin *checkin)
{
    await_stop(checkin);
    directory_fini(&checkin->directory);
    loop_free(&checkin->service.loop);
    free(checkin);
}

static void
put_walk(struct checkin *checkin)
{
    struct campaign *campaign = directory_add(&checkin->directory, "walks");
    Signup__Campaign record = SIGNUP__CAMPAIGN__INIT;
    Signup__Action action = SIGNUP__ACTION__INIT;
    struct buf packed;
    record.id = record.name = "walks";
    action.id = action.name = "walk";
    action.has_number = true;
    action.number = 1;
    buf_init(&packed, 0);
    wire_pack(&record, &packed);
    assert_true(campaign_put_record(campaign, packed.data, packed.len));
    buf_reset(&packed);
    wire_pack(&action, &packed);
    assert_true(campaign_put_action(campaign, packed.data, packed.len, ""));
    buf_fini(&packed);
}

static void
turn_until_heard(struct checkin *checkin, const struct heard *heard)
{
    for (int i = 0; i < 100 && heard->calls == 0; i++) {
        loop_turn(checkin->service.loop, 10);
    }
    assert_int_equal(heard->calls, 1);
}

static void
a_known_action_too_is_told_later_and_not_before_the_return(void **state)
{
    struct checkin *checkin = new_checkin();
    struct heard heard = {0};
    (void)state;
    put_walk(checkin);
    await_action(checkin, "walks", "walk", on_action, &heard);
    assert_int_equal(heard.calls, 0);
    turn_until_heard(checkin, &heard);
    assert_int_equal(heard.err, ERR_NONE);
    assert_string_equal(heard.action->record->id, "walk");
    assert_true(await_is_idle(checkin));
    free_checkin(checkin);
}

static void
those_who_come_together_are_each_told_once(void **state)
{
    struct checkin *checkin = new_checkin();
    struct heard heard[3] = {{0}};
    (void)state;
    put_walk(checkin);
    for (int i = 0; i < 3; i++) {
        await_action(checkin, "walks", "walk", on_action, &heard[i]);
    }
    for (int i = 0; i < 3; i++) {
        turn_until_heard(checkin, &heard[i]);
        assert_int_equal(heard[i].err, ERR_NONE);
    }
    assert_true(await_is_idle(checkin));
    assert_int_equal(heard[0].calls, 1);
    free_checkin(checkin);
}

static void
what_cannot_be_an_id_is_refused_later(void **state)
{
    struct checkin *checkin = new_checkin();
    struct heard heard = {0};
    (void)state;
    await_action(checkin, "walks", "no such id", on_action, &heard);
    assert_int_equal(heard.calls, 0);
    turn_until_heard(checkin, &heard);
    assert_int_equal(heard.err, ERR_NOT_FOUND);
    free_checkin(checkin);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_known_action_too_is_told_later_and_not_before_the_return),
        cmocka_unit_test(those_who_come_together_are_each_told_once),
        cmocka_unit_test(what_cannot_be_an_id_is_refused_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
