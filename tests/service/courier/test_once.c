/* test_once -- a courier begins nobody twice, whatever a planner grants whose
 * store has gone back in time; between scripted peers. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "services/courier/send/journal_inside.h"
#include "tests/support/rigs/courier_rig.h"

#define STATE(name) WORDS__RECIPIENT_STATE__##name
#define HTTP_ROUTE                                                             \
    "[route.to]\nchannel = sms\nprovider = http\n"                             \
    "url = http://127.0.0.1:%d/send\ntimeout_ms = 8000\n"

static void
assert_counts(const struct rig_lease *lease, int accepted, int in_doubt,
              int begun_before)
{
    assert_int_equal(rig_lease_count(lease, STATE(ACCEPTED)), accepted);
    assert_int_equal(rig_lease_count(lease, STATE(IN_DOUBT)), in_doubt);
    assert_int_equal(lease->begun_before, begun_before);
}

/* Grants it, and waits until it is settled. */
static struct rig_lease *
send_lease(struct courier_rig *rig, struct rig_lease lease)
{
    struct rig_lease *sent = courier_rig_lease(rig, lease);
    courier_rig_wait_final(rig, sent);
    return sent;
}

static void
assert_seen(struct courier_rig *rig, long requests, long distinct)
{
    assert_int_equal(courier_rig_stat(rig, "requests"), requests);
    assert_int_equal(courier_rig_stat(rig, "distinct"), distinct);
}

struct on_wire {
    struct courier_rig *rig;
    long requests;
};

static bool
provider_has(void *arg)
{
    const struct on_wire *want = arg;
    return courier_rig_stat(want->rig, "requests") >= want->requests;
}

static void
wait_for_requests(struct courier_rig *rig, long requests)
{
    courier_rig_wait(rig, provider_has, &(struct on_wire){rig, requests});
}

/* ---- the same recipients granted again ---- */

static void
who_was_begun_is_in_doubt_when_granted_again(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    (void)state;
    courier_rig_start(rig);
    assert_counts(send_lease(rig, (struct rig_lease){.count = 10}), 10, 0, 0);
    struct rig_lease *again =
        send_lease(rig, (struct rig_lease){.first = 5, .count = 10});
    assert_counts(again, 5, 5, 5);
    assert_int_equal(again->states[0], STATE(IN_DOUBT));
    assert_string_equal(again->reasons[0], "begun-before");
    assert_int_equal(again->states[9], STATE(ACCEPTED));
    process_kill(&rig->courier); /* and after a kill no less */
    courier_rig_start(rig);
    again = send_lease(rig, (struct rig_lease){.count = 15});
    assert_counts(again, 0, 15, 15);
    assert_seen(rig, 15, 15);
    courier_rig_free(&rig);
}

static void
another_broadcast_of_that_id_is_sent(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    (void)state;
    courier_rig_start(rig);
    (void)send_lease(rig, (struct rig_lease){.count = 4});
    assert_counts(
        send_lease(rig, (struct rig_lease){.count = 4, .broadcast = "b2"}), 4,
        0, 0);
    assert_counts(
        send_lease(rig, (struct rig_lease){.count = 4, .made_at_ms = 78}), 4, 0,
        0);
    courier_rig_free(&rig);
}

/* Somebody withheld or without a ticket was not begun; nor who was refused. */
static void
who_was_not_begun_or_was_refused_is_tried_again(void **state)
{
    static const char *const options[] = {"--status=00901\"=503",
                                          "--status=00902\"=504", NULL};
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, options);
    (void)state;
    courier_rig_start(rig);
    rig->withheld_every = 903;
    for (int i = 0; i < 3; i++) {
        struct rig_lease *lease =
            send_lease(rig, (struct rig_lease){.first = 901, .count = 3});
        assert_int_equal(lease->states[0], STATE(DEFERRED));
        assert_int_equal(lease->states[1], STATE(IN_DOUBT));
        assert_int_equal(lease->begun_before, i > 0);
        assert_int_equal(lease->states[2],
                         i < 2 ? STATE(WITHHELD) : STATE(ACCEPTED));
        rig->withheld_every = i == 0 ? 903 : 0;
    }
    assert_int_equal(courier_rig_stat(rig, "requests"), 3 + 1 + 1);
    courier_rig_free(&rig);
}

