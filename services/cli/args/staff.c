/* staff -- see staff.h. */
#include "services/cli/args/staff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"

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
cli_status(int http_status)
{
    switch (http_status) {
    case 0: /* no answer; or the gateway's own does not reach a service */
    case 502:
    case 503:
    case 504:
        return UNREACHABLE;
    default:
        break;
    }
    if (http_status >= 200 && http_status < 300) {
        return DONE;
    }
    return http_status >= 400 && http_status < 500 ? REFUSED : FAILED;
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
    int status = cli_status(answer.status);
    api_answer_clear(&answer);
    return status;
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
