/* disk -- how much is there, who uses it, and how long a write takes. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "common/base/base.h"
#include "services/cli/machine/machine.h"

#define WRITES 21
#define OPEN_MAX_FOLDERS 16

/* nftw() has no argument for its callback. */
static struct {
    int64_t all, base, since;
} sums;

static int
on_file(const char *path, const struct stat *there, int kind, struct FTW *at)
{
    if (kind != FTW_F) {
        return 0;
    }
    const char *name = path + at->base;
    sums.all += there->st_size;
    if (strstr(name, ".base.") != NULL) {
        sums.base += there->st_size;
    } else if (strstr(name, ".incr.aof") != NULL &&
               strstr(name, ".torn-") == NULL) {
        sums.since += there->st_size;
    }
    return 0;
}

/* What of the folder cannot be read counts for nothing. */
static int64_t
bytes_in(const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    sums.all = 0;
    (void)nftw(path, on_file, OPEN_MAX_FOLDERS, FTW_PHYS);
    free(path);
    return sums.all;
}

bool
machine_look_at_disk(const char *folder, struct machine_disk *out)
{
    struct statvfs there;
    if (statvfs(folder, &there) != 0) {
        return false;
    }
    *out = (struct machine_disk){
        .free = (int64_t)there.f_bavail * (int64_t)there.f_frsize,
        .total = (int64_t)there.f_blocks * (int64_t)there.f_frsize};
    sums.base = sums.since = 0;
    out->redis = bytes_in(folder, "redis");
    out->log_base = sums.base;
    out->log_since = sums.since;
    out->logs = bytes_in(folder, "log");
    out->outbox = bytes_in(folder, "outbox");
    return true;
}

static int
by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t
now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
machine_fsync_us(const char *folder)
{
    char *path = mem_format("%s/.fsync-XXXXXX", folder);
    int64_t took[WRITES];
    int fd = mkostemp(path, O_CLOEXEC);
    bool is_good = fd >= 0;
    for (int i = 0; is_good && i < WRITES; i++) {
        int64_t began = now_us();
        is_good = write(fd, path, strlen(path)) > 0 && fdatasync(fd) == 0;
        took[i] = now_us() - began;
    }
    int why = errno;
    if (fd >= 0) {
        (void)close(fd);
        (void)unlink(path);
    }
    free(path);
    errno = why;
    if (!is_good) {
        return -1;
    }
    qsort(took, WRITES, sizeof(took[0]), by_size);
    return took[WRITES / 2];
}

int64_t
machine_last_backup(const char *folder)
{
    char *path = mem_format("%s/last-backup", folder), line[32] = "";
    FILE *file = fopen(path, "re");
    free(path);
    if (file == NULL) {
        return 0;
    }
    bool is_read = fgets(line, sizeof(line), file) != NULL;
    (void)fclose(file);
    return is_read ? strtoll(line, NULL, 10) : 0;
}
