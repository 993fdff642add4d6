/* settings -- the table of every setting there is; the rows: settings.def.
 *
 * One muster.ini is read by all processes, so each process knows all rows:
 * that is how it can tell a misspelt key from another's. */
#ifndef COMMON_BASE_SETTINGS_H
#define COMMON_BASE_SETTINGS_H

#include <stdbool.h>

struct buf;

enum setting {
#define SETTING(id, ...) SET_##id,
#include "common/base/settings.def"
#undef SETTING
    SETTING_COUNT
};

enum setting_type {
    SETTING_TEXT,
    SETTING_WORD,   /* one of form's, "a|b|c" */
    SETTING_NUMBER, /* whole */
    SETTING_RATE,   /* may have a fraction */
    SETTING_BOOL,
};

struct setting_row {
    const char *section, *key; /* with <service>, <n> or <route> in them */
    enum setting_type type;
    const char *usual; /* "(…)": not a value, but what happens without */
    double min, max;   /* of numbers, both allowed */
    const char *form, *about;
};

const struct setting_row *settings_row(enum setting setting);
/* What is read without a value: NULL where usual is in brackets. */
const char *settings_usual(const struct setting_row *row);
bool settings_is_needed(const struct setting_row *row);
/* Whether the two, as they stand in a file, are of the row. Any name will do
 * for <service>: tests have services of their own. */
bool settings_fits(const struct setting_row *row, const char *section,
                   const char *key);

/* As they stand in a file; NULL: there is no such setting. */
const struct setting_row *settings_find(const char *section, const char *key);
/* "MUSTER_GATEWAY_PORT", or what the scripts and tests read. */
bool settings_knows_variable(const char *variable);

/* What section and key may have been meant to be, as they would be written;
 * NULL: nothing is like them. *near_out (if not NULL) as "[gateway] port",
 * owned by the caller. */
const struct setting_row *settings_near(const char *section, const char *key,
                                        char **near_out);
/* "MUSTER_GATEWAY_PORT", owned by the caller; NULL: nothing is like it. */
char *settings_near_variable(const char *variable);

/* The reference: docs/settings.md, to read as it is. */
void settings_print(struct buf *to);

/* ---- for settings_near.c ---- */

/* The n-th way to write the row's two (a service each), with <n> and <route>
 * taken from what stands in section and key; false: there are no more. */
bool settings_spell(const struct setting_row *row, int n, const char *like,
                    struct buf *section, struct buf *key);

#endif
