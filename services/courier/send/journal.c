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
#include "services/courier/send/journal_inside.h"

struct journal {
    struct journal_header *header;
    struct journal_slot *slots;
    uint64_t boot;
    int fd;
    int next; /* where the search for a free slot begins */
};

/* ---- the file ---- */

/* Another value after every start of the machine. */
static void
read_machine_boot(char to[JOURNAL_MACHINE_BOOT_SIZE])
{
    memset(to, 0, JOURNAL_MACHINE_BOOT_SIZE);
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, to, JOURNAL_MACHINE_BOOT_SIZE - 1) <= 0) {
        log_fatal("cannot read the machine's boot id from /proc: %s",
                  strerror(errno));
    }
    (void)close(fd);
}

static void
begin_boot(struct journal *j,
           const char machine_boot[JOURNAL_MACHINE_BOOT_SIZE])
{
    uint64_t now = (uint64_t)clock_wall_ms();
    uint64_t last = j->header->boot;
    j->boot = last >= now ? last + 1 : now;
    j->header->boot = j->boot;
    memcpy(j->header->machine_boot, machine_boot, JOURNAL_MACHINE_BOOT_SIZE);
}

static void
read_or_make(struct journal *j, const char *path)
{
    char machine_boot[JOURNAL_MACHINE_BOOT_SIZE];
    read_machine_boot(machine_boot);
    bool is_other = memcmp(machine_boot, j->header->machine_boot,
                           JOURNAL_MACHINE_BOOT_SIZE) != 0;
    switch (journal_mend(j->header, JOURNAL_BYTES, is_other)) {
    case JOURNAL_DAMAGED:
        log_fatal("the journal %s is damaged: what it says of leases in "
                  "flight is lost. Wait two minutes, so that they end in "
                  "doubt, move it away, and start again",
                  path);
    case JOURNAL_EMPTY:
        journal_write_header(j->header);
        break;
    case JOURNAL_GOOD:
        break;
    }
    begin_boot(j, machine_boot);
    if (msync(j->header, JOURNAL_BYTES, MS_SYNC) != 0) {
        log_fatal("cannot write the journal %s: %s", path, strerror(errno));
    }
}

/* Puts bytes in the place of the file at once: it is whole at any moment. */
static void
replace_file(const char *path, const void *bytes, size_t len)
{
    char *new_path = mem_format("%s.new", path);
    int fd = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || fsync(fd) != 0 ||
        rename(new_path, path) != 0) {
        log_fatal("cannot write the journal %s: %s", new_path, strerror(errno));
    }
    (void)close(fd);
    free(new_path);
}

/* A journal of another version: an older one is brought to ours, a newer one
 * ends the start. What is no journal is met later. */
static void
bring_up(const char *path)
{
    uint8_t *bytes = mem_new(JOURNAL_BYTES);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, bytes, JOURNAL_BYTES);
    if (fd >= 0) {
        (void)close(fd);
    }
    unsigned version = journal_version(bytes, len < 0 ? 0 : (size_t)len);
    if (version > JOURNAL_VERSION) {
        log_fatal("the journal %s was written by a newer version of courier: "
                  "start that one, so that it hands back what it holds",
                  path);
    }
    if (version < JOURNAL_VERSION &&
        journal_upgrade(bytes, len < 0 ? 0 : (size_t)len)) {
        replace_file(path, bytes, JOURNAL_BYTES);
        log_info("journal.upgraded", log_int("from", version),
                 log_int("to", JOURNAL_VERSION));
    }
    free(bytes);
}

struct journal *
journal_open(const char *dir, const char *name)
{
    char *path = mem_format("%s/%s.journal", dir, name);
    struct journal *j = mem_new(sizeof(*j));
    struct stat stat;
    bring_up(path);
    j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (j->fd < 0 || fstat(j->fd, &stat) != 0) {
        log_fatal("cannot open the journal %s: %s", path, strerror(errno));
    }
    if (stat.st_size != 0 && stat.st_size != (off_t)JOURNAL_BYTES) {
        log_fatal("%s is no journal: move it away", path);
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
    s->checksum = journal_checksum(&s->lease, sizeof(s->lease));
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