static void
an_idempotent_provider_is_asked_again(void **state)
{
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "is_idempotent = yes\n", NULL);
    (void)state;
    courier_rig_start(rig);
    for (int i = 0; i < 2; i++) {
        assert_counts(send_lease(rig, (struct rig_lease){.count = 5}), 5, 0, 0);
    }
    assert_seen(rig, 10, 5);
    courier_rig_free(&rig);
}

/* Twice to the same: in doubt. Then the numbers are given to others. */
static void
assert_others_are_sent(Words__Class class_, bool is_sent)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    const struct rig_lease of = {.count = 3, .class_ = class_};
    courier_rig_start(rig);
    assert_counts(send_lease(rig, of), 3, 0, 0);
    assert_counts(send_lease(rig, of), 0, 3, 3);
    rig->withheld_every = 1;
    assert_counts(send_lease(rig, of), 0, 3, 3);
    rig->withheld_every = 0;
    process_kill(&rig->courier);
    courier_rig_start(rig);
    rig->is_given_again = true;
    assert_counts(send_lease(rig, of), is_sent ? 3 : 0, is_sent ? 0 : 3,
                  is_sent ? 0 : 3);
    assert_counts(send_lease(rig, of), 0, 3, 3);
    assert_int_equal(courier_rig_stat(rig, "requests"), is_sent ? 6 : 3);
    courier_rig_free(&rig);
}

static void
a_number_given_to_somebody_else_has_its_confirmation_and_its_note(void **state)
{
    (void)state;
    assert_others_are_sent(WORDS__CLASS__CLASS_CONFIRMATION, true);
    assert_others_are_sent(WORDS__CLASS__CLASS_NOTE, true);
}

/* There a person's number is theirs, and their contact may have changed. */
static void
an_organisers_broadcast_goes_by_the_number_alone(void **state)
{
    (void)state;
    assert_others_are_sent(WORDS__CLASS__CLASS_SERVICE, false);
}

/* ---- by hand ---- */

static void
each_wish_to_send_again_is_obeyed_once(void **state)
{
    static const struct {
        uint32_t wish;
        bool is_sent;
    } rows[] = {{0, true},   {0, false}, {100, true}, {100, false},
                {99, false}, {0, false}, {101, true}, {101, false}};
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    long sent = 0;
    (void)state;
    courier_rig_start(rig);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rig_lease *lease = send_lease(
            rig, (struct rig_lease){.count = 3, .wish = rows[i].wish});
        assert_counts(lease, rows[i].is_sent ? 3 : 0, rows[i].is_sent ? 0 : 3,
                      rows[i].is_sent ? 0 : 3);
        sent += rows[i].is_sent ? 3 : 0;
        assert_seen(rig, sent, 3);
        if (i == 3) {
            process_kill(&rig->courier);
            courier_rig_start(rig);
        }
    }
    courier_rig_free(&rig);
}

static void
a_wish_that_was_not_begun_holds_for_the_next_lease(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    (void)state;
    courier_rig_start(rig);
    (void)send_lease(rig, (struct rig_lease){.count = 3});
    rig->resolves_to_fail = 1;
    struct rig_lease *lease =
        send_lease(rig, (struct rig_lease){.count = 3, .wish = 5});
    assert_int_equal(rig_lease_count(lease, STATE(PENDING)), 3);
    lease = send_lease(rig, (struct rig_lease){.count = 3, .wish = 5});
    assert_counts(lease, 3, 0, 0);
    courier_rig_free(&rig);
}

/* ---- kills, and a machine that was down ---- */

static void
what_was_on_the_wire_at_a_kill_is_not_begun_again(void **state)
{
    static const char *const options[] = {"--latency-ms", "400", NULL};
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "concurrency = 3\n", options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.count = 6});
    courier_rig_start(rig);
    wait_for_requests(rig, 3);
    process_kill(&rig->courier);
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 0, 3, 0);
    assert_counts(send_lease(rig, (struct rig_lease){.count = 6}), 3, 3, 3);
    assert_seen(rig, 6, 6);
    courier_rig_free(&rig);
}

