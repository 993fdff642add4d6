/* checks -- what may be wrong with a machine that Muster runs on, each a
 * sentence and how bad it is. */
#ifndef CLI_CHECKS_H
#define CLI_CHECKS_H

#include "common/text/text.h"
#include "services/cli/cli.h"
#include "services/cli/machine/machine.h"

enum check_level {
    CHECK_GOOD,
    CHECK_WARNING, /* it works; something should be mended */
    CHECK_BAD,     /* something does not work, or soon will not */
};

struct checks {
    struct cli *cli;
    struct machine machine;
    json_t *found; /* [{check, level, says}], in order */
    enum check_level worst;
};

/* Looks at everything; some seconds. Owned: checks_fini. */
void checks_run(struct cli *cli, struct checks *out);
void checks_fini(struct checks *c);
/* "good", "warning", "bad". */
const char *check_level_name(enum check_level level);

/* ---- judge.c: pure ---- */

/* free and total bytes of a file system that holds `used` of Redis'. */
enum check_level judge_room(int64_t free, int64_t total, int64_t used);
/* A write that reaches the disk, µs. */
enum check_level judge_fsync(int64_t us);
/* Redis' log: bytes rewritten, and since. */
enum check_level judge_log(int64_t base, int64_t since);
/* How old the last one is. */
enum check_level judge_backup(int64_t age_ms);
/* "Redis server v=7.0.15 sha=…"; 0.0 is none. */
enum check_level judge_redis_version(const char *text);

#endif
