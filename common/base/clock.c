/* clock -- the one seam through which time comes in. */
#include "common/base/clock.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MS_PER_MINUTE 60000

static int64_t test_wall_ms = -1;
static int64_t test_boot_ms = -1;

/* No page: nothing is added. */
static const struct clock_page no_page;
static const volatile struct clock_page *page = &no_page;

static int64_t
read_us(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_wall_ms(void)
{
    return test_wall_ms >= 0
               ? test_wall_ms
               : read_us(CLOCK_REALTIME) / 1000 + page->wall_offset_ms;
}

int64_t
clock_boot_ms(void)
{
    return clock_boot_us() / 1000;
}

int64_t
clock_boot_us(void)
{
    return test_boot_ms >= 0
               ? test_boot_ms * 1000
               : read_us(CLOCK_BOOTTIME) + page->boot_offset_ms * 1000;
}

void
clock_set_for_test(int64_t wall_ms, int64_t boot_ms)
{
    test_wall_ms = wall_ms;
    test_boot_ms = boot_ms;
}

bool
clock_share_for_test(const char *path)
{
    struct stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    void *mapped = MAP_FAILED;
    if (fstat(fd, &stat) == 0 && stat.st_size >= (off_t)sizeof(*page)) {
        mapped = mmap(NULL, sizeof(*page), PROT_READ, MAP_SHARED, fd, 0);
    }
    (void)close(fd);
    if (mapped == MAP_FAILED) {
        return false;
    }
    page = mapped;
    return true;
}

const char *
clock_format(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    (void)gmtime_r(&seconds, &tm);
    char date[sizeof("2026-11-23T07:23:11")];
    if (wall_ms < 0 || tm.tm_year > 8099 ||
        strftime(date, sizeof(date), "%FT%T", &tm) == 0) {
        memcpy(text, "1970-01-01T00:00:00.000Z", CLOCK_TEXT_SIZE);
        return text;
    }
    (void)snprintf(text, CLOCK_TEXT_SIZE, "%s.%03dZ", date,
                   (int)(wall_ms % 1000));
    return text;
}

/* Two digits -> 0..99; -1 when they are not. */
static int
parse_two(const char *text)
{
    bool is_number =
        text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    return is_number ? (text[0] - '0') * 10 + text[1] - '0' : -1;
}

/* "+01:00", "-05:30", "Z" -> minutes; INT32_MIN when it is none of these. */
static int32_t
parse_offset(const char *text)
{
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) {
        return 0;
    }
    if (strlen(text) != 6 || text[3] != ':' ||
        (text[0] != '+' && text[0] != '-')) {
        return INT32_MIN;
    }
    int hours = parse_two(text + 1), minutes = parse_two(text + 4);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return INT32_MIN;
    }
    int32_t offset = hours * 60 + minutes;
    return text[0] == '-' ? -offset : offset;
}

int64_t
clock_parse(const char *text)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest == NULL || rest - text != 19) {
        return -1;
    }
    int ms = 0;
    if (*rest == '.') {
        int scale = 100;
        for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
            ms += (*rest - '0') * scale;
            scale /= 10;
        }
    }
    int32_t offset = *rest == '\0' ? INT32_MIN : parse_offset(rest);
    int64_t seconds = (int64_t)timegm(&tm);
    if (offset == INT32_MIN || seconds < 0) {
        return -1;
    }
    return seconds * 1000 + ms - (int64_t)offset * MS_PER_MINUTE;
}
