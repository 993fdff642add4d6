/* journal -- what this courier has begun and what was answered. */
#include "services/courier/send/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

#define MAGIC "MUSTERJ1"
#define MACHINE_BOOT_SIZE 40

struct header {
    char magic[8];
    uint64_t slot_count, slot_bytes;
    uint64_t boot;                        /* not under the checksum */
    char machine_boot[MACHINE_BOOT_SIZE]; /* not under the checksum */
    uint64_t checksum;                    /* of what is above boot */
};

struct journal {
    struct header *header;
    struct journal_slot *slots;
    uint64_t boot;
    int fd;
    int next; /* where the search for a free slot begins */
};

_Static_assert(sizeof(struct header) <= JOURNAL_HEADER_BYTES, "header");
_Static_assert(sizeof(struct journal_slot) % 8 == 0, "slots are aligned");

/* ---- pure ---- */

/* Against damage, not against anyone: the key is no secret. */
static uint64_t
checksum_of(const void *bytes, size_t len)
{
    static const struct crypto_key key = {{'j'}};
    return crypto_mac64(&key, bytes, len);
}

static uint64_t
header_checksum(const struct header *header)
{
    return checksum_of(header, offsetof(struct header, boot));
}

static bool
is_id(const char id[REFERENCE_ID_SIZE])
{
    return id[0] != '\0' && memchr(id, '\0', REFERENCE_ID_SIZE) != NULL;
}

static bool
is_whole(const struct journal_slot *slot)
{
    const struct journal_lease *lease = &slot->lease;
    return slot->is_used == 1 &&
           slot->checksum == checksum_of(lease, sizeof(*lease)) &&
           lease->count <= JOURNAL_NUMBERS_MAX && is_id(lease->campaign) &&
           is_id(lease->broadcast) &&
           (lease->channel == WORDS__CHANNEL__CHANNEL_SMS ||
            lease->channel == WORDS__CHANNEL__CHANNEL_EMAIL);
}

static bool
is_answer(uint8_t mark)
{
    switch (mark - JOURNAL_ANSWERED) {
    case WORDS__RECIPIENT_STATE__PENDING:
    case WORDS__RECIPIENT_STATE__DEFERRED:
    case WORDS__RECIPIENT_STATE__ACCEPTED:
    case WORDS__RECIPIENT_STATE__FAILED:
    case WORDS__RECIPIENT_STATE__WITHHELD:
    case WORDS__RECIPIENT_STATE__IN_DOUBT:
        return true;
    default:
        return false;
    }
}

/* A mark that nobody writes means that nobody knows: begun. */
static void
mend_marks(struct journal_slot *slot, bool is_other_machine_boot)
{
    for (uint32_t i = 0; i < slot->lease.count; i++) {
        bool is_never = slot->marks[i] == JOURNAL_NEVER_BEGUN;
        if (!is_answer(slot->marks[i]) &&
            (!is_never || is_other_machine_boot)) {
            slot->marks[i] = JOURNAL_BEGUN;
        }
    }
}

static enum journal_health
mend_slot(struct journal_slot *slot, bool is_other_machine_boot)
{
    if (slot->is_used == 0) {
        return JOURNAL_GOOD;
    }
    if (is_whole(slot)) {
        mend_marks(slot, is_other_machine_boot);
        return JOURNAL_GOOD;
    }
    if (!is_other_machine_boot) {
        return JOURNAL_DAMAGED; /* the page cache does not tear */
    }
    slot->is_used = 0;
    return JOURNAL_GOOD;
}

static bool
is_all_zero(const uint8_t *bytes, size_t len)
{
    return len == 0 ||
           (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

enum journal_health
journal_mend(void *bytes, size_t len, bool is_other_machine_boot)
{
    struct header *header = bytes;
    if (len == 0 ||
        (len == JOURNAL_BYTES && is_all_zero(bytes, JOURNAL_HEADER_BYTES))) {
        return JOURNAL_EMPTY;
    }
    if (len != JOURNAL_BYTES || memcmp(header->magic, MAGIC, 8) != 0 ||
        header->slot_count != JOURNAL_SLOTS ||
        header->slot_bytes != sizeof(struct journal_slot) ||
        header->checksum != header_checksum(header)) {
        return JOURNAL_DAMAGED;
    }
    struct journal_slot *slots =
        (void *)((uint8_t *)bytes + JOURNAL_HEADER_BYTES);
    for (int i = 0; i < JOURNAL_SLOTS; i++) {
        if (mend_slot(&slots[i], is_other_machine_boot) != JOURNAL_GOOD) {
            return JOURNAL_DAMAGED;
        }
    }
    return JOURNAL_GOOD;
}

Words__RecipientState
journal_state(const struct journal_slot *slot, uint32_t index)
{
    uint8_t mark = slot->marks[index];
    if (mark == JOURNAL_NEVER_BEGUN) {
        return WORDS__RECIPIENT_STATE__PENDING;
    }
    if (is_answer(mark)) {
        return (Words__RecipientState)(mark - JOURNAL_ANSWERED);
    }
    return slot->lease.is_idempotent ? WORDS__RECIPIENT_STATE__DEFERRED
                                     : WORDS__RECIPIENT_STATE__IN_DOUBT;
}

/* ---- the file ---- */

/* Another value after every start of the machine. */
static void
read_machine_boot(char to[MACHINE_BOOT_SIZE])
{
    memset(to, 0, MACHINE_BOOT_SIZE);
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, to, MACHINE_BOOT_SIZE - 1) <= 0) {
        log_fatal("cannot read the machine's boot id from /proc: %s",
                  strerror(errno));
    }
    (void)close(fd);
}

