/* signup_withdrawn -- a file of withdrawals with any bytes in it is damage, or
 * can be read to its last good word. Input: an offset of two bytes, then what
 * is written there into a file of eight words, which may end there. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/withdrawn.h"

#define WORDS 8

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct crypto_key key = {{1, 2, 3}};

static void
pack_good(struct buf *to)
{
    withdrawn_pack_header(&key, "00112233aabbccdd", to);
    for (uint32_t i = 0; i < WORDS; i++) {
        withdrawn_pack_word(
            &key, &(struct withdrawn_row){.what = SU_SAID_STOP, .number = i},
            to);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf file;
    struct withdrawn_mark mark;
    if (len < 2) {
        return 0;
    }
    buf_init(&file, 0);
    pack_good(&file);
    size_t offset = (size_t)(bytes[0] << 8 | bytes[1]) % (file.len + 1);
    size_t room = file.len - offset;
    size_t put = len - 2 < room ? len - 2 : room;
    memcpy(file.data + offset, bytes + 2, put);
    size_t whole = len % 2 == 0 ? file.len : offset + put;
    struct bytes cut = bytes_of(file.data, whole);
    if (withdrawn_look(&key, cut, &mark) == WITHDRAWN_GOOD) {
        assert(mark.count <= WORDS);
        for (uint64_t n = 0; n < mark.count; n++) {
            assert(withdrawn_word(cut, n).number == n);
        }
    }
    buf_fini(&file);
    return 0;
}
