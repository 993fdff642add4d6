/* test_begun -- what the couriers of a machine remember of whom they began,
 * over kills, damage and age. */
#include "services/courier/begun/begun.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "services/courier/begun/begun_file.h"
#include "tests/support/process/process.h"

#define NUMBERS 300000 /* of the model: five chunks */
#define STEPS 20000
#define FILE_NAME "rally.b1.1.77.begun"

static const struct begun_key b1 = {
    .campaign = "rally", .broadcast = "b1", .channel = 1, .made_at_ms = 77};

static char *dir;

static int
make_dir(void **state)
{
    (void)state;
    dir = temp_dir_new();
    return 0;
}

static int
remove_dir(void **state)
{
    (void)state;
    temp_dir_remove(&dir);
    return 0;
}

static char *
path_of(const char *name)
{
    char *part = mem_format("begun/%s", name);
    char *path = temp_path(dir, part);
    free(part);
    return path;
}

static bool
is_there(const char *name)
{
    char *path = path_of(name);
    bool is = access(path, F_OK) == 0;
    free(path);
    return is;
}

static void
mark_one(struct begun_map *map, uint32_t number)
{
    assert_true(begun_prepare(map, number));
    assert_true(begun_mark(map, number));
}

/* One number of one broadcast, in a file that is there afterwards. */
static void
mark_in_file(const struct begun_key *key, uint32_t number)
{
    struct begun *begun = begun_open(dir);
    struct begun_map *map = begun_take(begun, key);
    mark_one(map, number);
    begun_drop(map);
    begun_close(&begun);
}

/* ---- bits ---- */

static uint32_t
chance(uint32_t below)
{
    static uint64_t state = 0x9e3779b97f4a7c15u;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static void
compare(const struct begun_map *map, const bool *model)
{
    for (uint32_t n = 0; n < NUMBERS; n++) {
        if (begun_has(map, n) != model[n]) {
            fail_msg("number %u: want %d", (unsigned)n, (int)model[n]);
        }
    }
}

static void
what_is_marked_and_cleared_is_as_in_a_model(void **state)
{
    bool *model = mem_new_array(NUMBERS, sizeof(*model));
    struct begun *begun = begun_open(dir);
    struct begun_map *map = begun_take(begun, &b1);
    (void)state;
    for (int i = 0; i < STEPS; i++) {
        uint32_t n = chance(NUMBERS);
        assert_true(begun_prepare(map, n));
        if (chance(4) == 0) {
            begun_clear(map, n);
            model[n] = false;
        } else {
            assert_int_equal(begun_mark(map, n), !model[n]);
            model[n] = true;
        }
        if (chance(STEPS / 8) == 0) { /* by another courier of later */
            begun_drop(map);
            begun_close(&begun);
            begun = begun_open(dir);
            map = begun_take(begun, &b1);
            compare(map, model);
        }
    }
    compare(map, model);
    begun_drop(map);
    begun_close(&begun);
    free(model);
}

static void
a_kill_forgets_no_mark(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        struct begun *begun = begun_open(dir);
        struct begun_map *map = begun_take(begun, &b1);
        mark_one(map, 3);
        mark_one(map, 70000);
        mark_one(map, UINT32_MAX);
        begun_clear(map, 3);
        (void)raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    struct begun *begun = begun_open(dir);
    struct begun_map *map = begun_take(begun, &b1);
    assert_false(begun_has(map, 3));
    assert_true(begun_has(map, 70000));
    assert_true(begun_has(map, UINT32_MAX));
    assert_false(begun_has(map, 70001));
    begun_drop(map);
    begun_close(&begun);
}

static void
of_two_couriers_one_is_the_first_to_mark(void **state)
{
    struct begun *one = begun_open(dir), *other = begun_open(dir);
    struct begun_map *map = begun_take(one, &b1);
    struct begun_map *same = begun_take(other, &b1);
    (void)state;
    mark_one(map, 9);
    assert_true(begun_prepare(same, 9));
    assert_true(begun_has(same, 9));
    assert_false(begun_mark(same, 9));
    mark_one(same, 65536); /* the other has not mapped that chunk yet */
    assert_false(begun_has(map, 65536));
    assert_true(begun_prepare(map, 65536));
    assert_true(begun_has(map, 65536));
    begun_drop(map);
    begun_drop(same);
    begun_close(&one);
    begun_close(&other);
}

static void
an_id_given_again_is_another_broadcast(void **state)
{
    struct begun *begun = begun_open(dir);
    struct begun_key later = b1, mail = b1;
    (void)state;
    later.made_at_ms++;
    mail.channel = 2;
    struct begun_map *map = begun_take(begun, &b1);
    struct begun_map *others[] = {begun_take(begun, &later),
                                  begun_take(begun, &mail)};
    mark_one(map, 5);
    for (int i = 0; i < 2; i++) {
        assert_true(begun_prepare(others[i], 5));
        assert_false(begun_has(others[i], 5));
        begun_drop(others[i]);
    }
    begun_drop(map);
    begun_close(&begun);
}

static void
count_one(void *arg, struct begun_map *map)
{
    *(int *)arg += begun_has(map, 5) ? 1 : 100;
}

static void
each_finds_a_broadcast_whenever_it_was_made(void **state)
{
    static const struct begun_key others[] = {
        {"rally", "b11", 1, 77}, {"rally", "b1", 2, 77}, {"rall", "b1", 1, 7}};
    struct begun_key later = b1, any = {"rally", "b1", 1, 0};
    int found = 0;
    (void)state;
    later.made_at_ms = 1234567890123;
    mark_in_file(&b1, 5);
    mark_in_file(&later, 5);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        mark_in_file(&others[i], 6);
    }
    struct begun *begun = begun_open(dir);
    begun_each(begun, &any, count_one, &found);
    assert_int_equal(found, 2);
    begun_close(&begun);
}

