/* main -- muster-checkin: tickets, marks and attendance. See checkin.h. */
#include <stdlib.h>

#include "checkin_rows.h"
#include "common/base/base.h"
#include "services/checkin/attendance/count.h"
#include "services/checkin/checkin.h"
#include "services/checkin/expected/expected.h"
#include "services/checkin/marks/marks.h"

static void
on_drain(void *arg)
{
    expected_drain(arg);
}

static bool
is_idle(void *arg)
{
    return mark_is_idle(arg) && attendance_is_idle(arg) && await_is_idle(arg) &&
           expected_is_idle(arg);
}

static void
load_keys(struct checkin *checkin)
{
    struct crypto_key key;
    const char *dir = conf_text(checkin->service.conf, SET_KEYS_DIR);
    char *path = mem_format("%s/ticket.key", dir);
    crypto_key_load(path, true, &key);
    ticket_keys_derive(&key, &checkin->tickets);
    crypto_key_derive(&key, "scan", &checkin->scan_key);
    free(path);
}

static void
open_metrics(struct checkin *checkin)
{
    struct metrics *m = checkin->service.metrics;
    checkin->metrics.marks =
        metric_counter(m, "muster_checkin_marks_total", "outcome=\"new\"",
                       "marks answered, by outcome");
    checkin->metrics.repeats =
        metric_counter(m, "muster_checkin_marks_total", "outcome=\"repeated\"",
                       "marks answered, by outcome");
    checkin->metrics.conflicts =
        metric_counter(m, "muster_checkin_marks_total", "outcome=\"conflict\"",
                       "marks answered, by outcome");
    checkin->metrics.commits = metric_counter(
        m, "muster_checkin_commits_total", NULL, "batches of marks answered");
    checkin->metrics.announced = metric_counter(
        m, "muster_checkin_announced_total", NULL, "attendances announced");
    checkin->metrics.commit_ms = metric_histogram(
        m, "muster_checkin_commit_ms", NULL, "one batch of marks, in Redis");
}

static void
start(struct checkin *checkin)
{
    const struct expected_hooks hooks = {
        .learnt = await_sweep, .counts_changed = attendance_changed_all};
    checkin_open_desk(checkin);
    checkin->directory.checkin = checkin;
    checkin->signup = service_connect(&checkin->service, "signup");
    load_keys(checkin);
    open_metrics(checkin);
    checkin_store_open(&checkin->store, checkin->service.store);
    await_start(checkin);
    expected_start(checkin, &hooks);
}

/* What is still open when the drain's time is over is left to the exit. */
static void
stop(struct checkin *checkin)
{
    if (!is_idle(checkin)) {
        return;
    }
    mark_stop(checkin);
    attendance_stop(checkin);
    expected_stop(checkin);
    await_stop(checkin);
    directory_fini(&checkin->directory);
}

int
main(int argc, char **argv)
{
    static struct checkin checkin;
    const struct service_spec spec = {
        .name = "checkin",
        .about = "Reads tickets, keeps marks, announces attendance.",
        .uses_store = true,
        .owner = "ci",
        .format = CHECKIN_FORMAT,
        .serve = checkin_serve,
        .drain = on_drain,
        .is_idle = is_idle,
        .arg = &checkin};
    service_open(&checkin.service, &spec, argc, argv);
    start(&checkin);
    service_run(&checkin.service);
    stop(&checkin);
    service_close(&checkin.service);
    return 0;
}
