/* given -- how many numbers of supporters were given out. */
#include "services/signup/keep/given.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/signup/keep/store_inside.h"

#define SUFFIX ".numbers"
#define MAGIC "MUSTERN1"
#define MAGIC_BYTES 8
#define FILE_BYTES (MAGIC_BYTES + 4 + 8) /* magic, people, MAC */
#define NUMBER_SIZE 24

struct given {
    char *dir, *instance, *campaign;
    const struct crypto_key *key;
    int fd;         /* -1: not open */
    bool is_failed; /* said once */
    uint32_t people, synced;
};

struct given *
given_new(const struct withdrawn_place *place)
{
    struct given *given = mem_new(sizeof(*given));
    given->dir = mem_copy_string(place->dir);
    given->instance = mem_copy_string(place->instance);
    given->campaign = mem_copy_string(place->campaign);
    given->key = place->key;
    given->fd = -1;
    return given;
}

void
given_free(struct given **given)
{
    struct given *g = *given;
    if (g == NULL) {
        return;
    }
    if (g->fd >= 0) {
        (void)close(g->fd);
    }
    free(g->dir);
    free(g->instance);
    free(g->campaign);
    free(g);
    *given = NULL;
}

uint32_t
given_people(const struct given *given)
{
    return given->people;
}

/* ---- noted ---- */

static int
open_file(const struct given *g)
{
    char *dir = mem_format("%s/%s", g->dir, g->instance);
    char *path = mem_format("%s/%s%s", dir, g->campaign, SUFFIX);
    (void)mkdir(g->dir, 0700);
    (void)mkdir(dir, 0700);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    free(dir);
    return fd;
}

static bool
write_file(struct given *g, bool is_synced)
{
    struct buf bytes;
    buf_init(&bytes, 0);
    buf_add(&bytes, MAGIC, MAGIC_BYTES);
    rows_put(&bytes, g->people, 4);
    rows_put(&bytes, crypto_mac64(g->key, bytes.data, bytes.len), 8);
    g->fd = g->fd < 0 ? open_file(g) : g->fd;
    bool is_good =
        g->fd >= 0 &&
        pwrite(g->fd, bytes.data, bytes.len, 0) == (ssize_t)bytes.len &&
        (!is_synced || fdatasync(g->fd) == 0);
    buf_fini(&bytes);
    return is_good;
}

void
given_note(struct given *g, uint32_t people)
{
    if (people <= g->people) {
        return;
    }
    g->people = people;
    bool is_synced =
        people / SU_GIVEN_STEP != g->synced / SU_GIVEN_STEP || g->synced == 0;
    bool is_good = write_file(g, is_synced);
    if (!is_good && !g->is_failed) {
        log_error("numbers.not_kept", log_str("campaign", g->campaign),
                  log_str("why", strerror(errno)));
    }
    g->is_failed = !is_good;
    g->synced = is_good && is_synced ? people : g->synced;
}

/* ---- looked at ---- */

static void
look_at(void *arg, const char *instance, const char *path)
{
    struct given *g = arg;
    size_t len;
    uint64_t magic, people = 0, mac = 0;
    void *bytes = withdrawn_read(path, &len);
    struct bytes at = bytes_of(bytes, len);
    (void)instance;
    bool is_good = len == FILE_BYTES && rows_get(&at, MAGIC_BYTES, &magic) &&
                   memcmp(bytes, MAGIC, MAGIC_BYTES) == 0 &&
                   rows_get(&at, 4, &people) && rows_get(&at, 8, &mac) &&
                   mac == crypto_mac64(g->key, bytes, FILE_BYTES - 8);
    if (is_good && people > g->people) {
        g->people = (uint32_t)people;
    }
    if (!is_good && len > 0) {
        log_error("numbers.damaged", log_str("file", path));
    }
    free(bytes);
}

void
given_look(struct given *g)
{
    withdrawn_each(&(struct withdrawn_files){g->dir, g->campaign, SUFFIX},
                   look_at, g);
}

void
su_jump(struct su *su, const char *campaign, uint32_t people,
        store_reply_cb *cb, void *arg)
{
    char text[NUMBER_SIZE];
    (void)snprintf(text, sizeof(text), "%" PRIu32, people);
    struct bytes args[JUMP_ARGS] = {[JUMP_ARG_PEOPLE] = bytes_of_string(text)};
    su_run(su,
           &(struct su_call){SIGNUP_SCRIPT_JUMP, campaign, {args, JUMP_ARGS}},
           cb, arg);
}
