/* test_address -- addresses as people and proxies write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/http/address.h"

static struct http_address
address_of(const char *text)
{
    struct http_address address;
    if (!http_address_read(text, strlen(text), &address)) {
        fail_msg("cannot read %s", text);
    }
    return address;
}

static void
an_address_is_read_with_or_without_its_port(void **state)
{
    static const char *const same[][2] = {
        {"192.0.2.1", "192.0.2.1:443"},       {"192.0.2.1", " 192.0.2.1\t"},
        {"192.0.2.1", "::ffff:192.0.2.1"},    {"2001:db8::1", "[2001:db8::1]"},
        {"2001:db8::1", "[2001:db8::1]:443"},
    };
    static const char *const bad[] = {
        "",      " ",         "unknown",       "_hidden",    "192.0.2",
        "[",     "[::1",      "192.0.2.1.5",   "1.2.3.4/8",  "::g",
        "[]:80", "localhost", "192.0.2.1 x:1", "2001:db8:1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        struct http_address a = address_of(same[i][0]);
        struct http_address b = address_of(same[i][1]);
        assert_memory_equal(a.bytes, b.bytes, sizeof(a.bytes));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct http_address address;
        if (http_address_read(bad[i], strlen(bad[i]), &address)) {
            fail_msg("%s was read", bad[i]);
        }
    }
}

static void
a_caller_is_an_address_or_the_64_bits_of_a_household(void **state)
{
    struct http_address four = address_of("192.0.2.1");
    struct http_address six = address_of("2001:db8::1");
    struct http_address mapped = address_of("::ffff:127.0.0.9");
    struct http_address one = address_of("::1");
    (void)state;
    assert_int_equal(http_address_caller_bytes(&four), 16);
    assert_int_equal(http_address_caller_bytes(&six), 8);
    assert_true(http_address_is_loopback(&mapped));
    assert_true(http_address_is_loopback(&one));
    assert_false(http_address_is_loopback(&four));
    assert_false(http_address_is_loopback(&six));
}

static void
a_list_of_prefixes_holds_what_is_within(void **state)
{
    static const struct {
        const char *list, *address;
        bool want;
    } rows[] = {
        {"", "127.0.0.1", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"127.0.0.1", "127.0.0.2", false},
        {"10.0.0.0/8, 192.0.2.1", "10.255.0.1", true},
        {"10.0.0.0/8, 192.0.2.1", "11.0.0.1", false},
        {"10.0.0.0/8,192.0.2.1", "192.0.2.1", true},
        {"192.0.2.128/25", "192.0.2.129", true},
        {"192.0.2.128/25", "192.0.2.127", false},
        {"0.0.0.0/0", "203.0.113.1", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"fd00::/8", "fd12::1", true},
        {"::1", "::1", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_prefixes list;
        struct http_address address = address_of(rows[i].address);
        assert_true(http_prefixes_read(rows[i].list, &list));
        if (http_prefixes_hold(&list, &address) != rows[i].want) {
            fail_msg("%s in %s: want %d", rows[i].address, rows[i].list,
                     rows[i].want);
        }
    }
}

static void
what_is_no_list_of_prefixes_is_refused(void **state)
{
    static const char *const bad[] = {
        "nginx",       "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x",
        "10.0.0.0/8x", "::1/129",     "yes",       "10.0.0.0/99999999999",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct http_prefixes list;
        if (http_prefixes_read(bad[i], &list)) {
            fail_msg("%s was read", bad[i]);
        }
    }
}

static void
of_those_forwarded_the_right_most_that_is_no_proxy_counts(void **state)
{
    static const struct {
        const char *list, *want; /* NULL: none */
    } rows[] = {
        {"203.0.113.9", "203.0.113.9"},
        {"198.51.100.1, 203.0.113.9", "203.0.113.9"},
        {"198.51.100.1,203.0.113.9,10.0.0.1", "203.0.113.9"},
        {"203.0.113.9, 10.0.0.2, 10.0.0.1", "203.0.113.9"},
        {"10.0.0.2, 10.0.0.1", "10.0.0.2"}, /* all are: the first */
        {"203.0.113.9, unknown", NULL},
        {"203.0.113.9, unknown, 10.0.0.1", NULL},
        {"203.0.113.9,", NULL},
        {"", NULL},
    };
    struct http_prefixes proxies;
    (void)state;
    assert_true(http_prefixes_read("10.0.0.0/8", &proxies));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_address got;
        bool is_found = http_address_forwarded(rows[i].list, &proxies, &got);
        if (is_found != (rows[i].want != NULL)) {
            fail_msg("%s: found %d", rows[i].list, is_found);
        }
        if (is_found) {
            struct http_address want = address_of(rows[i].want);
            assert_memory_equal(got.bytes, want.bytes, sizeof(want.bytes));
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_read_with_or_without_its_port),
        cmocka_unit_test(a_caller_is_an_address_or_the_64_bits_of_a_household),
        cmocka_unit_test(a_list_of_prefixes_holds_what_is_within),
        cmocka_unit_test(what_is_no_list_of_prefixes_is_refused),
        cmocka_unit_test(
            of_those_forwarded_the_right_most_that_is_no_proxy_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
