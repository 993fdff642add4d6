/* rehearse_word -- muster demo: a rehearsal to watch, and to check. See
 * rehearsal.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/loop/loop.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/args/staff.h"
#include "services/cli/rehearsal/rehearsal.h"

#define PEOPLE_USUAL 5000
#define PEOPLE_FAST 400
#define PEOPLE_MAX 200000
#define SEND_MS_MAX 600000
#define TURN_MS 20
#define TOKEN_MS 86400000 /* a day */
#define WORD_SIZE 80

/* ---- 1: who is who ---- */

/* A line of the logins file: campaign, login, password, role. */
static json_t *
read_login(char *line, const char *campaign, const char *role)
{
    char *rest = line, *words[4];
    for (int i = 0; i < 4; i++) {
        words[i] = strtok_r(rest, " \t\r\n", &rest);
        if (words[i] == NULL) {
            return NULL;
        }
    }
    if (strcmp(words[0], campaign) != 0 || strcmp(words[3], role) != 0) {
        return NULL;
    }
    json_t *login = json_object();
    json_set_text(login, "campaign", words[0]);
    json_set_text(login, "login", words[1]);
    json_set_text(login, "password", words[2]);
    return login;
}

/* Owned; NULL: none with that role. */
static json_t *
find_login(const char *path, const char *campaign, const char *role)
{
    char line[512];
    json_t *login = NULL;
    FILE *file = fopen(path, "re");
    while (file != NULL && login == NULL &&
           fgets(line, sizeof(line), file) != NULL) {
        login = read_login(line, campaign, role);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return login;
}

static struct api *
sign_in(const struct rehearsal *r, const char *logins, const char *role)
{
    char why[512] = "";
    json_t *login = find_login(logins, r->campaign, role);
    struct api *api = login == NULL ? NULL : api_sign_in(r->nobody, login, why);
    if (api == NULL) {
        say_error("no %s of %s could sign in by %s%s%s", role, r->campaign,
                  logins, why[0] == '\0' ? ": there is no such line" : ": ",
                  why);
    }
    json_decref(login);
    return api;
}

static bool
find_action(struct rehearsal *r)
{
    struct api_answer answer =
        api_get(r->nobody, "/v1/campaigns/%s/actions", r->campaign);
    const json_t *list = json_object_get(answer.body, "actions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *action = json_array_get(list, i);
        if (strcmp(field_text(action, "id"), r->action) == 0) {
            r->gates = json_incref(json_object_get(action, "gates"));
        }
    }
    r->info = json_incref(json_object_get(answer.body, "campaign"));
    bool is_there = json_array_size(r->gates) > 0;
    if (!is_there) {
        say_error("the action %s of %s: %s", r->action, r->campaign,
                  api_is_ok(&answer) ? "it is not there, or has no gates"
                                     : answer.why);
    }
    api_answer_clear(&answer);
    return is_there;
}

/* As an organisation's own server would have: it vouches for whom it brings,
 * and may do nothing else. */
static bool
make_server(struct rehearsal *r)
{
    json_t *draft = json_object();
    json_set_text(draft, "name", "rehearsal");
    json_set_text(draft, "role", "signups");
    json_set_time(draft, "expires_at", clock_wall_ms() + TOKEN_MS);
    struct api_answer answer = api_send(r->admin, "POST", draft,
                                        "/v1/campaigns/%s/tokens", r->campaign);
    const char *token = field_text(answer.body, "token");
    if (*token != '\0') {
        r->server = api_new(r->cli->loop, api_url(r->nobody), token);
    } else {
        say_error("a token of role signups: %s", answer.why);
    }
    api_answer_clear(&answer);
    json_decref(draft);
    return r->server != NULL;
}

static bool
prepare(struct rehearsal *r, const char *logins)
{
    char *url = cli_url(r->cli);
    r->nobody = api_new(r->cli->loop, url, NULL);
    free(url);
    return r->nobody != NULL && find_action(r) &&
           (r->organiser = sign_in(r, logins, "organiser")) != NULL &&
           (r->approver = sign_in(r, logins, "approver")) != NULL &&
           (r->admin = sign_in(r, logins, "admin")) != NULL && make_server(r) &&
           reckon_take(r, &r->before) && reckon_find_outbox_end(r);
}

/* ---- 3: the broadcast ---- */

static json_t *
make_content(const struct rehearsal *r)
{
    char text[WORD_SIZE];
    json_t *content = json_object();
    json_set_text(content, "name", "Rehearsal: how to get in");
    json_set_text(content, "class", "service");
    (void)snprintf(text, sizeof(text), "signedup:%s", r->action);
    json_set_text(content, "audience", text);
    json_set_text(content, "action", r->action);
    json_set_text(content, "sms_text",
                  "{{first_name}}, {{action}}: {{starts}}, {{place}}. Have "
                  "your ticket ready at the gate: {{ticket_url}}");
    json_set_text(content, "email_subject", "How to get in: {{action}}");
    json_set_text(
        content, "email_text",
        "Dear {{first_name}},\n\n{{action}} begins {{starts}} at {{place}}.\n"
        "Have your ticket ready at the gate: {{ticket_url}}\n"
        "or type its code: {{ticket_code}}\n\n{{campaign}}\n");
    return content;
}

/* Keeps the answer's body in *to; false: said why. */
static bool
keep(const char *what, struct api_answer answer, json_t **to)
{
    bool is_ok = api_is_ok(&answer);
    if (is_ok) {
        json_decref(*to);
        *to = json_incref(answer.body);
    } else {
        say_error("%s: %s", what, answer.why);
    }
    api_answer_clear(&answer);
    return is_ok;
}

static bool
make_broadcast(struct rehearsal *r)
{
    char key[WORD_SIZE];
    json_t *content = make_content(r);
    (void)snprintf(key, sizeof(key), "rehearsal-%llx",
                   (unsigned long long)r->seed);
    bool is_ok = keep("making the broadcast",
                      api_post_once(r->organiser, key, content,
                                    "/v1/campaigns/%s/broadcasts", r->campaign),
                      &r->broadcast);
    json_decref(content);
    return is_ok;
}

static struct api_answer
act(struct rehearsal *r, struct api *who, const char *verb, const json_t *body)
{
    return api_send(who, "POST", body, "/v1/campaigns/%s/broadcasts/%s/%s",
                    r->campaign, field_text(r->broadcast, "id"), verb);
}

static bool
start_broadcast(struct rehearsal *r)
{
    if (!make_broadcast(r) ||
        !keep("the forecast", act(r, r->organiser, "forecast", NULL),
              &r->forecast)) {
        return false;
    }
    json_t *approval = json_object();
    json_set_text(approval, "content_hash",
                  field_text(r->forecast, "content_hash"));
    bool is_approved =
        keep("approving it", act(r, r->approver, "approve", approval),
             &r->broadcast);
    json_decref(approval);
    return is_approved &&
           keep("starting it", act(r, r->organiser, "start", NULL),
                &r->broadcast);
}

/* Until it is over; false when it is not after SEND_MS_MAX. */
static bool
finish_sending(struct rehearsal *r)
{
    int64_t until_ms = clock_boot_ms() + SEND_MS_MAX;
    while (clock_boot_ms() < until_ms) {
        if (strcmp(field_text(r->broadcast, "stage"), "done") == 0) {
            return true;
        }
        loop_turn(r->cli->loop, TURN_MS);
        (void)keep("the broadcast",
                   api_get(r->organiser, "/v1/campaigns/%s/broadcasts/%s",
                           r->campaign, field_text(r->broadcast, "id")),
                   &r->broadcast);
        view_refresh(r);
    }
    say_error("the broadcast is still being sent after ten minutes");
    return false;
}

/* ---- all of it ---- */

static bool
rehearse(struct rehearsal *r)
{
    r->phase = "A crowd signs up";
    if (!crowd_sign_up(r) || !reckon_take(r, &r->after)) {
        return false;
    }
    /* With a --seed of before they are: whom a server vouches for is entered
     * anew, by that run's own token, but who came alone is as they were. */
    r->is_fresh =
        r->after.people - r->before.people > (long long)r->ways[GUEST_VOUCHED];
    r->phase = "Who came alone opens the message that came";
    if (r->is_fresh && !crowd_prove(r)) {
        return false;
    }
    r->phase = "The broadcast goes out, and they arrive";
    if (!start_broadcast(r) || !crowd_arrive(r)) {
        return false;
    }
    r->phase = "The last messages";
    bool is_sent = finish_sending(r);
    r->phase = "Done";
    view_finish(r);
    return reckon(r) && is_sent;
}

static void
clear(struct rehearsal *r)
{
    tally_clear(&r->before);
    tally_clear(&r->after);
    json_decref(r->broadcast);
    json_decref(r->forecast);
    json_decref(r->attendance);
    json_decref(r->info);
    json_decref(r->gates);
    api_free(&r->organiser);
    api_free(&r->approver);
    api_free(&r->admin);
    api_free(&r->server);
    api_free(&r->nobody);
    free(r->guests);
    free(r->comers);
}

static void
print_addresses(const struct rehearsal *r)
{
    const struct conf *conf = r->cli->conf;
    bool is_set = conf != NULL && conf_has(conf, SET_GATEWAY_PUBLIC_URL);
    const char *url =
        is_set ? conf_text(conf, SET_GATEWAY_PUBLIC_URL) : api_url(r->nobody);
    (void)printf("%s: %s, %ld people\n\n  Watch it: %s/live/%s/%s\n"
                 "  Messages: %s/outbox?c=%s\n\n",
                 field_text(r->info, "name"), r->action, r->people_count, url,
                 r->campaign, r->action, url, r->campaign);
    (void)fflush(stdout);
}

static int
run(struct rehearsal *r, const char *logins)
{
    int status = FAILED;
    r->guests = mem_new_array((size_t)r->people_count + 1, sizeof(*r->guests));
    if (prepare(r, logins)) {
        print_addresses(r);
        status = rehearse(r) ? DONE : FAILED;
    }
    clear(r);
    return status;
}

int
rehearse_word(struct cli *cli, int argc, char **argv)
{
    struct rehearsal r = {.cli = cli, .action = "westminster-rally"};
    const char *people = NULL, *seed = NULL, *logins = NULL;
    long seed_number = 0;
    bool is_check = false;
    const struct arg list[] = {
        {"people", "N", "how many sign up (5000; 400 with --fast)", &people,
         NULL},
        {"seed", "N", "which people (new ones each time)", &seed, NULL},
        {"action", "ID", "what they come to (westminster-rally)", &r.action,
         NULL},
        {"logins", "FILE", "who acts (logins.txt beside --config)", &logins,
         NULL},
        {"fast", NULL, "as fast as it goes, for tests", NULL, &r.is_fast},
        {"check", NULL, "only say whether these words are right", NULL,
         &is_check}};
    const struct args args = {
        "demo [options]",
        "A rehearsal of a Day of Action: people sign up, those who came by "
        "themselves\nconfirm it, an organiser's broadcast goes to all of "
        "them, they arrive through the\ngates. Ends by checking that it adds "
        "up.",
        list,
        6,
        0,
        0};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    r.people_count = r.is_fast ? PEOPLE_FAST : PEOPLE_USUAL;
    crypto_random(&r.seed, sizeof(r.seed));
    if (!args_number("people", people, PEOPLE_MAX, &r.people_count) ||
        !args_number("seed", seed, 0x7fffffff, &seed_number)) {
        return MISUSED;
    }
    if (is_check) {
        return DONE;
    }
    r.seed = seed == NULL ? r.seed >> 24 : (uint64_t)seed_number;
    r.campaign = cli->campaign == NULL ? "providers-unite" : cli->campaign;
    r.is_terminal = isatty(STDOUT_FILENO) == 1;
    char *path = logins_path(cli, logins);
    int status = run(&r, path);
    free(path);
    return status;
}
