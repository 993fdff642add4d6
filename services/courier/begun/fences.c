/* fences -- the highest grants heard of, on one page. */
#include "services/courier/begun/fences.h"

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

#define MAGIC "MUFENCE1"

struct page {
    char magic[8];
    uint64_t place;
    uint64_t heard; /* the newest */
    struct fence fences[FENCES_MAX];
};

struct fences {
    int fd;
    struct page *page;
};

/* ---- the file ---- */

/* Whole at any moment: written beside and linked. */
static void
make(const char *path)
{
    struct page page = {.magic = MAGIC};
    char *beside = mem_format("%s.%ld.new", path, (long)getpid());
    int fd = open(beside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    crypto_random(&page.place, sizeof(page.place));
    page.place |= 1; /* never 0 */
    if (fd < 0 || write(fd, &page, sizeof(page)) != (ssize_t)sizeof(page) ||
        fsync(fd) != 0 || (link(beside, path) != 0 && errno != EEXIST)) {
        log_fatal("cannot make %s: %s", path, strerror(errno));
    }
    (void)close(fd);
    (void)unlink(beside);
    free(beside);
}

/* Is it such a page? What is not is moved aside: that only makes this another
 * place. */
static bool
is_good(int fd)
{
    struct page page;
    if (pread(fd, &page, sizeof(page), 0) != (ssize_t)sizeof(page) ||
        memcmp(page.magic, MAGIC, sizeof(page.magic)) != 0 || page.place == 0) {
        return false;
    }
    for (int i = 0; i < FENCES_MAX; i++) {
        const char *campaign = page.fences[i].campaign;
        if (memchr(campaign, '\0', SLUG_SIZE) == NULL ||
            (campaign[0] != '\0' && !slug_is_valid(campaign))) {
            return false;
        }
    }
    return true;
}

static int
open_good(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || is_good(fd)) {
        return fd;
    }
    char *aside = mem_format("%s.damaged", path);
    log_warn("fences.damaged", log_str("file", path));
    (void)rename(path, aside);
    free(aside);
    (void)close(fd);
    return -1;
}

struct fences *
fences_open(const char *dir)
{
    struct fences *fences = mem_new(sizeof(*fences));
    char *path = mem_format("%s/begun/fences", dir);
    fences->fd = open_good(path);
    if (fences->fd < 0) {
        make(path);
        fences->fd = open_good(path);
    }
    void *page = fences->fd < 0
                     ? MAP_FAILED
                     : mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE,
                            MAP_SHARED, fences->fd, 0);
    if (page == MAP_FAILED) {
        log_fatal("cannot open %s: %s", path, strerror(errno));
    }
    fences->page = page;
    free(path);
    return fences;
}

void
fences_close(struct fences **fences)
{
    struct fences *f = *fences;
    if (f == NULL) {
        return;
    }
    fences_sync(f);
    (void)munmap(f->page, sizeof(*f->page));
    (void)close(f->fd);
    free(f);
    *fences = NULL;
}

/* ---- what is on it ---- */

uint64_t
fences_place(const struct fences *fences)
{
    return fences->page->place;
}

static struct fence *
find(const struct fences *fences, const char *campaign)
{
    for (int i = 0; i < FENCES_MAX; i++) {
        struct fence *fence = &fences->page->fences[i];
        if (strncmp(fence->campaign, campaign, SLUG_SIZE) == 0) {
            return fence;
        }
    }
    return NULL;
}

/* A free one, or that heard of longest ago. */
static struct fence *
find_room(const struct fences *fences)
{
    struct fence *oldest = &fences->page->fences[0];
    for (int i = 0; i < FENCES_MAX; i++) {
        struct fence *fence = &fences->page->fences[i];
        if (fence->campaign[0] == '\0') {
            return fence;
        }
        oldest = fence->heard < oldest->heard ? fence : oldest;
    }
    return oldest;
}

size_t
fences_list(const struct fences *fences, struct fence list[FENCES_MAX])
{
    size_t count = 0;
    (void)flock(fences->fd, LOCK_SH);
    for (int i = 0; i < FENCES_MAX; i++) {
        if (fences->page->fences[i].campaign[0] != '\0') {
            list[count++] = fences->page->fences[i];
        }
    }
    (void)flock(fences->fd, LOCK_UN);
    return count;
}

static void
put(struct fences *fences, const struct fence *fence, bool has_reported)
{
    (void)flock(fences->fd, LOCK_EX);
    struct fence *kept = find(fences, fence->campaign);
    if (kept == NULL) {
        kept = find_room(fences);
        *kept = (struct fence){.era = fence->era};
        (void)snprintf(kept->campaign, sizeof(kept->campaign), "%s",
                       fence->campaign);
    }
    if (has_reported && kept->era < fence->era) {
        kept->era = fence->era;
        kept->granted = 0;
    }
    if (kept->era == fence->era && kept->granted < fence->granted) {
        kept->granted = fence->granted;
    }
    kept->heard = ++fences->page->heard;
    (void)flock(fences->fd, LOCK_UN);
}

void
fences_note(struct fences *fences, const struct fence *fence)
{
    if (slug_is_valid(fence->campaign)) {
        put(fences, fence, false);
    }
}

void
fences_reported(struct fences *fences, const char *campaign, uint64_t era)
{
    struct fence fence = {.era = era};
    (void)snprintf(fence.campaign, sizeof(fence.campaign), "%s", campaign);
    put(fences, &fence, true);
}

void
fences_sync(struct fences *fences)
{
    if (msync(fences->page, sizeof(*fences->page), MS_SYNC) != 0) {
        log_error("fences.sync", log_int("errno", errno));
    }
}
