/* log -- one JSON object a line on standard error.
 *
 *   log_info("lease.granted", log_str("route", route), log_int("size", n));
 *
 * Every line carries time, level, service, event, and the trace that is
 * entered (trace.h). Never personal data: no
 * names, addresses, phone numbers, texts, tokens. Supporter numbers are fine.
 * A line is at most 4 KiB: a field
 * that does not fit is left out. */
#ifndef COMMON_BASE_LOG_H
#define COMMON_BASE_LOG_H

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key; /* borrowed, as text */
    const char *text;
    int64_t number;
};

struct log_field log_str(const char *key, const char *text); /* NULL: null */
struct log_field log_int(const char *key, int64_t number);

/* Borrowed; before the first log call. A level below this is not written. */
void log_open(const char *service, enum log_level level_min);
void log_write(enum log_level level, const char *event, size_t field_count,
               const struct log_field *fields);

#define LOG_FIELDS_(...)                                                       \
    (sizeof((struct log_field[]){{0}, ##__VA_ARGS__}) /                        \
     sizeof(struct log_field)) -                                               \
        1,                                                                     \
        (struct log_field[]){{0}, ##__VA_ARGS__} + 1
#define log_debug(event, ...)                                                  \
    log_write(LOG_DEBUG, event, LOG_FIELDS_(__VA_ARGS__))
#define log_info(event, ...)                                                   \
    log_write(LOG_INFO, event, LOG_FIELDS_(__VA_ARGS__))
#define log_warn(event, ...)                                                   \
    log_write(LOG_WARN, event, LOG_FIELDS_(__VA_ARGS__))
#define log_error(event, ...)                                                  \
    log_write(LOG_ERROR, event, LOG_FIELDS_(__VA_ARGS__))

/* For start-up alone: writes a sentence for the operator and exits 1. */
_Noreturn void log_fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
