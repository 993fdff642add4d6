/* machine -- see machine.h. */
#include "services/cli/machine/machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const state_names[] = {"ready", "not ready", "silent",
                                          "absent"};

const char *
machine_state_name(enum machine_state state)
{
    return state_names[state];
}

/* The number that stands in RUN/NAME.KIND; 0: none. */
static int
read_number(const struct machine *m, const char *name, const char *kind)
{
    char text[16] = "";
    char *path = mem_format("%s/%s.%s", m->run, name, kind);
    FILE *file = fopen(path, "re");
    long number = 0;
    if (file != NULL) {
        if (fgets(text, sizeof(text), file) != NULL) {
            number = strtol(text, NULL, 10);
        }
        (void)fclose(file);
    }
    free(path);
    return number > 0 && number <= INT32_MAX ? (int)number : 0;
}

static bool
is_program_gone(int pid)
{
    static const char gone[] = " (deleted)";
    char path[40], to[1024];
    (void)snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    ssize_t len = readlink(path, to, sizeof(to));
    size_t tail = sizeof(gone) - 1;
    return len > (ssize_t)tail && memcmp(to + len - tail, gone, tail) == 0;
}

/* 0: there is no such process. */
static int64_t
memory_of(int pid)
{
    char path[40], line[128] = "";
    (void)snprintf(path, sizeof(path), "/proc/%d/statm", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    if (fgets(line, sizeof(line), file) == NULL) {
        line[0] = '\0';
    }
    (void)fclose(file);
    const char *resident = strchr(line, ' '); /* pages, behind all of them */
    return resident == NULL
               ? 0
               : strtoll(resident, NULL, 10) * sysconf(_SC_PAGESIZE);
}

/* ./muster writes down pids; where something else keeps the processes, only
 * their ports are known. */
static void
find_process(struct machine *m, struct machine_process *p)
{
    p->pid = read_number(m, p->name, "pid");
    p->memory = p->pid == 0 ? 0 : memory_of(p->pid);
    if (p->memory == 0) {
        p->pid = 0;
    } else {
        p->is_outdated = is_program_gone(p->pid);
    }
    if (p->is_service) {
        p->port = read_number(m, p->name, "admin-port");
        p->state =
            p->pid == 0 && p->port == 0 ? MACHINE_ABSENT : MACHINE_SILENT;
    } else {
        p->state = p->pid == 0 ? MACHINE_ABSENT : MACHINE_READY;
    }
}

static void
add_process(struct machine *m, const char *name, bool is_service)
{
    if (m->count < MACHINE_PROCESSES_MAX) {
        struct machine_process *p = &m->list[m->count++];
        (void)snprintf(p->name, sizeof(p->name), "%s", name);
        p->is_service = is_service;
        find_process(m, p);
    }
}

static void
add_service(struct machine *m, const char *name, int64_t instances)
{
    char instance[MACHINE_NAME_SIZE];
    for (int64_t i = 0; i < instances; i++) {
        (void)snprintf(instance, sizeof(instance), "%s.%" PRId64, name, i);
        add_process(m, instance, true);
    }
}

/* Redis is somebody else's, unless ./muster keeps it beside the services. */
static void
add_redis(struct machine *m)
{
    if (read_number(m, "redis", "pid") != 0) {
        add_process(m, "redis", false);
    } else {
        char *settings = mem_format("%s/redis.settings", m->run);
        if (access(settings, F_OK) == 0) {
            add_process(m, "redis", false);
        }
        free(settings);
    }
}

static char *
folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? mem_copy_string(".")
                         : mem_format("%.*s", (int)(slash - path), path);
}

void
machine_look(struct cli *cli, struct machine *out)
{
    *out = (struct machine){0};
    out->run = mem_copy_string(conf_text(cli->conf, SET_RUN_DIR));
    out->folder = folder_of(cli->config);
    out->list = mem_new_array(MACHINE_PROCESSES_MAX, sizeof(*out->list));
    add_redis(out);
#define SERVICE(name, ...)                                                     \
    add_service(out, #name, conf_number(cli->conf, SET_INSTANCES_##name));
#include "service_rows.def"
#undef SERVICE
    machine_probe(cli, out);
}

void
machine_fini(struct machine *m)
{
    for (size_t i = 0; i < m->count; i++) {
        free(m->list[i].metrics);
    }
    free(m->list);
    free(m->run);
    free(m->folder);
    *m = (struct machine){0};
}

int64_t
machine_metric(const struct machine *m, const char *name, const char *labels)
{
    int64_t sum = 0;
    for (size_t i = 0; i < m->count; i++) {
        if (m->list[i].metrics != NULL) {
            sum += metric_sum(m->list[i].metrics, name, labels);
        }
    }
    return sum;
}
