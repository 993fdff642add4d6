/* check -- see check.h. */
#include "services/cli/aof/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/cli/aof/inside.h"
#include "services/cli/aof/manifest.h"
#include "services/cli/aof/reader.h"

#define FOLDER "appendonlydir"
#define MANIFEST "appendonly.aof.manifest"
#define MANIFEST_BYTES_MAX (512 * 1024)
#define RDB_FOOT 9 /* the byte 255, and a checksum */

struct look {
    const char *dir; /* borrowed */
    char *folder, *manifest;
    bool is_cutting;
    int64_t now_ms;
    struct buf *said;
};

/* ---- words ---- */

/* what ends in no full stop. can_be_cut: redis-check-aof knows a way. */
static void
say_choices(const struct look *look, uint64_t kept, bool can_be_cut)
{
    buf_printf(look->said,
               "\nNothing was changed. Put back a backup of %s with the keys "
               "that belong to it",
               look->dir);
    if (!can_be_cut) {
        buf_add_string(look->said, "; nothing else mends this.");
        return;
    }
    buf_printf(look->said,
               ",\nor give up all that follows byte %" PRIu64
               ", acknowledged or not: copy %s\naside, then\n"
               "  redis-check-aof --fix %s",
               kept, look->dir, look->manifest);
}

static enum aof_outcome
say_broken(const struct look *look, const char *name, const char *what)
{
    buf_printf(look->said, "Redis' log is broken: %s %s.", name, what);
    say_choices(look, 0, false);
    return AOF_IS_BROKEN;
}

static enum aof_outcome
say_unseen(const struct look *look, const char *path)
{
    buf_printf(look->said, "%s cannot be read: %s", path, strerror(errno));
    return AOF_UNSEEN;
}

static enum aof_outcome
say_broken_at(const struct look *look, const struct aof_part *part,
              const struct aof_reader *r, bool is_last)
{
    if (r->why != NULL) {
        buf_printf(look->said,
                   "Redis' log is broken: %s at byte %" PRIu64 " of %" PRIu64
                   ", where %s.",
                   part->name, r->broken, part->size, r->why);
    } else {
        buf_printf(look->said,
                   "Redis' log is broken: %s at byte %" PRIu64 " of %" PRIu64
                   ", in the middle: it ends in the midst of a command, and "
                   "more follows.",
                   part->name, r->command, part->size);
    }
    say_choices(look, r->whole, is_last);
    return AOF_IS_BROKEN;
}

/* ---- one file ---- */

static void
read_piece(void *arg, const void *bytes, size_t len)
{
    aof_read(arg, bytes, len);
}

static void
read_tail(void *arg, const void *bytes, size_t len)
{
    aof_tail_read(arg, bytes, len);
}

/* Whether what is not whole is merely the end of a write that never was. */
static bool
is_tail(const struct aof_part *part, const struct aof_reader *r)
{
    struct aof_tail open, rest;
    aof_tail_init(&open);
    aof_tail_init(&rest);
    uint64_t argument = aof_reader_open_argument(r);
    return aof_each_piece(part, argument, r->at, read_tail, &open) &&
           !open.has_command &&
           aof_each_piece(part, r->at, part->size, read_tail, &rest) &&
           rest.is_zero;
}

static enum aof_outcome
judge_tail(const struct look *look, const struct aof_part *part, uint64_t whole)
{
    uint64_t lost = part->size - whole;
    if (!look->is_cutting) {
        buf_printf(look->said,
                   "Redis' log ends in the midst of a write: the last %" PRIu64
                   " bytes of %s; --cut cuts them off, and keeps a copy.",
                   lost, part->name);
        return AOF_IS_TORN;
    }
    return aof_cut(part, whole, look->now_ms, look->said) ? AOF_IS_TORN
                                                          : AOF_UNSEEN;
}

static enum aof_outcome
check_commands(const struct look *look, const struct aof_part *part,
               bool may_end_torn)
{
    struct aof_reader r;
    aof_reader_init(&r);
    if (!aof_each_piece(part, 0, part->size, read_piece, &r)) {
        return say_unseen(look, part->path);
    }
    if (aof_reader_end(&r) == AOF_WHOLE) {
        return AOF_IS_WHOLE;
    }
    if (may_end_torn && is_tail(part, &r)) {
        return judge_tail(look, part, r.whole);
    }
    return say_broken_at(look, part, &r, may_end_torn);
}

