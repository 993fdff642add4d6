/* http_guard -- whatever comes, however cut, the guard neither reads
 * past it nor changes its mind, and passes no more than there is. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/guard.h"

#define HEAD_MAX 512
#define BODY_MAX 256

/* Gives the bytes step at a time; what did not pass comes again. */
static void
feed(struct http_guard *guard, const uint8_t *bytes, size_t len, size_t step)
{
    size_t passed = 0, got = 0;
    http_guard_init(guard, HEAD_MAX, BODY_MAX);
    while (got < len && guard->status == 0) {
        got = len - got < step ? len : got + step;
        size_t there = got - passed;
        char *piece = mem_copy(bytes + passed, there); /* its exact size */
        size_t more = http_guard_scan(guard, piece, there);
        assert(more <= there);
        assert(guard->status != 0 || there - more <= HEAD_MAX);
        assert(guard->left <= BODY_MAX || guard->status != 0 ||
               guard->state == HTTP_GUARD_HEAD);
        passed += more;
        free(piece);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct http_guard whole, bits;
    if (len == 0) {
        return 0;
    }
    feed(&whole, bytes, len, len);
    feed(&bits, bytes, len, 1 + bytes[0] % 7);
    assert(whole.status == bits.status);
    assert(whole.requests == bits.requests);
    if (whole.status != 0) {
        assert(http_guard_scan(&whole, "GET / HTTP/1.1\r\n\r\n", 18) == 0);
    }
    return 0;
}
