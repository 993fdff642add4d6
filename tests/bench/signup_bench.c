// links: svc_signup
/* signup_bench -- sign-ups a second, bytes a supporter, and a cold start.
 *
 *   signup_bench rate [people]    (default 100,000)
 *       sign-ups/s of the bare batched script, pipelined, of everything
 *       sealed beforehand; then through the bus and the real service; Redis
 *       bytes per supporter; the milliseconds of a preview and a resolve
 *   signup_bench cold [people]    (default 1,000,000)
 *       milliseconds from kill -9 of Redis and signup to correct answers:
 *       a resolve and a preview over everyone
 *
 * Prints one JSON line for each figure. Each run asserts that its effects
 * happened: people are counted by a preview. Own Redis, own service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/joining/signing.h"
#include "services/signup/keep/feed.h"
#include "tests/support/rigs/signup_rig.h"

#define RATE_PEOPLE 100000
#define COLD_PEOPLE 1000000
#define PEOPLE_MAX 16000000
#define BATCH 512
#define BATCHES_IN_FLIGHT 2
#define ASKS_IN_FLIGHT 2048
#define FIRST_PHONE 447400000000U /* a real range, so that it is valid */
#define ROLES 3
#define REGIONS 2
#define REPEATS 20

struct bench {
    struct signup_rig rig;
    struct store *store;
    struct su *su;
    /* As the service has them, to make the same items. */
    struct signup signup;
    struct address_keys keys;
    struct campaign campaign;
    struct campaign_action action;
    struct asked asked;
    Signup__Request request;
    Signup__SignUp ask; /* by a server: vouched */
    Signup__Campaign definition;
    Signup__Action about;
};

static void
print_figure(const char *name, double value, const char *unit,
             const char *against, double other)
{
    if (against == NULL) {
        printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\","
               "\"against\":null,\"ratio\":null}\n",
               name, value, unit);
    } else {
        printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\","
               "\"against\":\"%s\",\"ratio\":%.3f}\n",
               name, value, unit, against, value / other);
    }
    (void)fflush(stdout);
}

static double
per_second(int64_t count, int64_t us)
{
    return (double)count * 1e6 / (double)us;
}

/* ---- items for the bare script ---- */

static void
open_bench(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    crypto_init();
    signup_rig_open(&b->rig);
    (void)signup_rig_put_action(&b->rig, "rally", -1);
    b->store = redis_store(b->rig.redis, b->rig.loop);
    b->su = su_new(b->store);
    char *path = temp_path(b->rig.dir, "keys/signup.key");
    struct crypto_key key;
    crypto_key_load(path, false, &key);
    free(path);
    address_keys_derive(&key, &b->keys);
    b->signup.keys = &b->keys;
    b->asked.service = &b->signup;
    signup__request__init(&b->request);
    signup__sign_up__init(&b->ask);
    signup__campaign__init(&b->definition);
    signup__action__init(&b->about);
    b->ask.has_by = true;
    b->ask.by = SIGNUP__ENTERED_BY__ENTERED_BY_SERVER;
    b->request.sign_up = &b->ask;
    b->asked.message = &b->request;
    b->campaign.signup = &b->signup;
    b->campaign.definition = &b->definition;
    b->action.definition = &b->about;
    strcpy(b->campaign.id, "care");
    strcpy(b->action.id, "rally");
    b->action.number = 1;
    campaign_pack_slug("rally", &b->action.slug_field);
    char *revision = redis_do(b->rig.redis, "HGET {care}:su:m definitions");
    (void)snprintf(b->campaign.revision, sizeof(b->campaign.revision), "%s",
                   revision);
    free(revision);
    /* One of the consents' wording, so that evidence 0 is there. */
    (void)signup_rig_number(&b->rig,
                            &(struct signup_rig_person){.name = "Ann Smith",
                                                        .phone = "07700900000",
                                                        .action = "rally",
                                                        .consents_sms = true});
}

static void
close_bench(struct bench *b)
{
    store_free(&b->store);
    su_free(&b->su);
    signup_rig_close(&b->rig);
}

