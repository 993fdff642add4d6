/* conf -- the configuration: one INI file, then the environment.
 *
 * [section] key = value; MUSTER_<SECTION>_<KEY> wins over the file (dots and
 * dashes become underscores). An unknown file, a cut line, a number that is
 * not one, or a value out of its range ends the program with a sentence
 * (start-up only). Strings are borrowed from the conf.
 *
 * What is read is a row of settings.def: its type, default and limits stand
 * there. The functions with _of are for rows with a <part> in their section
 * or key: name is that section ("route.sms") or key ("signup.0.ask") written
 * out. */
#ifndef COMMON_BASE_CONF_H
#define COMMON_BASE_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/settings.h"

struct conf;

struct conf *conf_open(const char *path); /* NULL: environment alone */
void conf_close(struct conf **conf);

/* Is it set, be it to its default? */
bool conf_has(const struct conf *conf, enum setting setting);
/* NULL: not set, and its default is not a value. A row that is needed ends
 * the program instead. */
const char *conf_text(const struct conf *conf, enum setting setting);
const char *conf_text_of(const struct conf *conf, enum setting setting,
                         const char *name);
int64_t conf_number(const struct conf *conf, enum setting setting);
int64_t conf_number_of(const struct conf *conf, enum setting setting,
                       const char *name);
double conf_rate_of(const struct conf *conf, enum setting setting,
                    const char *name);
bool conf_bool(const struct conf *conf, enum setting setting);
bool conf_bool_of(const struct conf *conf, enum setting setting,
                  const char *name);
/* Which of the row's words it is, from 0. */
int conf_word(const struct conf *conf, enum setting setting);
int conf_word_of(const struct conf *conf, enum setting setting,
                 const char *name);

/* Calls cb with each section whose name begins with prefix, in file order. */
void conf_each_section(const struct conf *conf, const char *prefix,
                       void (*cb)(void *arg, const char *section), void *arg);

/* Calls cb with a sentence for each setting of the file and the environment
 * that there is not, and what was perhaps meant; true: in a route, so that
 * nothing should be sent by it. */
void conf_check(const struct conf *conf,
                void (*cb)(void *arg, bool is_of_route, const char *sentence),
                void *arg);
/* Reads every value of the file: one that may not be ends the program. */
void conf_check_values(const struct conf *conf);

#endif