static void
write_header(struct journal *j)
{
    struct header *header = j->header;
    memcpy(header->magic, MAGIC, sizeof(header->magic));
    header->slot_count = JOURNAL_SLOTS;
    header->slot_bytes = sizeof(struct journal_slot);
    header->checksum = header_checksum(header);
}

static void
begin_boot(struct journal *j, const char machine_boot[MACHINE_BOOT_SIZE])
{
    uint64_t now = (uint64_t)clock_wall_ms();
    uint64_t last = j->header->boot;
    j->boot = last >= now ? last + 1 : now;
    j->header->boot = j->boot;
    memcpy(j->header->machine_boot, machine_boot, MACHINE_BOOT_SIZE);
}

static void
read_or_make(struct journal *j, const char *path)
{
    char machine_boot[MACHINE_BOOT_SIZE];
    read_machine_boot(machine_boot);
    bool is_other =
        memcmp(machine_boot, j->header->machine_boot, MACHINE_BOOT_SIZE) != 0;
    switch (journal_mend(j->header, JOURNAL_BYTES, is_other)) {
    case JOURNAL_DAMAGED:
        log_fatal("the journal %s is damaged: what it says of leases in "
                  "flight is lost. Wait two minutes, so that they end in "
                  "doubt, move it away, and start again",
                  path);
    case JOURNAL_EMPTY:
        write_header(j);
        break;
    case JOURNAL_GOOD:
        break;
    }
    begin_boot(j, machine_boot);
    if (msync(j->header, JOURNAL_BYTES, MS_SYNC) != 0) {
        log_fatal("cannot write the journal %s: %s", path, strerror(errno));
    }
}

struct journal *
journal_open(const char *dir, const char *name)
{
    char *path = mem_format("%s/%s.journal", dir, name);
    struct journal *j = mem_new(sizeof(*j));
    struct stat stat;
    j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (j->fd < 0 || fstat(j->fd, &stat) != 0) {
        log_fatal("cannot open the journal %s: %s", path, strerror(errno));
    }
    if (stat.st_size != 0 && stat.st_size != (off_t)JOURNAL_BYTES) {
        log_fatal("%s is no journal of this version: move it away", path);
    }
    /* Room is taken now: a full disk must not be a SIGBUS later. */
    if (stat.st_size == 0 &&
        (errno = posix_fallocate(j->fd, 0, (off_t)JOURNAL_BYTES)) != 0) {
        log_fatal("no room for the journal %s: %s", path, strerror(errno));
    }
    void *bytes =
        mmap(NULL, JOURNAL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, j->fd, 0);
    if (bytes == MAP_FAILED) {
        log_fatal("cannot map the journal %s: %s", path, strerror(errno));
    }
    j->header = bytes;
    j->slots = (void *)((uint8_t *)bytes + JOURNAL_HEADER_BYTES);
    read_or_make(j, path);
    free(path);
    return j;
}

void
journal_close(struct journal **journal)
{
    if (*journal == NULL) {
        return;
    }
    (void)munmap((*journal)->header, JOURNAL_BYTES);
    (void)close((*journal)->fd);
    free(*journal);
    *journal = NULL;
}

uint64_t
journal_boot(const struct journal *journal)
{
    return journal->boot;
}

/* ---- slots ---- */

int
journal_find_free(const struct journal *journal)
{
    for (int i = 0; i < JOURNAL_SLOTS; i++) {
        int at = (journal->next + i) % JOURNAL_SLOTS;
        if (journal->slots[at].is_used == 0) {
            return at;
        }
    }
    return -1;
}

/* Pages are 4 kB, so the sync goes a little beyond the slot at both ends. */
static void
sync_slot(const struct journal_slot *slot)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)slot & ~(page - 1);
    uintptr_t to = (uintptr_t)(slot + 1);
    if (msync((void *)from, to - from, MS_SYNC) != 0) {
        log_error("journal.sync", log_int("errno", errno));
    }
}

void
journal_take(struct journal *journal, int slot,
             const struct journal_lease *lease)
{
    struct journal_slot *s = &journal->slots[slot];
    assert(s->is_used == 0 && lease->count <= JOURNAL_NUMBERS_MAX);
    journal->next = (slot + 1) % JOURNAL_SLOTS;
    s->lease = *lease;
    s->lease.boot = journal->boot;
    memset(s->marks, JOURNAL_NEVER_BEGUN, sizeof(s->marks));
    s->checksum = checksum_of(&s->lease, sizeof(s->lease));
    atomic_signal_fence(memory_order_seq_cst); /* a kill sees this order */
    s->is_used = 1;
    sync_slot(s);
}

void
journal_begin(struct journal *journal, int slot, uint32_t index)
{
    struct journal_slot *s = &journal->slots[slot];
    assert(s->is_used == 1 && index < s->lease.count);
    s->marks[index] = JOURNAL_BEGUN;
    atomic_signal_fence(memory_order_seq_cst);
}

void
journal_answer(struct journal *journal, int slot, uint32_t index,
               Words__RecipientState state, uint16_t detail)
{
    struct journal_slot *s = &journal->slots[slot];
    assert(s->is_used == 1 && index < s->lease.count);
    s->details[index] = detail;
    atomic_signal_fence(memory_order_seq_cst);
    s->marks[index] = (uint8_t)(JOURNAL_ANSWERED + (int)state);
}

void
journal_release(struct journal *journal, int slot)
{
    journal->slots[slot].is_used = 0;
}

const struct journal_slot *
journal_slot(const struct journal *journal, int slot)
{
    return journal->slots[slot].is_used == 0 ? NULL : &journal->slots[slot];
}
