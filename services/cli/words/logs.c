/* logs -- muster logs: the services' logs and Redis' as one, by time. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/machine/log_line.h"
#include "services/cli/words/words.h"

#define LOGS_MAX 256
#define FOLLOW_US 200000
#define LINES_USUAL 50
#define LINES_MAX 1000000

struct kept {
    char *text, time[LOG_LINE_TIME_SIZE];
    const char *name; /* borrowed: of its log */
    size_t order;     /* as they were read */
};

struct log_file {
    char *path, *name;
    FILE *file;
};

struct reading {
    struct log_file logs[LOGS_MAX];
    size_t log_count;
    char **names; /* of argv: those that are wanted; none: all */
    int name_count;
    const char *trace;
    bool is_json, is_following;
    struct kept *lines; /* a ring of the last lines_max of each log */
    size_t line_count, line_cap, lines_max;
    char last_time[LOG_LINE_TIME_SIZE]; /* of the line before, in one log */
};

/* ---- which logs ---- */

static bool
is_wanted(const struct reading *r, const char *name)
{
    for (int i = 0; i < r->name_count; i++) {
        size_t len = strlen(r->names[i]);
        if (strncmp(name, r->names[i], len) == 0 &&
            (name[len] == '\0' || name[len] == '.')) {
            return true;
        }
    }
    return r->name_count == 0;
}

static void
add_log(struct reading *r, const char *folder, const char *file)
{
    size_t len = strlen(file);
    if (len <= 4 || strcmp(file + len - 4, ".log") != 0 ||
        r->log_count == LOGS_MAX) {
        return;
    }
    struct log_file *log = &r->logs[r->log_count];
    log->name = mem_format("%.*s", (int)(len - 4), file);
    log->path = mem_format("%s/%s", folder, file);
    log->file = is_wanted(r, log->name) ? fopen(log->path, "re") : NULL;
    if (log->file == NULL) {
        free(log->name);
        free(log->path);
    } else {
        r->log_count++;
    }
}

static bool
open_logs(struct reading *r, const struct cli *cli)
{
    const char *slash = strrchr(cli->config, '/');
    int len = slash == NULL ? 0 : (int)(slash - cli->config) + 1;
    char *folder = mem_format("%.*slog", len, cli->config);
    DIR *list = opendir(folder);
    const struct dirent *entry;
    while (list != NULL && (entry = readdir(list)) != NULL) {
        add_log(r, folder, entry->d_name);
    }
    if (list == NULL) {
        say_error("%s: %s", folder, strerror(errno));
    } else if (r->log_count == 0) {
        say_error("%s holds no such log", folder);
    }
    if (list != NULL) {
        (void)closedir(list);
    }
    free(folder);
    return r->log_count > 0;
}

/* ---- lines ---- */

static void
print_line(const struct reading *r, const char *text, const char *name)
{
    struct buf out;
    buf_init(&out, 0);
    if (r->is_json) {
        buf_add_string(&out, text);
    } else {
        log_line_print(text, name, &out);
    }
    (void)puts(buf_string(&out));
    buf_fini(&out);
}

static void
keep_line(struct reading *r, const char *text, const char *name)
{
    if (r->line_count == r->line_cap) {
        r->line_cap = r->line_cap == 0 ? 256 : 2 * r->line_cap;
        r->lines = mem_resize(r->lines, r->line_cap * sizeof(*r->lines));
    }
    struct kept *line = &r->lines[r->line_count];
    *line = (struct kept){
        .text = mem_copy_string(text), .name = name, .order = r->line_count};
    r->line_count++;
    struct log_line known = log_line_read(text);
    if (known.time[0] != '\0') { /* else it belongs to the one before it */
        memcpy(r->last_time, known.time, sizeof(known.time));
    }
    memcpy(line->time, r->last_time, sizeof(line->time));
}

/* The older half goes when there are twice as many as anybody asked for. */
static void
forget_old(struct reading *r, size_t from)
{
    size_t count = r->line_count - from;
    if (count < 2 * r->lines_max) {
        return;
    }
    size_t gone = count - r->lines_max;
    for (size_t i = 0; i < gone; i++) {
        free(r->lines[from + i].text);
    }
    memmove(&r->lines[from], &r->lines[from + gone],
            r->lines_max * sizeof(*r->lines));
    r->line_count -= gone;
}

