/* test_journal -- what the journal remembers over kills and damage. */
#include "services/courier/send/journal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "tests/support/process/process.h"

#define STATE(name) WORDS__RECIPIENT_STATE__##name

struct place {
    char *dir, *path;
};

static struct place
new_place(void)
{
    struct place place = {.dir = temp_dir_new()};
    place.path = temp_path(place.dir, "courier.0.journal");
    return place;
}

static void
remove_place(struct place *place)
{
    temp_dir_remove(&place->dir);
    free(place->path);
}

static struct journal_lease
lease_of(uint64_t id, uint32_t count)
{
    struct journal_lease lease = {.lease_id = id,
                                  .campaign = "rally",
                                  .broadcast = "b1",
                                  .channel = WORDS__CHANNEL__CHANNEL_SMS,
                                  .count = count};
    for (uint32_t i = 0; i < count; i++) {
        lease.numbers[i] = 100 + i;
    }
    return lease;
}

/* One lease of four: accepted, begun, in doubt, never begun. */
static void
write_four(struct journal *journal)
{
    struct journal_lease lease = lease_of(7, 4);
    int slot = journal_find_free(journal);
    journal_take(journal, slot, &lease);
    for (uint32_t i = 0; i < 3; i++) {
        journal_begin(journal, slot, i);
    }
    journal_answer(journal, slot, 0, STATE(ACCEPTED), 0);
    journal_answer(journal, slot, 2, STATE(IN_DOUBT), 1001);
}

static const struct journal_slot *
find_slot(const struct journal *journal, uint64_t id)
{
    for (int i = 0; i < JOURNAL_SLOTS; i++) {
        const struct journal_slot *slot = journal_slot(journal, i);
        if (slot != NULL && slot->lease.lease_id == id) {
            return slot;
        }
    }
    return NULL;
}

