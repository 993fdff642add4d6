/* process -- temp directories and child programs for tests.
 *
 * A child gets SIGKILL when the test dies, however it dies. What a child
 * prints goes to a file, shown when a wait fails. A wait that runs out of
 * time fails the test with a sentence. */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_ARGS_MAX 32
#define PROCESS_PATH_SIZE 256
#define PROCESS_WAIT_MS 20000 /* generous: sanitizers, busy machines */

/* ---- directories ---- */

/* Makes an empty directory (0700) in $TMPDIR or /tmp; owned by the caller.
 * Short enough for unix sockets in it. */
char *temp_dir_new(void);
/* Removes it and all in it, frees the path and NULLs it. */
void temp_dir_remove(char **dir);
/* "<dir>/<name>", owned by the caller. */
char *temp_path(const char *dir, const char *name);
/* Writes text to a file (0600), fails the test when it cannot. */
void file_write(const char *path, const char *text);
/* The whole file, NUL-terminated, owned by the caller; NULL: no such file. */
char *file_read(const char *path, size_t *len_out);

/* ---- children ---- */

struct process {
    pid_t pid; /* 0: not running */
    char output[PROCESS_PATH_SIZE];
};

/* Starts argv[0] (a path, or a name found in $PATH) with argv, a
 * NULL-terminated list. Its standard output and error go to the file
 * output_path (appended). */
void process_start(struct process *process, const char *output_path,
                   const char *const *argv);
/* The path of a built program: $MUSTER_BIN/<name>, else build/bin/<name>.
 * Owned by the caller. */
char *process_program(const char *name);
/* The path of a program in tests/support/programs or tests/bench. */
char *process_test_program(const char *name);

bool process_is_running(struct process *process); /* reaps a dead one */
void process_kill(struct process *process);       /* -9, reaped; idle: none */
void process_signal(struct process *process, int signal);
/* SIGTERM, then waits: the exit code, or 128 + signal. Fails the test when
 * it has not ended within PROCESS_WAIT_MS. */
int process_terminate(struct process *process);
/* Waits for its end; the same codes. */
int process_wait(struct process *process);

/* Each fails the test when the time (PROCESS_WAIT_MS) is over or the child
 * ends before. */
void process_wait_for_line(struct process *process, const char *part);
void process_wait_for_file(struct process *process, const char *path);
/* The number in a file that the child writes, such as a port. */
int process_wait_for_number(struct process *process, const char *path);

/* True when is_so(arg) said so within ms; asks every few milliseconds. */
bool wait_until(bool (*is_so)(void *arg), void *arg, int64_t ms);

#endif
