/* courier_journal -- a journal with any bytes in it is damage, or can be read
 * to its end. Input: an offset of four bytes, then what is written there into
 * a journal with one lease. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "services/courier/send/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A real file's bytes, made once. */
static const uint8_t *
good_journal(void)
{
    static uint8_t *good;
    if (good == NULL) {
        char dir[] = "/tmp/muster-fuzz-XXXXXX";
        assert(mkdtemp(dir) != NULL);
        struct journal *journal = journal_open(dir, "x");
        struct journal_lease lease = {
            .lease_id = 1, .campaign = "a", .broadcast = "b1", .count = 9};
        lease.channel = WORDS__CHANNEL__CHANNEL_SMS;
        journal_take(journal, 0, &lease);
        journal_begin(journal, 0, 3);
        const struct journal_slot *slot = journal_slot(journal, 0);
        good = mem_copy((const uint8_t *)slot - JOURNAL_HEADER_BYTES,
                        JOURNAL_BYTES);
        journal_close(&journal);
        char *path = mem_format("%s/x.journal", dir);
        (void)unlink(path);
        (void)rmdir(dir);
        free(path);
    }
    return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    uint32_t offset;
    if (len < sizeof(offset)) {
        return 0;
    }
    memcpy(&offset, bytes, sizeof(offset));
    bytes += sizeof(offset);
    len -= sizeof(offset);
    offset %= (uint32_t)JOURNAL_BYTES;
    len = len > JOURNAL_BYTES - offset ? JOURNAL_BYTES - offset : len;
    uint8_t *file = mem_copy(good_journal(), JOURNAL_BYTES);
    memcpy(file + offset, bytes, len);
    bool is_other_machine_boot = len % 2 == 1;
    if (journal_upgrade(file, JOURNAL_BYTES)) {
        assert(journal_version(file, JOURNAL_BYTES) == JOURNAL_VERSION);
    }
    if (journal_mend(file, JOURNAL_BYTES, is_other_machine_boot) ==
        JOURNAL_GOOD) {
        const struct journal_slot *slots =
            (const void *)(file + JOURNAL_HEADER_BYTES);
        for (int s = 0; s < JOURNAL_SLOTS; s++) {
            for (uint32_t i = 0; slots[s].is_used && i < slots[s].lease.count;
                 i++) {
                (void)journal_state(&slots[s], i);
            }
        }
    }
    free(file);
    return 0;
}