static void
a_name_that_would_be_a_path_is_refused(void **state)
{
    static const char *const names[] = {"../x", "a.b", "", "A", "a/b"};
    struct begun *begun = begun_open(dir);
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct begun_key key = b1;
        key.campaign = names[i];
        assert_null(begun_take(begun, &key));
    }
    begun_close(&begun);
}

static void
more_than_are_kept_open_are_opened_again(void **state)
{
    struct begun *begun = begun_open(dir);
    (void)state;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < 3 * BEGUN_MAPS_KEPT; i++) {
            struct begun_key key = b1;
            key.made_at_ms = i;
            struct begun_map *map = begun_take(begun, &key);
            assert_true(begun_prepare(map, 1));
            assert_int_equal(begun_mark(map, 1), pass == 0);
            begun_drop(map);
        }
    }
    begun_close(&begun);
}

static void
a_file_takes_the_room_of_the_chunks_it_was_used_in(void **state)
{
    struct stat stat_;
    char *path = path_of(FILE_NAME);
    (void)state;
    mark_in_file(&b1, 0);
    mark_in_file(&b1, 4000000000u);
    assert_int_equal(stat(path, &stat_), 0);
    assert_true(stat_.st_size <= 512 * 1024 * 1024 + BEGUN_HEADER_BYTES);
    assert_in_range(stat_.st_blocks * 512, 16384, 65536);
    free(path);
}

/* ---- wishes to send again ---- */

static void
each_wish_is_obeyed_once(void **state)
{
    (void)state;
    mark_in_file(&b1, 7);
    for (int pass = 0; pass < 2; pass++) { /* also after a restart */
        struct begun *begun = begun_open(dir);
        struct begun_map *map = begun_take(begun, &b1);
        uint32_t wish = 1700000000u + (uint32_t)pass;
        assert_true(begun_prepare(map, 7));
        assert_true(begun_prepare_again(map, 7));
        assert_true(begun_may_again(map, 7, wish));
        assert_true(begun_obey_again(map, 7, wish));
        assert_false(begun_obey_again(map, 7, wish));
        assert_false(begun_may_again(map, 7, wish));
        assert_false(begun_may_again(map, 7, wish - 1));
        assert_true(begun_may_again(map, 7, wish + 1));
        assert_true(begun_may_again(map, 8, wish));
        assert_true(begun_has(map, 7));
        begun_drop(map);
        begun_close(&begun);
    }
}

