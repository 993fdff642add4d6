/* cli -- muster, the operator's command-line tool: a client of the HTTP API
 * like any other. It never looks into Redis or speaks on the bus.
 *
 *   main.c            the table of words; help
 *   args.c            the options of a word, and the common ones
 *   api.c             one staff member's (or nobody's) calls to the API
 *   load_word.c       muster load: a seed folder, safe to repeat
 *   look_words.c      muster campaigns, actions, attendance, signup
 *   broadcast_word.c  muster broadcast: list, create, forecast, approve, …
 *   people.c          supporters from a seed number (pure); people_word.c
 *   keys_word.c       muster keys: CURVE keys for a bus between machines
 *   settings_word.c   muster settings: the reference; a configuration checked
 *   rehearse_word.c   muster demo: the rehearsal; its parts are in
 *                     rehearsal.h
 *
 * Exit status: 0 done, 1 refused or failed, 2 the words were wrong. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "common/text/text.h"
#include "services/cli/api.h"

enum { DONE = 0, FAILED = 1, MISUSED = 2 };

struct cli {
    struct loop *loop;
    struct conf *conf;  /* NULL: no --config and no MUSTER_CONFIG */
    const char *config; /* its path, or NULL */
    const char *url, *token, *campaign; /* common options, or NULL */
};

/* ---- args.c ---- */

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
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Where the gateway listens: --url, MUSTER_URL, or what the configuration
 * says. Owned by the caller. */
char *cli_url(const struct cli *cli);
/* --token, MUSTER_TOKEN, or the bootstrap token that the configuration
 * names; NULL: none, said why. Owned by the caller. */
char *cli_token(const struct cli *cli);
/* The API as whoever that token is. NULL: said why. */
struct api *cli_api(struct cli *cli);
/* --campaign or, when there is only one, none needed; NULL: said why. */
const char *cli_campaign(const struct cli *cli);

/* The file of staff logins ("campaign login password role", a line each): as
 * told, else logins.txt beside the configuration. Owned by the caller. */
char *logins_path(const struct cli *cli, const char *told);
/* Prints the answer's body by print, or says why there is none; clears it.
 * Returns DONE or FAILED. */
int cli_show(struct api_answer answer, void (*print)(const json_t *body));

/* ---- the words ---- */
int load_word(struct cli *cli, int argc, char **argv);
int campaigns_word(struct cli *cli, int argc, char **argv);
int actions_word(struct cli *cli, int argc, char **argv);
int signup_word(struct cli *cli, int argc, char **argv);
int attendance_word(struct cli *cli, int argc, char **argv);
int broadcast_word(struct cli *cli, int argc, char **argv);
int people_word(struct cli *cli, int argc, char **argv);
int keys_word(struct cli *cli, int argc, char **argv);
int settings_word(struct cli *cli, int argc, char **argv);
int rehearse_word(struct cli *cli, int argc, char **argv);

#endif
