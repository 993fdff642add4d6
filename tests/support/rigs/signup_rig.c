/* signup_rig -- a real signup on a real Redis, and a client on the bus. */
#include "tests/support/rigs/signup_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/base.h"

#define TURN_MS 20
#define CAMPAIGN "care"
#define DAY_MS 86400000

void
signup_rig_start(struct signup_rig *rig)
{
    char *log = temp_path(rig->dir, "log");
    const char *argv[] = {rig->program, "--config", rig->conf,
                          "--instance", "0",        NULL};
    /* A fresh log for each start, so that the wait is for this start. */
    (void)remove(log);
    process_start(&rig->signup, log, argv);
    process_wait_for_line(&rig->signup, "service.running");
    free(log);
}

static void
put_campaign(struct signup_rig *rig)
{
    char *roles[] = {"care-worker", "nurse", "family"};
    char *regions[] = {"north-west", "wales"};
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    campaign.id = CAMPAIGN;
    campaign.name = "Care";
    campaign.n_roles = 3;
    campaign.roles = roles;
    campaign.n_regions = 2;
    campaign.regions = regions;
    campaign.has_allows_drama_numbers = true;
    campaign.allows_drama_numbers = true;
    Signup__PutCampaign put = SIGNUP__PUT_CAMPAIGN__INIT;
    put.campaign = &campaign;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PUT_CAMPAIGN;
    request.put_campaign = &put;
    struct signup_answer answer = signup_rig_insist(rig, &request);
    assert_int_equal(answer.err, ERR_NONE);
    signup_rig_free(&answer);
}

void
signup_rig_open(struct signup_rig *rig)
{
    *rig = (struct signup_rig){.dir = temp_dir_new()};
    const char *acl =
        redis_acl("user default on nopass ~* &* +@all", "signup", "secret");
    rig->redis = redis_start(&(struct redis_options){.acl = acl});
    rig->conf = temp_path(rig->dir, "muster.ini");
    rig->program = process_program("muster-signup");
    char *text = mem_format("[run]\ndir = %s/run\n"
                            "[store]\nendpoint = %s\n"
                            "signup_password = secret\n"
                            "[keys]\ndir = %s/keys\n"
                            "[admin]\nsignup.0 = 0\n",
                            rig->dir, rig->redis->endpoint, rig->dir);
    file_write(rig->conf, text);
    free(text);
    char *keys = temp_path(rig->dir, "keys");
    assert_int_equal(mkdir(keys, 0700), 0);
    free(keys);
    rig->loop = loop_new();
    rig->bus = bus_new(rig->loop, &(struct bus_options){.name = "courier.9"});
    signup_rig_start(rig);
    char *endpoint = mem_format("ipc://%s/run/signup.0.ask", rig->dir);
    rig->peer = bus_connect(rig->bus, "signup", endpoint);
    free(endpoint);
    put_campaign(rig);
}

void
signup_rig_close(struct signup_rig *rig)
{
    bus_free(&rig->bus);
    loop_free(&rig->loop);
    process_kill(&rig->signup);
    redis_free(&rig->redis);
    free(rig->program);
    free(rig->conf);
    temp_dir_remove(&rig->dir);
}

/* ---- asking ---- */

struct waiting {
    struct signup_answer answer;
    int count;
};

static void
on_answer(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    struct waiting *waiting = arg;
    waiting->count++;
    waiting->answer.err = err;
    waiting->answer.detail = mem_copy_string(detail);
    waiting->answer.field = mem_copy_string(bus_answer_fault()->field);
    waiting->answer.type = mem_copy_string(bus_answer_fault()->type);
    if (reply != NULL) {
        waiting->answer.reply = wire_copy(reply);
    }
}

void
signup_rig_wait(struct signup_rig *rig, const int *count, int target)
{
    int64_t until = clock_boot_ms() + PROCESS_WAIT_MS;
    while (*count < target) {
        if (clock_boot_ms() > until) {
            fail_msg("%d of %d answers came", *count, target);
        }
        loop_turn(rig->loop, TURN_MS);
    }
}

struct signup_answer
signup_rig_ask(struct signup_rig *rig, const Signup__Request *request)
{
    struct waiting waiting = {.count = 0};
    signup_ask(rig->peer, 0, request, on_answer, &waiting);
    signup_rig_wait(rig, &waiting.count, 1);
    return waiting.answer;
}

struct signup_answer
signup_rig_insist(struct signup_rig *rig, const Signup__Request *request)
{
    int64_t until = clock_boot_ms() + PROCESS_WAIT_MS;
    for (;;) {
        struct signup_answer answer = signup_rig_ask(rig, request);
        bool is_passing = answer.err == ERR_UNAVAILABLE ||
                          answer.err == ERR_UNKNOWN ||
                          answer.err == ERR_TIMEOUT;
        if (!is_passing) {
            return answer;
        }
        if (clock_boot_ms() > until) {
            fail_msg("still %s: %s", err_name(answer.err), answer.detail);
        }
        signup_rig_free(&answer);
        loop_turn(rig->loop, TURN_MS);
    }
}

void
signup_rig_free(struct signup_answer *answer)
{
    free(answer->detail);
    free(answer->field);
    free(answer->type);
    wire_free(answer->reply);
    *answer = (struct signup_answer){.err = ERR_NONE};
}

/* ---- what most tests ask ---- */

