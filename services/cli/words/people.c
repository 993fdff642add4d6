/* people -- muster people generate: bodies of sign-ups, a line each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/people/people.h"
#include "services/cli/words/words.h"

#define PEOPLE_MAX 10000000

/* "a,b" as an array of words; NULL: none. Owned. */
static json_t *
split_words(const char *text)
{
    json_t *list = json_array();
    while (text != NULL && *text != '\0') {
        size_t len = strcspn(text, ",");
        (void)json_array_append_new(list, json_stringn(text, len));
        text += len + (text[len] == ',');
    }
    return list;
}

struct wanted {
    long count, seed;
    json_t *roles, *regions, *actions;
    const char *consent_version;
};

static void
generate(const struct wanted *wanted)
{
    const struct people people = {(uint64_t)wanted->seed, wanted->roles,
                                  wanted->regions, wanted->consent_version};
    struct buf line;
    buf_init(&line, 0);
    for (long i = 0; i < wanted->count; i++) {
        json_t *person = people_make(&people, (uint32_t)i);
        json_set(person, "actions", json_incref(wanted->actions));
        buf_reset(&line);
        json_write(person, &line);
        (void)puts(buf_string(&line));
        json_decref(person);
    }
    buf_fini(&line);
}

int
people_word(struct cli *cli, int argc, char **argv)
{
    const char *count = "100", *seed = "1", *roles = NULL, *regions = NULL,
               *actions = NULL;
    struct wanted wanted = {0};
    const struct arg list[] = {
        {"count", "N", "how many (100)", &count, NULL},
        {"seed", "N", "the same seed, the same people (1)", &seed, NULL},
        {"roles", "A,B", "roles to choose from", &roles, NULL},
        {"regions", "A,B", "regions to choose from", &regions, NULL},
        {"actions", "A,B", "what they all sign up to", &actions, NULL},
        {"consent-version", "V",
         "of the wording that some say yes to (nobody does)",
         &wanted.consent_version, NULL}};
    const struct args args = {
        "people generate [options]",
        "Prints invented supporters, each a line of JSON: the body of a "
        "sign-up.\nNumbers are from Ofcom's drama range, mail is under "
        "example.org.",
        list,
        6,
        1,
        1};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    if (strcmp(argv[at], "generate") != 0 ||
        !args_number("count", count, PEOPLE_MAX, &wanted.count) ||
        !args_number("seed", seed, 0x7fffffff, &wanted.seed)) {
        say_error("usage: muster %s", args.usage);
        return MISUSED;
    }
    wanted.roles = split_words(roles);
    wanted.regions = split_words(regions);
    wanted.actions = split_words(actions);
    generate(&wanted);
    json_decref(wanted.roles);
    json_decref(wanted.regions);
    json_decref(wanted.actions);
    return fflush(stdout) == 0 ? DONE : FAILED;
}
