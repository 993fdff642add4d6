/* test_aof -- how far a log is whole, whatever is done to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "services/cli/aof/manifest.h"
#include "services/cli/aof/reader.h"

#define SELECT "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"
#define SET "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\r\n*1\r\n"
#define MULTI "*1\r\n$5\r\nMULTI\r\n"
#define EXEC "*1\r\n$4\r\nEXEC\r\n"
#define EMPTY "*2\r\n$6\r\nAPPEND\r\n$0\r\n\r\n"
#define STAMP "#TS:1700000000\r\n"

static const char whole_log[] =
    SELECT MULTI SET SET EXEC SET STAMP EMPTY MULTI STAMP SET EXEC STAMP;
#define WHOLE_LEN (sizeof(whole_log) - 1)

static struct aof_reader
reader_of(const void *bytes, size_t len)
{
    struct aof_reader r;
    aof_reader_init(&r);
    aof_read(&r, bytes, len);
    return r;
}

static struct aof_tail
tail_of(const void *bytes, size_t len)
{
    struct aof_tail t;
    aof_tail_init(&t);
    aof_tail_read(&t, bytes, len);
    return t;
}

static void
a_whole_log_is_whole(void **state)
{
    (void)state;
    struct aof_reader r = reader_of(whole_log, WHOLE_LEN);
    assert_int_equal(aof_reader_end(&r), AOF_WHOLE);
    assert_int_equal(r.whole, WHOLE_LEN);
    assert_int_equal(r.commands, 10);
    r = reader_of("", 0);
    assert_int_equal(aof_reader_end(&r), AOF_WHOLE);
}

/* Where a cut at `at` must go back to: every end of a transaction. */
static size_t
last_end(size_t at)
{
    const char *const parts[] = {SELECT, MULTI SET SET EXEC,   SET,  STAMP,
                                 EMPTY,  MULTI STAMP SET EXEC, STAMP};
    size_t end = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        size_t next = end + strlen(parts[i]);
        if (next > at) {
            break;
        }
        end = next;
    }
    return end;
}

static void
cut_anywhere_it_is_whole_up_to_the_last_transaction(void **state)
{
    (void)state;
    for (size_t at = 0; at <= WHOLE_LEN; at++) {
        struct aof_reader r = reader_of(whole_log, at);
        assert_null(r.why);
        assert_int_equal(r.whole, last_end(at));
        assert_int_equal(aof_reader_end(&r),
                         last_end(at) == at ? AOF_WHOLE : AOF_TORN);
        uint64_t argument = aof_reader_open_argument(&r);
        assert_true(argument <= at);
        assert_false(tail_of(whole_log + argument, at - argument).has_command);
    }
}

static void
however_it_is_split_the_outcome_is_the_same(void **state)
{
    (void)state;
    for (size_t at = 0; at <= WHOLE_LEN; at++) {
        struct aof_reader r = reader_of(whole_log, at);
        aof_read(&r, whole_log + at, WHOLE_LEN - at);
        assert_int_equal(r.whole, WHOLE_LEN);
        struct aof_reader bytewise = reader_of("", 0);
        for (size_t i = 0; i < at; i++) {
            aof_read(&bytewise, whole_log + i, 1);
        }
        assert_int_equal(bytewise.whole, last_end(at));
    }
}

static void
what_cannot_be_is_broken_where_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *log;
        size_t broken;
        const char *why;
    } rows[] = {
        {SELECT "SET", 23, "command should begin"},
        {SELECT MULTI SET MULTI, 68, "begins within another"},
        {SELECT EXEC, 23, "never began"},
        {"*x", 1, "number should stand"},
        {"*\r\n", 1, "number should stand"},
        {"*-1\r\n", 1, "number should stand"},
        {"*12345678901\r\n", 11, "number should stand"},
        {"*0\r\n", 0, "impossible length"},
        {"*4294967296\r\n", 0, "impossible length"},
        {"*1\rx", 3, "line should end"},
        {"*1\r\nx", 4, "argument should begin"},
        {"*2\r\n$1\r\nab\r\n", 9, "end of an argument"},
        {"*2\r\n$1\r\na\rb", 10, "end of an argument"},
        {"*2\r\n$536870913\r\n", 15, "impossible length"},
        {SELECT "\n", 23, "command should begin"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct aof_reader r = reader_of(rows[i].log, strlen(rows[i].log));
        if (r.why == NULL || strstr(r.why, rows[i].why) == NULL ||
            r.broken != rows[i].broken) {
            fail_msg("row %zu: at %llu, where %s", i,
                     (unsigned long long)r.broken, r.why ? r.why : "nothing");
        }
        assert_int_equal(aof_reader_end(&r), AOF_BROKEN);
        aof_read(&r, SET, strlen(SET)); /* and stays so */
        assert_int_equal(r.broken, rows[i].broken);
    }
}