static void
whom_a_number_stood_for_is_noted(void **state)
{
    (void)state;
    for (int pass = 0; pass < 2; pass++) { /* also after a restart */
        struct begun *begun = begun_open(dir);
        struct begun_map *map = begun_take(begun, &b1);
        assert_true(begun_prepare_who(map, 70000));
        assert_int_equal(begun_note_who(map, 70000, 7), pass == 1);
        assert_false(begun_note_who(map, 70000, 7));
        assert_true(begun_note_who(map, 70000, 8));
        assert_false(begun_note_who(map, 70000, 8));
        begun_drop(map);
        begun_close(&begun);
    }
}

/* ---- files that are anything ---- */

/* Opening the directory must end the process; what it said, owned. */
static char *
refused_with(void)
{
    char *said = temp_path(dir, "said");
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen(said, "w", stderr) == NULL) {
            _exit(2);
        }
        (void)begun_open(dir);
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
change_byte(size_t at, uint8_t to)
{
    char *path = path_of(FILE_NAME);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, &to, 1, (off_t)at), 1);
    assert_int_equal(close(fd), 0);
    free(path);
}

static void
a_damaged_file_ends_the_start_in_words(void **state)
{
    static const size_t places[] = {0, offsetof(struct begun_header, channel),
                                    offsetof(struct begun_header, made_at_ms),
                                    offsetof(struct begun_header, campaign),
                                    offsetof(struct begun_header, checksum)};
    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char *path = path_of(FILE_NAME);
        mark_in_file(&b1, (uint32_t)i);
        change_byte(places[i], 0xee);
        char *said = refused_with();
        assert_non_null(strstr(said, FILE_NAME " is damaged"));
        assert_int_equal(unlink(path), 0);
        free(said);
        free(path);
    }
}

static void
a_newer_file_ends_the_start_in_words(void **state)
{
    (void)state;
    mark_in_file(&b1, 1);
    change_byte(offsetof(struct begun_header, version), BEGUN_VERSION + 1);
    char *said = refused_with();
    assert_non_null(strstr(said, "newer version of courier"));
    free(said);
}

static void
a_file_cut_short_ends_the_start(void **state)
{
    char *path = path_of(FILE_NAME);
    (void)state;
    mark_in_file(&b1, 1);
    assert_int_equal(truncate(path, 20), 0);
    char *said = refused_with();
    assert_non_null(strstr(said, "is damaged"));
    free(said);
    free(path);
}

static void
a_file_of_another_broadcast_under_this_name_is_refused(void **state)
{
    char *path = path_of(FILE_NAME), *other = path_of("rally.b2.1.77.begun");
    struct begun_key b2 = b1;
    (void)state;
    mark_in_file(&b1, 1);
    assert_int_equal(rename(path, other), 0);
    b2.broadcast = "b2";
    struct begun *begun = begun_open(dir);
    assert_null(begun_take(begun, &b2));
    begun_close(&begun);
    free(path);
    free(other);
}

static void
any_bytes_are_a_file_or_damage(void **state)
{
    uint8_t bytes[sizeof(struct begun_header)];
    (void)state;
    for (int i = 0; i < 10000; i++) {
        for (size_t b = 0; b < sizeof(bytes); b++) {
            bytes[b] = (uint8_t)chance(256);
        }
        assert_int_equal(begun_look(bytes, chance(sizeof(bytes) + 1)),
                         BEGUN_DAMAGED);
    }
}

/* ---- age and limits ---- */

static void
pass_an_hour(struct begun *begun)
{
    begun_note_hour(begun);
    while (begun_sweep(begun)) {
    }
}