/* Redis itself compares the checksum when it reads it. */
static enum aof_outcome
check_snapshot(const struct look *look, const struct aof_part *part)
{
    uint8_t foot = 0;
    if (part->size > RDB_FOOT &&
        pread(part->fd, &foot, 1, (off_t)(part->size - RDB_FOOT)) != 1) {
        return say_unseen(look, part->path);
    }
    return foot == 0xff ? AOF_IS_WHOLE
                        : say_broken(look, part->name, "has no end");
}

static enum aof_outcome
check_open_part(const struct look *look, const struct aof_part *part,
                bool may_end_torn)
{
    char head[5] = "";
    if (pread(part->fd, head, sizeof(head), 0) < 0) {
        return say_unseen(look, part->path);
    }
    const char *type = strrchr(part->name, '.');
    bool is_rdb = type != NULL && strcmp(type, ".rdb") == 0;
    bool has_rdb = memcmp(head, "REDIS", sizeof(head)) == 0;
    if (is_rdb) {
        return has_rdb ? check_snapshot(look, part)
                       : say_broken(look, part->name, "is no snapshot");
    }
    /* One of Redis 6 may have both in it: Redis' own business. */
    return has_rdb ? AOF_IS_WHOLE : check_commands(look, part, may_end_torn);
}

static enum aof_outcome
check_part(const struct look *look, const struct aof_file *file, bool is_last)
{
    struct stat there;
    struct aof_part part = {.folder = look->folder, .name = file->name};
    part.path = mem_format("%s/%s", look->folder, file->name);
    part.fd =
        open(part.path, (look->is_cutting ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    enum aof_outcome outcome;
    if (part.fd < 0 && errno == ENOENT) {
        outcome = say_broken(look, file->name, "is not there");
    } else if (part.fd < 0 || fstat(part.fd, &there) != 0) {
        outcome = say_unseen(look, part.path);
    } else {
        part.size = (uint64_t)there.st_size;
        outcome = check_open_part(look, &part, is_last && !file->is_base);
    }
    if (part.fd >= 0) {
        (void)close(part.fd);
    }
    free(part.path);
    return outcome;
}

/* ---- all of them ---- */

static enum aof_outcome
check_parts(const struct look *look, const char *text)
{
    struct aof_manifest m;
    enum aof_outcome outcome = AOF_IS_WHOLE;
    if (aof_manifest_read(text, &m) != ERR_NONE) {
        outcome = say_broken(look, MANIFEST, "cannot be understood");
    }
    for (size_t i = 0; i < m.count && outcome == AOF_IS_WHOLE; i++) {
        outcome = check_part(look, &m.files[i], i == m.count - 1);
    }
    aof_manifest_fini(&m);
    return outcome;
}

/* Without its manifest Redis would start with nothing. */
static enum aof_outcome
check_bare_folder(const struct look *look)
{
    DIR *folder = opendir(look->folder);
    if (folder == NULL) {
        return errno == ENOENT ? AOF_IS_WHOLE : say_unseen(look, look->folder);
    }
    bool has_log = false;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        has_log = has_log || strncmp(entry->d_name, "appendonly.aof.", 15) == 0;
    }
    (void)closedir(folder);
    return has_log ? say_broken(look, MANIFEST, "is not there, and the log is")
                   : AOF_IS_WHOLE;
}

static enum aof_outcome
check_folder(const struct look *look)
{
    FILE *file = fopen(look->manifest, "re");
    if (file == NULL) {
        return errno == ENOENT ? check_bare_folder(look)
                               : say_unseen(look, look->manifest);
    }
    char *text = mem_new(MANIFEST_BYTES_MAX + 1);
    size_t len = fread(text, 1, MANIFEST_BYTES_MAX, file);
    enum aof_outcome outcome =
        ferror(file) ? say_unseen(look, look->manifest)
        : strlen(text) != len
            ? say_broken(look, MANIFEST, "cannot be understood")
            : check_parts(look, text);
    free(text);
    (void)fclose(file);
    return outcome;
}

enum aof_outcome
aof_check(const char *dir, bool is_cutting, int64_t now_ms, struct buf *said)
{
    struct look look = {dir, NULL, NULL, is_cutting, now_ms, said};
    look.folder = mem_format("%s/%s", dir, FOLDER);
    look.manifest = mem_format("%s/%s", look.folder, MANIFEST);
    enum aof_outcome outcome = check_folder(&look);
    free(look.folder);
    free(look.manifest);
    return outcome;
}