static void
fill_signing(struct bench *b, unsigned i, struct signing *s)
{
    *s = (struct signing){
        .asked = &b->asked,
        .campaign = &b->campaign,
        .said = {[ATTRIBUTE_role] = (uint16_t)(1 + i % ROLES),
                 [ATTRIBUTE_region] = (uint16_t)(1 + i % REGIONS)},
        .action_count = 1,
        .actions = {&b->action},
        .consent_count = 1};
    buf_init(&s->sealed, 0);
    (void)snprintf(s->record.name, sizeof(s->record.name), "Ann Smith %u", i);
    (void)snprintf(s->record.email, sizeof(s->record.email),
                   "ann.smith.%u@example.org", i);
    s->record.phone = FIRST_PHONE + i;
    s->consents[0].given = (struct record_given){0, clock_wall_ms(), false, 0};
    address_hash_phone(&b->keys, "care", s->record.phone, s->phone_hash);
    address_hash_email(&b->keys, "care", s->record.email, s->email_hash);
    signing_prepare(s, clock_wall_ms());
}

/* The args of one script call. */
struct call {
    struct buf bytes;
    size_t ends[BATCH + SIGN_UP_ARG_ITEMS], count;
};

static void
make_call(struct bench *b, unsigned first, unsigned count, struct call *call)
{
    struct signing *s = mem_new(sizeof(*s));
    buf_init(&call->bytes, 0);
    call->count = 0;
    buf_add_string(&call->bytes, b->campaign.revision);
    call->ends[call->count++] = call->bytes.len;
    feed_flow_add_tail(&call->bytes);
    call->ends[call->count++] = call->bytes.len;
    buf_printf(&call->bytes, "%" PRId64, clock_wall_ms());
    call->ends[call->count++] = call->bytes.len;
    signup_slug_row_append(
        &call->bytes,
        &(struct signup_slug_row){.number = b->action.number,
                                  .slug = bytes_of(b->action.slug_field.data,
                                                   b->action.slug_field.len)});
    call->ends[call->count++] = call->bytes.len;
    buf_add_string(&call->bytes, "0"); /* known */
    call->ends[call->count++] = call->bytes.len;
    for (unsigned i = 0; i < count; i++) {
        fill_signing(b, first + i, s);
        signing_add_item(s, &call->bytes);
        buf_fini(&s->sealed);
        call->ends[call->count++] = call->bytes.len;
    }
    free(s);
}

/* ---- the bare script ---- */

struct bare {
    struct bench *b;
    unsigned in_flight;
};

static void
on_bare(void *arg, enum err err, const struct store_reply *reply)
{
    struct bare *bare = arg;
    assert_int_equal(err, ERR_NONE);
    assert_int_equal(reply->type, STORE_ARRAY);
    for (size_t i = 1; i < reply->count; i++) {
        assert_true(reply->items[i].len > 0); /* committed */
    }
    bare->in_flight--;
}

static void
send_call(struct bare *bare, const struct call *call)
{
    struct bytes args[BATCH + SIGN_UP_ARG_ITEMS];
    for (size_t i = 0; i < call->count; i++) {
        size_t begin = i == 0 ? 0 : call->ends[i - 1];
        args[i] = bytes_of(call->bytes.data + begin, call->ends[i] - begin);
    }
    bare->in_flight++;
    su_sign_up(bare->b->su, "care", (struct su_args){args, call->count},
               on_bare, bare);
}

static void
turn_until(struct bare *bare, unsigned in_flight_max)
{
    while (bare->in_flight > in_flight_max) {
        loop_turn(bare->b->rig.loop, 100);
    }
}

/* Signs up people first..first+count-1; returns the microseconds that the
 * script calls alone took. */
static int64_t
sign_up_bare(struct bench *b, unsigned first, unsigned count)
{
    struct bare bare = {.b = b};
    unsigned calls = (count + BATCH - 1) / BATCH;
    struct call *made = mem_new_array(calls, sizeof(*made));
    for (unsigned i = 0; i < calls; i++) {
        unsigned left = count - i * BATCH;
        make_call(b, first + i * BATCH, left < BATCH ? left : BATCH, &made[i]);
    }
    int64_t began = clock_boot_us();
    for (unsigned i = 0; i < calls; i++) {
        turn_until(&bare, BATCHES_IN_FLIGHT - 1);
        send_call(&bare, &made[i]);
    }
    turn_until(&bare, 0);
    int64_t took = clock_boot_us() - began;
    for (unsigned i = 0; i < calls; i++) {
        buf_fini(&made[i].bytes);
    }
    free(made);
    return took;
}

