/* args -- the options of a word, and the common ones. */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/cli/cli.h"

#define OPTIONS_MAX 24
#define COMMON 4

void
say_error(const char *format, ...)
{
    va_list list;
    (void)fputs("muster: ", stderr);
    va_start(list, format);
    (void)vfprintf(stderr, format, list);
    va_end(list);
    (void)fputc('\n', stderr);
}

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

/* ---- where and who ---- */

/* The port that a gateway on any free one has written down; NULL: none. */
static char *
read_line(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "re");
    char *got = file == NULL ? NULL : fgets(line, sizeof(line), file);
    if (file != NULL) {
        (void)fclose(file);
    }
    if (got == NULL) {
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return mem_copy_string(line);
}

static char *
configured_url(const struct conf *conf)
{
    const char *host = conf_text(conf, SET_GATEWAY_HOST);
    const char *dir = conf_text(conf, SET_RUN_DIR);
    char *path = mem_format("%s/gateway.0.port", dir);
    char *port = read_line(path);
    free(path);
    if (port == NULL) {
        port = mem_copy_string(conf_text(conf, SET_GATEWAY_PORT));
    }
    char *url =
        mem_format("http://%s:%s",
                   strcmp(host, "0.0.0.0") == 0 ? "127.0.0.1" : host, port);
    free(port);
    return url;
}

char *
cli_url(const struct cli *cli)
{
    const char *url = cli->url != NULL ? cli->url : getenv("MUSTER_URL");
    if (url != NULL) {
        char *copy = mem_copy_string(url);
        size_t len = strlen(copy);
        if (len > 0 && copy[len - 1] == '/') {
            copy[len - 1] = '\0';
        }
        return copy;
    }
    return cli->conf == NULL ? mem_copy_string("http://127.0.0.1:8080")
                             : configured_url(cli->conf);
}

char *
cli_token(const struct cli *cli)
{
    const char *token =
        cli->token != NULL ? cli->token : getenv("MUSTER_TOKEN");
    if (token != NULL) {
        return mem_copy_string(token);
    }
    const char *path =
        cli->conf == NULL
            ? NULL
            : conf_text(cli->conf, SET_GATEWAY_BOOTSTRAP_TOKEN_FILE);
    if (path == NULL) {
        say_error("who are you? Give --token, or --config of a Muster on this "
                  "machine");
        return NULL;
    }
    char *line = read_line(path);
    if (line == NULL) {
        say_error("%s cannot be read: is Muster up, and are you its user?",
                  path);
    }
    return line;
}

struct api *
cli_api(struct cli *cli)
{
    char *token = cli_token(cli);
    if (token == NULL) {
        return NULL;
    }
    char *url = cli_url(cli);
    struct api *api = api_new(cli->loop, url, token);
    free(url);
    free(token);
    return api;
}

const char *
cli_campaign(const struct cli *cli)
{
    const char *campaign =
        cli->campaign != NULL ? cli->campaign : getenv("MUSTER_CAMPAIGN");
    if (campaign == NULL) {
        say_error("which campaign? Give --campaign; muster campaigns lists "
                  "them");
    }
    return campaign;
}

int
cli_show(struct api_answer answer, void (*print)(const json_t *body))
{
    bool is_ok = api_is_ok(&answer);
    if (is_ok) {
        print(answer.body);
    } else {
        say_error("%s", answer.why);
    }
    api_answer_clear(&answer);
    return is_ok ? DONE : FAILED;
}

char *
logins_path(const struct cli *cli, const char *told)
{
    if (told != NULL || cli->config == NULL) {
        return mem_copy_string(told == NULL ? "logins.txt" : told);
    }
    const char *slash = strrchr(cli->config, '/');
    int len = slash == NULL ? 0 : (int)(slash - cli->config) + 1;
    return mem_format("%.*slogins.txt", len, cli->config);
}
