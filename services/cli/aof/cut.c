/* cut -- the torn end of a log's last file: kept beside it, then cut off. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "services/cli/aof/inside.h"

struct copy {
    int fd;
    bool is_good;
};

static void
write_piece(void *arg, const void *bytes, size_t len)
{
    struct copy *copy = arg;
    const char *at = bytes;
    while (copy->is_good && len > 0) {
        ssize_t put = write(copy->fd, at, len);
        if (put < 0) {
            copy->is_good = errno == EINTR;
        } else {
            at += put;
            len -= (size_t)put;
        }
    }
}

static char *
kept_path(const struct aof_part *part, int64_t now_ms)
{
    char date[24] = "";
    time_t now = (time_t)(now_ms / 1000);
    struct tm utc;
    (void)strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    return mem_format("%s.torn-%s", part->path, date);
}

static bool
sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_good;
}

static bool
keep_copy(const struct aof_part *part, uint64_t whole, const char *path)
{
    struct copy copy = {
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), true};
    if (copy.fd < 0) {
        return false;
    }
    bool is_good =
        aof_each_piece(part, whole, part->size, write_piece, &copy) &&
        copy.is_good && fsync(copy.fd) == 0;
    int why = errno;
    (void)close(copy.fd);
    if (!is_good) {
        (void)unlink(path);
    }
    errno = why;
    return is_good && sync_folder(part->folder);
}

/* ---- whoever still writes there ---- */

static bool
has_open(const char *process, const char *path)
{
    char name[300], to[PATH_MAX];
    (void)snprintf(name, sizeof(name), "/proc/%s/fd", process);
    DIR *list = opendir(name);
    const struct dirent *entry;
    bool is_found = false;
    while (!is_found && list != NULL && (entry = readdir(list)) != NULL) {
        ssize_t len = readlinkat(dirfd(list), entry->d_name, to, sizeof(to));
        is_found = len > 0 && (size_t)len == strlen(path) &&
                   memcmp(to, path, (size_t)len) == 0;
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    return is_found;
}

/* Another process of ours, a Redis most likely. */
static bool
is_in_use(const struct aof_part *part)
{
    char own[16], *path = realpath(part->path, NULL);
    DIR *all = opendir("/proc");
    const struct dirent *entry;
    bool is_found = false;
    (void)snprintf(own, sizeof(own), "%d", (int)getpid());
    while (path != NULL && all != NULL && !is_found &&
           (entry = readdir(all)) != NULL) {
        is_found = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
                   strcmp(entry->d_name, own) != 0 &&
                   has_open(entry->d_name, path);
    }
    if (all != NULL) {
        (void)closedir(all);
    }
    free(path);
    return is_found;
}

bool
aof_cut(const struct aof_part *part, uint64_t whole, int64_t now_ms,
        struct buf *said)
{
    if (is_in_use(part)) {
        buf_printf(said,
                   "%s is being written to: stop that Redis first; nothing "
                   "was changed.",
                   part->path);
        return false;
    }
    char *kept = kept_path(part, now_ms);
    bool is_good = keep_copy(part, whole, kept);
    if (!is_good) {
        buf_printf(said,
                   "%s cannot be kept: %s; nothing was changed, and Redis "
                   "must not be started on a log that ends in the midst of a "
                   "write.",
                   kept, strerror(errno));
    } else if (ftruncate(part->fd, (off_t)whole) != 0 || fsync(part->fd) != 0) {
        buf_printf(said, "%s cannot be cut: %s", part->path, strerror(errno));
        is_good = false;
    } else {
        buf_printf(said,
                   "Redis' log ended in the midst of a write that nobody was "
                   "told had succeeded: %" PRIu64
                   " bytes were cut off, and are kept as %s.",
                   part->size - whole, kept);
    }
    free(kept);
    return is_good;
}
