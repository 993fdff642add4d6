/* cli -- muster, the operator's command-line tool: a client of the HTTP API
 * like any other. It never looks into Redis or speaks on the bus; it looks at
 * the files of a Redis that does not run.
 *
 *   main.c      the table of words; help
 *   words/      each word: its options, its calls, what it prints
 *   rehearsal/  muster demo: the rehearsal, in numbered steps
 *   args/       options; as whom a word calls the API, and where
 *   people/     supporters from a seed number (pure)
 *   api/        one staff member's (or nobody's) calls to the API
 *   machine/    this machine: processes, their admin ports, the disk
 *   aof/        Redis' log before it is started: whole, torn, broken
 *
 * A room leans on those below it alone. Exit status: 0 done, 1 failed, 2 the
 * words were wrong, 3 refused in words, 4 Muster could not be reached. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

struct conf;
struct loop;

enum { DONE = 0, FAILED = 1, MISUSED = 2, REFUSED = 3, UNREACHABLE = 4 };

struct cli {
    struct loop *loop;
    struct conf *conf;  /* NULL: no --config and no MUSTER_CONFIG */
    const char *config; /* its path, or NULL */
    const char *url, *token, *campaign; /* common options, or NULL */
};

#endif
