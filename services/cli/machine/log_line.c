/* log_line -- see log_line.h. */
#include "services/cli/machine/log_line.h"

#include <stdio.h>
#include <string.h>

#include "common/text/text.h"

static json_t *
read_json(const char *text)
{
    char why[JSON_WHY_SIZE];
    return text[0] == '{' ? json_read(text, strlen(text), why) : NULL;
}

static const char *
text_of(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));
    return text == NULL ? "" : text;
}

/* "1234:M 27 Nov 2026 17:21:14.480 # words": Redis' clock is this machine's,
 * in local time; here only to sort lines of one day. */
static void
read_redis_time(const char *text, char time[LOG_LINE_TIME_SIZE])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char day[3] = "", month[4] = "", year[5] = "", clock[13] = "";
    if (sscanf(text, "%*[0-9]:%*c %2[0-9] %3[A-Za-z] %4[0-9] %12[0-9:.]", day,
               month, year, clock) != 4) {
        return;
    }
    const char *at = strstr(months, month);
    if (at != NULL) {
        (void)snprintf(time, LOG_LINE_TIME_SIZE, "%s-%02d-%sT%sZ", year,
                       (int)(at - months) / 3 + 1, day, clock);
    }
}

struct log_line
log_line_read(const char *text)
{
    struct log_line line = {0};
    json_t *json = read_json(text);
    line.is_json = json_is_object(json);
    if (line.is_json) {
        (void)snprintf(line.time, sizeof(line.time), "%s",
                       text_of(json, "time"));
    } else {
        read_redis_time(text, line.time);
    }
    json_decref(json);
    return line;
}

bool
log_line_has_trace(const char *text, const char *trace)
{
    json_t *json = read_json(text);
    bool has = trace[0] != '\0' && strcmp(text_of(json, "trace"), trace) == 0;
    json_decref(json);
    return has;
}

static void
print_fields(json_t *line, struct buf *to)
{
    static const char *const heads[] = {"time", "level", "service", "event"};
    const char *name;
    json_t *value;
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        (void)json_object_del(line, heads[i]);
    }
    json_object_foreach(line, name, value)
    {
        buf_printf(to, " %s=", name);
        if (json_is_string(value)) {
            buf_add_string(to, json_string_value(value));
        } else {
            json_write(value, to);
        }
    }
}

/* What a terminal would obey. */
static void
blunt(char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
        }
    }
}

void
log_line_print(const char *text, const char *name, struct buf *to)
{
    json_t *json = read_json(text);
    if (!json_is_object(json)) {
        buf_printf(to, "%-12s %-12s %s", "", name, text);
    } else {
        const char *time = text_of(json, "time");
        buf_printf(to, "%-12.12s %-12s %-5s %s",
                   strlen(time) > 11 ? time + 11 : "", text_of(json, "service"),
                   text_of(json, "level"), text_of(json, "event"));
        print_fields(json, to);
    }
    blunt(to->data);
    json_decref(json);
}
