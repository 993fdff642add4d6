/* doctor -- muster doctor: what should be mended before it hurts. */
#include <stdio.h>

#include "common/base/base.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/machine/checks.h"
#include "services/cli/words/words.h"

static void
print_checks(const struct checks *c)
{
    for (size_t i = 0; i < json_array_size(c->found); i++) {
        const json_t *item = json_array_get(c->found, i);
        (void)printf("%-8s %-10s %s\n", field_text(item, "level"),
                     field_text(item, "check"), field_text(item, "says"));
    }
}

static void
print_json(const struct checks *c)
{
    struct buf text;
    json_t *out = json_object();
    json_set_text(out, "worst", check_level_name(c->worst));
    json_set(out, "checks", json_incref(c->found));
    buf_init(&text, 0);
    json_write(out, &text);
    (void)puts(buf_string(&text));
    buf_fini(&text);
    json_decref(out);
}

int
doctor_word(struct cli *cli, int argc, char **argv)
{
    bool is_json = false;
    const struct arg list[] = {
        {"json", NULL, "as JSON, for programs", NULL, &is_json}};
    const struct args args = {
        "doctor [--json]",
        "Looks at this machine: settings, keys, disk and how long a write\n"
        "takes, backup, clock, versions, what is silent, whether public_url "
        "answers.\n"
        "Changes nothing. 1: something is bad.",
        list,
        1,
        0,
        0};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    if (cli->conf == NULL) {
        say_error("which Muster? Give --config");
        return MISUSED;
    }
    struct checks checks;
    checks_run(cli, &checks);
    if (is_json) {
        print_json(&checks);
    } else {
        print_checks(&checks);
    }
    int status = checks.worst == CHECK_BAD ? FAILED : DONE;
    checks_fini(&checks);
    return status;
}