/* As after a power cut: the machine's boot id is another, and of the notes
 * nothing has reached the disk but that the file is there. */
static void
forget_what_was_not_synced(struct courier_rig *rig)
{
    static const char other_boot[JOURNAL_MACHINE_BOOT_SIZE] = "another";
    static const uint8_t zeros[8192];
    char *journal = temp_path(rig->dir, "journal/courier.0.journal");
    char *notes = temp_path(rig->dir, "journal/begun/rally.b1.1.77.begun");
    int fd = open(journal, O_WRONLY);
    assert_int_equal(pwrite(fd, other_boot, sizeof(other_boot),
                            offsetof(struct journal_header, machine_boot)),
                     sizeof(other_boot));
    assert_int_equal(close(fd), 0);
    fd = open(notes, O_WRONLY);
    assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 4096), sizeof(zeros));
    assert_int_equal(close(fd), 0);
    free(journal);
    free(notes);
}

static void
after_the_machine_was_down_an_open_lease_counts_as_begun(void **state)
{
    static const char *const options[] = {"--latency-ms", "60000", NULL};
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "concurrency = 3\n", options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.count = 6});
    courier_rig_start(rig);
    wait_for_requests(rig, 3);
    process_kill(&rig->courier);
    forget_what_was_not_synced(rig);
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 0, 6, 0);
    assert_counts(send_lease(rig, (struct rig_lease){.count = 6}), 0, 6, 6);
    assert_seen(rig, 3, 3);
    courier_rig_free(&rig);
}

static void
damaged_notes_end_the_start_in_words(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    char *notes = temp_path(rig->dir, "journal/begun/rally.b1.1.77.begun");
    char *path = temp_path(rig->dir, "courier.log");
    (void)state;
    courier_rig_start(rig);
    (void)send_lease(rig, (struct rig_lease){.count = 6});
    process_kill(&rig->courier);
    file_write(notes, "no such thing");
    courier_rig_start(rig);
    assert_int_equal(process_wait(&rig->courier), 1);
    char *log = file_read(path, NULL);
    assert_non_null(strstr(log, "begun/rally.b1.1.77.begun is damaged"));
    free(log);
    free(notes);
    free(path);
    courier_rig_free(&rig);
}

static void
without_room_for_notes_nothing_is_begun(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    char *notes = temp_path(rig->dir, "journal/begun/rally.b1.1.77.begun");
    (void)state;
    courier_rig_start(rig);
    (void)send_lease(rig, (struct rig_lease){.broadcast = "b2", .count = 1});
    assert_int_equal(mkdir(notes, 0700), 0); /* a file cannot be made there */
    struct rig_lease *lease = send_lease(rig, (struct rig_lease){.count = 6});
    assert_int_equal(rig_lease_count(lease, STATE(PENDING)), 6);
    assert_int_equal(rmdir(notes), 0);
    assert_counts(send_lease(rig, (struct rig_lease){.count = 6}), 6, 0, 0);
    free(notes);
    courier_rig_free(&rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_begun_is_in_doubt_when_granted_again),
        cmocka_unit_test(another_broadcast_of_that_id_is_sent),
        cmocka_unit_test(who_was_not_begun_or_was_refused_is_tried_again),
        cmocka_unit_test(an_idempotent_provider_is_asked_again),
        cmocka_unit_test(
            a_number_given_to_somebody_else_has_its_confirmation_and_its_note),
        cmocka_unit_test(an_organisers_broadcast_goes_by_the_number_alone),
        cmocka_unit_test(each_wish_to_send_again_is_obeyed_once),
        cmocka_unit_test(a_wish_that_was_not_begun_holds_for_the_next_lease),
        cmocka_unit_test(what_was_on_the_wire_at_a_kill_is_not_begun_again),
        cmocka_unit_test(
            after_the_machine_was_down_an_open_lease_counts_as_begun),
        cmocka_unit_test(damaged_notes_end_the_start_in_words),
        cmocka_unit_test(without_room_for_notes_nothing_is_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
