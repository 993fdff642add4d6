/* keys -- muster keys make: CURVE key pairs for a bus between machines. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/bus/bus.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/words/words.h"

#define NAMES_MAX 64
#define NAME_LEN_MAX 60

/* "signup.0": letters, then a dot and the instance's number. */
static bool
is_instance(const char *name)
{
    size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyz");
    const char *number = name + letters + 1;
    return letters > 0 && name[letters] == '.' && *number != '\0' &&
           strspn(number, "0123456789") == strlen(number) &&
           strlen(name) <= NAME_LEN_MAX;
}

static bool
may_be_made(const char *dir, const char *name)
{
    char path[4096];
    struct stat there;
    if (!is_instance(name)) {
        say_error("\"%s\" is not an instance such as signup.0", name);
        return false;
    }
    int len = snprintf(path, sizeof(path), "%s/%s.secret", dir, name);
    if (len < 0 || (size_t)len >= sizeof(path)) {
        say_error("the folder's path is too long");
        return false;
    }
    if (stat(path, &there) == 0) {
        say_error("%s is there already; remove it to make another", path);
        return false;
    }
    return true;
}

int
keys_word(struct cli *cli, int argc, char **argv)
{
    const struct args args = {
        "keys make FOLDER INSTANCE...",
        "Makes a CURVE key pair for each instance (signup.0, gateway.0, …).\n"
        "Each machine gets the .secret of its own instances and the .public\n"
        "of all, in the folder that [curve] dir names.",
        NULL,
        0,
        3,
        NAMES_MAX + 2};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    const char *dir = argv[at + 1];
    struct stat there;
    if (strcmp(argv[at], "make") != 0) {
        say_error("usage: muster %s", args.usage);
        return MISUSED;
    }
    if (stat(dir, &there) != 0 || !S_ISDIR(there.st_mode)) {
        say_error("there is no folder %s: make it first", dir);
        return FAILED;
    }
    for (int i = at + 2; i < argc; i++) {
        if (!may_be_made(dir, argv[i])) {
            return FAILED;
        }
    }
    for (int i = at + 2; i < argc; i++) {
        bus_make_keys(dir, argv[i]);
        (void)printf("%s/%s.secret and .public\n", dir, argv[i]);
    }
    return DONE;
}
