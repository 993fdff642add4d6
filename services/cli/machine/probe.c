/* probe -- each process's admin port, all at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/fetch/fetch.h"
#include "common/loop/loop.h"
#include "services/cli/machine/machine.h"

#define PROBE_MS 2000
#define METRICS_BYTES_MAX ((size_t)512 * 1024)

struct probe {
    struct machine_process *process;
    int *open; /* of all */
};

/* "warning: …" behind "ready", or the sentence why not. */
static void
note_words(struct machine_process *p, const struct fetch_answer *answer)
{
    const char *words = answer->body;
    if (answer->status == 200) {
        words = strchr(words, '\n');
        words = words == NULL ? "" : words + strspn(words, "\n");
    }
    (void)snprintf(p->why, sizeof(p->why), "%.*s", (int)strcspn(words, "\r\n"),
                   words);
}

static void
on_ready(void *arg, const struct fetch_answer *answer)
{
    const struct probe *probe = arg;
    struct machine_process *p = probe->process;
    (*probe->open)--;
    if (answer->outcome == FETCH_ANSWERED) {
        p->state = answer->status == 200 ? MACHINE_READY : MACHINE_NOT_READY;
        note_words(p, answer);
    }
}

static void
on_metrics(void *arg, const struct fetch_answer *answer)
{
    const struct probe *probe = arg;
    (*probe->open)--;
    if (answer->outcome == FETCH_ANSWERED && answer->status == 200) {
        free(probe->process->metrics);
        probe->process->metrics = mem_copy_string(answer->body);
    }
}

static void
ask(struct fetch_target *target, const struct machine_process *p,
    const char *path, fetch_cb *cb, struct probe *probe)
{
    char *url = mem_format("http://127.0.0.1:%d%s", p->port, path);
    (*probe->open)++;
    fetch_http(target, url, bytes_of("", 0), cb, probe);
    free(url);
}

void
machine_probe(struct cli *cli, struct machine *m)
{
    const struct fetch_target_options options = {
        .url = "http://127.0.0.1/",
        .method = "GET",
        .timeout_ms = PROBE_MS,
        .connections_max = 2 * MACHINE_PROCESSES_MAX,
        .answer_bytes_max = METRICS_BYTES_MAX};
    const char *why;
    struct fetch_target *target = fetch_target_new(cli->loop, &options, &why);
    struct probe *probes = mem_new_array(m->count + 1, sizeof(*probes));
    int open = 0;
    for (size_t i = 0; target != NULL && i < m->count; i++) {
        probes[i] = (struct probe){&m->list[i], &open};
        if (m->list[i].port != 0) {
            ask(target, &m->list[i], "/readyz", on_ready, &probes[i]);
            ask(target, &m->list[i], "/metrics", on_metrics, &probes[i]);
        }
    }
    while (open > 0) {
        loop_turn(cli->loop, PROBE_MS);
    }
    fetch_target_free(&target);
    free(probes);
}
