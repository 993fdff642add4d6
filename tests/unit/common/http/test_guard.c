/* test_http_guard -- which requests pass and which do not, however they are
 * cut into pieces on their way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "common/http/guard.h"

#define HEAD_MAX 512
#define BODY_MAX 64

#define GET "GET / HTTP/1.1\r\nHost: x\r\n"
#define POST "POST /a HTTP/1.1\r\nHost: x\r\n"

struct row {
    const char *name, *bytes;
    int status;        /* 0: passes whole */
    uint64_t requests; /* passed whole before the verdict */
};

static const struct row rows[] = {
    {"a plain GET", GET "\r\n", 0, 1},
    {"HTTP/1.0 without a Host", "GET / HTTP/1.0\r\n\r\n", 0, 1},
    {"a body by length", POST "Content-Length: 3\r\n\r\nabc", 0, 1},
    {"a body of length 0", POST "Content-Length: 0\r\n\r\n", 0, 1},
    {"two in a row", POST "Content-Length: 3\r\n\r\nabc" GET "\r\n", 0, 2},
    {"a chunked body",
     POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n"
          "0\r\n\r\n",
     0, 1},
    {"a chunked body, then another request",
     POST "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n" GET "\r\n", 0, 2},
    {"bytes above ASCII in a header", GET "X: caf\xc3\xa9\r\n\r\n", 0, 1},
    {"expecting 100-continue",
     POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\na", 0, 1},

    {"two Content-Length", POST "Content-Length: 3\r\nContent-Length: 3\r\n",
     400, 0},
    {"a list as Content-Length", POST "Content-Length: 3, 3\r\n", 400, 0},
    {"a plus in Content-Length", POST "Content-Length: +3\r\n", 400, 0},
    {"a minus in Content-Length", POST "Content-Length: -3\r\n", 400, 0},
    {"hexadecimal Content-Length", POST "Content-Length: 0x3\r\n", 400, 0},
    {"an empty Content-Length", POST "Content-Length: \r\n", 400, 0},
    {"a huge Content-Length", POST "Content-Length: 99999999999999999999\r\n",
     400, 0},
    {"two Hosts", GET "Host: y\r\n", 400, 0},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 400, 0},
    {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n", 400, 0},
    {"a Host that is none", "GET / HTTP/1.1\r\nHost: a b\r\n", 400, 0},
    {"a space before the colon", POST "Content-Length : 3\r\n", 400, 0},
    {"a tab before the colon", POST "Content-Length\t: 3\r\n", 400, 0},
    {"no colon", GET "hello\r\n", 400, 0},
    {"an empty name", GET ": x\r\n", 400, 0},
    {"an encoding before chunked", POST "Transfer-Encoding: gzip, chunked\r\n",
     400, 0},
    {"an unknown encoding", POST "Transfer-Encoding: xchunked\r\n", 400, 0},
    {"identity", POST "Transfer-Encoding: identity\r\n", 400, 0},
    {"two Transfer-Encoding",
     POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400,
     0},
    {"both framings",
     POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400, 0},
    {"both, the other way round",
     POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400, 0},
    {"chunked in HTTP/1.0",
     "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, 0},
    {"a bare LF after a header", "GET / HTTP/1.1\r\nHost: x\n\r\n", 400, 0},
    {"a bare LF after the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n", 400,
     0},
    {"a bare LF as the end", GET "\n", 400, 0},
    {"a bare CR in a header", GET "X: a\rb\r\n", 400, 0},
    {"a folded header", GET "X: a\r\n b\r\n", 400, 0},
    {"a fold before any header", "GET / HTTP/1.1\r\n Host: x\r\n", 400, 0},
    {"a control character", GET "X: a\x01\r\n", 400, 0},
    {"DEL", GET "X: a\x7f\r\n", 400, 0},
    {"a blank line first", "\r\n" GET "\r\n", 400, 0},
    {"two spaces", "GET  / HTTP/1.1\r\n", 400, 0},
    {"a space in the address", "GET /a b HTTP/1.1\r\n", 400, 0},
    {"an absolute address", "GET http://x/ HTTP/1.1\r\n", 400, 0},
    {"two slashes first", "GET //x/ HTTP/1.1\r\n", 400, 0},
    {"a byte above ASCII in the address", "GET /\xc3\xa9 HTTP/1.1\r\n", 400, 0},
    {"no version", "GET /\r\n", 400, 0},
    {"not HTTP", "GET / FTP/1.1\r\n", 400, 0},
    {"a tail behind the version", "GET / HTTP/1.1 \r\n", 400, 0},
    {"TLS on a plain port", "\x16\x03\x01\x02\r\n", 400, 0},
    {"HTTP/2's preface", "PRI * HTTP/2.0\r\n", 501, 0},
    {"HTTP/3", "GET / HTTP/3.0\r\n", 505, 0},
    {"CONNECT", "CONNECT / HTTP/1.1\r\n", 501, 0},
    {"TRACE", "TRACE / HTTP/1.1\r\n", 501, 0},
    {"a method in small letters", "get / HTTP/1.1\r\n", 501, 0},
    {"a body on GET", GET "Content-Length: 3\r\n\r\n", 400, 0},
    {"a chunked body on HEAD",
     "HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
     0},
    {"a body on DELETE",
     "DELETE / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n", 400, 0},
    {"expecting something else", POST "Expect: magic\r\n", 417, 0},
    {"a body above the limit", POST "Content-Length: 65\r\n\r\n", 413, 0},
    {"chunks above the limit", POST "Transfer-Encoding: chunked\r\n\r\n41\r\n",
     413, 0},
    {"chunks that add up above it",
     POST "Transfer-Encoding: chunked\r\n\r\n"
          "20\r\n0123456789abcdef0123456789abcdef\r\n"
          "21\r\n",
     413, 0},
    {"a chunk of size +3", POST "Transfer-Encoding: chunked\r\n\r\n+3\r\n", 400,
     0},
    {"a chunk of size 0x3", POST "Transfer-Encoding: chunked\r\n\r\n0x3\r\n",
     400, 0},
    {"a chunk of no size", POST "Transfer-Encoding: chunked\r\n\r\n\r\n", 400,
     0},
    {"a chunk with an extension",
     POST "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\n", 400, 0},
    {"a chunk size and a space",
     POST "Transfer-Encoding: chunked\r\n\r\n3 \r\n", 400, 0},
    {"a chunk size ended by LF", POST "Transfer-Encoding: chunked\r\n\r\n3\n",
     400, 0},
    {"an endless chunk size",
     POST "Transfer-Encoding: chunked\r\n\r\n00000000003", 400, 0},
    {"a chunk longer than it says",
     POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", 400, 0},
    {"a trailer", POST "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n",
     400, 0},
    {"smuggled behind a good one", GET "\r\n" POST "Content-Length : 3\r\n",
     400, 1},
};

/* Gives the bytes in pieces, as a connection does: what did not pass comes
 * again. Returns how many passed. */
static size_t
feed(struct http_guard *guard, const char *bytes, size_t len, size_t first,
     size_t step)
{
    size_t passed = 0;
    for (size_t got = first; passed < len;
         got = got + step < len ? got + step : len) {
        /* A copy of the exact size, so that reading past it is seen. */
        char *piece = mem_copy(bytes + passed, got - passed);
        passed += http_guard_scan(guard, piece, got - passed);
        free(piece);
        if (guard->status != 0 || got == len) {
            break;
        }
    }
    return passed;
}

static void
check(const struct row *row, size_t first, size_t step)
{
    struct http_guard guard;
    size_t len = strlen(row->bytes);
    http_guard_init(&guard, HEAD_MAX, BODY_MAX);
    size_t passed = feed(&guard, row->bytes, len, first, step);
    if (guard.status != row->status || guard.requests != row->requests ||
        (row->status == 0 && passed != len)) {
        fail_msg("%s, cut at %zu by %zu: got %d (%s) after %d, passed %zu of "
                 "%zu; want %d after %d",
                 row->name, first, step, guard.status,
                 guard.why == NULL ? "" : guard.why, (int)guard.requests,
                 passed, len, row->status, (int)row->requests);
    }
}

static void
each_request_gets_its_verdict_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t len = strlen(rows[i].bytes);
        check(&rows[i], len, len);
        check(&rows[i], 1, 1);
        for (size_t cut = 1; cut < len; cut++) {
            check(&rows[i], cut, len);
        }
    }
}

static void
nothing_of_a_refused_head_passes(void **state)
{
    (void)state;
    const char bytes[] = GET "\r\n" POST "X: y\r\nContent-Length: +3\r\n\r\n";
    struct http_guard guard;
    http_guard_init(&guard, HEAD_MAX, BODY_MAX);
    size_t passed = http_guard_scan(&guard, bytes, strlen(bytes));
    assert_int_equal(passed, strlen(GET "\r\n"));
    assert_int_equal(guard.refused_in, HTTP_GUARD_HEAD);
    assert_int_equal(http_guard_scan(&guard, GET "\r\n", strlen(GET) + 2), 0);
}

static void
a_nul_is_refused_anywhere_in_a_head(void **state)
{
    (void)state;
    const char whole[] = "GET /abc HTTP/1.1\r\nHost: x\r\nX-Y: z\r\n\r\n";
    for (size_t at = 0; at < strlen(whole); at++) {
        char bytes[sizeof(whole)];
        memcpy(bytes, whole, sizeof(whole));
        bytes[at] = '\0';
        struct http_guard guard;
        http_guard_init(&guard, HEAD_MAX, BODY_MAX);
        (void)http_guard_scan(&guard, bytes, strlen(whole));
        if (guard.requests != 0) {
            fail_msg("a NUL at byte %zu passed", at);
        }
    }
}

static void
a_head_above_its_limit_is_refused_even_without_an_end(void **state)
{
    (void)state;
    char bytes[HEAD_MAX + 2];
    memset(bytes, 'a', sizeof(bytes));
    memcpy(bytes, "GET /", 5);
    struct http_guard guard;
    http_guard_init(&guard, HEAD_MAX, BODY_MAX);
    assert_int_equal(http_guard_scan(&guard, bytes, HEAD_MAX), 0);
    assert_int_equal(guard.status, 0);
    assert_true(http_guard_is_open(&guard, HEAD_MAX));
    (void)http_guard_scan(&guard, bytes, HEAD_MAX + 1);
    assert_int_equal(guard.status, 431);
}

static void
too_many_headers_are_refused(void **state)
{
    (void)state;
    struct http_guard guard;
    http_guard_init(&guard, 64 * 1024, BODY_MAX);
    char bytes[4096] = GET;
    for (int i = 0; i < HTTP_GUARD_HEADERS_MAX; i++) {
        strncat(bytes, "A: b\r\n", sizeof(bytes) - strlen(bytes) - 1);
    }
    (void)http_guard_scan(&guard, bytes, strlen(bytes));
    assert_int_equal(guard.status, 431);
}

static void
an_address_above_its_limit_is_refused(void **state)
{
    (void)state;
    char bytes[HTTP_GUARD_TARGET_BYTES_MAX + 64];
    memset(bytes, 'a', sizeof(bytes));
    memcpy(bytes, "GET /", 5);
    memcpy(bytes + HTTP_GUARD_TARGET_BYTES_MAX + 5, " HTTP/1.1\r\n", 12);
    struct http_guard guard;
    http_guard_init(&guard, 64 * 1024, BODY_MAX);
    (void)http_guard_scan(&guard, bytes, strlen(bytes));
    assert_int_equal(guard.status, 414);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_gets_its_verdict_however_it_is_cut),
        cmocka_unit_test(nothing_of_a_refused_head_passes),
        cmocka_unit_test(a_nul_is_refused_anywhere_in_a_head),
        cmocka_unit_test(a_head_above_its_limit_is_refused_even_without_an_end),
        cmocka_unit_test(too_many_headers_are_refused),
        cmocka_unit_test(an_address_above_its_limit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
