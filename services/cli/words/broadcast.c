/* broadcast -- muster broadcast: everything an organiser does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/args/staff.h"
#include "services/cli/words/words.h"

#define WATCH_MS 500
#define FILE_BYTES_MAX ((size_t)256 * 1024)

struct asked {
    struct api *api;
    const char *campaign;
    const char *id;         /* of the broadcast, or the file's path */
    const char *key, *hash; /* of create and approve, or NULL */
};

/* "sms 1000: accepted 998, withheld 2" a line a channel. */
static void
print_channels(const json_t *broadcast)
{
    const json_t *channels = json_object_get(broadcast, "channels");
    for (size_t i = 0; i < json_array_size(channels); i++) {
        const json_t *channel = json_array_get(channels, i);
        json_t *counts = json_object_get(channel, "counts");
        const char *state;
        json_t *count;
        (void)printf("  %-6s %8lld ", field_text(channel, "channel"),
                     field_whole(channel, "audience"));
        json_object_foreach(counts, state, count)
        {
            if (json_integer_value(count) > 0) {
                (void)printf(" %s %lld", state,
                             (long long)json_integer_value(count));
            }
        }
        (void)putchar('\n');
    }
}

static void
print_broadcast(const json_t *broadcast)
{
    (void)printf("%s  %-9s %s\n", field_text(broadcast, "id"),
                 field_text(broadcast, "stage"), field_text(broadcast, "name"));
    print_channels(broadcast);
}

static void
print_list(const json_t *body)
{
    const json_t *list = json_object_get(body, "broadcasts");
    for (size_t i = 0; i < json_array_size(list); i++) {
        print_broadcast(json_array_get(list, i));
    }
}

static void
print_forecast(const json_t *body)
{
    const json_t *channels = json_object_get(body, "channels");
    (void)printf("%lld people; content hash %s\n", field_whole(body, "people"),
                 field_text(body, "content_hash"));
    for (size_t i = 0; i < json_array_size(channels); i++) {
        const json_t *channel = json_array_get(channels, i);
        json_t *excluded = json_object_get(channel, "excluded"), *count;
        const char *rule;
        (void)printf("  %-6s %8lld to send", field_text(channel, "channel"),
                     field_whole(channel, "recipients"));
        json_object_foreach(excluded, rule, count)
        {
            (void)printf(", %lld left out: %s",
                         (long long)json_integer_value(count), rule);
        }
        (void)putchar('\n');
    }
    (void)printf("finishes %s%s%s\n", field_text(body, "finishes_at"),
                 json_is_true(json_object_get(body, "is_late"))
                     ? ": later than it expires"
                     : "",
                 json_is_true(json_object_get(body, "needs_second_person"))
                     ? "; a second person must approve"
                     : "");
}

/* ---- the acts ---- */

static int
list(const struct asked *asked)
{
    return cli_show(
        api_get(asked->api, "/v1/campaigns/%s/broadcasts", asked->campaign),
        print_list);
}

static struct api_answer
get(const struct asked *asked)
{
    return api_get(asked->api, "/v1/campaigns/%s/broadcasts/%s",
                   asked->campaign, asked->id);
}

static int
show_one(const struct asked *asked)
{
    return cli_show(get(asked), print_broadcast);
}

/* Until it is sent, stopped or expired. */
static int
watch(const struct asked *asked)
{
    static const char *const over[] = {"done", "stopped", "expired"};
    for (;;) {
        struct api_answer answer = get(asked);
        char stage[24];
        (void)snprintf(stage, sizeof(stage), "%s",
                       field_text(answer.body, "stage"));
        int status = cli_show(answer, print_broadcast);
        for (size_t i = 0; i < 3; i++) {
            if (status != DONE || strcmp(stage, over[i]) == 0) {
                return status;
            }
        }
        (void)usleep(WATCH_MS * 1000);
    }
}