static void
a_line_that_never_ends_is_broken(void **state)
{
    (void)state;
    char note[4000];
    memset(note, '#', sizeof(note));
    struct aof_reader r = reader_of(note, sizeof(note));
    assert_non_null(r.why);
    assert_true(r.broken < 1100);
}

/* A length that says too much swallows what follows, to the end of the file:
 * that is no tail. */
static void
a_damaged_length_is_not_taken_for_a_tail(void **state)
{
    (void)state;
    static const char log[] =
        SELECT "*2\r\n$3\r\nGET\r\n$999\r\nk\r\n" MULTI SET EXEC;
    struct aof_reader r = reader_of(log, sizeof(log) - 1);
    assert_int_equal(aof_reader_end(&r), AOF_TORN);
    uint64_t argument = aof_reader_open_argument(&r);
    assert_true(
        tail_of(log + argument, sizeof(log) - 1 - argument).has_command);
}

static void
a_tail_knows_the_next_command_and_nothing_like_it(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool has_command;
    } rows[] = {
        {"\r\n*1\r\n$", true},      {"x\r\r\n*12\r\n$4", true},
        {"\r\n*\r\n*1\r\n$", true}, {"\r\n*1\r\n*1\r\n$", true},
        {"\r\n*1\r\n", false},      {"\r\n*\r\n$", false},
        {"*1\r\n$", false},         {"\r\n*1x\r\n$", false},
        {"\r\n*1\n$", false},       {"", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct aof_tail t = tail_of(rows[i].text, strlen(rows[i].text));
        if (t.has_command != rows[i].has_command) {
            fail_msg("row %zu", i);
        }
        assert_int_equal(t.is_zero, rows[i].text[0] == '\0');
    }
    assert_true(tail_of("\0\0\0", 3).is_zero);
    assert_false(tail_of("\0\0\1", 3).is_zero);
}

/* ---- manifest ---- */

static void
a_manifest_names_the_base_first(void **state)
{
    (void)state;
    struct aof_manifest m;
    assert_int_equal(
        aof_manifest_read("file appendonly.aof.2.incr.aof seq 2 type i\n"
                          "# a note\n"
                          "file appendonly.aof.1.base.rdb seq 1 type h\n"
                          "file appendonly.aof.2.base.rdb seq 2 type b\n"
                          "file appendonly.aof.3.incr.aof seq 3 type i\n",
                          &m),
        ERR_NONE);
    assert_int_equal(m.count, 3);
    assert_string_equal(m.files[0].name, "appendonly.aof.2.base.rdb");
    assert_true(m.files[0].is_base);
    assert_string_equal(m.files[1].name, "appendonly.aof.2.incr.aof");
    assert_string_equal(m.files[2].name, "appendonly.aof.3.incr.aof");
    assert_false(m.files[2].is_base);
    aof_manifest_fini(&m);
}

static void
what_is_no_manifest_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "nonsense\n",
        "file a seq 1\n",
        "file a seq 1 type x\n",
        "file a seq x type i\n",
        "file ../a seq 1 type i\n",
        "file a/b seq 1 type i\n",
        "file \"a b\" seq 1 type i\n",
        "file a seq 1 type b\nfile b seq 2 type b\n",
        "file a seq 1 type i more\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct aof_manifest m;
        if (aof_manifest_read(texts[i], &m) != ERR_BAD_REQUEST) {
            fail_msg("taken for a manifest: %s", texts[i]);
        }
        aof_manifest_fini(&m);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_log_is_whole),
        cmocka_unit_test(cut_anywhere_it_is_whole_up_to_the_last_transaction),
        cmocka_unit_test(however_it_is_split_the_outcome_is_the_same),
        cmocka_unit_test(what_cannot_be_is_broken_where_it_stands),
        cmocka_unit_test(a_line_that_never_ends_is_broken),
        cmocka_unit_test(a_damaged_length_is_not_taken_for_a_tail),
        cmocka_unit_test(a_tail_knows_the_next_command_and_nothing_like_it),
        cmocka_unit_test(a_manifest_names_the_base_first),
        cmocka_unit_test(what_is_no_manifest_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
