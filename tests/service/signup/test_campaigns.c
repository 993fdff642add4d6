/* test_campaigns -- which campaigns there are: numbers, formats, limits.
 *
 * alone: it measures this process's memory, of which sanitizers keep much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/store.h"
#include "tests/support/rigs/signup_rig.h"

#define ACTIONS_MAX 65535
#define UNKNOWN 2000
#if defined(__SANITIZE_ADDRESS__)
#define GROWTH_KB_MAX (256 * 1024) /* what is freed is kept for a while */
#else
#define GROWTH_KB_MAX 4096
#endif

static struct signup_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

static void
restart(void)
{
    process_kill(&rig.signup);
    signup_rig_start(&rig);
}

static void
redis_says(const char *command, const char *want)
{
    char *got = redis_do(rig.redis, command);
    assert_string_equal(got, want);
    free(got);
}

static void
redis_tell(const char *command)
{
    free(redis_do(rig.redis, command));
}

static struct signup_answer
put_campaign(const char *id)
{
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    campaign.id = (char *)id;
    campaign.name = "A campaign";
    Signup__PutCampaign put = SIGNUP__PUT_CAMPAIGN__INIT;
    put.campaign = &campaign;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PUT_CAMPAIGN;
    request.put_campaign = &put;
    return signup_rig_insist(&rig, &request);
}

static uint32_t
number_of_put(const char *id)
{
    struct signup_answer got = put_campaign(id);
    assert_int_equal(got.err, ERR_NONE);
    uint32_t number = got.reply->put_campaign->number;
    signup_rig_free(&got);
    return number;
}

/* Once: what is not for this moment is an answer here. */
static struct signup_answer
list_actions(const char *id)
{
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    list.campaign = (char *)id;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_LIST_ACTIONS;
    request.list_actions = &list;
    return signup_rig_ask(&rig, &request);
}

static void
is_refused(struct signup_answer got, enum err err, const char *part)
{
    assert_string_equal(err_name(got.err), err_name(err));
    if (strstr(got.detail, part) == NULL) {
        fail_msg("\"%s\" is not in: %s", part, got.detail);
    }
    signup_rig_free(&got);
}

/* ---- what does not exist ---- */

static long
resident_kb(void)
{
    char *path = mem_format("/proc/%d/status", (int)rig.signup.pid);
    char *text = file_read(path, NULL);
    const char *at = strstr(text, "VmRSS:");
    long kb = strtol(at + sizeof("VmRSS:") - 1, NULL, 10);
    free(text);
    free(path);
    return kb;
}

static void
asking_for_what_does_not_exist_makes_nothing(void **state)
{
    (void)state;
    char id[24];
    long kb = 0;
    for (int i = 0; i < UNKNOWN * 2; i++) {
        if (i == UNKNOWN) {
            kb = resident_kb(); /* what the allocator takes once is taken */
        }
        (void)snprintf(id, sizeof(id), "nobody-%d", i);
        is_refused(list_actions(id), ERR_NOT_FOUND, "no such campaign");
    }
    redis_says("EVAL \"return #redis.call('KEYS', '*nobody*')\" 0", "0");
    redis_says("HLEN {muster}:su:campaigns", "1");
    assert_true(resident_kb() - kb < GROWTH_KB_MAX);
}

/* ---- numbers ---- */

static void
a_campaign_lost_from_the_list_keeps_its_number_and_no_other_gets_it(
    void **state)
{
    (void)state;
    assert_int_equal(number_of_put("second"), 2);
    /* The store of {muster} went back in time; {second}'s did not. */
    redis_tell("HDEL {muster}:su:campaigns second");
    redis_tell("HDEL {muster}:su:meta campaigns");
    assert_int_equal(number_of_put("third"), 3); /* signup remembers */
    redis_tell("HDEL {muster}:su:campaigns third second");
    redis_tell("HDEL {muster}:su:meta campaigns");
    restart();
    struct signup_answer got = list_actions("second");
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
    redis_says("HGET {muster}:su:campaigns second", "2");
    assert_int_equal(number_of_put("third"), 3);
    assert_int_equal(number_of_put("fourth"), 4);
}

static void
a_number_once_given_is_never_given_again(void **state)
{
    (void)state;
    assert_int_equal(number_of_put("second"), 2);
    redis_tell("HDEL {muster}:su:campaigns second");
    redis_tell("DEL {second}:su:m {second}:su:d");
    restart();
    assert_int_equal(number_of_put("third"), 3);
}

