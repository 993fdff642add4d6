/* machine -- what of one configuration's Muster is on this machine: its
 * folders, its processes and how they are, its disk.
 *
 * Read from where the services and their keepers write it down (the run
 * directory), from /proc, and from each process's admin port. */
#ifndef CLI_MACHINE_H
#define CLI_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "services/cli/cli.h"

#define MACHINE_NAME_SIZE 48
#define MACHINE_WHY_SIZE 256
#define MACHINE_PROCESSES_MAX 128

enum machine_state {
    MACHINE_READY,
    MACHINE_NOT_READY, /* there, and says why not */
    MACHINE_SILENT,    /* there, or was, and does not answer */
    MACHINE_ABSENT,
};

struct machine_process {
    char name[MACHINE_NAME_SIZE]; /* "signup.0", "redis" */
    bool is_service;              /* has an admin port */
    enum machine_state state;
    int pid;                    /* 0: not known, or gone */
    int port;                   /* of /readyz; 0: none is written down */
    int64_t memory;             /* resident bytes; 0 without a pid */
    bool is_outdated;           /* its program has been built anew since */
    char why[MACHINE_WHY_SIZE]; /* what it says of itself, or "" */
    char *metrics;              /* Prometheus text, or NULL */
};

struct machine {
    char *run;                    /* the run directory */
    char *folder;                 /* of the configuration: var/ */
    struct machine_process *list; /* as many as the configuration wants, and
                                     Redis where ./muster keeps it */
    size_t count;
};

/* cli->conf must be there. Turns the loop until all have answered or two
 * seconds are over. Owned by the caller: machine_fini. */
void machine_look(struct cli *cli, struct machine *out);
void machine_fini(struct machine *m);
/* "ready", "not ready", "silent", "absent". */
const char *machine_state_name(enum machine_state state);
/* The sum of a metric's lines over all processes that have it; labels
 * ("route=\"sms\"") or NULL: any. */
int64_t machine_metric(const struct machine *m, const char *name,
                       const char *labels);

/* ---- probe.c ---- */

/* Fills in state, why and metrics of those that have a port. */
void machine_probe(struct cli *cli, struct machine *m);

/* ---- metric.c: pure ---- */

/* The sum of those lines of a Prometheus text. */
int64_t metric_sum(const char *text, const char *name, const char *labels);

/* ---- disk.c ---- */

struct machine_disk {
    int64_t free, total;         /* of the file system of the folder */
    int64_t redis, logs, outbox; /* in those folders, all files */
    int64_t log_base, log_since; /* Redis' log: rewritten, and since then */
};

/* False: the folder cannot be looked at, errno says why. */
MUST_CHECK bool machine_look_at_disk(const char *folder,
                                     struct machine_disk *out);
/* When ./muster backup last made one here, in seconds; 0: never. */
int64_t machine_last_backup(const char *folder);
/* The median of a few writes that reach the disk, in µs; -1: errno. */
MUST_CHECK int64_t machine_fsync_us(const char *folder);

#endif
