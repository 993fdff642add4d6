/* judge -- how bad a figure is. */
#include <stdlib.h>
#include <string.h>

#include "services/cli/machine/checks.h"

#define MB ((int64_t)1000000)

/* Redis writes its log anew beside the old one: as much again must be free. */
enum check_level
judge_room(int64_t free, int64_t total, int64_t used)
{
    if (free < total / 50 || free < used + 100 * MB) {
        return CHECK_BAD;
    }
    return free < total / 10 || free < 3 * used + 1000 * MB ? CHECK_WARNING
                                                            : CHECK_GOOD;
}

/* A batch waits for one, and two are in flight. */
enum check_level
judge_fsync(int64_t us)
{
    return us > 100000 ? CHECK_BAD : us > 10000 ? CHECK_WARNING : CHECK_GOOD;
}

/* docker/redis.conf: by a quarter, from 16 MB; log-short.sh: sooner. */
enum check_level
judge_log(int64_t base, int64_t since)
{
    return since > base / 2 + 32 * MB ? CHECK_WARNING : CHECK_GOOD;
}

enum check_level
judge_backup(int64_t age_ms)
{
    return age_ms > 25 * 3600 * 1000LL ? CHECK_WARNING : CHECK_GOOD;
}

enum check_level
judge_redis_version(const char *text)
{
    const char *at = strstr(text, "v=");
    return at == NULL || strtol(at + 2, NULL, 10) < 7 ? CHECK_BAD : CHECK_GOOD;
}