static int
create(const struct asked *asked)
{
    char *text = mem_new(FILE_BYTES_MAX + 1), why[JSON_WHY_SIZE];
    FILE *file = fopen(asked->id, "re");
    if (file == NULL) {
        say_error("%s: %s", asked->id, strerror(errno));
        free(text);
        return FAILED;
    }
    size_t len = fread(text, 1, FILE_BYTES_MAX, file);
    (void)fclose(file);
    json_t *body = json_read(text, len, why);
    free(text);
    if (body == NULL || asked->key == NULL) {
        say_error("%s", body == NULL ? why
                                     : "give --key: the same key never "
                                       "makes a second broadcast");
        json_decref(body);
        return body == NULL ? FAILED : MISUSED;
    }
    int status =
        cli_show(api_post_once(asked->api, asked->key, body,
                               "/v1/campaigns/%s/broadcasts", asked->campaign),
                 print_broadcast);
    json_decref(body);
    return status;
}

static int
forecast(const struct asked *asked)
{
    return cli_show(api_send(asked->api, "POST", NULL,
                             "/v1/campaigns/%s/broadcasts/%s/forecast",
                             asked->campaign, asked->id),
                    print_forecast);
}

static int
approve(const struct asked *asked)
{
    if (asked->hash == NULL) {
        say_error("give --hash, the content hash that the forecast showed");
        return MISUSED;
    }
    json_t *body = json_object();
    json_set_text(body, "content_hash", asked->hash);
    int status = cli_show(api_send(asked->api, "POST", body,
                                   "/v1/campaigns/%s/broadcasts/%s/approve",
                                   asked->campaign, asked->id),
                          print_broadcast);
    json_decref(body);
    return status;
}

static int
act(const struct asked *asked, const char *verb)
{
    return cli_show(api_send(asked->api, "POST", NULL,
                             "/v1/campaigns/%s/broadcasts/%s/%s",
                             asked->campaign, asked->id, verb),
                    print_broadcast);
}

/* ---- the word ---- */

static const struct {
    const char *verb;
    int words; /* after the verb */
    int (*run)(const struct asked *asked);
} verbs[] = {
    {"list", 0, list},     {"show", 1, show_one},     {"watch", 1, watch},
    {"create", 1, create}, {"forecast", 1, forecast}, {"approve", 1, approve},
    {"start", 1, NULL},    {"pause", 1, NULL},        {"resume", 1, NULL},
    {"stop", 1, NULL},
};

static int
run_verb(const struct asked *asked, const char *verb, int words)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
        if (strcmp(verbs[i].verb, verb) != 0) {
            continue;
        }
        if (verbs[i].words != words) {
            say_error("broadcast %s: see muster broadcast --help", verb);
            return MISUSED;
        }
        return verbs[i].run == NULL ? act(asked, verb) : verbs[i].run(asked);
    }
    say_error("there is no \"broadcast %s\"; see muster broadcast --help",
              verb);
    return MISUSED;
}

int
broadcast_word(struct cli *cli, int argc, char **argv)
{
    struct asked asked = {0};
    const struct arg options[] = {
        {"key", "KEY", "create: its Idempotency-Key", &asked.key, NULL},
        {"hash", "HASH", "approve: the content hash you were shown",
         &asked.hash, NULL}};
    const struct args args = {
        "broadcast VERB [ID] --campaign ID",
        "  list | create FILE.json --key KEY | show ID | watch ID\n"
        "  forecast ID | approve ID --hash HASH\n"
        "  start ID | pause ID | resume ID | stop ID",
        options,
        2,
        1,
        2};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    asked.campaign = cli_campaign(cli);
    asked.id = argv[at + 1];
    asked.api = asked.campaign == NULL ? NULL : cli_api(cli);
    int status =
        asked.api == NULL ? MISUSED : run_verb(&asked, argv[at], argc - at - 1);
    api_free(&asked.api);
    return status;
}
