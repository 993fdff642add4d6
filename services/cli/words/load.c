/* load -- muster load: a seed folder through the API.
 *
 *   campaign.json   PUT           actions.json     PUT each
 *   staff.json      POST each     broadcasts.json  POST each by its key;
 *                                 a standing one is approved and started
 *
 * Safe to repeat: PUTs put the same again, a login that is there is left
 * alone, a broadcast's key brings the same one back. Staff come without
 * passwords: one is made here, and written to the logins file ("campaign
 * login password role", a line each) and to nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/args/staff.h"
#include "services/cli/words/words.h"

#define FILE_BYTES_MAX ((size_t)1024 * 1024)
#define PASSWORD_BYTES 12 /* random; 16 characters */

struct loading {
    struct api *api;
    const char *folder, *logins_path;
    const char *campaign; /* its id; in campaign_json */
    json_t *campaign_json;
    int staff_made, staff_kept;
};

/* ---- files ---- */

/* Owned; NULL: said why. */
static json_t *
read_file(const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    char *text = mem_new(FILE_BYTES_MAX + 1);
    char why[JSON_WHY_SIZE] = "";
    json_t *json = NULL;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        say_error("%s: %s", path, strerror(errno));
    } else {
        size_t len = fread(text, 1, FILE_BYTES_MAX, file);
        json = json_read(text, len, why);
        (void)fclose(file);
        if (json == NULL) {
            say_error("%s: %s", path, why);
        }
    }
    free(text);
    free(path);
    return json;
}

/* Passwords go where only this user can read. */
static bool
write_login(const struct loading *loading, const json_t *staff,
            const char *password)
{
    int fd = open(loading->logins_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0) {
        say_error("%s: %s", loading->logins_path, strerror(errno));
        return false;
    }
    char *line =
        mem_format("%-24s %-14s %-18s %s\n", loading->campaign,
                   json_string_value(json_object_get(staff, "login")), password,
                   json_string_value(json_object_get(staff, "role")));
    size_t len = strlen(line);
    bool is_written = write(fd, line, len) == (ssize_t)len;
    is_written = close(fd) == 0 && is_written;
    free(line);
    if (!is_written) {
        say_error("%s cannot be written", loading->logins_path);
    }
    return is_written;
}

/* ---- the parts ---- */

static bool
report(const char *what, const struct api_answer *answer)
{
    if (!api_is_ok(answer)) {
        say_error("%s: %s", what, answer->why);
    }
    return api_is_ok(answer);
}

static bool
load_campaign(struct loading *loading)
{
    struct api_answer answer =
        api_send(loading->api, "PUT", loading->campaign_json,
                 "/v1/campaigns/%s", loading->campaign);
    bool is_ok = report(loading->campaign, &answer);
    api_answer_clear(&answer);
    return is_ok;
}

static bool
load_action(struct loading *loading, json_t *action)
{
    const char *id = json_string_value(json_object_get(action, "id"));
    struct api_answer answer =
        api_send(loading->api, "PUT", action, "/v1/campaigns/%s/actions/%s",
                 loading->campaign, id == NULL ? "" : id);
    bool is_ok = report(id == NULL ? "an action without an id" : id, &answer);
    api_answer_clear(&answer);
    return is_ok;
}

static bool
has_login(const json_t *list, const char *login)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *other = json_string_value(
            json_object_get(json_array_get(list, i), "login"));
        if (other != NULL && strcmp(other, login) == 0) {
            return true;
        }
    }
    return false;
}

static bool
make_staff(struct loading *loading, json_t *staff)
{
    uint8_t random[PASSWORD_BYTES];
    struct buf password;
    crypto_random(random, sizeof(random));
    buf_init(&password, 0);
    crypto_add_base64url(&password, random, sizeof(random));
    json_set_text(staff, "password", password.data);
    struct api_answer answer =
        api_send(loading->api, "POST", staff, "/v1/campaigns/%s/staff",
                 loading->campaign);
    bool is_ok =
        report(json_string_value(json_object_get(staff, "login")), &answer) &&
        write_login(loading, staff, password.data);
    loading->staff_made += is_ok;
    api_answer_clear(&answer);
    buf_fini(&password);
    return is_ok;
}

static bool
load_staff(struct loading *loading, json_t *list)
{
    struct api_answer answer =
        api_get(loading->api, "/v1/campaigns/%s/staff", loading->campaign);
    bool is_ok = report("the staff", &answer);
    const json_t *known = json_object_get(answer.body, "staff");
    for (size_t i = 0; is_ok && i < json_array_size(list); i++) {
        json_t *staff = json_array_get(list, i);
        const char *login = json_string_value(json_object_get(staff, "login"));
        if (login != NULL && has_login(known, login)) {
            loading->staff_kept++;
        } else {
            is_ok = make_staff(loading, staff);
        }
    }
    api_answer_clear(&answer);
    return is_ok;
}

