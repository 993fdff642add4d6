/* conf -- the configuration: one INI file, then the environment.
 *
 * [section] key = value; MUSTER_<SECTION>_<KEY> wins over the file (dots and
 * dashes become underscores). An unknown file, a cut line, a number that is
 * not one, or a value out of its range ends the program with a sentence
 * (start-up only). Strings are borrowed from the conf. */
#ifndef COMMON_BASE_CONF_H
#define COMMON_BASE_CONF_H

#include <stdbool.h>
#include <stdint.h>

struct conf;

struct conf *conf_open(const char *path); /* NULL: environment alone */
void conf_close(struct conf **conf);
/* fallback may be NULL. */
const char *conf_string(const struct conf *conf, const char *section,
                        const char *key, const char *fallback);
struct conf_range {
    int64_t min, max; /* both allowed */
};
int64_t conf_number(const struct conf *conf, const char *section,
                    const char *key, int64_t fallback, struct conf_range range);
bool conf_bool(const struct conf *conf, const char *section, const char *key,
               bool fallback);
/* Calls cb with each section whose name begins with prefix, in file order. */
void conf_each_section(const struct conf *conf, const char *prefix,
                       void (*cb)(void *arg, const char *section), void *arg);

#endif