static bool
matches(const struct reading *r, const char *text)
{
    return text[0] != '\0' &&
           (r->trace == NULL || log_line_has_trace(text, r->trace));
}

/* A whole line without its end; false: there is none yet. */
static bool
next_line(FILE *file, char **line, size_t *size)
{
    long at = ftell(file);
    ssize_t len = getline(line, size, file);
    if (len > 0 && (*line)[len - 1] == '\n') {
        (*line)[len - 1] = '\0';
        return true;
    }
    clearerr(file);
    if (len > 0) {
        (void)fseek(file, at, SEEK_SET); /* half of it was there */
    }
    return false;
}

static void
read_log(struct reading *r, struct log_file *log)
{
    char *line = NULL;
    size_t size = 0, from = r->line_count;
    r->last_time[0] = '\0';
    while (next_line(log->file, &line, &size)) {
        if (matches(r, line)) {
            keep_line(r, line, log->name);
            forget_old(r, from);
        }
    }
    free(line);
}

static int
by_time(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    int order = strcmp(x->time, y->time);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

/* What is kept, the last lines_max of it, in order of time. */
static void
print_kept(struct reading *r)
{
    for (size_t i = 0; i < r->line_count; i++) {
        r->lines[i].order = i;
    }
    if (r->line_count > 0) {
        qsort(r->lines, r->line_count, sizeof(*r->lines), by_time);
    }
    for (size_t i = 0; i < r->line_count; i++) {
        if (r->line_count - i <= r->lines_max) {
            print_line(r, r->lines[i].text, r->lines[i].name);
        }
        free(r->lines[i].text);
    }
    r->line_count = 0;
    (void)fflush(stdout);
}

static void
read_logs(struct reading *r)
{
    for (size_t i = 0; i < r->log_count; i++) {
        read_log(r, &r->logs[i]);
    }
    print_kept(r);
}

/* Until it is interrupted, or nobody reads what is printed. */
static void
follow(struct reading *r)
{
    r->lines_max = LINES_MAX;
    while (!ferror(stdout)) {
        (void)usleep(FOLLOW_US);
        read_logs(r);
    }
}

static void
close_logs(struct reading *r)
{
    for (size_t i = 0; i < r->log_count; i++) {
        (void)fclose(r->logs[i].file);
        free(r->logs[i].name);
        free(r->logs[i].path);
    }
    free(r->lines);
}

int
logs_word(struct cli *cli, int argc, char **argv)
{
    struct reading r = {0};
    const char *lines = NULL;
    long count = LINES_USUAL;
    const struct arg list[] = {
        {"follow", NULL, "go on until it is interrupted", NULL,
         &r.is_following},
        {"trace", "ID", "all lines of one request (\"instance\" of a problem)",
         &r.trace, NULL},
        {"lines", "N", "the last N (50; with --trace all)", &lines, NULL},
        {"json", NULL, "as they stand in the files", NULL, &r.is_json}};
    const struct args args = {
        "logs [NAME…] [--follow] [--trace ID]",
        "Prints the logs of this machine's processes as one, by time. NAME is\n"
        "a service or one of its instances: gateway, courier.1, redis.",
        list,
        4,
        0,
        32};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    if (!args_number("lines", lines, LINES_MAX, &count)) {
        return MISUSED;
    }
    if (cli->conf == NULL) {
        say_error("which Muster? Give --config");
        return MISUSED;
    }
    static const char urn[] = "urn:muster:trace:";
    if (r.trace != NULL && strncmp(r.trace, urn, sizeof(urn) - 1) == 0) {
        r.trace += sizeof(urn) - 1; /* as a problem names it */
    }
    bool is_all = r.trace != NULL && lines == NULL;
    r.lines_max = is_all ? LINES_MAX : (size_t)count;
    r.names = argv + at;
    r.name_count = argc - at;
    int status = open_logs(&r, cli) ? DONE : FAILED;
    if (status == DONE) {
        read_logs(&r);
    }
    if (status == DONE && r.is_following) {
        follow(&r);
    }
    close_logs(&r);
    return status;
}
