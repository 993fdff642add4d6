/* main -- muster, the operator's command-line tool. See cli.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/loop/loop.h"
#include "services/cli/api/say.h"
#include "services/cli/rehearsal/rehearsal.h"
#include "services/cli/words/words.h"

static const struct word {
    const char *name, *about; /* about NULL: not for people, not listed */
    int (*run)(struct cli *cli, int argc, char **argv);
} words[] = {
    {"campaigns", "the campaigns there are", campaigns_word},
    {"actions", "a campaign's actions and how full they are", actions_word},
    {"signup", "sign one person up", signup_word},
    {"attendance", "who is here now; --watch keeps on", attendance_word},
    {"broadcast", "list, create, forecast, approve, start, watch, stop …",
     broadcast_word},
    {"load", "a seed folder: campaign, actions, staff, broadcasts", load_word},
    {"people", "supporters generated from a seed number", people_word},
    {"supporter", "two who are one person: merge them, or part them again",
     supporter_word},
    {"keys", "key pairs for services on several machines", keys_word},
    {"vault", "keys for backups (./muster backup, restore)", vault_word},
    {"settings", "every setting there is; --check looks for misspelt ones",
     settings_word},
    {"status", "what runs, what waits or is in doubt, the disk", status_word},
    {"doctor", "what of this machine should be mended", doctor_word},
    {"logs", "the logs as one; --follow, --trace ID", logs_word},
    {"demo", "a rehearsal: thousands sign up, get a broadcast, arrive",
     rehearse_word},
    {"rehearse", "the same as demo", rehearse_word},
    {"log-check", NULL, log_check_word},
};
#define WORDS (sizeof(words) / sizeof(*words))

static void
print_words(FILE *to)
{
    (void)fputs("usage: muster WORD [options]\n\n", to);
    for (size_t i = 0; i < WORDS; i++) {
        if (words[i].about != NULL) {
            (void)fprintf(to, "  %-12s %s\n", words[i].name, words[i].about);
        }
    }
    (void)fputs(
        "\nmuster WORD --help says more. Exit status: 0 done, 1 failed, 2 "
        "the words were\nwrong, 3 refused, 4 Muster could not be "
        "reached.\n",
        to);
}

static const struct word *
find_word(const char *name)
{
    for (size_t i = 0; i < WORDS; i++) {
        if (strcmp(words[i].name, name) == 0) {
            return &words[i];
        }
    }
    return NULL;
}

static int
run_word(const struct word *word, int argc, char **argv)
{
    struct cli cli = {.loop = loop_new()};
    crypto_init();
    log_open("muster", LOG_ERROR);
    int status = word->run(&cli, argc, argv);
    conf_close(&cli.conf);
    loop_free(&cli.loop);
    return status;
}

int
main(int argc, char **argv)
{
    const char *name = argc < 2 ? "help" : argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0) {
        print_words(stdout);
        return DONE;
    }
    if (strcmp(name, "--version") == 0) {
        (void)puts(MUSTER_VERSION);
        return DONE;
    }
    const struct word *word = find_word(name);
    if (word == NULL) {
        say_error("there is no word \"%s\"", name);
        print_words(stderr);
        return MISUSED;
    }
    return run_word(word, argc - 1, argv + 1);
}
