/* log_check -- muster log-check: is Redis' log whole? */
#include <stdio.h>

#include "common/base/base.h"
#include "services/cli/aof/check.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/words/words.h"

static const int statuses[] = {[AOF_IS_WHOLE] = DONE,
                               [AOF_IS_TORN] = DONE,
                               [AOF_IS_BROKEN] = REFUSED,
                               [AOF_UNSEEN] = FAILED};

int
log_check_word(struct cli *cli, int argc, char **argv)
{
    bool is_cutting = false;
    const struct arg list[] = {
        {"cut", NULL, "cut a torn end off, and keep it beside the log", NULL,
         &is_cutting},
    };
    const struct args args = {
        "log-check FOLDER [--cut]",
        "Looks at the log of a Redis that does not run: FOLDER is its own,\n"
        "var/redis for ./muster up, which does this before each start.\n"
        "Silent when the log is whole; 3 when it is broken in the middle.",
        list,
        1,
        1,
        1};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    struct buf said;
    buf_init(&said, 0);
    enum aof_outcome outcome =
        aof_check(argv[at], is_cutting, clock_wall_ms(), &said);
    int status = statuses[outcome];
    if (status != DONE) {
        say_error("%s", buf_string(&said));
    } else if (said.len > 0) {
        (void)puts(buf_string(&said));
    }
    if (outcome == AOF_IS_TORN && !is_cutting) {
        status = REFUSED;
    }
    buf_fini(&said);
    return status;
}
