/* test_withdrawn -- the file of what people withdrew: torn, damaged, newer,
 * and any bytes at all, beside what was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "services/signup/keep/withdrawn.h"
#include "tests/support/process/process.h"

#define ROUNDS 300

static const struct crypto_key key = {{7, 7, 7}};

struct rig {
    char *dir, *path;
    struct withdrawn *file;
};

static void
open_again(struct rig *rig)
{
    withdrawn_free(&rig->file);
    rig->file = withdrawn_new(
        &(struct withdrawn_place){rig->dir, "signup.0", "care", &key});
}

static int
open_rig(void **state)
{
    static struct rig rig;
    crypto_init();
    rig = (struct rig){.dir = temp_dir_new()};
    rig.path = temp_path(rig.dir, "signup.0/care.withdrawn");
    open_again(&rig);
    *state = &rig;
    return 0;
}

static int
close_rig(void **state)
{
    struct rig *rig = *state;
    withdrawn_free(&rig->file);
    free(rig->path);
    temp_dir_remove(&rig->dir);
    return 0;
}

static void
add(struct rig *rig, uint32_t number)
{
    struct withdrawn_row word = {.what = SU_SAID_STOP, .number = number};
    assert_true(withdrawn_add(rig->file, &word, 1));
    assert_true(withdrawn_sync(rig->file));
}

struct whole {
    uint8_t *bytes;
    size_t len;
    enum withdrawn_health health;
    struct withdrawn_mark mark;
};

static struct whole
look(const struct rig *rig)
{
    struct whole whole;
    whole.bytes = withdrawn_read(rig->path, &whole.len);
    whole.health =
        withdrawn_look(&key, bytes_of(whole.bytes, whole.len), &whole.mark);
    return whole;
}

static void
expect_numbers(const struct rig *rig, const uint32_t *numbers, size_t count)
{
    struct whole whole = look(rig);
    assert_int_equal(whole.health, WITHDRAWN_GOOD);
    assert_int_equal(whole.mark.count, count);
    int64_t last = 0;
    for (size_t i = 0; i < count; i++) {
        struct withdrawn_row word =
            withdrawn_word(bytes_of(whole.bytes, whole.len), i);
        assert_int_equal(word.number, numbers[i]);
        assert_true((int64_t)word.at > last);
        last = (int64_t)word.at;
    }
    assert_true(whole.mark.at_ms == last);
    free(whole.bytes);
}

static void
put_bytes(const struct rig *rig, const void *bytes, size_t len)
{
    FILE *file = fopen(rig->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* ---- what is written is there ---- */