/* ---- through the bus ---- */

struct crowd {
    int in_flight, committed;
};

static void
on_signed_up(void *arg, enum err err, const char *detail,
             const Signup__Reply *reply)
{
    struct crowd *crowd = arg;
    if (err != ERR_NONE) {
        fail_msg("%s: %s", err_name(err), detail);
    }
    crowd->committed += reply->sign_up->n_places == 1;
    crowd->in_flight--;
}

static void
ask_one(struct bench *b, struct crowd *crowd, unsigned i)
{
    char name[32], phone[32], email[64];
    struct signup_rig_request request;
    (void)snprintf(name, sizeof(name), "Ann Smith %u", i);
    (void)snprintf(phone, sizeof(phone), "+%" PRIu64,
                   (uint64_t)FIRST_PHONE + i);
    (void)snprintf(email, sizeof(email), "ann.smith.%u@example.org", i);
    signup_rig_fill(&request,
                    &(struct signup_rig_person){.name = name,
                                                .phone = phone,
                                                .email = email,
                                                .role = "nurse",
                                                .region = "wales",
                                                .action = "rally",
                                                .consents_sms = true});
    crowd->in_flight++;
    signup_ask(b->rig.peer, 0, &request.request, on_signed_up, crowd);
}

static int64_t
sign_up_over_bus(struct bench *b, unsigned first, unsigned count)
{
    struct crowd crowd = {0, 0};
    int64_t began = clock_boot_us();
    for (unsigned i = 0; i < count; i++) {
        while (crowd.in_flight >= ASKS_IN_FLIGHT) {
            loop_turn(b->rig.loop, 100);
        }
        ask_one(b, &crowd, first + i);
    }
    while (crowd.in_flight > 0) {
        loop_turn(b->rig.loop, 100);
    }
    int64_t took = clock_boot_us() - began;
    assert_int_equal(crowd.committed, (int)count);
    return took;
}

/* ---- reading ---- */

static void
check_people(struct bench *b, uint32_t want)
{
    struct signup_answer got = signup_rig_preview(
        &b->rig, WORDS__CLASS__CLASS_CAMPAIGN, "signedup:rally", NULL);
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->preview->people, want);
    assert_int_equal(got.reply->preview->channels[0]->eligible, want);
    signup_rig_free(&got);
}

static double
memory_used(struct bench *b)
{
    char *info = redis_do(b->rig.redis, "INFO memory");
    const char *at = strstr(info, "used_memory:");
    double used = at == NULL ? 0 : strtod(at + 12, NULL);
    free(info);
    return used;
}

static double
memory_of(struct bench *b, const char *key)
{
    char *command = mem_format("MEMORY USAGE %s SAMPLES 0", key);
    char *reply = redis_do(b->rig.redis, command);
    double used = strtod(reply, NULL);
    free(command);
    free(reply);
    return used;
}

static double
preview_ms(struct bench *b, uint32_t people)
{
    int64_t began = clock_boot_us();
    for (int i = 0; i < REPEATS; i++) {
        check_people(b, people);
    }
    return (double)(clock_boot_us() - began) / 1000 / REPEATS;
}

static double
resolve_ms(struct bench *b)
{
    uint32_t numbers[1000];
    for (uint32_t i = 0; i < 1000; i++) {
        numbers[i] = i * 7 % 1000;
    }
    Signup__Resolve resolve = SIGNUP__RESOLVE__INIT;
    resolve.campaign = "care";
    resolve.class_ = WORDS__CLASS__CLASS_SERVICE;
    resolve.channel = WORDS__CHANNEL__CHANNEL_SMS;
    resolve.action = "rally";
    resolve.n_numbers = 1000;
    resolve.numbers = numbers;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_RESOLVE;
    request.resolve = &resolve;
    int64_t began = clock_boot_us();
    for (int i = 0; i < REPEATS; i++) {
        struct signup_answer got = signup_rig_insist(&b->rig, &request);
        assert_int_equal(got.err, ERR_NONE);
        assert_non_null(got.reply->resolve->contacts[999]->address);
        signup_rig_free(&got);
    }
    return (double)(clock_boot_us() - began) / 1000 / REPEATS;
}

/* ---- the two runs ---- */

