/* test_directory -- campaigns, actions and gates, up to their limits. */
#include "services/checkin/expected/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct campaign *
new_campaign(struct directory *directory)
{
    *directory = (struct directory){0};
    struct campaign *campaign = directory_add(directory, "walks");
    Signup__Campaign record = SIGNUP__CAMPAIGN__INIT;
    struct buf packed;
    record.id = record.name = "walks";
    buf_init(&packed, 0);
    wire_pack(&record, &packed);
    assert_true(campaign_put_record(campaign, packed.data, packed.len));
    buf_fini(&packed);
    return campaign;
}

/* gates: of the record, ids parted by newlines; indexes: as in the store. */
static bool
put_action(struct campaign *campaign, uint32_t number, const char *id,
           const char *gate, const char *indexes)
{
    Signup__Gate one = SIGNUP__GATE__INIT, *list[] = {&one};
    Signup__Action record = SIGNUP__ACTION__INIT;
    struct buf packed;
    one.id = one.name = (char *)gate;
    record.id = record.name = (char *)id;
    record.has_number = true;
    record.number = number;
    record.gates = list;
    record.n_gates = gate == NULL ? 0 : 1;
    buf_init(&packed, 0);
    wire_pack(&record, &packed);
    bool is_put =
        campaign_put_action(campaign, packed.data, packed.len, indexes);
    buf_fini(&packed);
    return is_put;
}

static void
a_campaign_holds_65535_actions_each_found_by_id_and_number(void **state)
{
    struct directory directory;
    struct campaign *campaign = new_campaign(&directory);
    char id[16];
    (void)state;
    for (uint32_t n = 1; n <= DIRECTORY_ACTION_MAX; n++) {
        (void)snprintf(id, sizeof(id), "a%u", n);
        assert_true(put_action(campaign, n, id, NULL, ""));
    }
    assert_int_equal(campaign->action_count, 65535);
    for (uint32_t n = 1; n <= DIRECTORY_ACTION_MAX; n++) {
        (void)snprintf(id, sizeof(id), "a%u", n);
        struct action *action = directory_find_action(&directory, "walks", id);
        assert_non_null(action);
        assert_int_equal(action->number, n);
        assert_ptr_equal(directory_action_by_number(campaign, n), action);
    }
    assert_null(directory_action_by_id(campaign, "a65536"));
    assert_null(directory_action_by_number(campaign, 0));
    assert_null(directory_action_by_number(campaign, UINT32_MAX));
    assert_false(put_action(campaign, 65536, "one-more", NULL, ""));
    directory_fini(&directory);
}

static void
an_action_is_replaced_but_never_takes_another_ones_number_or_id(void **state)
{
    struct directory directory;
    struct campaign *campaign = new_campaign(&directory);
    (void)state;
    assert_true(put_action(campaign, 1, "walk", "north", "north\n"));
    assert_true(put_action(campaign, 1, "walk", "south", "north\nsouth\n"));
    assert_int_equal(campaign->action_count, 1);
    struct action *action = directory_action_by_id(campaign, "walk");
    assert_int_equal(action_find_gate(action, "south"), 1);
    assert_int_equal(action_find_gate(action, "north"), -1);
    assert_false(put_action(campaign, 1, "rally", NULL, ""));
    assert_false(put_action(campaign, 2, "walk", NULL, ""));
    assert_int_equal(campaign->action_count, 1);
    directory_fini(&directory);
}

static void
an_action_has_256_gates_and_one_beyond_has_no_index(void **state)
{
    struct directory directory;
    struct campaign *campaign = new_campaign(&directory);
    struct buf indexes;
    (void)state;
    buf_init(&indexes, 0);
    for (int i = 0; i < 257; i++) {
        buf_printf(&indexes, "gate-%d\n", i);
    }
    assert_true(put_action(campaign, 1, "walk", "gate-255", indexes.data));
    struct action *action = directory_action_by_id(campaign, "walk");
    assert_int_equal(action->gate_count, 256);
    assert_int_equal(action_find_gate(action, "gate-255"), 255);
    assert_true(put_action(campaign, 1, "walk", "gate-256", indexes.data));
    assert_int_equal(action_find_gate(action, "gate-256"), -1);
    buf_fini(&indexes);
    directory_fini(&directory);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_campaign_holds_65535_actions_each_found_by_id_and_number),
        cmocka_unit_test(
            an_action_is_replaced_but_never_takes_another_ones_number_or_id),
        cmocka_unit_test(an_action_has_256_gates_and_one_beyond_has_no_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