static void
no_file_is_made_before_the_first_word(void **state)
{
    struct rig *rig = *state;
    struct stat found;
    assert_int_equal(look(rig).health, WITHDRAWN_EMPTY);
    assert_int_not_equal(stat(rig->path, &found), 0);
    add(rig, 5);
    assert_int_equal(stat(rig->path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    expect_numbers(rig, (const uint32_t[]){5}, 1);
}

static void
words_follow_each_other_over_a_start(void **state)
{
    struct rig *rig = *state;
    add(rig, 1);
    add(rig, 2);
    struct whole before = look(rig);
    open_again(rig);
    add(rig, 3);
    expect_numbers(rig, (const uint32_t[]){1, 2, 3}, 3);
    struct whole after = look(rig);
    assert_string_equal(before.mark.id, after.mark.id);
    assert_string_equal(after.mark.id, withdrawn_mark(rig->file)->id);
    assert_int_equal(withdrawn_mark(rig->file)->count, 3);
    free(before.bytes);
    free(after.bytes);
}

static void
a_renewed_file_has_its_words_and_another_id(void **state)
{
    struct rig *rig = *state;
    add(rig, 1);
    struct whole before = look(rig);
    open_again(rig);
    assert_true(withdrawn_renew(rig->file));
    add(rig, 2);
    struct whole after = look(rig);
    assert_string_not_equal(before.mark.id, after.mark.id);
    expect_numbers(rig, (const uint32_t[]){1, 2}, 2);
    free(before.bytes);
    free(after.bytes);
}

static void
the_files_of_every_instance_are_found(void **state)
{
    struct rig *rig = *state;
    add(rig, 1);
    struct withdrawn *other = withdrawn_new(
        &(struct withdrawn_place){rig->dir, "signup.1", "care-2", &key});
    struct withdrawn_row word = {.what = SU_SAID_STOP};
    assert_true(withdrawn_add(other, &word, 1));
    withdrawn_free(&other);
    withdrawn_check(&key, rig->dir);
}

/* ---- torn ---- */

static void
a_torn_end_is_cut_wherever_it_was_torn(void **state)
{
    struct rig *rig = *state;
    add(rig, 1);
    add(rig, 2);
    struct whole whole = look(rig);
    for (size_t len = whole.len - WITHDRAWN_WORD_BYTES; len < whole.len;
         len++) {
        put_bytes(rig, whole.bytes, len);
        expect_numbers(rig, (const uint32_t[]){1}, 1);
        open_again(rig);
        add(rig, 9);
        expect_numbers(rig, (const uint32_t[]){1, 9}, 2);
    }
    free(whole.bytes);
}

static void
a_torn_header_is_begun_again(void **state)
{
    struct rig *rig = *state;
    add(rig, 1);
    struct whole whole = look(rig);
    for (size_t len = 0; len < WITHDRAWN_HEADER_BYTES; len += 7) {
        put_bytes(rig, whole.bytes, len);
        open_again(rig);
        add(rig, 4);
        expect_numbers(rig, (const uint32_t[]){4}, 1);
    }
    free(whole.bytes);
}

static void
zeros_behind_the_last_word_are_a_torn_end(void **state)
{
    struct rig *rig = *state;
    add(rig, 1);
    struct whole whole = look(rig);
    uint8_t *longer =
        mem_new(whole.len + 4096); /* zeros: blocks never filled */
    memcpy(longer, whole.bytes, whole.len);
    put_bytes(rig, longer, whole.len + 4096);
    expect_numbers(rig, (const uint32_t[]){1}, 1);
    open_again(rig);
    add(rig, 2);
    expect_numbers(rig, (const uint32_t[]){1, 2}, 2);
    free(longer);
    free(whole.bytes);
}

/* ---- damaged, newer ---- */

static void
a_damaged_middle_is_seen_at_every_byte(void **state)
{
    struct rig *rig = *state;
    add(rig, 1);
    add(rig, 2);
    struct whole whole = look(rig);
    size_t last = whole.len - WITHDRAWN_WORD_BYTES;
    for (size_t i = 0; i < last; i++) {
        struct withdrawn_mark mark;
        whole.bytes[i] ^= 0x10;
        enum withdrawn_health health =
            withdrawn_look(&key, bytes_of(whole.bytes, whole.len), &mark);
        if (health != WITHDRAWN_DAMAGED && health != WITHDRAWN_NEWER) {
            fail_msg("byte %zu: %d", i, health);
        }
        whole.bytes[i] ^= 0x10;
    }
    free(whole.bytes);
}

static void
another_key_reads_nothing_of_it(void **state)
{
    struct rig *rig = *state;
    const struct crypto_key other = {{8}};
    struct withdrawn_mark mark;
    add(rig, 1);
    struct whole whole = look(rig);
    assert_int_equal(
        withdrawn_look(&other, bytes_of(whole.bytes, whole.len), &mark),
        WITHDRAWN_DAMAGED);
    free(whole.bytes);
}

/* What withdrawn_check says, which ends the program. */
static void
expect_no_start(const struct rig *rig, const char *part)
{
    char *said = temp_path(rig->dir, "said");
    pid_t child = fork();
    if (child == 0) {
        assert_non_null(freopen(said, "w", stderr));
        withdrawn_check(&key, rig->dir);
        _exit(77);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 77);
    char *text = file_read(said, NULL);
    if (text == NULL || strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, text);
    }
    free(text);
    free(said);
}

static void
a_damaged_file_and_a_newer_one_end_the_start_in_words(void **state)
{
    struct rig *rig = *state;
    add(rig, 1);
    add(rig, 2);
    withdrawn_check(&key, rig->dir);
    struct whole whole = look(rig);
    whole.bytes[WITHDRAWN_HEADER_BYTES] ^= 1;
    put_bytes(rig, whole.bytes, whole.len);
    expect_no_start(rig, "is damaged");
    whole.bytes[11] = WITHDRAWN_VERSION + 1;
    put_bytes(rig, whole.bytes, whole.len);
    expect_no_start(rig, "newer version");
    free(whole.bytes);
}

static void
what_cannot_be_written_is_said_and_has_its_time(void **state)
{
    struct rig *rig = *state;
    char *in_the_way = temp_path(rig->dir, "signup.0");
    struct withdrawn_row word = {.what = SU_SAID_STOP};
    file_write(in_the_way, "not a directory");
    assert_false(withdrawn_add(rig->file, &word, 1));
    assert_false(withdrawn_sync(rig->file));
    assert_true(word.at > 0);
    assert_int_equal(remove(in_the_way), 0);
    add(rig, 3);
    expect_numbers(rig, (const uint32_t[]){3}, 1);
    free(in_the_way);
}

/* ---- beside a model ---- */

/* Words, starts and torn ends at random: what was synced stays. */
static void
nothing_that_was_synced_is_ever_lost(void **state)
{
    struct rig *rig = *state;
    uint32_t want[ROUNDS * 2];
    size_t count = 0;
    srand(4711);
    for (int round = 0; round < ROUNDS; round++) {
        int what = rand() % 4;
        if (what == 0) {
            open_again(rig);
        } else if (what == 1 && count > 0) {
            struct whole whole = look(rig);
            size_t more = (size_t)(rand() % 90);
            uint8_t *longer = mem_new(whole.len + more + 1);
            memcpy(longer, whole.bytes, whole.len);
            for (size_t i = 0; i < more; i++) {
                longer[whole.len + i] = (uint8_t)rand();
            }
            put_bytes(rig, longer, whole.len + more);
            free(longer);
            free(whole.bytes);
            open_again(rig);
        } else {
            want[count] = (uint32_t)rand();
            add(rig, want[count++]);
        }
        if (count > 0) {
            expect_numbers(rig, want, count);
        }
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_file_is_made_before_the_first_word),
        TEST(words_follow_each_other_over_a_start),
        TEST(a_renewed_file_has_its_words_and_another_id),
        TEST(the_files_of_every_instance_are_found),
        TEST(a_torn_end_is_cut_wherever_it_was_torn),
        TEST(a_torn_header_is_begun_again),
        TEST(zeros_behind_the_last_word_are_a_torn_end),
        TEST(a_damaged_middle_is_seen_at_every_byte),
        TEST(another_key_reads_nothing_of_it),
        TEST(a_damaged_file_and_a_newer_one_end_the_start_in_words),
        TEST(what_cannot_be_written_is_said_and_has_its_time),
        TEST(nothing_that_was_synced_is_ever_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
