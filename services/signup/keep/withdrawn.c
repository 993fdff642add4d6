/* withdrawn -- what people withdrew, in a file outside Redis. */
#include "services/signup/keep/withdrawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((off_t)1 << 30) /* 33 million words */

struct withdrawn {
    char *dir, *instance, *campaign;
    const struct crypto_key *key;
    int fd; /* -1: not open */
    struct withdrawn_mark mark;
    int64_t last_ms; /* of the last word, written or not */
};

/* ---- reading ---- */

static void *
read_open(int fd, size_t *len_out)
{
    struct stat stat;
    if (fstat(fd, &stat) != 0 || stat.st_size == 0 ||
        stat.st_size > FILE_BYTES_MAX) {
        return NULL;
    }
    uint8_t *bytes = mem_new((size_t)stat.st_size);
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && len < (size_t)stat.st_size) {
        n = pread(fd, bytes + len, (size_t)stat.st_size - len, (off_t)len);
        len += n > 0 ? (size_t)n : 0;
    }
    *len_out = len;
    return bytes;
}

void *
withdrawn_read(const char *path, size_t *len_out)
{
    *len_out = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno != ENOENT) {
            log_error("withdrawn.unreadable", log_str("file", path),
                      log_str("why", strerror(errno)));
        }
        return NULL;
    }
    void *bytes = read_open(fd, len_out);
    (void)close(fd);
    return bytes;
}

/* ---- the files there are ---- */

struct each {
    const struct withdrawn_files *files;
    void (*cb)(void *arg, const char *instance, const char *path);
    void *arg;
};

static bool
is_wanted(const struct each *each, const char *name)
{
    const char *campaign = each->files->campaign;
    size_t len = strlen(name), suffix = strlen(each->files->suffix);
    if (len <= suffix ||
        strcmp(name + len - suffix, each->files->suffix) != 0) {
        return false;
    }
    return campaign == NULL || (strlen(campaign) == len - suffix &&
                                strncmp(campaign, name, len - suffix) == 0);
}

static void
each_in(const struct each *each, const char *instance)
{
    char *inside = mem_format("%s/%s", each->files->dir, instance);
    DIR *files = opendir(inside);
    const struct dirent *file;
    while (files != NULL && (file = readdir(files)) != NULL) {
        if (is_wanted(each, file->d_name)) {
            char *path = mem_format("%s/%s", inside, file->d_name);
            each->cb(each->arg, instance, path);
            free(path);
        }
    }
    if (files != NULL) {
        (void)closedir(files);
    }
    free(inside);
}

void
withdrawn_each(const struct withdrawn_files *files,
               void (*cb)(void *arg, const char *instance, const char *path),
               void *arg)
{
    struct each each = {files, cb, arg};
    DIR *instances = opendir(files->dir);
    const struct dirent *instance;
    while (instances != NULL && (instance = readdir(instances)) != NULL) {
        if (instance->d_name[0] != '.' &&
            strlen(instance->d_name) < WITHDRAWN_NAME_SIZE) {
            each_in(&each, instance->d_name);
        }
    }
    if (instances != NULL) {
        (void)closedir(instances);
    }
}

static void
check_one(void *arg, const char *instance, const char *path)
{
    const struct crypto_key *key = arg;
    struct withdrawn_mark mark;
    size_t len;
    void *bytes = withdrawn_read(path, &len);
    (void)instance;
    switch (withdrawn_look(key, bytes_of(bytes, len), &mark)) {
    case WITHDRAWN_DAMAGED:
        log_fatal("%s is damaged: what people withdrew may be missing from "
                  "it. Put back the copy you have of it; else move it away, "
                  "and start again",
                  path);
    case WITHDRAWN_NEWER:
        log_fatal("%s was written by a newer version of Muster: start that "
                  "version of signup",
                  path);
    case WITHDRAWN_GOOD:
    case WITHDRAWN_EMPTY:
    default:
        break;
    }
    free(bytes);
}

void
withdrawn_check(const struct crypto_key *key, const char *dir)
{
    struct crypto_key copy = *key;
    withdrawn_each(&(struct withdrawn_files){dir, NULL, WITHDRAWN_SUFFIX},
                   check_one, &copy);
}

/* ---- one's own ---- */

struct withdrawn *
withdrawn_new(const struct withdrawn_place *place)
{
    struct withdrawn *w = mem_new(sizeof(*w));
    w->dir = mem_copy_string(place->dir);
    w->instance = mem_copy_string(place->instance);
    w->campaign = mem_copy_string(place->campaign);
    w->key = place->key;
    w->fd = -1;
    return w;
}

