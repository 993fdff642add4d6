/* supporter -- muster supporter: two who are one person, and who are not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/args/staff.h"
#include "services/cli/words/words.h"

#define DECIMAL 10

struct joining {
    struct api *api;
    const char *campaign, *number, *into;
};

static void
print_changed(const json_t *body)
{
    (void)puts(json_is_true(json_object_get(body, "is_changed"))
                   ? "done"
                   : "it was so already");
}

static bool
read_number(const char *text, json_int_t *out)
{
    char *end;
    *out = strtoll(text, &end, DECIMAL);
    return *text >= '0' && *text <= '9' && *end == '\0';
}

static int
merge(const struct joining *joining)
{
    json_int_t into;
    if (joining->into == NULL || !read_number(joining->into, &into)) {
        say_error("give the supporter to merge into: supporter merge 57 12");
        return MISUSED;
    }
    json_t *body = json_object();
    json_set_whole(body, "into", into);
    int status = cli_show(api_send(joining->api, "POST", body,
                                   "/v1/campaigns/%s/supporters/%s/merge",
                                   joining->campaign, joining->number),
                          print_changed);
    json_decref(body);
    return status;
}

static int
split(const struct joining *joining)
{
    if (joining->into != NULL) {
        say_error("a split needs one number: supporter split 57");
        return MISUSED;
    }
    return cli_show(api_send(joining->api, "POST", NULL,
                             "/v1/campaigns/%s/supporters/%s/split",
                             joining->campaign, joining->number),
                    print_changed);
}

static int
run_verb(const struct joining *joining, const char *verb)
{
    json_int_t number;
    if (!read_number(joining->number, &number)) {
        say_error("\"%s\" is no supporter's number", joining->number);
        return MISUSED;
    }
    if (strcmp(verb, "merge") == 0) {
        return merge(joining);
    }
    if (strcmp(verb, "split") == 0) {
        return split(joining);
    }
    say_error("there is no \"supporter %s\"; see muster supporter --help",
              verb);
    return MISUSED;
}

int
supporter_word(struct cli *cli, int argc, char **argv)
{
    struct joining joining = {0};
    const struct args args = {
        "supporter VERB NUMBER [NUMBER] --campaign ID",
        "  merge NUMBER INTO   the two are one person: INTO has all places\n"
        "  split NUMBER        undoes it",
        NULL,
        0,
        2,
        3};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    joining.campaign = cli_campaign(cli);
    joining.number = argv[at + 1];
    joining.into = argc - at > 2 ? argv[at + 2] : NULL;
    joining.api = joining.campaign == NULL ? NULL : cli_api(cli);
    int status = joining.api == NULL ? MISUSED : run_verb(&joining, argv[at]);
    api_free(&joining.api);
    return status;
}
