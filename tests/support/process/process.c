/* process -- temp directories and child programs for tests. */
#include "tests/support/process/process.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/base.h"

#define POLL_MS 5

static int64_t
now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* never the tests' clock */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
pause_ms(long ms)
{
    struct timespec time = {ms / 1000, (ms % 1000) * 1000000L};
    (void)nanosleep(&time, NULL);
}

bool
wait_until(bool (*is_so)(void *arg), void *arg, int64_t ms)
{
    int64_t end = now_ms() + ms;
    while (!is_so(arg)) {
        if (now_ms() > end) {
            return false;
        }
        pause_ms(POLL_MS);
    }
    return true;
}

/* ---- directories ---- */

char *
temp_dir_new(void)
{
    const char *base = getenv("TMPDIR");
    char *dir = mem_format("%s/muster-XXXXXX", base == NULL ? "/tmp" : base);
    if (mkdtemp(dir) == NULL) {
        fail_msg("cannot make a directory %s: %s", dir, strerror(errno));
    }
    return dir;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    (void)remove(path);
    return 0;
}

void
temp_dir_remove(char **dir)
{
    if (*dir == NULL) {
        return;
    }
    (void)nftw(*dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(*dir);
    *dir = NULL;
}

char *
temp_path(const char *dir, const char *name)
{
    return mem_format("%s/%s", dir, name);
}

void
file_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t len = strlen(text);
    if (fd < 0 || write(fd, text, len) != (ssize_t)len) {
        fail_msg("cannot write %s: %s", path, strerror(errno));
    }
    (void)close(fd);
}

char *
file_read(const char *path, size_t *len_out)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return NULL;
    }
    char *text = NULL;
    size_t len = 0, got = 1;
    while (got > 0) {
        text = mem_resize(text, len + 4097);
        got = fread(text + len, 1, 4096, file);
        len += got;
    }
    (void)fclose(file);
    text[len] = '\0';
    if (len_out != NULL) {
        *len_out = len;
    }
    return text;
}

/* ---- children ---- */

static _Noreturn void
become(const char *output_path, const char *const *argv, pid_t parent)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(127); /* the test died in between */
    }
    int out = open(output_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int in = open("/dev/null", O_RDONLY);
    if (out < 0 || in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(out, 2) < 0) {
        _exit(127);
    }
    (void)close_range(3, ~0U, 0);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)execvp(argv[0], (char *const *)(uintptr_t)argv);
    (void)dprintf(2, "cannot start %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

void
process_start(struct process *process, const char *output_path,
              const char *const *argv)
{
    assert_true(strlen(output_path) < sizeof(process->output));
    strcpy(process->output, output_path);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        fail_msg("cannot fork: %s", strerror(errno));
    }
    if (pid == 0) {
        become(output_path, argv, parent);
    }
    process->pid = pid;
}

char *
process_program(const char *name)
{
    const char *bin = getenv("MUSTER_BIN");
    return mem_format("%s/%s", bin == NULL ? "build/bin" : bin, name);
}

char *
process_test_program(const char *name)
{
    const char *bin = getenv("MUSTER_BIN");
    return mem_format("%s/../tests/%s", bin == NULL ? "build/bin" : bin, name);
}

bool
process_is_running(struct process *process)
{
    if (process->pid == 0) {
        return false;
    }
    if (waitpid(process->pid, NULL, WNOHANG) == process->pid) {
        process->pid = 0;
    }
    return process->pid != 0;
}

void
process_signal(struct process *process, int number)
{
    assert_int_not_equal(process->pid, 0);
    (void)kill(process->pid, number);
}

void
process_kill(struct process *process)
{
    if (process->pid != 0) {
        (void)kill(process->pid, SIGKILL);
        (void)waitpid(process->pid, NULL, 0);
        process->pid = 0;
    }
}

static _Noreturn void
fail_with_output(const struct process *process, const char *what,
                 const char *detail)
{
    char *text = file_read(process->output, NULL);
    size_t len = text == NULL ? 0 : strlen(text);
    (void)fprintf(stderr, "%s\n", len > 4000 ? text + len - 4000 : text);
    free(text);
    fail_msg("%s: %s", what, detail);
    abort(); /* not reached */
}

int
process_wait(struct process *process)
{
    assert_int_not_equal(process->pid, 0);
    int status = 0;
    int64_t end = now_ms() + PROCESS_WAIT_MS;
    while (waitpid(process->pid, &status, WNOHANG) != process->pid) {
        if (now_ms() > end) {
            fail_with_output(process, "a process did not end", process->output);
        }
        pause_ms(POLL_MS);
    }
    process->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
process_terminate(struct process *process)
{
    process_signal(process, SIGTERM);
    return process_wait(process);
}

/* ---- waiting for what a child writes ---- */

static bool
has_file(const struct process *process, const char *path)
{
    (void)process;
    struct stat st;
    return stat(path, &st) == 0;
}

static bool
has_line(const struct process *process, const char *part)
{
    char *text = file_read(process->output, NULL);
    bool is_there = text != NULL && strstr(text, part) != NULL;
    free(text);
    return is_there;
}

/* A whole number: its newline has been written too. */
static bool
has_number(const struct process *process, const char *path)
{
    (void)process;
    char *text = file_read(path, NULL);
    bool is_there = text != NULL && strchr(text, '\n') != NULL;
    free(text);
    return is_there;
}

static void
wait_for(struct process *process,
         bool (*has)(const struct process *process, const char *what),
         const char *what)
{
    int64_t end = now_ms() + PROCESS_WAIT_MS;
    while (!has(process, what)) {
        if (!process_is_running(process) && !has(process, what)) {
            fail_with_output(process, "the process ended before", what);
        }
        if (now_ms() > end) {
            fail_with_output(process, "waited in vain for", what);
        }
        pause_ms(POLL_MS);
    }
}

void
process_wait_for_line(struct process *process, const char *part)
{
    wait_for(process, has_line, part);
}

void
process_wait_for_file(struct process *process, const char *path)
{
    wait_for(process, has_file, path);
}

int
process_wait_for_number(struct process *process, const char *path)
{
    wait_for(process, has_number, path);
    char *text = file_read(path, NULL);
    long number = strtol(text, NULL, 10);
    free(text);
    return (int)number;
}