unsigned
signup_rig_put_action(struct signup_rig *rig, const char *id, int capacity)
{
    Signup__Action action = SIGNUP__ACTION__INIT;
    action.id = (char *)id;
    action.name = "An action";
    action.kind = WORDS__ACTION_KIND__KIND_RALLY;
    action.starts_at_ms = clock_wall_ms() + DAY_MS;
    action.starts_at_ms -= action.starts_at_ms % DAY_MS;
    action.ends_at_ms = action.starts_at_ms + DAY_MS;
    action.has_capacity = capacity >= 0;
    action.capacity = capacity >= 0 ? (uint32_t)capacity : 0;
    Signup__PutAction put = SIGNUP__PUT_ACTION__INIT;
    put.campaign = CAMPAIGN;
    put.action = &action;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PUT_ACTION;
    request.put_action = &put;
    struct signup_answer answer = signup_rig_insist(rig, &request);
    assert_int_equal(answer.err, ERR_NONE);
    unsigned number = answer.reply->put_action->number;
    signup_rig_free(&answer);
    return number;
}

static void
fill_consent(Signup__Consent *consent, Words__Channel channel,
             const char *source)
{
    signup__consent__init(consent);
    consent->channel = channel;
    consent->purpose = WORDS__CLASS__CLASS_CAMPAIGN;
    consent->wording = "You may send me news.";
    consent->version = "1";
    consent->source = (char *)(source == NULL ? "web" : source);
    consent->at_ms = clock_wall_ms();
}

void
signup_rig_fill(struct signup_rig_request *to,
                const struct signup_rig_person *person)
{
    signup__request__init(&to->request);
    signup__sign_up__init(&to->sign_up);
    to->request.is_case = SIGNUP__REQUEST__IS_SIGN_UP;
    to->request.sign_up = &to->sign_up;
    to->sign_up.campaign = CAMPAIGN;
    to->sign_up.name = (char *)person->name;
    to->sign_up.phone = (char *)person->phone;
    to->sign_up.email = (char *)person->email;
    to->sign_up.role = (char *)person->role;
    to->sign_up.region = (char *)person->region;
    to->sign_up.has_by = true;
    to->sign_up.by = person->is_public ? SIGNUP__ENTERED_BY__ENTERED_BY_NOBODY
                                       : SIGNUP__ENTERED_BY__ENTERED_BY_SERVER;
    to->sign_up.has_key = person->key != NULL;
    to->sign_up.key.data = (uint8_t *)(uintptr_t)person->key;
    to->sign_up.key.len = person->key == NULL ? 0 : strlen(person->key);
    to->action = (char *)person->action;
    to->sign_up.n_actions = person->action != NULL;
    to->sign_up.actions = &to->action;
    to->sign_up.consents = to->consent_pointers;
    const bool gives[] = {person->consents_sms, person->consents_email};
    for (int channel = 0; channel < 2; channel++) {
        if (gives[channel]) {
            size_t i = to->sign_up.n_consents++;
            fill_consent(&to->consents[i], (Words__Channel)(channel + 1),
                         person->source);
            to->consent_pointers[i] = &to->consents[i];
        }
    }
}

struct signup_answer
signup_rig_sign_up(struct signup_rig *rig,
                   const struct signup_rig_person *person)
{
    struct signup_rig_request request;
    signup_rig_fill(&request, person);
    return signup_rig_insist(rig, &request.request);
}

unsigned
signup_rig_number(struct signup_rig *rig,
                  const struct signup_rig_person *person)
{
    struct signup_answer answer = signup_rig_sign_up(rig, person);
    if (answer.err != ERR_NONE) {
        fail_msg("%s: %s: %s", person->name, err_name(answer.err),
                 answer.detail);
    }
    unsigned number = answer.reply->sign_up->number;
    signup_rig_free(&answer);
    return number;
}

struct signup_answer
signup_rig_resolve(struct signup_rig *rig, Words__Class class_,
                   Words__Channel channel, const char *action, uint32_t number)
{
    Signup__Resolve resolve = SIGNUP__RESOLVE__INIT;
    resolve.campaign = CAMPAIGN;
    resolve.class_ = class_;
    resolve.channel = channel;
    resolve.action = (char *)action;
    resolve.n_numbers = 1;
    resolve.numbers = &number;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_RESOLVE;
    request.resolve = &resolve;
    return signup_rig_insist(rig, &request);
}

struct signup_answer
signup_rig_preview(struct signup_rig *rig, Words__Class class_,
                   const char *query, const char *action)
{
    Signup__Preview preview = SIGNUP__PREVIEW__INIT;
    preview.campaign = CAMPAIGN;
    preview.class_ = class_;
    preview.query = (char *)query;
    preview.action = (char *)action;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PREVIEW;
    request.preview = &preview;
    return signup_rig_insist(rig, &request);
}

struct signup_answer
signup_rig_consent(struct signup_rig *rig, uint32_t number,
                   Words__Channel channel, bool is_withdrawn)
{
    Signup__Consent consent;
    fill_consent(&consent, channel, NULL);
    consent.has_is_withdrawn = true;
    consent.is_withdrawn = is_withdrawn;
    Signup__SetConsent set = SIGNUP__SET_CONSENT__INIT;
    set.campaign = CAMPAIGN;
    set.number = number;
    set.consent = &consent;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SET_CONSENT;
    request.set_consent = &set;
    return signup_rig_insist(rig, &request);
}