static void
run_rate(unsigned people)
{
    struct bench b;
    open_bench(&b);
    double empty = memory_used(&b);
    int64_t bare_us = sign_up_bare(&b, 0, people);
    check_people(&b, people + 1);
    double feed = memory_of(&b, "{care}:su:feed");
    double used = memory_used(&b) - empty - feed;
    int64_t bus_us = sign_up_over_bus(&b, people, people);
    check_people(&b, people * 2 + 1);
    double bare = per_second(people, bare_us);
    print_figure("sign-ups, bare batched script", bare, "per second", NULL, 0);
    print_figure("sign-ups through the bus and the service",
                 per_second(people, bus_us), "per second",
                 "sign-ups, bare batched script", bare);
    print_figure("Redis, for each supporter", used / people, "bytes",
                 "aim of 200", 200);
    print_figure("of the feed, for each supporter, besides", feed / people,
                 "bytes", NULL, 0);
    print_figure("an audience previewed, columns in memory",
                 preview_ms(&b, people * 2 + 1), "ms", NULL, 0);
    print_figure("1,000 contacts resolved", resolve_ms(&b), "ms", NULL, 0);
    close_bench(&b);
}

static void
rewrite_log(struct bench *b)
{
    free(redis_do(b->rig.redis, "BGREWRITEAOF"));
    for (;;) {
        char *info = redis_do(b->rig.redis, "INFO persistence");
        bool is_done = strstr(info, "aof_rewrite_in_progress:0") != NULL &&
                       strstr(info, "aof_rewrite_scheduled:0") != NULL;
        free(info);
        if (is_done) {
            return;
        }
        loop_turn(b->rig.loop, 100);
    }
}

static double
restart_ms(struct bench *b, unsigned people)
{
    redis_kill(b->rig.redis);
    process_kill(&b->rig.signup);
    int64_t began = clock_boot_us();
    redis_restart(b->rig.redis);
    double redis_ms = (double)(clock_boot_us() - began) / 1000;
    signup_rig_start(&b->rig);
    struct signup_answer got =
        signup_rig_resolve(&b->rig, WORDS__CLASS__CLASS_CAMPAIGN,
                           WORDS__CHANNEL__CHANNEL_SMS, NULL, people);
    assert_int_equal(got.err, ERR_NONE);
    assert_non_null(got.reply->resolve->contacts[0]->address);
    signup_rig_free(&got);
    check_people(b, people + 1);
    double all_ms = (double)(clock_boot_us() - began) / 1000;
    print_figure("of a cold start, Redis reading its log", redis_ms, "ms", NULL,
                 0);
    return all_ms;
}

static void
run_cold(unsigned people)
{
    struct bench b;
    open_bench(&b);
    for (unsigned done = 0; done < people; done += RATE_PEOPLE) {
        unsigned left = people - done;
        (void)sign_up_bare(&b, done, left < RATE_PEOPLE ? left : RATE_PEOPLE);
    }
    print_figure("the first preview after a start", preview_ms(&b, people + 1),
                 "ms", NULL, 0);
    print_figure("a preview after a change", preview_ms(&b, people + 1), "ms",
                 NULL, 0);
    double as_it_was = restart_ms(&b, people);
    print_figure("kill -9 of everything to correct answers, log as it grew",
                 as_it_was, "ms", "aim of 2000", 2000);
    rewrite_log(&b);
    print_figure("the same, log rewritten", restart_ms(&b, people), "ms",
                 "aim of 2000", 2000);
    close_bench(&b);
}

int
main(int argc, char **argv)
{
    bool is_cold = argc > 1 && strcmp(argv[1], "cold") == 0;
    if (argc < 2 || (!is_cold && strcmp(argv[1], "rate") != 0)) {
        (void)fprintf(stderr, "signup_bench rate|cold [people]\n");
        return 2;
    }
    unsigned long people = argc > 2  ? strtoul(argv[2], NULL, 10)
                           : is_cold ? COLD_PEOPLE
                                     : RATE_PEOPLE;
    if (people < 1000 || people > PEOPLE_MAX) {
        (void)fprintf(stderr, "people: 1,000 to %d\n", PEOPLE_MAX);
        return 2;
    }
    if (is_cold) {
        run_cold((unsigned)people);
    } else {
        run_rate((unsigned)people);
    }
    return 0;
}