static void
what_nobody_has_used_for_fourteen_days_is_removed(void **state)
{
    struct begun_key used = b1;
    (void)state;
    used.broadcast = "b2";
    mark_in_file(&b1, 1);
    mark_in_file(&used, 1);
    struct begun *begun = begun_open(dir);
    for (int hour = 0; hour < BEGUN_HOURS_KEPT; hour++) {
        pass_an_hour(begun);
        if (hour == BEGUN_HOURS_KEPT / 2) {
            begun_drop(begun_take(begun, &used));
        }
    }
    assert_true(is_there(FILE_NAME));
    pass_an_hour(begun);
    assert_false(is_there(FILE_NAME));
    assert_true(is_there("rally.b2.1.77.begun"));
    begun_close(&begun);
}

static void
what_a_courier_has_open_is_not_removed(void **state)
{
    struct begun *begun = begun_open(dir), *other = begun_open(dir);
    struct begun_map *map = begun_take(other, &b1);
    (void)state;
    for (int hour = 0; hour < 2 * BEGUN_HOURS_KEPT; hour++) {
        pass_an_hour(begun);
    }
    assert_true(is_there(FILE_NAME));
    begun_drop(map);
    begun_close(&other);
    begun_close(&begun);
}

/* Else three couriers would make fourteen days five. */
static void
an_hour_counts_once_however_many_couriers_there_are(void **state)
{
    struct begun *couriers[3];
    (void)state;
    mark_in_file(&b1, 1);
    for (int i = 0; i < 3; i++) {
        couriers[i] = begun_open(dir);
    }
    for (int hour = 0; hour < BEGUN_HOURS_KEPT; hour++) {
        for (int i = 0; i < 3; i++) {
            pass_an_hour(couriers[i]);
        }
    }
    assert_true(is_there(FILE_NAME));
    begun_close(&couriers[0]); /* another takes over */
    pass_an_hour(couriers[1]);
    assert_false(is_there(FILE_NAME));
    begun_close(&couriers[1]);
    begun_close(&couriers[2]);
}

static void
beyond_the_limit_of_files_nothing_new_is_taken(void **state)
{
    struct begun_key another = b1;
    char *path = path_of(FILE_NAME);
    (void)state;
    mark_in_file(&b1, 1);
    for (int i = 1; i < BEGUN_FILES_MAX; i++) {
        char *name = mem_format("rally.b%d.1.1.begun", i + 10);
        char *same = path_of(name);
        assert_int_equal(link(path, same), 0);
        free(same);
        free(name);
    }
    another.made_at_ms = 5;
    struct begun *begun = begun_open(dir);
    assert_null(begun_take(begun, &another));
    struct begun_map *map = begun_take(begun, &b1);
    assert_non_null(map); /* what is there goes on */
    assert_false(begun_prepare_again(map, 1));
    begun_drop(map);
    assert_int_equal(unlink(path), 0);
    pass_an_hour(begun);
    begun_drop(begun_take(begun, &another));
    begun_close(&begun);
    free(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_marked_and_cleared_is_as_in_a_model),
        TEST(a_kill_forgets_no_mark),
        TEST(of_two_couriers_one_is_the_first_to_mark),
        TEST(an_id_given_again_is_another_broadcast),
        TEST(each_finds_a_broadcast_whenever_it_was_made),
        TEST(a_name_that_would_be_a_path_is_refused),
        TEST(more_than_are_kept_open_are_opened_again),
        TEST(a_file_takes_the_room_of_the_chunks_it_was_used_in),
        TEST(each_wish_is_obeyed_once),
        TEST(whom_a_number_stood_for_is_noted),
        TEST(a_damaged_file_ends_the_start_in_words),
        TEST(a_newer_file_ends_the_start_in_words),
        TEST(a_file_cut_short_ends_the_start),
        TEST(a_file_of_another_broadcast_under_this_name_is_refused),
        TEST(any_bytes_are_a_file_or_damage),
        TEST(what_nobody_has_used_for_fourteen_days_is_removed),
        TEST(what_a_courier_has_open_is_not_removed),
        TEST(an_hour_counts_once_however_many_couriers_there_are),
        TEST(beyond_the_limit_of_files_nothing_new_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