/* A draft that is standing begins its work: approve what was just loaded,
 * then start. */
static bool
start_standing(struct loading *loading, const json_t *broadcast)
{
    const char *id = json_string_value(json_object_get(broadcast, "id"));
    const char *stage = json_string_value(json_object_get(broadcast, "stage"));
    if (id == NULL || stage == NULL ||
        (strcmp(stage, "draft") != 0 && strcmp(stage, "approved") != 0)) {
        return true;
    }
    json_t *approval = json_object();
    json_set(approval, "content_hash",
             json_incref(json_object_get(broadcast, "content_hash")));
    struct api_answer answer = api_send(
        loading->api, "POST", approval,
        "/v1/campaigns/%s/broadcasts/%s/approve", loading->campaign, id);
    bool is_ok = strcmp(stage, "approved") == 0 ||
                 report("approving the standing broadcast", &answer);
    api_answer_clear(&answer);
    if (is_ok) {
        answer = api_send(loading->api, "POST", NULL,
                          "/v1/campaigns/%s/broadcasts/%s/start",
                          loading->campaign, id);
        is_ok = report("starting the standing broadcast", &answer);
        api_answer_clear(&answer);
    }
    json_decref(approval);
    return is_ok;
}

static bool
load_broadcast(struct loading *loading, json_t *broadcast)
{
    char *key =
        mem_copy_string(json_string_value(json_object_get(broadcast, "key")));
    if (key == NULL) {
        say_error("broadcasts.json: a broadcast has no \"key\"");
        return false;
    }
    (void)json_object_del(broadcast, "key");
    struct api_answer answer =
        api_post_once(loading->api, key, broadcast,
                      "/v1/campaigns/%s/broadcasts", loading->campaign);
    bool is_ok = report(key, &answer);
    if (is_ok && json_is_true(json_object_get(broadcast, "is_standing"))) {
        is_ok = start_standing(loading, answer.body);
    }
    api_answer_clear(&answer);
    free(key);
    return is_ok;
}

static bool
load_each(struct loading *loading, const char *file,
          bool (*load)(struct loading *loading, json_t *item))
{
    json_t *list = read_file(loading->folder, file);
    bool is_ok = list != NULL;
    for (size_t i = 0; is_ok && i < json_array_size(list); i++) {
        is_ok = load(loading, json_array_get(list, i));
    }
    if (is_ok) {
        (void)printf("  %-16s %zu\n", file, json_array_size(list));
    }
    json_decref(list);
    return is_ok;
}

static bool
load_all(struct loading *loading)
{
    if (!load_campaign(loading) ||
        !load_each(loading, "actions.json", load_action)) {
        return false;
    }
    json_t *staff = read_file(loading->folder, "staff.json");
    bool is_ok = staff != NULL && load_staff(loading, staff);
    json_decref(staff);
    if (!is_ok) {
        return false;
    }
    (void)printf("  staff.json       %d made, %d there already\n",
                 loading->staff_made, loading->staff_kept);
    return load_each(loading, "broadcasts.json", load_broadcast);
}

/* ---- the word ---- */

int
load_word(struct cli *cli, int argc, char **argv)
{
    const char *logins = NULL;
    const struct arg list[] = {
        {"logins", "FILE", "where new logins go (logins.txt beside --config)",
         &logins, NULL}};
    const struct args args = {"load FOLDER [options]",
                              "Loads campaign.json, actions.json, staff.json "
                              "and broadcasts.json from a folder.\nLoading "
                              "again changes nothing that was not changed "
                              "there.",
                              list,
                              1,
                              1,
                              1};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    struct loading loading = {.folder = argv[at]};
    char *path = logins_path(cli, logins);
    loading.logins_path = path;
    loading.campaign_json = read_file(loading.folder, "campaign.json");
    loading.campaign =
        json_string_value(json_object_get(loading.campaign_json, "id"));
    if (loading.campaign_json != NULL && loading.campaign == NULL) {
        say_error("campaign.json has no \"id\"");
    }
    bool is_ok = false;
    if (loading.campaign != NULL && (loading.api = cli_api(cli)) != NULL) {
        (void)printf("%s\n", loading.campaign);
        is_ok = load_all(&loading);
    }
    int status = is_ok ? DONE : FAILED;
    if (!is_ok && loading.api != NULL) {
        int refused = cli_status(api_last_refusal(loading.api));
        status = refused == DONE ? FAILED : refused;
    }
    api_free(&loading.api);
    json_decref(loading.campaign_json);
    free(path);
    return status;
}