/* A child does work and dies with no chance to tidy up. */
static void
in_a_child_that_is_killed(const char *dir, void (*work)(struct journal *))
{
    pid_t pid = fork();
    if (pid == 0) {
        work(journal_open(dir, "courier.0"));
        (void)raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

static void
a_kill_forgets_nothing(void **state)
{
    struct place place = new_place();
    (void)state;
    in_a_child_that_is_killed(place.dir, write_four);
    struct journal *journal = journal_open(place.dir, "courier.0");
    const struct journal_slot *slot = find_slot(journal, 7);
    assert_non_null(slot);
    assert_int_equal(slot->lease.count, 4);
    assert_int_equal(slot->lease.numbers[3], 103);
    assert_true(slot->lease.boot < journal_boot(journal));
    assert_int_equal(journal_state(slot, 0), STATE(ACCEPTED));
    assert_int_equal(journal_state(slot, 1), STATE(IN_DOUBT));
    assert_int_equal(journal_state(slot, 2), STATE(IN_DOUBT));
    assert_int_equal(slot->details[2], 1001);
    assert_int_equal(journal_state(slot, 3), STATE(PENDING));
    journal_close(&journal);
    remove_place(&place);
}

static void
a_released_slot_is_free_again_and_forgotten(void **state)
{
    struct place place = new_place();
    struct journal *journal = journal_open(place.dir, "courier.0");
    struct journal_lease lease = lease_of(1, 1);
    (void)state;
    for (int i = 0; i < JOURNAL_SLOTS; i++) {
        lease.lease_id = (uint64_t)i + 1;
        int slot = journal_find_free(journal);
        assert_true(slot >= 0);
        journal_take(journal, slot, &lease);
    }
    assert_int_equal(journal_find_free(journal), -1);
    journal_release(journal, 5);
    assert_int_equal(journal_find_free(journal), 5);
    journal_close(&journal);
    journal = journal_open(place.dir, "courier.0");
    assert_null(find_slot(journal, 6));
    assert_non_null(find_slot(journal, 7));
    journal_close(&journal);
    remove_place(&place);
}

static void
the_boot_rises_even_when_the_file_was_lost(void **state)
{
    struct place place = new_place();
    uint64_t last = 0;
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct journal *journal = journal_open(place.dir, "courier.0");
        assert_true(journal_boot(journal) > last);
        last = journal_boot(journal);
        journal_close(&journal);
        if (i == 2) {
            assert_int_equal(unlink(place.path), 0);
            assert_int_equal(usleep(2000), 0); /* it is the wall clock then */
        }
    }
    remove_place(&place);
}

/* ---- files that are anything ---- */

/* The bytes of a good journal with write_four's lease in slot 0; owned. */
static uint8_t *
good_bytes(void)
{
    struct place place = new_place();
    size_t len;
    in_a_child_that_is_killed(place.dir, write_four);
    char *bytes = file_read(place.path, &len);
    assert_int_equal(len, JOURNAL_BYTES);
    remove_place(&place);
    return (uint8_t *)bytes;
}

static struct journal_slot *
first_slot(uint8_t *bytes)
{
    return (void *)(bytes + JOURNAL_HEADER_BYTES);
}

static void
after_another_start_of_the_machine_what_has_no_answer_was_begun(void **state)
{
    uint8_t *bytes = good_bytes();
    struct journal_slot *slot = first_slot(bytes);
    (void)state;
    assert_int_equal(journal_mend(bytes, JOURNAL_BYTES, true), JOURNAL_GOOD);
    assert_int_equal(journal_state(slot, 0), STATE(ACCEPTED));
    assert_int_equal(journal_state(slot, 3), STATE(IN_DOUBT));
    free(bytes);
}

static void
a_lease_that_was_torn_with_the_machine_was_never_begun(void **state)
{
    uint8_t *bytes = good_bytes();
    struct journal_slot *slot = first_slot(bytes);
    (void)state;
    slot->lease.numbers[2] ^= 1;
    assert_int_equal(journal_mend(bytes, JOURNAL_BYTES, true), JOURNAL_GOOD);
    assert_int_equal(slot->is_used, 0);
    free(bytes);
}

static void
a_lease_torn_without_that_is_damage(void **state)
{
    uint8_t *bytes = good_bytes();
    (void)state;
    first_slot(bytes)->lease.numbers[2] ^= 1;
    assert_int_equal(journal_mend(bytes, JOURNAL_BYTES, false),
                     JOURNAL_DAMAGED);
    free(bytes);
}

static void
a_mark_that_nobody_writes_counts_as_begun(void **state)
{
    uint8_t *bytes = good_bytes();
    struct journal_slot *slot = first_slot(bytes);
    (void)state;
    for (int mark = 2; mark < 256; mark++) {
        if (mark >= JOURNAL_ANSWERED && mark <= JOURNAL_ANSWERED + 11) {
            continue;
        }
        slot->marks[0] = (uint8_t)mark;
        assert_int_equal(journal_mend(bytes, JOURNAL_BYTES, false),
                         JOURNAL_GOOD);
        assert_int_equal(journal_state(slot, 0), STATE(IN_DOUBT));
    }
    free(bytes);
}

static void
a_header_with_any_byte_changed_is_damage(void **state)
{
    uint8_t *bytes = good_bytes();
    (void)state;
    for (size_t i = 0; i < 24; i++) { /* what its checksum covers */
        bytes[i] ^= 1;
        assert_int_equal(journal_mend(bytes, JOURNAL_BYTES, false),
                         JOURNAL_DAMAGED);
        assert_false(journal_upgrade(bytes, JOURNAL_BYTES));
        bytes[i] ^= 1;
    }
    assert_int_equal(journal_mend(bytes, JOURNAL_BYTES - 1, false),
                     JOURNAL_DAMAGED);
    assert_int_equal(journal_mend(bytes, 0, false), JOURNAL_EMPTY);
    free(bytes);
}

/* Opening the journal of place must end the process; what it said, owned. */
static char *
refused_with(const struct place *place)
{
    char *said = temp_path(place->dir, "said");
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen(said, "w", stderr) == NULL) {
            _exit(2);
        }
        (void)journal_open(place->dir, "courier.0");
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 1);
    char *text = file_read(said, NULL);
    free(said);
    return text;
}

static void
a_damaged_file_ends_the_start(void **state)
{
    struct place place = new_place();
    (void)state;
    file_write(place.path, "not a journal");
    char *said = refused_with(&place);
    assert_non_null(strstr(said, "is no journal"));
    free(said);
    remove_place(&place);
}

