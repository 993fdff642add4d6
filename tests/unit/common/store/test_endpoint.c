/* test_endpoint -- what the setting says, which slot a key has, and a name
 * that nobody knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/endpoint.h"
#include "common/store/slots.h"
#include "common/store/store.h"

#define LONG_TURN_MS 400 /* far below a lookup that runs out of time */

static const struct good {
    const char *text;
    enum store_kind kind;
    const char *master;
    const char *names; /* of all places, with a space behind each */
} good[] = {
    {"unix:/run/redis.sock", STORE_UNIX, "", "/run/redis.sock "},
    {"tcp:redis", STORE_TCP, "", "redis:6379 "},
    {"tcp:10.0.0.7:7000", STORE_TCP, "", "10.0.0.7:7000 "},
    {"tcp:[::1]:7000", STORE_TCP, "", "[::1]:7000 "},
    {"tcp:[fe80::1]", STORE_TCP, "", "[fe80::1]:6379 "},
    {"sentinel:muster@a,b:1,[::2]:3", STORE_SENTINEL, "muster",
     "a:26379 b:1 [::2]:3 "},
    {"cluster:a:7000,b:7001", STORE_CLUSTER, "", "a:7000 b:7001 "},
};

static void
every_endpoint_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct store_endpoint got;
        const char *wrong = store_endpoint_read(good[i].text, &got);
        if (wrong != NULL) {
            fail_msg("%s: %s", good[i].text, wrong);
        }
        struct buf names;
        buf_init(&names, 0);
        for (size_t k = 0; k < got.count; k++) {
            char name[STORE_NAME_SIZE];
            store_place_name(&got.places[k], name);
            buf_printf(&names, "%s ", name);
        }
        assert_int_equal(got.kind, good[i].kind);
        assert_string_equal(got.master, good[i].master);
        assert_string_equal(names.data, good[i].names);
        buf_fini(&names);
    }
}

static const struct bad {
    const char *text, *why;
} bad[] = {
    {"", "begins with none of"},
    {"redis:6379", "begins with none of"},
    {"unix:", "path is empty"},
    {"tcp:", "host is empty"},
    {"tcp::6379", "host is empty"},
    {"tcp:redis:", "port is not"},
    {"tcp:redis:0", "port is not"},
    {"tcp:redis:65536", "port is not"},
    {"tcp:redis:6379x", "port is not"},
    {"tcp:redis:-1", "port is not"},
    {"tcp:::1:6379", "host is empty"},
    {"tcp:fe80::1", "in brackets"},
    {"tcp:[::1", "bracket is not closed"},
    {"tcp:[]:1", "host is empty"},
    {"tcp:[::1]6379", "port is not"},
    {"tcp:a,b", "one place"},
    {"sentinel:a:26379", "name is missing"},
    {"sentinel:@a", "name is missing"},
    {"sentinel:m@", "host is empty"},
    {"cluster:a,,b", "host is empty"},
    {"cluster:a,", "host is empty"},
    {"cluster:a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", "more than 16"},
};

static void
every_mistake_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct store_endpoint got;
        const char *wrong = store_endpoint_read(bad[i].text, &got);
        if (wrong == NULL || strstr(wrong, bad[i].why) == NULL) {
            fail_msg("%s: got \"%s\", want \"%s\"", bad[i].text,
                     wrong == NULL ? "understood" : wrong, bad[i].why);
        }
    }
}

static void
a_redirection_is_read_as_redis_writes_it(void **state)
{
    (void)state;
    struct store_place place;
    assert_true(store_place_read("127.0.0.1:7001", &place));
    assert_string_equal(place.host, "127.0.0.1");
    assert_int_equal(place.port, 7001);
    assert_true(store_place_read("2001:db8::1:7001", &place));
    assert_string_equal(place.host, "2001:db8::1");
    assert_true(store_place_read(":7001", &place));
    assert_string_equal(place.host, "");
    assert_false(store_place_read("nowhere", &place));
    assert_false(store_place_read("host:0", &place));
}

/* Redis' own CLUSTER KEYSLOT said so. */
static const struct slot {
    const char *key;
    int slot;
} slots[] = {
    {"", 0},     {"123456789", 12739},    {"{c}x", 7365},
    {"c", 7365}, {"foo{}{bar}", 8363},    {"a{}b", 13694},
    {"{", 4092}, {"{muster}:su:m", 6369},
};

static void
a_key_has_the_slot_of_its_tag(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        const struct bytes key = bytes_of_string(slots[i].key);
        if (store_slot_of(&key) != slots[i].slot) {
            fail_msg("%s: got %d, want %d", slots[i].key, store_slot_of(&key),
                     slots[i].slot);
        }
    }
}

/* The lookup may take as long as it likes: the loop goes on meanwhile. */
static void
a_name_that_nobody_knows_stops_nothing(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct store_options options = {.endpoint = "tcp:no-such-host.invalid"};
    struct store *store = store_new(loop, &options);
    int64_t end_ms = clock_boot_ms() + 10000;
    const char *why = store_not_ready_why(store);
    while (strstr(why, "name is not known") == NULL &&
           strstr(why, "no connection in time") == NULL) {
        int64_t begin_ms = clock_boot_ms();
        assert_true(begin_ms < end_ms);
        loop_turn(loop, 10);
        assert_true(clock_boot_ms() - begin_ms < LONG_TURN_MS);
        why = store_not_ready_why(store);
        assert_non_null(why);
    }
    assert_non_null(strstr(why, "no-such-host.invalid:6379"));
    store_free(&store);
    loop_turn(loop, 10); /* a lookup that was given up ends */
    loop_free(&loop);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_endpoint_is_understood),
        cmocka_unit_test(every_mistake_is_named),
        cmocka_unit_test(a_redirection_is_read_as_redis_writes_it),
        cmocka_unit_test(a_key_has_the_slot_of_its_tag),
        cmocka_unit_test(a_name_that_nobody_knows_stops_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
