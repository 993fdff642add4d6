/* settings -- muster settings: every setting there is, and whether a
 * configuration holds others. */
#include <stdio.h>

#include "common/base/base.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/words/words.h"

static void
on_unknown(void *arg, bool is_of_route, const char *sentence)
{
    int *status = arg;
    say_error("%s", sentence);
    if (is_of_route) {
        *status = FAILED; /* no service would start */
    }
}

static int
check(const struct cli *cli)
{
    int status = DONE;
    if (cli->conf == NULL) {
        say_error("which configuration? Give --config");
        return MISUSED;
    }
    conf_check(cli->conf, on_unknown, &status);
    conf_check_values(cli->conf);
    return status;
}

static int
print(void)
{
    struct buf text;
    buf_init(&text, 0);
    settings_print(&text);
    (void)fputs(buf_string(&text), stdout);
    buf_fini(&text);
    return DONE;
}

int
settings_word(struct cli *cli, int argc, char **argv)
{
    bool is_check = false;
    const struct arg list[] = {
        {"check", NULL,
         "say what of --config and the environment is no setting", NULL,
         &is_check},
    };
    const struct args args = {
        "settings",
        "Prints every setting: what it may be, what happens without it.\n"
        "With --check, fails when a route of --config is misspelt, or a value\n"
        "may not be.",
        list,
        1,
        0,
        0};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    return is_check ? check(cli) : print();
}
