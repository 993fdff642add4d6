/* checks -- see checks.h. */
#include "services/cli/machine/checks.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>

#include "common/fetch/fetch.h"

#define DOOR_MS 5000

static const char *const level_names[] = {"good", "warning", "bad"};

const char *
check_level_name(enum check_level level)
{
    return level_names[level];
}

__attribute__((format(printf, 4, 5))) static void
find(struct checks *c, const char *check, enum check_level level,
     const char *format, ...)
{
    char says[512];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(says, sizeof(says), format, list);
    va_end(list);
    json_t *item = json_object();
    json_set_text(item, "check", check);
    json_set_text(item, "level", level_names[level]);
    json_set_text(item, "says", says);
    (void)json_array_append_new(c->found, item);
    c->worst = level > c->worst ? level : c->worst;
}

/* ---- configuration and keys ---- */

static void
on_unknown(void *arg, bool is_of_route, const char *sentence)
{
    find(arg, "settings", is_of_route ? CHECK_BAD : CHECK_WARNING, "%s",
         sentence);
}

static void
check_settings(struct checks *c)
{
    size_t before = json_array_size(c->found);
    conf_check(c->cli->conf, on_unknown, c);
    if (json_array_size(c->found) == before) {
        find(c, "settings", CHECK_GOOD, "%s holds settings and nothing else",
             c->cli->config);
    }
}

/* 0700 for a folder, 0600 for a file; false: said why. */
static bool
is_private(struct checks *c, const char *path)
{
    struct stat there;
    if (stat(path, &there) != 0) {
        find(c, "keys", CHECK_BAD, "%s: %s", path, strerror(errno));
        return false;
    }
    if ((there.st_mode & 077) != 0) {
        find(c, "keys", CHECK_BAD,
             "%s can be read by others: chmod go-rwx it, and think who had it",
             path);
        return false;
    }
    return true;
}