static void
two_campaigns_with_one_number_are_refused_by_name(void **state)
{
    (void)state;
    assert_int_equal(number_of_put("second"), 2);
    redis_tell("HDEL {muster}:su:campaigns second");
    redis_tell("HDEL {muster}:su:meta campaigns");
    restart();
    assert_int_equal(number_of_put("third"), 2); /* nobody could know */
    is_refused(list_actions("second"), ERR_CONFLICT,
               "second and third both have the number 2");
}

/* ---- formats ---- */

static void
a_campaign_of_a_newer_format_is_refused_in_words(void **state)
{
    (void)state;
    redis_tell("HSET {care}:su:m format 99");
    is_refused(list_actions("care"), ERR_UNAVAILABLE, "newer version");
    redis_tell("HSET {care}:su:m format 3");
    struct signup_answer got = list_actions("care");
    assert_int_equal(got.err, ERR_NONE);
    signup_rig_free(&got);
}

static void
resolves_as(unsigned number, Words__Class class_, Words__Channel channel,
            Words__Rule want)
{
    struct signup_answer got =
        signup_rig_resolve(&rig, class_, channel, "rally", number);
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->resolve->contacts[0]->withheld, want);
    signup_rig_free(&got);
}

/* As 0.1 left it: no format, no number of its own, its mark in one key; the
 * flags have one byte, where withdrawing by text is not yet STOP. */
static void
a_campaign_of_the_first_format_is_brought_to_the_newest(void **state)
{
    (void)state;
    (void)signup_rig_put_action(&rig, "rally", -1);
    static const char *const names[] = {"Ann", "Bob"};
    for (int i = 0; i < 2; i++) {
        (void)signup_rig_number(
            &rig, &(struct signup_rig_person){.name = names[i],
                                              .phone = "07700900001",
                                              .email = "ann@example.org",
                                              .action = "rally",
                                              .consents_sms = true,
                                              .consents_email = true});
    }
    char *mark = redis_do(rig.redis, "HGET {muster}:su:meta key");
    char *set = mem_format("SET {muster}:su:key %s", mark);
    process_kill(&rig.signup);
    redis_tell("HDEL {care}:su:m format number");
    redis_tell("DEL {care}:su:c:flags.1:0");
    redis_tell("SETRANGE {care}:su:c:flags:0 1 3"); /* 0x33: both withdrawn */
    redis_tell("DEL {muster}:su:meta");
    redis_tell(set);
    signup_rig_start(&rig);
    resolves_as(0, WORDS__CLASS__CLASS_CAMPAIGN, WORDS__CHANNEL__CHANNEL_SMS,
                WORDS__RULE__RULE_NONE);
    resolves_as(1, WORDS__CLASS__CLASS_CAMPAIGN, WORDS__CHANNEL__CHANNEL_SMS,
                WORDS__RULE__RULE_WITHDRAWN);
    resolves_as(1, WORDS__CLASS__CLASS_CAMPAIGN, WORDS__CHANNEL__CHANNEL_EMAIL,
                WORDS__RULE__RULE_WITHDRAWN);
    resolves_as(1, WORDS__CLASS__CLASS_SERVICE, WORDS__CHANNEL__CHANNEL_SMS,
                WORDS__RULE__RULE_WITHDRAWN);
    resolves_as(1, WORDS__CLASS__CLASS_SERVICE, WORDS__CHANNEL__CHANNEL_EMAIL,
                WORDS__RULE__RULE_NONE);
    resolves_as(1, WORDS__CLASS__CLASS_SAFETY, WORDS__CHANNEL__CHANNEL_SMS,
                WORDS__RULE__RULE_NONE);
    redis_says("HGET {care}:su:m format", "3");
    redis_says("HGET {care}:su:m number", "1");
    redis_says("HGET {muster}:su:meta format", "3");
    /* Vouched for: 4; and STOP: 0x44, of which Redis shows a D. */
    redis_says("GETRANGE {care}:su:c:flags.1:0 1 1", "D");
    /* 0.1 compares this with its key's mark, and will not start. */
    char *kept = redis_do(rig.redis, "GET {muster}:su:key");
    assert_string_not_equal(kept, mark);
    free(kept);
    free(set);
    free(mark);
}

static void
refuses_to_start(const char *words)
{
    process_kill(&rig.signup);
    char *log = temp_path(rig.dir, "refused.log");
    const char *argv[] = {rig.program,  "--config", rig.conf,
                          "--instance", "0",        NULL};
    process_start(&rig.signup, log, argv);
    assert_int_not_equal(process_wait(&rig.signup), 0);
    char *text = file_read(log, NULL);
    if (strstr(text, words) == NULL) {
        fail_msg("\"%s\" is not in: %s", words, text);
    }
    free(text);
    free(log);
}

