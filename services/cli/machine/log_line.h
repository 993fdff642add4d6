/* log_line -- one line of a log, as JSON or as Redis writes it, for people.
 * Pure. */
#ifndef CLI_LOG_LINE_H
#define CLI_LOG_LINE_H

#include <stdbool.h>

#include "common/base/base.h"

#define LOG_LINE_TIME_SIZE 32

struct log_line {
    char time[LOG_LINE_TIME_SIZE]; /* sorts as text; "": it has none */
    bool is_json;
};

/* What is known of the line; text ends with NUL and holds no end of line. */
struct log_line log_line_read(const char *text);
/* Whether it is of that trace. */
bool log_line_has_trace(const char *text, const char *trace);
/* "18:06:32.563 gateway.0   info  bus.up  peer=signup.0"; what is not JSON
 * stays as it is, behind the name. */
void log_line_print(const char *text, const char *name, struct buf *to);

#endif
