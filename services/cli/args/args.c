/* args -- see args.h. */
#include "services/cli/args/args.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/cli/api/say.h"

#define OPTIONS_MAX 24
#define COMMON 4

static void
print_options(const struct arg *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char left[40];
        (void)snprintf(left, sizeof(left), "--%s%s%s", list[i].name,
                       list[i].value == NULL ? "" : " ",
                       list[i].value == NULL ? "" : list[i].value);
        (void)printf("  %-24s %s\n", left, list[i].about);
    }
}

static void
print_help(const struct args *args, const struct arg *common)
{
    (void)printf("usage: muster %s\n\n%s\n\n", args->usage, args->about);
    print_options(args->list, args->count);
    print_options(common, COMMON);
    (void)puts("  --help                   this");
}

/* Whether the option was understood and has its value. */
static bool
take_option(const struct args *args, const struct arg *common, int c)
{
    size_t index = (size_t)c;
    const struct arg *arg =
        index < args->count ? &args->list[index] : &common[index - args->count];
    if (arg->text != NULL) {
        *arg->text = optarg;
    } else {
        *arg->flag = true;
    }
    return true;
}

static size_t
list_options(const struct args *args, const struct arg *common,
             struct option *options)
{
    size_t count = 0;
    for (; count < args->count + COMMON; count++) {
        const struct arg *arg = count < args->count
                                    ? &args->list[count]
                                    : &common[count - args->count];
        options[count] = (struct option){
            arg->name, arg->value == NULL ? no_argument : required_argument,
            NULL, (int)count};
    }
    options[count] = (struct option){"help", no_argument, NULL, 'h' + 1000};
    return count;
}

static void
open_config(struct cli *cli)
{
    if (cli->config == NULL) {
        cli->config = getenv("MUSTER_CONFIG");
    }
    if (cli->config != NULL) {
        cli->conf = conf_open(cli->config);
    }
}

static bool
has_right_words(const struct args *args, int count)
{
    if (count >= args->words_min && count <= args->words_max) {
        return true;
    }
    say_error("%s: usage: muster %s",
              count < args->words_min ? "something is missing"
                                      : "that is too much",
              args->usage);
    return false;
}

int
args_read(struct cli *cli, const struct args *args, int argc, char **argv)
{
    const struct arg common[COMMON] = {
        {"url", "URL", "the gateway (else MUSTER_URL, or as configured)",
         &cli->url, NULL},
        {"token", "TOKEN", "an API token (else MUSTER_TOKEN, or bootstrap)",
         &cli->token, NULL},
        {"campaign", "ID", "which campaign (else MUSTER_CAMPAIGN)",
         &cli->campaign, NULL},
        {"config", "FILE", "muster.ini (else MUSTER_CONFIG)", &cli->config,
         NULL}};
    struct option options[OPTIONS_MAX] = {0};
    (void)list_options(args, common, options);
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'h' + 1000) {
            print_help(args, common);
            return -2;
        }
        if (c == '?' || !take_option(args, common, c)) {
            (void)fprintf(stderr, "See: muster %s --help\n", argv[0]);
            return -1;
        }
    }
    open_config(cli);
    return has_right_words(args, argc - optind) ? optind : -1;
}

int
args_status(int at)
{
    return at == -2 ? DONE : MISUSED;
}

bool
args_number(const char *name, const char *text, long max, long *out)
{
    char *end;
    if (text == NULL) {
        return true;
    }
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 0 || value > max) {
        say_error("--%s %s: not a whole number from 0 to %ld", name, text, max);
        return false;
    }
    *out = value;
    return true;
}