static void
signup_refuses_to_start_on_newer_data(void **state)
{
    (void)state;
    redis_tell("HSET {muster}:su:meta format 99");
    refuses_to_start("newer version of Muster");
}

static void
signup_refuses_to_start_with_another_key(void **state)
{
    (void)state;
    redis_tell("HSET {muster}:su:meta key 0123456789abcdef");
    refuses_to_start("not the key this data was sealed with");
}

/* ---- limits ---- */

struct loading {
    struct store *store;
    int open;
};

static void
on_loaded(void *arg, enum err err, const struct store_reply *reply)
{
    (void)reply;
    struct loading *loading = arg;
    assert_int_equal(err, ERR_NONE);
    loading->open--;
}

/* Puts the definition of an action where signup would. */
static void
load_action(struct loading *loading, unsigned number)
{
    char id[16], field[24];
    (void)snprintf(id, sizeof(id), "a%u", number);
    (void)snprintf(field, sizeof(field), "a:%s", id);
    Signup__Action action = SIGNUP__ACTION__INIT;
    action.id = id;
    action.name = "An action";
    action.kind = WORDS__ACTION_KIND__KIND_RALLY;
    action.has_number = true;
    action.number = number;
    action.starts_at_ms = 1700000000000;
    action.ends_at_ms = 1700000000001;
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(&action, &packed);
    struct bytes words[] = {
        bytes_of_string("HSET"), bytes_of_string("{care}:su:d"),
        bytes_of_string(field), bytes_of(packed.data, packed.len)};
    loading->open++;
    store_command(loading->store, words, 4, on_loaded, loading);
    while (loading->open > 256) {
        loop_turn(rig.loop, 20);
    }
    buf_fini(&packed);
}

static void
load_actions(unsigned count)
{
    struct loading loading = {redis_store(rig.redis, rig.loop), 0};
    for (unsigned number = 1; number <= count; number++) {
        load_action(&loading, number);
    }
    while (loading.open > 0) {
        loop_turn(rig.loop, 20);
    }
    store_free(&loading.store);
    redis_tell("HINCRBY {care}:su:m definitions 1");
}

static struct signup_answer
put_action(const char *id)
{
    Signup__Action action = SIGNUP__ACTION__INIT;
    action.id = (char *)id;
    action.name = "An action";
    action.kind = WORDS__ACTION_KIND__KIND_RALLY;
    action.starts_at_ms = 1700000000000;
    action.ends_at_ms = 1700000000001;
    Signup__PutAction put = SIGNUP__PUT_ACTION__INIT;
    put.campaign = "care";
    put.action = &action;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PUT_ACTION;
    request.put_action = &put;
    return signup_rig_insist(&rig, &request);
}

static void
a_campaign_has_65535_actions_and_not_one_more(void **state)
{
    (void)state;
    load_actions(ACTIONS_MAX - 1);
    struct signup_answer got = put_action("last");
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->put_action->number, ACTIONS_MAX);
    signup_rig_free(&got);
    is_refused(put_action("more"), ERR_LIMIT, "at most 65,535 actions");
    /* More than fits in one answer; the stub asks for the rest. */
    got = list_actions("care");
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->list_actions->n_actions, ACTIONS_MAX);
    for (unsigned i = 0; i < ACTIONS_MAX; i++) {
        assert_int_equal(got.reply->list_actions->actions[i]->number, i + 1);
    }
    signup_rig_free(&got);
    unsigned person = signup_rig_number(
        &rig, &(struct signup_rig_person){
                  .name = "Ann", .phone = "07700900001", .action = "last"});
    Signup__GetSupporter get = SIGNUP__GET_SUPPORTER__INIT;
    get.campaign = "care";
    get.number = person;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_GET_SUPPORTER;
    request.get_supporter = &get;
    got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.reply->get_supporter->n_places, 1);
    assert_int_equal(got.reply->get_supporter->places[0]->action_number,
                     ACTIONS_MAX);
    signup_rig_free(&got);
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(asking_for_what_does_not_exist_makes_nothing),
        IN_RIG(
            a_campaign_lost_from_the_list_keeps_its_number_and_no_other_gets_it),
        IN_RIG(a_number_once_given_is_never_given_again),
        IN_RIG(two_campaigns_with_one_number_are_refused_by_name),
        IN_RIG(a_campaign_of_a_newer_format_is_refused_in_words),
        IN_RIG(a_campaign_of_the_first_format_is_brought_to_the_newest),
        IN_RIG(signup_refuses_to_start_on_newer_data),
        IN_RIG(signup_refuses_to_start_with_another_key),
        IN_RIG(a_campaign_has_65535_actions_and_not_one_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
