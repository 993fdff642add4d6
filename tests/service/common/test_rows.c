/* test_rows -- what C packs, Redis takes apart, and the other way round. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "common/store/store.h"
#include "demo_rows.h"
#include "demo_scripts.h"
#include "tests/support/redis/redis.h"

#define TURN_MS 100
#define TURNS_MAX 200

static const struct demo_all_row all = {
    .small = 255,
    .middle = 65534,
    .third = 0xfedcba,
    .large = UINT32_MAX,
    .huge = 0xfffefdfcfbfaULL,
    .below = -7,
    .hash = {1, 0, 255, 4, 5, 6, 7, 8},
    .short_word = {"ab", 2},
    .long_word = {"", 0},
};

struct answer {
    bool is_there;
    int64_t verdict, widths, sum, state;
    struct buf again, more, key;
};

static void
keep(struct buf *to, const struct store_reply *from)
{
    assert_int_equal(from->type, STORE_STRING);
    buf_add(to, from->string, from->len);
}

static void
on_reply(void *arg, enum err err, const struct store_reply *reply)
{
    struct answer *got = arg;
    assert_int_equal(err, ERR_NONE);
    assert_int_equal(reply->count, 7);
    got->verdict = reply->items[0].integer;
    keep(&got->again, &reply->items[1]);
    got->widths = reply->items[2].integer;
    got->sum = reply->items[3].integer;
    keep(&got->more, &reply->items[4]);
    keep(&got->key, &reply->items[5]);
    got->state = reply->items[6].integer;
    got->is_there = true;
}

static void
ask(const char *limit, struct answer *got)
{
    struct redis *redis = redis_start(NULL);
    struct loop *loop = loop_new();
    struct store *store = redis_store(redis, loop);
    struct store_script *script =
        store_script(store, demo_scripts[DEMO_SCRIPT_DEMO_ECHO]);
    struct buf row, fixed;
    buf_init(&row, 0);
    buf_init(&fixed, 0);
    demo_all_row_append(&row, &all);
    demo_fixed_row_append(
        &fixed, &(struct demo_fixed_row){.number = 40,
                                         .flags = DEMO_FIRST | DEMO_THIRD,
                                         .more = {"rest", 4}});
    const struct bytes key = bytes_of_string("k");
    struct bytes args[DEMO_ECHO_ARGS] = {
        [DEMO_ECHO_ARG_LIMIT] = bytes_of_string(limit),
        [DEMO_ECHO_ARG_ROW] = bytes_of(row.data, row.len),
        [DEMO_ECHO_ARG_FIXED] = bytes_of(fixed.data, fixed.len),
    };
    store_run(store,
              &(struct store_call){.script = script,
                                   .keys = &key,
                                   .key_count = 1,
                                   .args = args,
                                   .arg_count = DEMO_ECHO_ARGS},
              on_reply, got);
    for (int i = 0; i < TURNS_MAX && !got->is_there; i++) {
        loop_turn(loop, TURN_MS);
    }
    assert_true(got->is_there);
    buf_fini(&row);
    buf_fini(&fixed);
    store_free(&store);
    loop_free(&loop);
    redis_free(&redis);
}

static void
answer_fini(struct answer *got)
{
    buf_fini(&got->again);
    buf_fini(&got->more);
    buf_fini(&got->key);
}

static void
a_row_comes_back_as_it_went(void **state)
{
    (void)state;
    struct answer got = {0};
    ask("3", &got);
    struct bytes rest = bytes_of(got.again.data, got.again.len);
    struct demo_all_row row;
    assert_true(demo_all_row_read(&rest, &row));
    assert_int_equal(rest.len, 0);
    assert_int_equal(row.small, all.small);
    assert_int_equal(row.middle, all.middle);
    assert_int_equal(row.third, all.third);
    assert_int_equal(row.large, all.large);
    assert_true(row.huge == all.huge);
    assert_int_equal(row.below, all.below);
    assert_memory_equal(row.hash, all.hash, sizeof(all.hash));
    assert_int_equal(row.short_word.len, 2);
    assert_memory_equal(row.short_word.data, "ab", 2);
    assert_int_equal(row.long_word.len, 0);
    answer_fini(&got);
}

static void
constants_flags_and_tables_are_the_same_in_both(void **state)
{
    (void)state;
    struct answer got = {0};
    ask("3", &got);
    assert_int_equal(got.verdict, DEMO_AGREED);
    assert_int_equal(got.widths, 3);
    assert_int_equal(got.sum, 40 + 1 + 4);
    assert_string_equal(buf_string(&got.more), "rest");
    assert_int_equal(got.key.len, 1);
    assert_int_equal(got.key.data[0], 1 << 3);
    assert_int_equal(got.state, 4);
    answer_fini(&got);

    struct answer other = {0};
    ask("4", &other);
    assert_int_equal(other.verdict, DEMO_REFUSED);
    answer_fini(&other);
}

static void
a_row_cut_short_is_refused_wherever_it_is_cut(void **state)
{
    (void)state;
    struct buf row;
    buf_init(&row, 0);
    demo_all_row_append(&row, &all);
    for (size_t len = 0; len < row.len; len++) {
        struct bytes cut = bytes_of(row.data, len);
        struct demo_all_row out;
        assert_false(demo_all_row_read(&cut, &out));
    }
    buf_fini(&row);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_comes_back_as_it_went),
        cmocka_unit_test(constants_flags_and_tables_are_the_same_in_both),
        cmocka_unit_test(a_row_cut_short_is_refused_wherever_it_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