void
withdrawn_free(struct withdrawn **withdrawn)
{
    struct withdrawn *w = *withdrawn;
    if (w == NULL) {
        return;
    }
    if (w->fd >= 0) {
        (void)close(w->fd);
    }
    free(w->dir);
    free(w->instance);
    free(w->campaign);
    free(w);
    *withdrawn = NULL;
}

const struct withdrawn_mark *
withdrawn_mark(const struct withdrawn *withdrawn)
{
    return &withdrawn->mark;
}

const char *
withdrawn_instance(const struct withdrawn *withdrawn)
{
    return withdrawn->instance;
}

static bool
fail(const struct withdrawn *w, const char *what)
{
    log_error("withdrawn.not_kept", log_str("campaign", w->campaign),
              log_str("what", what), log_str("why", strerror(errno)));
    return false;
}

/* All of it, or nothing of it stays. */
static bool
write_at_end(const struct withdrawn *w, off_t end, const struct buf *bytes)
{
    if (pwrite(w->fd, bytes->data, bytes->len, end) == (ssize_t)bytes->len) {
        return true;
    }
    (void)fail(w, "write");
    (void)!ftruncate(w->fd, end);
    return false;
}

static bool
sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return is_good;
}

/* Another id, in the file as well. */
static bool
write_header(struct withdrawn *w)
{
    uint64_t id;
    crypto_random(&id, sizeof(id));
    (void)snprintf(w->mark.id, sizeof(w->mark.id), "%016llx",
                   (unsigned long long)id);
    struct buf header;
    buf_init(&header, 0);
    withdrawn_pack_header(w->key, w->mark.id, &header);
    bool is_good =
        pwrite(w->fd, header.data, header.len, 0) == (ssize_t)header.len &&
        fsync(w->fd) == 0;
    buf_fini(&header);
    return is_good;
}

static bool
begin_file(struct withdrawn *w, const char *dir)
{
    w->mark = (struct withdrawn_mark){.count = 0};
    return (ftruncate(w->fd, 0) == 0 && write_header(w) && sync_dir(dir) &&
            sync_dir(w->dir)) ||
           fail(w, "begin");
}

/* What was torn at the end is cut off. */
static bool
go_on_with(struct withdrawn *w)
{
    off_t end =
        WITHDRAWN_HEADER_BYTES + (off_t)(w->mark.count * WITHDRAWN_WORD_BYTES);
    w->last_ms = w->mark.at_ms;
    return ftruncate(w->fd, end) == 0 || fail(w, "cut");
}

static bool
read_or_begin(struct withdrawn *w, const char *dir)
{
    size_t len = 0;
    void *bytes = read_open(w->fd, &len);
    enum withdrawn_health health =
        withdrawn_look(w->key, bytes_of(bytes, len), &w->mark);
    free(bytes);
    if (health == WITHDRAWN_EMPTY) {
        return begin_file(w, dir);
    }
    errno = EILSEQ; /* changed since the start, where it was looked at */
    return health == WITHDRAWN_GOOD ? go_on_with(w) : fail(w, "read");
}

static bool
open_file(struct withdrawn *w)
{
    char *dir = mem_format("%s/%s", w->dir, w->instance);
    char *path = mem_format("%s/%s%s", dir, w->campaign, WITHDRAWN_SUFFIX);
    (void)mkdir(w->dir, 0700);
    (void)mkdir(dir, 0700);
    w->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool is_good = w->fd >= 0 ? read_or_begin(w, dir) : fail(w, "open");
    if (!is_good && w->fd >= 0) {
        (void)close(w->fd);
        w->fd = -1;
    }
    free(path);
    free(dir);
    return is_good;
}

bool
withdrawn_renew(struct withdrawn *w)
{
    return (w->fd >= 0 || open_file(w)) &&
           (write_header(w) || fail(w, "renew"));
}

bool
withdrawn_add(struct withdrawn *w, struct withdrawn_row *words, size_t count)
{
    bool is_open = w->fd >= 0 || open_file(w);
    struct buf bytes;
    buf_init(&bytes, 0);
    for (size_t i = 0; i < count; i++) {
        int64_t now_ms = clock_wall_ms();
        w->last_ms = now_ms > w->last_ms ? now_ms : w->last_ms + 1;
        words[i].at = (uint64_t)w->last_ms;
        withdrawn_pack_word(w->key, &words[i], &bytes);
    }
    off_t end =
        WITHDRAWN_HEADER_BYTES + (off_t)(w->mark.count * WITHDRAWN_WORD_BYTES);
    bool is_good = is_open && write_at_end(w, end, &bytes);
    if (is_good) {
        w->mark.count += count;
        w->mark.at_ms = w->last_ms;
    }
    buf_fini(&bytes);
    return is_good;
}

bool
withdrawn_sync(struct withdrawn *w)
{
    return w->fd >= 0 && (fdatasync(w->fd) == 0 || fail(w, "sync"));
}
