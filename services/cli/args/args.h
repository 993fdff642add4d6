/* args -- the options of a word, and the common ones. */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/base.h"
#include "services/cli/cli.h"

/* One option of a word: --name VALUE into *text, or --name into *flag. */
struct arg {
    const char *name, *value, *about; /* value NULL: a flag */
    const char **text;
    bool *flag;
};

struct args {
    const char *usage; /* "load FOLDER" */
    const char *about;
    const struct arg *list; /* count of them */
    size_t count;
    int words_min, words_max; /* without dashes */
};

/* Reads the options of argv (argv[0] is the word itself) and the common
 * ones. The index of the first word without dashes (they stand at the end
 * then); -1: misused, said why; -2: --help was printed. */
MUST_CHECK int args_read(struct cli *cli, const struct args *args, int argc,
                         char **argv);
/* What the word returns when args_read gave at < 0. */
int args_status(int at);
/* A whole number from min to max, else false and a sentence on stderr. */
MUST_CHECK bool args_number(const char *name, const char *text, long max,
                            long *out);

#endif
