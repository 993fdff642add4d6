/* look -- campaigns, actions, attendance: what is; signup: one person. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/args/args.h"
#include "services/cli/args/staff.h"
#include "services/cli/words/words.h"

#define WATCH_MS 500

/* The API as nobody: what anyone may see. */
static struct api *
public_api(struct cli *cli)
{
    char *url = cli_url(cli);
    struct api *api = api_new(cli->loop, url, NULL);
    free(url);
    return api;
}

static void
print_campaigns(const json_t *body)
{
    const json_t *list = json_object_get(body, "campaigns");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        (void)printf("%-24s %s\n", field_text(item, "id"),
                     field_text(item, "name"));
    }
}

int
campaigns_word(struct cli *cli, int argc, char **argv)
{
    const struct args args = {
        "campaigns", "Lists the campaigns there are.", NULL, 0, 0, 0};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    struct api *api = public_api(cli);
    int status = api == NULL
                     ? FAILED
                     : cli_show(api_get(api, "/v1/campaigns"), print_campaigns);
    api_free(&api);
    return status;
}

static void
print_actions(const json_t *body)
{
    const json_t *list = json_object_get(body, "actions");
    (void)printf("%-24s %-22s %9s %9s %9s\n", "action", "starts", "confirmed",
                 "waiting", "capacity");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *capacity = json_object_get(item, "capacity");
        (void)printf("%-24s %-22.16s %9lld %9lld ", field_text(item, "id"),
                     field_text(item, "starts_at"),
                     field_whole(item, "confirmed"),
                     field_whole(item, "waitlisted"));
        if (json_is_integer(capacity)) {
            (void)printf("%9lld\n", (long long)json_integer_value(capacity));
        } else {
            (void)printf("%9s\n", "-");
        }
    }
}

int
actions_word(struct cli *cli, int argc, char **argv)
{
    const struct args args = {
        "actions --campaign ID", "Lists a campaign's actions.", NULL, 0, 0, 0};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    const char *campaign = cli_campaign(cli);
    struct api *api = campaign == NULL ? NULL : public_api(cli);
    int status =
        api == NULL
            ? MISUSED
            : cli_show(api_get(api, "/v1/campaigns/%s/actions", campaign),
                       print_actions);
    api_free(&api);
    return status;
}

/* ---- signup ---- */

static void
print_places(const json_t *body)
{
    const json_t *places = json_object_get(body, "places");
    for (size_t i = 0; i < json_array_size(places); i++) {
        const json_t *place = json_array_get(places, i);
        (void)printf("%-24s %-12s %s\n", field_text(place, "action"),
                     field_text(place, "state"),
                     field_text(json_object_get(place, "ticket"), "url"));
    }
    const char *by = json_string_value(json_object_get(body, "confirm"));
    if (by != NULL) {
        (void)printf("to be confirmed by the link in %s\n",
                     strcmp(by, "sms") == 0 ? "a text" : "an email");
    }
}

struct person {
    const char *name, *phone, *email, *role, *region;
};

/* Takes the words of argv as actions. */
static json_t *
person_to_json(const struct person *person, char **actions)
{
    json_t *body = json_object(), *list = json_array();
    const struct {
        const char *name, *value;
    } fields[] = {{"name", person->name},
                  {"phone", person->phone},
                  {"email", person->email},
                  {"role", person->role},
                  {"region", person->region}};
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        if (fields[i].value != NULL) {
            json_set_text(body, fields[i].name, fields[i].value);
        }
    }
    for (; *actions != NULL; actions++) {
        (void)json_array_append_new(list, json_string(*actions));
    }
    json_set(body, "actions", list);
    return body;
}

int
signup_word(struct cli *cli, int argc, char **argv)
{
    struct person person = {0};
    const struct arg list[] = {
        {"name", "NAME", "who", &person.name, NULL},
        {"phone", "NUMBER", "a UK mobile", &person.phone, NULL},
        {"email", "ADDRESS", "phone, email or both", &person.email, NULL},
        {"role", "ROLE", "one of the campaign's", &person.role, NULL},
        {"region", "REGION", "one of the campaign's", &person.region, NULL}};
    const struct args args = {"signup --campaign ID --name NAME … ACTION…",
                              "Signs one person up, as the form does.",
                              list,
                              5,
                              0,
                              32};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    const char *campaign = cli_campaign(cli);
    struct api *api = campaign == NULL ? NULL : public_api(cli);
    if (api == NULL) {
        return MISUSED;
    }
    json_t *body = person_to_json(&person, argv + at);
    int status = cli_show(
        api_send(api, "POST", body, "/v1/campaigns/%s/signups", campaign),
        print_places);
    json_decref(body);
    api_free(&api);
    return status;
}

/* ---- attendance ---- */

static void
print_attendance(const json_t *body)
{
    (void)printf("%lld inside, %lld arrived, %lld signed up\n",
                 field_whole(body, "inside"), field_whole(body, "arrived"),
                 field_whole(body, "signed_up"));
    const json_t *gates = json_object_get(body, "gates");
    for (size_t i = 0; i < json_array_size(gates); i++) {
        const json_t *gate = json_array_get(gates, i);
        (void)printf("  %-32s %6lld inside %6lld arrived\n",
                     field_text(gate, "name"), field_whole(gate, "inside"),
                     field_whole(gate, "arrived"));
    }
    const json_t *roles = json_object_get(body, "roles");
    for (size_t i = 0; i < json_array_size(roles); i++) {
        const json_t *role = json_array_get(roles, i);
        (void)printf("  %-32s %6lld inside %6lld arrived %6lld signed up\n",
                     field_text(role, "role"), field_whole(role, "inside"),
                     field_whole(role, "arrived"),
                     field_whole(role, "signed_up"));
    }
    (void)printf("as of %s. %s\n", field_text(body, "as_of"),
                 field_text(body, "method"));
    (void)fflush(stdout);
}

int
attendance_word(struct cli *cli, int argc, char **argv)
{
    bool is_watching = false;
    const struct arg list[] = {
        {"watch", NULL, "go on until it is interrupted", NULL, &is_watching}};
    const struct args args = {"attendance --campaign ID ACTION [--watch]",
                              "Says who is here: by gate and by role.",
                              list,
                              1,
                              1,
                              1};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    const char *campaign = cli_campaign(cli);
    struct api *api = campaign == NULL ? NULL : cli_api(cli);
    int status = api == NULL ? MISUSED : DONE;
    while (status == DONE) {
        status = cli_show(api_get(api, "/v1/campaigns/%s/actions/%s/attendance",
                                  campaign, argv[at]),
                          print_attendance);
        if (!is_watching) {
            break;
        }
        (void)usleep(WATCH_MS * 1000);
    }
    api_free(&api);
    return status;
}
