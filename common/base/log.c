/* log -- one JSON object a line on standard error. */
#include "common/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/trace.h"

#define LINE_BYTES_MAX 4096
#define END_BYTES 2 /* kept free for the closing brace and newline */

static const char *service_name = "muster";
static enum log_level least = LOG_INFO;
static const char *const level_names[] = {"debug", "info", "warn", "error"};

struct log_field
log_str(const char *key, const char *text)
{
    return (struct log_field){key, text == NULL ? "" : text, 0};
}

struct log_field
log_int(const char *key, int64_t number)
{
    return (struct log_field){key, NULL, number};
}

void
log_open(const char *service, enum log_level level_min)
{
    service_name = service;
    least = level_min;
}

static void
add_json_string(struct buf *line, const char *text)
{
    buf_add_byte(line, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\') {
            buf_add_byte(line, '\\');
            buf_add_byte(line, *c);
        } else if (*c < 0x20 || *c == 0x7f) {
            buf_printf(line, "\\u%04x", *c);
        } else {
            buf_add_byte(line, *c);
        }
    }
    buf_add_byte(line, '"');
}

/* A field that does not fit whole is left out. */
static void
add_field(struct buf *line, const struct log_field *field)
{
    size_t len_before = line->len;
    buf_printf(line, ",\"%s\":", field->key);
    if (field->text == NULL) {
        buf_printf(line, "%lld", (long long)field->number);
    } else {
        add_json_string(line, field->text);
    }
    if (line->is_cut) {
        line->len = len_before;
        line->is_cut = false;
    }
}

void
log_write(enum log_level level, const char *event, size_t field_count,
          const struct log_field *fields)
{
    if (level < least) {
        return;
    }
    char now[CLOCK_TEXT_SIZE];
    struct buf line;
    buf_init(&line, LINE_BYTES_MAX - END_BYTES);
    buf_printf(&line,
               "{\"time\":\"%s\",\"level\":\"%s\",\"service\":\"%s\","
               "\"event\":\"%s\"",
               clock_format(clock_wall_ms(), now), level_names[level],
               service_name, event);
    if (trace_now() != 0) {
        char trace[TRACE_TEXT_SIZE];
        struct log_field field =
            log_str("trace", trace_format(trace_now(), trace));
        add_field(&line, &field);
    }
    for (size_t i = 0; i < field_count; i++) {
        add_field(&line, &fields[i]);
    }
    line.len_max = LINE_BYTES_MAX;
    buf_add_string(&line, "}\n");
    /* One write, so that lines of several processes never mingle. */
    if (write(STDERR_FILENO, buf_string(&line), line.len) < 0) {
        least = LOG_ERROR; /* nobody is reading */
    }
    buf_fini(&line);
}

void
log_fatal(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fprintf(stderr, "%s: ", service_name);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(1);
}
