/* begun -- the directory of what this machine's couriers have begun, and the
 * bits of each broadcast on each channel. */
#include "services/courier/begun/begun.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/courier/begun/begun_file.h"

#define BITS_END ".begun"
#define AGAIN_END ".again"
#define WHO_END ".who"
#define NEW_END ".new"
#define SWEEPER "sweeper" /* locked by the one courier that ages files */

struct begun_map {
    struct begun *begun;
    char *stem; /* <campaign>.<broadcast>.<channel>.<made at> */
    struct begun_key key;
    struct begun_file bits, again, who; /* the last two: when needed */
    int uses;
    struct begun_map *next; /* the last used first */
};

struct begun {
    char *path;
    int dir;
    int sweeper;    /* -1: another courier's */
    int file_count; /* as this process knows */
    struct begun_map *first;
    DIR *sweep;        /* going on */
    int sweep_counted; /* in it */
};

/* ---- names ---- */

static bool
has_end(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);
    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static bool
is_ours(const char *name)
{
    return has_end(name, BITS_END) || has_end(name, AGAIN_END) ||
           has_end(name, WHO_END);
}

static DIR *
open_list(const struct begun *begun)
{
    int fd = openat(begun->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    if (list == NULL && fd >= 0) {
        (void)close(fd);
    }
    return list;
}

/* ---- the directory ---- */

static void
inspect_all(struct begun *begun)
{
    const struct dirent *entry;
    DIR *list = open_list(begun);
    if (list == NULL) {
        log_fatal("cannot read %s: %s", begun->path, strerror(errno));
    }
    while ((entry = readdir(list)) != NULL) {
        if (is_ours(entry->d_name)) {
            begun_file_inspect(begun->dir, entry->d_name, begun->path);
            begun->file_count++;
        }
    }
    (void)closedir(list);
}

struct begun *
begun_open(const char *dir)
{
    struct begun *begun = mem_new(sizeof(*begun));
    begun->path = mem_format("%s/begun", dir);
    begun->sweeper = -1;
    if (mkdir(begun->path, 0700) != 0 && errno != EEXIST) {
        log_fatal("cannot make %s: %s", begun->path, strerror(errno));
    }
    begun->dir = open(begun->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (begun->dir < 0) {
        log_fatal("cannot open %s: %s", begun->path, strerror(errno));
    }
    inspect_all(begun);
    return begun;
}

static void
close_map(struct begun_map *map)
{
    begun_file_close(&map->bits);
    begun_file_close(&map->again);
    begun_file_close(&map->who);
    free((char *)(uintptr_t)map->key.campaign);
    free((char *)(uintptr_t)map->key.broadcast);
    free(map->stem);
    free(map);
}

/* Closes what is not in use, but for the last used of them. */
static void
close_idle(struct begun *begun, int kept_max)
{
    struct begun_map **at = &begun->first;
    int kept = 0;
    while (*at != NULL) {
        struct begun_map *map = *at;
        if (map->uses > 0 || kept++ < kept_max) {
            at = &map->next;
        } else {
            *at = map->next;
            close_map(map);
        }
    }
}

void
begun_close(struct begun **begun)
{
    struct begun *b = *begun;
    if (b == NULL) {
        return;
    }
    close_idle(b, 0);
    assert(b->first == NULL);
    if (b->sweep != NULL) {
        (void)closedir(b->sweep);
    }
    if (b->sweeper >= 0) {
        (void)close(b->sweeper);
    }
    (void)close(b->dir);
    free(b->path);
    free(b);
    *begun = NULL;
}

/* ---- maps ---- */

/* Opens one of a map's files; a new one only while there is room. */
static bool
open_file(struct begun_map *map, struct begun_file *file, const char *end)
{
    struct begun *begun = map->begun;
    char *name = mem_format("%s%s", map->stem, end);
    bool is_new = faccessat(begun->dir, name, F_OK, 0) != 0;
    bool is_open = false;
    if (is_new && begun->file_count >= BEGUN_FILES_MAX) {
        log_error("begun.full", log_str("directory", begun->path),
                  log_int("files", begun->file_count));
    } else {
        is_open = begun_file_open(file, begun->dir, name, &map->key);
        begun->file_count += is_open && is_new;
    }
    free(name);
    return is_open;
}

static struct begun_map *
open_map(struct begun *begun, const struct begun_key *key, char *stem)
{
    struct begun_map *map = mem_new(sizeof(*map));
    *map = (struct begun_map){.begun = begun,
                              .stem = stem,
                              .key = *key,
                              .bits = {.fd = -1},
                              .again = {.fd = -1},
                              .who = {.fd = -1}};
    map->key.campaign = mem_copy_string(key->campaign);
    map->key.broadcast = mem_copy_string(key->broadcast);
    if (!open_file(map, &map->bits, BITS_END)) {
        close_map(map);
        return NULL;
    }
    return map;
}

static struct begun_map *
unlink_map(struct begun *begun, const char *stem)
{
    struct begun_map **at = &begun->first;
    while (*at != NULL && strcmp((*at)->stem, stem) != 0) {
        at = &(*at)->next;
    }
    struct begun_map *map = *at;
    if (map != NULL) {
        *at = map->next;
    }
    return map;
}

struct begun_map *
begun_take(struct begun *begun, const struct begun_key *key)
{
    if (!slug_is_valid(key->campaign) || !slug_is_valid(key->broadcast)) {
        log_error("begun.name"); /* it would be a path */
        return NULL;
    }
    char *stem = mem_format("%s.%s.%d.%lld", key->campaign, key->broadcast,
                            key->channel, (long long)key->made_at_ms);
    struct begun_map *map = unlink_map(begun, stem);
    if (map != NULL) {
        free(stem);
        begun_file_note_use(&map->bits);
    } else {
        map = open_map(begun, key, stem);
    }
    if (map != NULL) {
        map->uses++;
        map->next = begun->first;
        begun->first = map;
    }
    return map;
}

void
begun_drop(struct begun_map *map)
{
    map->uses--;
    close_idle(map->begun, BEGUN_MAPS_KEPT);
}

void
begun_each(struct begun *begun, const struct begun_key *key, begun_cb *cb,
           void *arg)
{
    const struct dirent *entry;
    DIR *list = open_list(begun);
    char *stem =
        mem_format("%s.%s.%d.", key->campaign, key->broadcast, key->channel);
    size_t len = strlen(stem);
    while (list != NULL && (entry = readdir(list)) != NULL) {
        if (strncmp(entry->d_name, stem, len) != 0 ||
            !has_end(entry->d_name, BITS_END)) {
            continue;
        }
        struct begun_key found = *key;
        found.made_at_ms = strtoll(entry->d_name + len, NULL, 10);
        struct begun_map *map = begun_take(begun, &found);
        if (map != NULL) {
            cb(arg, map);
            begun_drop(map);
        }
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    free(stem);
}

/* ---- bits ---- */

static uint8_t
bit_of(uint32_t number)
{
    return (uint8_t)(1u << number % 8);
}

bool
begun_prepare(struct begun_map *map, uint32_t number)
{
    return begun_file_prepare(&map->bits, number / 8);
}

bool
begun_has(const struct begun_map *map, uint32_t number)
{
    const uint8_t *byte = begun_file_at(&map->bits, number / 8);
    return byte != NULL &&
           (__atomic_load_n(byte, __ATOMIC_SEQ_CST) & bit_of(number)) != 0;
}

bool
begun_mark(struct begun_map *map, uint32_t number)
{
    uint8_t *byte = begun_file_at(&map->bits, number / 8);
    assert(byte != NULL);
    begun_file_touch(&map->bits, number / 8, 1);
    uint8_t before = __atomic_fetch_or(byte, bit_of(number), __ATOMIC_SEQ_CST);
    return (before & bit_of(number)) == 0;
}

void
begun_clear(struct begun_map *map, uint32_t number)
{
    uint8_t *byte = begun_file_at(&map->bits, number / 8);
    assert(byte != NULL);
    begun_file_touch(&map->bits, number / 8, 1);
    (void)__atomic_fetch_and(byte, (uint8_t)~bit_of(number), __ATOMIC_SEQ_CST);
}

/* ---- again ---- */

#define WISH_BYTES sizeof(uint32_t)

static uint32_t *
wish_of(const struct begun_map *map, uint32_t number)
{
    return (void *)begun_file_at(&map->again, (uint64_t)number * WISH_BYTES);
}

bool
begun_prepare_again(struct begun_map *map, uint32_t number)
{
    return (map->again.fd >= 0 || open_file(map, &map->again, AGAIN_END)) &&
           begun_file_prepare(&map->again, (uint64_t)number * WISH_BYTES);
}

bool
begun_may_again(const struct begun_map *map, uint32_t number, uint32_t wish)
{
    const uint32_t *obeyed = wish_of(map, number);
    return obeyed != NULL && __atomic_load_n(obeyed, __ATOMIC_SEQ_CST) < wish;
}

bool
begun_obey_again(struct begun_map *map, uint32_t number, uint32_t wish)
{
    uint32_t *obeyed = wish_of(map, number);
    assert(obeyed != NULL);
    uint32_t was = __atomic_load_n(obeyed, __ATOMIC_SEQ_CST);
    begun_file_touch(&map->again, (uint64_t)number * WISH_BYTES, WISH_BYTES);
    while (was < wish) {
        if (__atomic_compare_exchange_n(obeyed, &was, wish, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
            return true;
        }
    }
    return false;
}

/* ---- who ---- */

bool
begun_prepare_who(struct begun_map *map, uint32_t number)
{
    return (map->who.fd >= 0 || open_file(map, &map->who, WHO_END)) &&
           begun_file_prepare(&map->who, (uint64_t)number * sizeof(uint16_t));
}

bool
begun_note_who(struct begun_map *map, uint32_t number, uint16_t who)
{
    uint64_t place = (uint64_t)number * sizeof(who);
    uint16_t *noted = (void *)begun_file_at(&map->who, place);
    assert(noted != NULL && who != 0);
    begun_file_touch(&map->who, place, sizeof(who));
    uint16_t was = __atomic_exchange_n(noted, who, __ATOMIC_SEQ_CST);
    return was != 0 && was != who;
}

/* ---- all of them ---- */

uint32_t
begun_chunks(const struct begun_map *map)
{
    struct stat stat;
    if (fstat(map->bits.fd, &stat) != 0) {
        return 0;
    }
    return (
        uint32_t)((stat.st_size - BEGUN_HEADER_BYTES + BEGUN_CHUNK_BYTES - 1) /
                  BEGUN_CHUNK_BYTES);
}

/* Not by the map in memory: another courier may have made the file longer. */
bool
begun_read_chunk(const struct begun_map *map, uint32_t chunk,
                 uint8_t bits[BEGUN_CHUNK_BYTES])
{
    static const uint8_t none[BEGUN_CHUNK_BYTES];
    memset(bits, 0, BEGUN_CHUNK_BYTES);
    ssize_t len = pread(map->bits.fd, bits, BEGUN_CHUNK_BYTES,
                        BEGUN_HEADER_BYTES + (off_t)chunk * BEGUN_CHUNK_BYTES);
    return len > 0 && memcmp(bits, none, BEGUN_CHUNK_BYTES) != 0;
}

int64_t
begun_made_at_ms(const struct begun_map *map)
{
    return map->key.made_at_ms;
}

void
begun_sync(struct begun_map *map)
{
    begun_file_sync(&map->bits);
    begun_file_sync(&map->again);
    begun_file_sync(&map->who);
}

/* ---- age ---- */

static void
try_to_be_sweeper(struct begun *begun)
{
    int fd = openat(begun->dir, SWEEPER, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        begun->sweeper = fd;
    } else if (fd >= 0) {
        (void)close(fd);
    }
}

void
begun_note_hour(struct begun *begun)
{
    close_idle(begun, 0);
    if (begun->sweeper < 0) {
        try_to_be_sweeper(begun);
    }
    if (begun->sweep == NULL) {
        begun->sweep = open_list(begun);
        begun->sweep_counted = 0;
    }
}

/* What a courier left that was killed while it made a file. */
static void
remove_new(const struct begun *begun, const char *name)
{
    if (begun->sweeper >= 0) {
        (void)unlinkat(begun->dir, name, 0);
    }
}

static void
look_at(struct begun *begun, const char *name)
{
    if (has_end(name, NEW_END)) {
        remove_new(begun, name);
    } else if (is_ours(name)) {
        begun->sweep_counted +=
            begun->sweeper < 0 || !begun_file_age(begun->dir, name);
    }
}

bool
begun_sweep(struct begun *begun)
{
    const struct dirent *entry;
    for (int i = 0; begun->sweep != NULL && i < BEGUN_SWEPT_AT_ONCE; i++) {
        if ((entry = readdir(begun->sweep)) != NULL) {
            look_at(begun, entry->d_name);
            continue;
        }
        (void)closedir(begun->sweep);
        begun->sweep = NULL;
        begun->file_count = begun->sweep_counted;
    }
    return begun->sweep != NULL;
}