static void
check_keys(struct checks *c)
{
    const char *folder = conf_text(c->cli->conf, SET_KEYS_DIR);
    bool is_good = is_private(c, folder);
    size_t count = 0;
    DIR *list = is_good ? opendir(folder) : NULL;
    const struct dirent *entry;
    while (list != NULL && (entry = readdir(list)) != NULL) {
        if (entry->d_name[0] != '.') {
            char *path = mem_format("%s/%s", folder, entry->d_name);
            is_good = is_private(c, path) && is_good;
            free(path);
            count++;
        }
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    if (is_good && count == 0) {
        find(c, "keys", CHECK_BAD,
             "%s is empty: without its keys nothing stored can be read",
             folder);
    } else if (is_good) {
        find(c, "keys", CHECK_GOOD,
             "%zu files in %s, of this user alone; a backup of Redis is worth "
             "nothing without them",
             count, folder);
    }
}

/* ---- disk and clock ---- */

static void
check_disk(struct checks *c)
{
    struct machine_disk disk;
    const char *folder = c->machine.folder;
    if (!machine_look_at_disk(folder, &disk)) {
        find(c, "disk", CHECK_BAD, "%s: %s", folder, strerror(errno));
        return;
    }
    find(c, "disk", judge_room(disk.free, disk.total, disk.redis),
         "%.1f of %.1f GB are free for %s, of which Redis has %.1f MB; with "
         "a full disk it ends",
         (double)disk.free / 1e9, (double)disk.total / 1e9, folder,
         (double)disk.redis / 1e6);
    if (disk.redis > 0) {
        find(c, "log", judge_log(disk.log_base, disk.log_since),
             "Redis' log: %.1f MB rewritten, %.1f MB since; the less, the "
             "sooner it is back after a crash",
             (double)disk.log_base / 1e6, (double)disk.log_since / 1e6);
    }
    int64_t us = machine_fsync_us(folder);
    if (us < 0) {
        find(c, "fsync", CHECK_BAD, "%s: %s", folder, strerror(errno));
    } else {
        find(c, "fsync", judge_fsync(us),
             "a write reaches the disk in %.2f ms; every batch of yeses waits "
             "for one",
             (double)us / 1000);
    }
}

static void
check_backup(struct checks *c)
{
    int64_t at_ms = machine_last_backup(c->machine.folder) * 1000;
    int64_t age_ms = clock_wall_ms() - at_ms;
    if (at_ms == 0) {
        find(c, "backup", CHECK_WARNING,
             "none was made here: ./muster backup FILE");
        return;
    }
    find(c, "backup", judge_backup(age_ms),
         "the last one is %.1f hours old; keep it on another machine",
         (double)age_ms / 3600e3);
}

static void
check_clock(struct checks *c)
{
    struct timex now = {0};
    int state = adjtimex(&now);
    if (state < 0) {
        find(c, "clock", CHECK_WARNING, "nobody knows whether it is right: %s",
             strerror(errno));
    } else if (state == TIME_ERROR) {
        find(c, "clock", CHECK_WARNING,
             "nothing sets it (NTP): schedules, expiries and quiet hours go "
             "by it");
    } else {
        find(c, "clock", CHECK_GOOD, "it is set from outside (NTP)");
    }
}

/* ---- versions ---- */

static void
check_redis_version(struct checks *c)
{
    char line[256] = "";
    FILE *out = popen("redis-server --version 2>/dev/null", "re");
    if (out != NULL) {
        if (fgets(line, sizeof(line), out) == NULL) {
            line[0] = '\0';
        }
        (void)pclose(out);
    }
    line[strcspn(line, "\n")] = '\0';
    char *build = strstr(line, " sha=");
    if (build != NULL) {
        *build = '\0';
    }
    if (line[0] == '\0') {
        find(c, "versions", CHECK_GOOD,
             "muster %s; redis-server is not installed on this machine",
             MUSTER_VERSION);
        return;
    }
    find(c, "versions", judge_redis_version(line), "muster %s; %s",
         MUSTER_VERSION, line);
}

static void
check_builds(struct checks *c)
{
    for (size_t i = 0; i < c->machine.count; i++) {
        const struct machine_process *p = &c->machine.list[i];
        if (p->is_outdated) {
            find(c, "versions", CHECK_WARNING,
                 "%s is of an older build: ./muster up restarts it", p->name);
        }
    }
}

/* ---- what is silent ---- */

static void
check_process(struct checks *c, const struct machine_process *p)
{
    static const char *const says[] = {
        [MACHINE_READY] = "warns: ",
        [MACHINE_NOT_READY] = "is not ready: ",
        [MACHINE_SILENT] = "does not answer",
        [MACHINE_ABSENT] = "is not there: ./muster up",
    };
    if (p->state != MACHINE_READY || p->why[0] != '\0') {
        find(c, "processes",
             p->state == MACHINE_READY ? CHECK_WARNING : CHECK_BAD, "%s %s%s",
             p->name, says[p->state], p->why);
    }
}

static void
check_processes(struct checks *c)
{
    size_t before = json_array_size(c->found);
    for (size_t i = 0; i < c->machine.count; i++) {
        check_process(c, &c->machine.list[i]);
    }
    if (json_array_size(c->found) == before) {
        find(c, "processes", CHECK_GOOD, "all %zu answer, and are ready",
             c->machine.count);
    }
}

struct door {
    bool is_done;
    struct checks *checks;
    const char *url;
};

static void
on_door(void *arg, const struct fetch_answer *answer)
{
    struct door *door = arg;
    door->is_done = true;
    if (answer->outcome == FETCH_ANSWERED && answer->status < 500) {
        find(door->checks, "public_url", CHECK_GOOD, "%s answers", door->url);
    } else if (answer->outcome == FETCH_ANSWERED) {
        find(door->checks, "public_url", CHECK_BAD, "%s answers with %d",
             door->url, answer->status);
    } else {
        find(door->checks, "public_url", CHECK_BAD,
             "%s cannot be reached from here (name, certificate or machine): "
             "%s; it stands in every message",
             door->url, answer->why);
    }
}

/* By its name and with its certificate, as whoever gets a message would. */
static void
check_public_url(struct checks *c)
{
    if (!conf_has(c->cli->conf, SET_GATEWAY_PUBLIC_URL)) {
        return;
    }
    const char *why;
    struct door door = {.checks = c,
                        .url = conf_text(c->cli->conf, SET_GATEWAY_PUBLIC_URL)};
    const struct fetch_target_options options = {.url = door.url,
                                                 .method = "GET",
                                                 .timeout_ms = DOOR_MS,
                                                 .connections_max = 1};
    struct fetch_target *target =
        fetch_target_new(c->cli->loop, &options, &why);
    if (target == NULL) {
        find(c, "public_url", CHECK_BAD, "%s: %s", door.url, why);
        return;
    }
    fetch_http(target, NULL, bytes_of("", 0), on_door, &door);
    while (!door.is_done) {
        loop_turn(c->cli->loop, DOOR_MS);
    }
    fetch_target_free(&target);
}

void
checks_run(struct cli *cli, struct checks *out)
{
    *out = (struct checks){.cli = cli, .found = json_array()};
    machine_look(cli, &out->machine);
    check_settings(out);
    check_keys(out);
    check_disk(out);
    check_backup(out);
    check_clock(out);
    check_redis_version(out);
    check_builds(out);
    check_processes(out);
    check_public_url(out);
}

void
checks_fini(struct checks *c)
{
    json_decref(c->found);
    machine_fini(&c->machine);
}
