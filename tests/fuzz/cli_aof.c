/* cli_aof -- any bytes are read to their end or to what cannot be, the same
 * however they are split, and what is said to be whole is whole by itself. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/cli/aof/manifest.h"
#include "services/cli/aof/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
check_manifest(const uint8_t *bytes, size_t len)
{
    char *text = mem_new(len + 1);
    struct aof_manifest m;
    if (len > 0) {
        memcpy(text, bytes, len);
    }
    if (aof_manifest_read(text, &m) == ERR_NONE) {
        assert(m.count > 0 && m.files[0].name[0] != '\0');
    }
    aof_manifest_fini(&m);
    free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct aof_reader at_once, split, whole;
    struct aof_tail tail;
    size_t half = len > 0 ? bytes[0] % len : 0;
    aof_reader_init(&at_once);
    aof_read(&at_once, bytes, len);
    aof_reader_init(&split);
    aof_read(&split, bytes, half);
    aof_read(&split, bytes + half, len - half);
    assert(at_once.at == split.at && at_once.whole == split.whole &&
           at_once.broken == split.broken && at_once.why == split.why);
    assert(at_once.whole <= at_once.at && at_once.at <= len);
    assert(aof_reader_open_argument(&at_once) <= at_once.at);
    aof_reader_init(&whole);
    aof_read(&whole, bytes, (size_t)at_once.whole);
    assert(aof_reader_end(&whole) == AOF_WHOLE);
    aof_tail_init(&tail);
    aof_tail_read(&tail, bytes, len);
    check_manifest(bytes, len);
    return 0;
}
