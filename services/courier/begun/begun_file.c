/* begun_file -- one memory-mapped, sparse file of begun/.
 *
 * A page of header, then blocks that are taken as they are needed. It is made
 * under another name and linked, so that it is whole at any moment; whoever has
 * it open holds a shared lock, and who removes it an exclusive one. */
#include "services/courier/begun/begun_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/crypto/crypto.h"

#define MAGIC "MUSTERB" /* and its NUL */
#define OPEN_TRIES 8    /* others make and remove it meanwhile */

_Static_assert(sizeof(struct begun_header) <= BEGUN_HEADER_BYTES, "header");

/* ---- the header ---- */

/* Against damage, not against anyone: the key is no secret. */
static uint64_t
checksum_of(const struct begun_header *header)
{
    static const struct crypto_key key = {{'b'}};
    return crypto_mac64(&key, header, offsetof(struct begun_header, checksum));
}

enum begun_health
begun_look(const void *bytes, unsigned long len)
{
    struct begun_header header;
    if (len < sizeof(header)) {
        return BEGUN_DAMAGED;
    }
    memcpy(&header, bytes, sizeof(header));
    if (memcmp(header.magic, MAGIC, sizeof(MAGIC)) != 0) {
        return BEGUN_DAMAGED;
    }
    if (header.version > BEGUN_VERSION) {
        return BEGUN_NEWER;
    }
    bool is_good = header.version == BEGUN_VERSION &&
                   header.checksum == checksum_of(&header);
    return is_good ? BEGUN_GOOD : BEGUN_DAMAGED;
}

static void
fill_header(struct begun_header *header, const struct begun_key *key)
{
    memset(header, 0, sizeof(*header));
    memcpy(header->magic, MAGIC, sizeof(MAGIC));
    header->version = BEGUN_VERSION;
    header->channel = (uint32_t)key->channel;
    header->made_at_ms = key->made_at_ms;
    (void)snprintf(header->campaign, sizeof(header->campaign), "%s",
                   key->campaign);
    (void)snprintf(header->broadcast, sizeof(header->broadcast), "%s",
                   key->broadcast);
    header->checksum = checksum_of(header);
}

/* ---- making and opening ---- */

/* The whole header under another name, then this one. False: errno says why;
 * that another was quicker is no failure. */