/* ---- other versions ---- */

static void
write_bytes(const struct place *place, const uint8_t *bytes, size_t len)
{
    int fd = open(place->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(close(fd), 0);
}

/* As 0.1 wrote it: its version in the magic, a slot count of eight bytes, the
 * checksum of the 24 bytes that were its header's, behind the boots. */
static void
make_version_1(uint8_t *bytes)
{
    static const struct crypto_key key = {{'j'}};
    uint64_t count = JOURNAL_SLOTS, sum;
    static const char magic[8] = {'M', 'U', 'S', 'T', 'E', 'R', 'J', '1'};
    memcpy(bytes, magic, sizeof(magic));
    memcpy(bytes + 8, &count, sizeof(count));
    sum = crypto_mac64(&key, bytes, 24);
    memcpy(bytes + 24 + 8 + 40, &sum, sizeof(sum));
}

static void
a_journal_of_0_1_is_read_and_becomes_one_of_ours(void **state)
{
    struct place place = new_place();
    uint8_t *bytes = good_bytes();
    (void)state;
    make_version_1(bytes);
    assert_int_equal(journal_version(bytes, JOURNAL_BYTES), 1);
    write_bytes(&place, bytes, JOURNAL_BYTES);
    for (int i = 0; i < 2; i++) {
        struct journal *journal = journal_open(place.dir, "courier.0");
        const struct journal_slot *slot = find_slot(journal, 7);
        assert_non_null(slot);
        assert_true(slot->lease.boot < journal_boot(journal));
        assert_int_equal(journal_state(slot, 0), STATE(ACCEPTED));
        assert_int_equal(journal_state(slot, 1), STATE(IN_DOUBT));
        assert_int_equal(journal_state(slot, 3), STATE(PENDING));
        journal_close(&journal);
    }
    char *now = file_read(place.path, NULL);
    assert_int_equal(journal_version(now, JOURNAL_BYTES), JOURNAL_VERSION);
    free(now);
    free(bytes);
    remove_place(&place);
}

static void
a_damaged_journal_of_0_1_is_not_touched(void **state)
{
    struct place place = new_place();
    uint8_t *bytes = good_bytes();
    (void)state;
    make_version_1(bytes);
    bytes[16] ^= 1;
    write_bytes(&place, bytes, JOURNAL_BYTES);
    char *said = refused_with(&place);
    assert_non_null(strstr(said, "is damaged"));
    char *now = file_read(place.path, NULL);
    assert_memory_equal(now, bytes, JOURNAL_BYTES);
    free(now);
    free(said);
    free(bytes);
    remove_place(&place);
}

static void
a_newer_journal_is_refused_in_words_and_not_touched(void **state)
{
    struct place place = new_place();
    uint8_t *bytes = good_bytes();
    (void)state;
    bytes[8] = JOURNAL_VERSION + 1;
    write_bytes(&place, bytes, JOURNAL_BYTES - 8); /* its slots are others */
    char *said = refused_with(&place);
    assert_non_null(strstr(said, "was written by a newer version of courier"));
    char *now = file_read(place.path, NULL);
    assert_memory_equal(now, bytes, JOURNAL_BYTES - 8);
    free(now);
    free(said);
    free(bytes);
    remove_place(&place);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_forgets_nothing),
        cmocka_unit_test(a_released_slot_is_free_again_and_forgotten),
        cmocka_unit_test(the_boot_rises_even_when_the_file_was_lost),
        cmocka_unit_test(
            after_another_start_of_the_machine_what_has_no_answer_was_begun),
        cmocka_unit_test(
            a_lease_that_was_torn_with_the_machine_was_never_begun),
        cmocka_unit_test(a_lease_torn_without_that_is_damage),
        cmocka_unit_test(a_mark_that_nobody_writes_counts_as_begun),
        cmocka_unit_test(a_header_with_any_byte_changed_is_damage),
        cmocka_unit_test(a_damaged_file_ends_the_start),
        cmocka_unit_test(a_journal_of_0_1_is_read_and_becomes_one_of_ours),
        cmocka_unit_test(a_damaged_journal_of_0_1_is_not_touched),
        cmocka_unit_test(a_newer_journal_is_refused_in_words_and_not_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