static bool
make(int dir, const char *name, const struct begun_key *key)
{
    uint8_t page[BEGUN_HEADER_BYTES] = {0};
    char *new_name = mem_format("%s.%d.new", name, (int)getpid());
    fill_header((struct begun_header *)(void *)page, key);
    int fd =
        openat(dir, new_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_made = fd >= 0 &&
                   write(fd, page, sizeof(page)) == (ssize_t)sizeof(page) &&
                   fsync(fd) == 0 &&
                   (linkat(dir, new_name, dir, name, 0) == 0 ||
                    errno == EEXIST || errno == ENOENT) &&
                   fsync(dir) == 0;
    int why = errno;
    if (fd >= 0) {
        (void)close(fd);
        (void)unlinkat(dir, new_name, 0);
    }
    free(new_name);
    errno = why;
    return is_made;
}

/* Its descriptor, locked, or -1; errno 0: removed meanwhile. */
static int
open_locked(int dir, const char *name)
{
    struct stat stat;
    int fd = openat(dir, name, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    if (flock(fd, LOCK_SH) == 0 && fstat(fd, &stat) == 0) {
        if (stat.st_nlink > 0) {
            return fd;
        }
        errno = 0;
    }
    int why = errno;
    (void)close(fd);
    errno = why;
    return -1;
}

static bool
map(struct begun_file *file, size_t len)
{
    void *bytes =
        mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd, 0);
    if (bytes == MAP_FAILED) {
        return false;
    }
    if (file->bytes != NULL) {
        (void)munmap(file->bytes, file->len);
    }
    file->bytes = bytes;
    file->len = len;
    return true;
}

static bool
is_of(const struct begun_file *file, const struct begun_key *key)
{
    struct begun_header want;
    fill_header(&want, key);
    return begun_look(file->bytes, file->len) == BEGUN_GOOD &&
           memcmp(file->bytes, &want,
                  offsetof(struct begun_header, idle_hours)) == 0;
}

bool
begun_file_open(struct begun_file *file, int dir, const char *name,
                const struct begun_key *key)
{
    struct stat stat;
    *file = (struct begun_file){.fd = -1};
    for (int i = 0; i < OPEN_TRIES && file->fd < 0; i++) {
        file->fd = open_locked(dir, name);
        if (file->fd < 0 && errno == ENOENT && !make(dir, name, key)) {
            break;
        }
    }
    if (file->fd < 0 || fstat(file->fd, &stat) != 0 ||
        stat.st_size < BEGUN_HEADER_BYTES || !map(file, (size_t)stat.st_size)) {
        log_error("begun.open", log_str("file", name), log_int("errno", errno));
        begun_file_close(file);
        return false;
    }
    if (!is_of(file, key)) {
        log_error("begun.damaged", log_str("file", name));
        begun_file_close(file);
        return false;
    }
    begun_file_note_use(file);
    return true;
}

void
begun_file_close(struct begun_file *file)
{
    if (file->bytes != NULL) {
        begun_file_sync(file);
        (void)munmap(file->bytes, file->len);
    }
    if (file->fd >= 0) {
        (void)close(file->fd);
    }
    *file = (struct begun_file){.fd = -1};
}

void
begun_file_note_use(struct begun_file *file)
{
    struct begun_header *header = (void *)file->bytes;
    __atomic_store_n(&header->idle_hours, 0, __ATOMIC_SEQ_CST);
}

/* ---- blocks ---- */

bool
begun_file_prepare(struct begun_file *file, uint64_t place)
{
    uint64_t block = place - place % BEGUN_BLOCK_BYTES + BEGUN_HEADER_BYTES;
    size_t end = (size_t)block + BEGUN_BLOCK_BYTES;
    int why;
    if (end == file->prepared) {
        return true;
    }
    do {
        why = posix_fallocate(file->fd, (off_t)block, BEGUN_BLOCK_BYTES);
    } while (why == EINTR);
    if (why == 0 && end > file->len && !map(file, end)) {
        why = errno;
    }
    if (why != 0) {
        log_error("begun.room", log_int("errno", why));
    }
    file->prepared = why == 0 ? end : file->prepared;
    return why == 0;
}

uint8_t *
begun_file_at(const struct begun_file *file, uint64_t place)
{
    uint64_t at = place + BEGUN_HEADER_BYTES;
    return at < file->len ? file->bytes + at : NULL;
}

void
begun_file_touch(struct begun_file *file, uint64_t place, size_t len)
{
    bool is_first = file->from == file->to;
    file->from = is_first || place < file->from ? place : file->from;
    file->to = is_first || place + len > file->to ? place + len : file->to;
}

void
begun_file_sync(struct begun_file *file)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (file->from == file->to) {
        return;
    }
    uint8_t *data = file->bytes + BEGUN_HEADER_BYTES;
    uintptr_t from = (uintptr_t)(data + file->from) & ~(page - 1);
    uintptr_t to = (uintptr_t)(data + file->to);
    if (msync((void *)from, to - from, MS_SYNC) != 0) {
        log_error("begun.sync", log_int("errno", errno));
    }
    file->from = file->to = 0;
}

/* ---- from outside ---- */

bool
begun_file_age(int dir, const char *name)
{
    struct begun_header header;
    bool is_removed = false;
    int fd = openat(dir, name, O_RDWR | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        pread(fd, &header, sizeof(header), 0) == (ssize_t)sizeof(header)) {
        header.idle_hours++;
        if (header.idle_hours > BEGUN_HOURS_KEPT) {
            is_removed = unlinkat(dir, name, 0) == 0;
        } else if (pwrite(fd, &header, sizeof(header), 0) < 0) {
            log_error("begun.age", log_str("file", name),
                      log_int("errno", errno));
        }
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_removed;
}

void
begun_file_inspect(int dir, const char *name, const char *path)
{
    struct begun_header header;
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? -1 : pread(fd, &header, sizeof(header), 0);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (len < 0 && errno == ENOENT) {
        return; /* another courier has removed it */
    }
    switch (begun_look(&header, len < 0 ? 0 : (unsigned long)len)) {
    case BEGUN_GOOD:
        return;
    case BEGUN_NEWER:
        log_fatal("%s/%s was written by a newer version of courier: start "
                  "that one, for only it knows whom it began to send to",
                  path, name);
    case BEGUN_DAMAGED:
        log_fatal("%s/%s is damaged: whom couriers began to send that "
                  "broadcast to cannot be known from it. Stop that broadcast "
                  "or wait for its end, move the file away, and start again",
                  path, name);
    }
}
