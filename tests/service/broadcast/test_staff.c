/* test_staff -- what organisers and approvers may do, and what they are told;
 * real processes, a real Redis, a signup that says what the test wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/rigs/broadcast_world.h"

#define STATE(name) WORDS__RECIPIENT_STATE__##name
#define STAGE(name) BROADCAST__STAGE__##name
#define ASK(name) BROADCAST__REQUEST__IS_##name

static struct world *world;
static struct world_courier courier;

static int
open_world(void **state)
{
    (void)state;
    world = world_new(NULL);
    courier =
        (struct world_courier){.world = world, .name = "courier.0", .boot = 1};
    return 0;
}

static int
close_world(void **state)
{
    (void)state;
    world_free(&world);
    return 0;
}

static void
assert_err(struct world_answer answer, enum err want)
{
    if (answer.err != want) {
        fail_msg("%s (%s), want %s", err_name(answer.err), answer.detail,
                 err_name(want));
    }
    world_forget(&answer);
}

/* A draft; its id (owned), and its hash. */
static char *
draft(Broadcast__Content *content, const char *key, char hash[65])
{
    struct world_answer answer = world_create(world, key, content);
    assert_int_equal(answer.err, ERR_NONE);
    char *id = mem_copy_string(answer.reply->create->id);
    assert_int_equal(strlen(answer.reply->create->content_hash), 64);
    memcpy(hash, answer.reply->create->content_hash, 65);
    world_forget(&answer);
    return id;
}

static void
assert_stage(const char *id, Broadcast__Stage want)
{
    Broadcast__Broadcast *now = world_get(world, id);
    assert_int_equal(now->stage, want);
    wire_free(now);
}

/* ---- drafts ---- */

static void
a_hundred_posts_of_one_key_make_one_broadcast(void **state)
{
    static struct world_answer answers[100];
    Broadcast__Content content = world_content();
    Broadcast__Create create = BROADCAST__CREATE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    (void)state;
    char hash[65], *first = draft(&content, "first", hash);
    create.campaign = WORLD_CAMPAIGN;
    create.content = &content;
    create.idempotency_key = "same";
    create.staff = WORLD_MAKER;
    request.is_case = ASK(CREATE);
    request.create = &create;
    for (int i = 0; i < 100; i++) {
        world_ask_later(world, 0, &request, &answers[i]);
    }
    for (int i = 0; i < 100; i++) {
        while (!answers[i].is_done) {
            loop_turn(world->loop, 2);
        }
        assert_int_equal(answers[i].err, ERR_NONE);
        assert_string_equal(answers[i].reply->create->id, "b2");
        world_forget(&answers[i]);
    }
    content.sms_text = "other";
    assert_err(world_create(world, "same", &content), ERR_CONFLICT);
    free(first);
}

static void
a_draft_that_cannot_be_meant_is_refused_with_a_reason(void **state)
{
    char long_text[2002];
    struct {
        const char *field;
        Broadcast__Content content;
    } rows[11];
    (void)state;
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    for (size_t i = 0; i < 11; i++) {
        rows[i].content = world_content();
    }
    rows[0].field = "name";
    rows[0].content.name = "";
    rows[1].field = "class";
    rows[1].content.class_ = WORDS__CLASS__CLASS_NONE;
    rows[2].field = "audience";
    rows[2].content.audience = "";
    rows[3].field = "action";
    rows[3].content.class_ = WORDS__CLASS__CLASS_SERVICE;
    rows[4].field = "sms_text";
    rows[4].content.sms_text = "";
    rows[5].field = "sms_text";
    rows[5].content.sms_text = long_text;
    rows[6].field = "email_subject";
    rows[6].content.email_text = "Dear all";
    rows[7].field = "sms_text";
    rows[7].content.sms_text = "{{shoe_size}}";
    rows[8].field = "is_standing";
    rows[8].content.is_standing = rows[8].content.has_is_standing = true;
    rows[9].field = "action";
    rows[9].content.action = "no-such-action";
    rows[10].field = "is_standing"; /* the system brings it already */
    rows[10].content.class_ = WORDS__CLASS__CLASS_SERVICE;
    rows[10].content.action = WORLD_ACTION;
    rows[10].content.is_standing = rows[10].content.has_is_standing = true;
    rows[10].content.sms_text = "Your ticket: {{ticket_url}}";
    for (size_t i = 0; i < 11; i++) {
        struct world_answer answer =
            world_create(world, "key", &rows[i].content);
        if (answer.err != ERR_BAD_REQUEST ||
            strcmp(answer.field, rows[i].field) != 0) {
            fail_msg("row %zu: %s, \"%s\", \"%s\"", i, err_name(answer.err),
                     answer.field, answer.detail);
        }
        world_forget(&answer);
    }
    Broadcast__Content content = world_content();
    assert_err(world_create(world, "no blanks in it", &content),
               ERR_BAD_REQUEST);
    /* ticket_url is only known where there is an action */
    content.sms_text = "{{ticket_url}}";
    assert_err(world_create(world, "t", &content), ERR_BAD_REQUEST);
    content.action = WORLD_ACTION;
    assert_err(world_create(world, "t", &content), ERR_NONE);
}

static void
what_is_not_there_is_not_found(void **state)
{
    (void)state;
    assert_err(world_act(world, ASK(START), "b9"), ERR_NOT_FOUND);
    assert_err(world_act(world, ASK(STOP), "b9"), ERR_NOT_FOUND);
    assert_err(world_act(world, ASK(RECOUNT), "b9"), ERR_NOT_FOUND);
    assert_err(world_act(world, ASK(PAUSE), "../b1"), ERR_NOT_FOUND);
    assert_err(world_approve(world, "b9", "x", "bob"), ERR_NOT_FOUND);
}

static void
a_list_has_the_newest_first_and_pages(void **state)
{
    Broadcast__List list = BROADCAST__LIST__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    Broadcast__Content content = world_content();
    char key[16], hash[65], *after = NULL;
    int seen = 0;
    (void)state;
    world_wait_for(world, "b0"); /* the confirmation */
    for (int i = 0; i < 7; i++) {
        (void)snprintf(key, sizeof(key), "k%d", i);
        free(draft(&content, key, hash));
    }
    list.campaign = WORLD_CAMPAIGN;
    list.has_max = true;
    list.max = 3;
    request.is_case = ASK(LIST);
    request.list = &list;
    do {
        list.after = after;
        struct world_answer answer = world_ask(world, 0, &request);
        const Broadcast__Broadcasts *page = answer.reply->list;
        for (size_t i = 0; i < page->n_broadcasts; i++) {
            (void)snprintf(key, sizeof(key), "b%d", 7 - seen++);
            assert_string_equal(page->broadcasts[i]->id, key);
        }
        free(after);
        after = mem_copy_string(page->next);
        world_forget(&answer);
    } while (after != NULL);
    assert_int_equal(seen, 8);
}

/* ---- forecast and approval ---- */

static void
a_forecast_says_how_many_how_dear_and_how_long(void **state)
{
    Broadcast__MakeForecast make = BROADCAST__MAKE_FORECAST__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    Broadcast__Content content = world_content();
    char hash[65];
    (void)state;
    world->people = 70000; /* two chunks to measure */
    world->step = 7;
    content.email_subject = "Turn left";
    content.email_text = "Dear {{name}}";
    char *id = draft(&content, "f", hash);
    make.campaign = WORLD_CAMPAIGN;
    make.id = id;
    request.is_case = ASK(FORECAST);
    request.forecast = &make;
    int64_t before = clock_wall_ms();
    struct world_answer answer = world_ask(world, 0, &request);
    assert_int_equal(answer.err, ERR_NONE);
    const Broadcast__Forecast *f = answer.reply->forecast;
    assert_string_equal(f->content_hash, hash);
    assert_int_equal(f->people, 10003);
    assert_int_equal(f->n_channels, 2);
    const Broadcast__ChannelForecast *sms = f->channels[0];
    assert_int_equal(sms->recipients, 10000);
    assert_int_equal(sms->excluded[0]->rule, WORDS__RULE__RULE_WITHDRAWN);
    assert_int_equal(sms->excluded[0]->count, 3);
    assert_int_equal(sms->sms_parts, 20000);
    assert_int_equal(sms->sms_parts_max, 3);
    assert_int_equal(sms->sms_ucs2, 2);
    assert_true(sms->cost_micros == UINT64_C(20000) * 40000);
    assert_int_equal(sms->seconds, 6); /* 10,000 at nine tenths of 2,000 */
    assert_int_equal(f->channels[1]->seconds, 3);
    assert_false(f->channels[1]->has_sms_parts);
    assert_int_equal(f->n_examples, 2);
    assert_true(f->needs_second_person);
    assert_false(f->is_late);
    assert_true(f->finishes_at_ms >= before + 6000);
    world_forget(&answer);
    free(id);
}

static void
an_audience_that_cannot_be_meant_is_the_field_at_fault(void **state)
{
    Broadcast__MakeForecast make = BROADCAST__MAKE_FORECAST__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    Broadcast__Content content = world_content();
    char hash[65];
    (void)state;
    char *id = draft(&content, "f", hash);
    world->refuses_query = true;
    make.campaign = WORLD_CAMPAIGN;
    make.id = id;
    request.is_case = ASK(FORECAST);
    request.forecast = &make;
    struct world_answer answer = world_ask(world, 0, &request);
    assert_int_equal(answer.err, ERR_BAD_REQUEST);
    assert_string_equal(answer.detail, "there is no role chef");
    assert_string_equal(answer.field, "audience");
    world_forget(&answer);
    free(id);
}

static void
its_maker_alone_approves_only_few(void **state)
{
    Broadcast__Content content = world_content();
    char hash[65];
    (void)state;
    char *id = draft(&content, "a", hash);
    world->approval_above = 99; /* 100 people */
    assert_err(world_approve(world, id, hash, WORLD_MAKER), ERR_FORBIDDEN);
    assert_stage(id, STAGE(DRAFT));
    hash[0] = hash[0] == '0' ? '1' : '0';
    assert_err(world_approve(world, id, hash, WORLD_APPROVER), ERR_CONFLICT);
    hash[0] = hash[0] == '0' ? '1' : '0';
    free(id);
    content.name = "another";
    id = draft(&content, "b", hash);
    assert_err(world_act(world, ASK(START), id), ERR_CONFLICT);
    assert_err(world_approve(world, id, hash, WORLD_APPROVER), ERR_NONE);
    assert_err(world_approve(world, id, hash, WORLD_APPROVER), ERR_NONE);
    assert_err(world_approve(world, id, hash, "carol"), ERR_CONFLICT);
    assert_stage(id, STAGE(APPROVED));
    free(id);
}

static void
an_audience_that_grew_needs_a_second_person_after_all(void **state)
{
    Broadcast__Content content = world_content();
    char hash[65];
    (void)state;
    world->people = 50;
    char *id = draft(&content, "a", hash);
    assert_err(world_approve(world, id, hash, WORLD_MAKER), ERR_NONE);
    world->people = 51;
    assert_err(world_act(world, ASK(START), id), ERR_FORBIDDEN);
    world->people = 50;
    assert_err(world_act(world, ASK(START), id), ERR_NONE);
    free(id);
}

static void
a_start_that_would_be_late_is_refused_unless_accepted(void **state)
{
    Broadcast__Content content = world_content();
    Broadcast__Act act = BROADCAST__ACT__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    char hash[65];
    (void)state;
    world->people = 60000; /* half a minute's work */
    content.has_expires_at_ms = true;
    content.expires_at_ms = clock_wall_ms() + 20000;
    char *id = draft(&content, "late", hash);
    assert_err(world_approve(world, id, hash, WORLD_APPROVER), ERR_NONE);
    assert_err(world_act(world, ASK(START), id), ERR_CONFLICT);
    assert_stage(id, STAGE(APPROVED));
    act.campaign = WORLD_CAMPAIGN;
    act.id = id;
    act.staff = WORLD_APPROVER;
    act.has_is_late_accepted = act.is_late_accepted = true;
    request.is_case = ASK(START);
    request.start = &act;
    assert_err(world_ask(world, 0, &request), ERR_NONE);
    assert_err(world_ask(world, 0, &request), ERR_NONE); /* asked again */
    free(id);
}

/* ---- pause, resume, stop, expiry ---- */

static void
a_pause_grants_nothing_and_a_resume_goes_on(void **state)
{
    Broadcast__Content content = world_content();
    (void)state;
    char *id = world_send(world, &content);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_err(world_act(world, ASK(PAUSE), id), ERR_NONE);
    assert_err(world_act(world, ASK(PAUSE), id), ERR_NONE);
    world_settle(&courier, lease, STATE(PENDING));
    wire_free(lease);
    for (int i = 0; i < 20; i++) {
        assert_null(world_try_lease(&courier, 1));
    }
    assert_stage(id, STAGE(PAUSED));
    assert_err(world_act(world, ASK(RESUME), id), ERR_NONE);
    assert_err(world_act(world, ASK(RESUME), id), ERR_NONE);
    lease = world_lease(&courier, 1);
    wire_free(lease);
    free(id);
}

static void
a_stop_ends_what_is_not_sent_and_lets_the_rest_be_told(void **state)
{
    Broadcast__Content content = world_content();
    (void)state;
    world->people = 70000;
    content.email_subject = "Turn left";
    content.email_text = "Dear {{name}}";
    char *id = world_send(world, &content);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    Broadcast__Lease *deferred = world_lease(&courier, 1);
    world_settle(&courier, deferred, STATE(DEFERRED));
    struct world_answer answer = world_act(world, ASK(STOP), id);
    assert_int_equal(answer.err, ERR_NONE);
    const Broadcast__Broadcast *now = answer.reply->stop;
    assert_int_equal(now->stage, STAGE(STAGE_STOPPED));
    assert_int_equal(world_count(now, 1, STATE(PENDING)), 0);
    assert_int_equal(world_count(now, 1, STATE(DEFERRED)), 0);
    assert_int_equal(world_count(now, 1, STATE(LEASED)), lease->n_numbers);
    assert_int_equal(world_count(now, 1, STATE(STOPPED)),
                     70000 - lease->n_numbers);
    assert_int_equal(world_count(now, 2, STATE(STOPPED)), 70000);
    world_forget(&answer);
    for (int i = 0; i < 10; i++) {
        assert_null(world_try_lease(&courier, 1));
        assert_null(world_try_lease(&courier, 2));
    }
    /* What was handed over before is told after; the unbegun is stopped. */
    struct world_outcome outcomes[] = {{lease->numbers[0], STATE(ACCEPTED)}};
    assert_err(world_settle_some(&courier, lease, outcomes, 1, false),
               ERR_NONE);
    world_settle(&courier, lease, STATE(PENDING));
    Broadcast__Broadcast *end = world_get(world, id);
    assert_int_equal(world_count(end, 1, STATE(ACCEPTED)), 1);
    assert_int_equal(world_count(end, 1, STATE(STOPPED)), 69999);
    assert_int_equal(end->channels[0]->audience, 70000);
    world_assert_recount(world, id);
    assert_true(world->halt_count > 0);
    assert_err(world_act(world, ASK(STOP), id), ERR_NONE);
    assert_err(world_act(world, ASK(RESUME), id), ERR_CONFLICT);
    wire_free(end);
    wire_free(lease);
    wire_free(deferred);
    free(id);
}

static void
a_stop_while_the_audience_is_being_frozen_stops_it(void **state)
{
    Broadcast__Content content = world_content();
    (void)state;
    world->people = 200000;
    world->freezes_until_silent = 2;
    char *id = world_send(world, &content);
    world_wait_for_count(world, id, STATE(PENDING), 131072);
    assert_err(world_act(world, ASK(STOP), id), ERR_NONE);
    world->freezes_until_silent = -1;
    Broadcast__Broadcast *now = world_get(world, id);
    assert_int_equal(world_count(now, 1, STATE(STOPPED)), 131072);
    assert_int_equal(world_count(now, 1, STATE(PENDING)), 0);
    wire_free(now);
    world_assert_recount(world, id);
    free(id);
}

static void
what_is_not_sent_at_its_expiry_expires(void **state)
{
    Broadcast__Content content = world_content();
    (void)state;
    content.has_expires_at_ms = true;
    content.expires_at_ms = clock_wall_ms() + 2500;
    char *id = world_send(world, &content);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_true(lease->expires_at_ms == content.expires_at_ms);
    world_settle(&courier, lease, STATE(PENDING));
    wire_free(lease);
    world_wait_for_stage(world, id, STAGE(STAGE_EXPIRED));
    world_wait_for_count(world, id, STATE(EXPIRED), 100);
    world_assert_recount(world, id);
    free(id);
}

/* ---- freezing ---- */

static void
a_crash_in_the_middle_of_freezing_freezes_everyone_once(void **state)
{
    Broadcast__Content content = world_content();
    (void)state;
    world->people = 200000; /* four chunks */
    world->step = 3;
    world->freezes_until_silent = 2;
    char *id = world_send(world, &content);
    world_wait_for_count(world, id, STATE(PENDING), 43691);
    world_kill(world, 0);
    world->freezes_until_silent = -1;
    world_start(world, 0);
    world_wait_for_stage(world, id, STAGE(SENDING));
    Broadcast__Broadcast *now = world_get(world, id);
    assert_int_equal(now->channels[0]->audience, 66667);
    wire_free(now);
    world_assert_recount(world, id);
    free(id);
}

static void
nobody_in_the_audience_is_done_at_once(void **state)
{
    Broadcast__Content content = world_content();
    (void)state;
    world->people = 0;
    char *id = world_send(world, &content);
    world_wait_for_stage(world, id, STAGE(DONE));
    free(id);
}

/* ---- recipients by state ---- */

static void
who_is_in_doubt_is_listed_and_resolved_by_hand(void **state)
{
    Broadcast__Content content = world_content();
    Broadcast__ListRecipients list = BROADCAST__LIST_RECIPIENTS__INIT;
    Broadcast__ResolveDoubt resolve = BROADCAST__RESOLVE_DOUBT__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    uint32_t listed = 0, first[2] = {0};
    (void)state;
    world->people = 200000; /* 16 in four chunks: too few for a circuit */
    world->step = 12500;
    char *id = world_send(world, &content);
    for (uint32_t settled = 0; settled < 16;) {
        Broadcast__Lease *lease = world_lease(&courier, 1);
        settled += world_settle(&courier, lease, STATE(IN_DOUBT));
        wire_free(lease);
    }
    world_wait_for_stage(world, id, STAGE(DONE));
    list.campaign = resolve.campaign = WORLD_CAMPAIGN;
    list.id = resolve.id = id;
    list.channel = resolve.channel = WORDS__CHANNEL__CHANNEL_SMS;
    list.state = STATE(IN_DOUBT);
    list.has_max = list.has_from_number = true;
    list.max = 3;
    request.is_case = ASK(RECIPIENTS);
    request.recipients = &list;
    for (bool is_more = true; is_more;) {
        struct world_answer answer = world_ask(world, 0, &request);
        const Broadcast__Recipients *page = answer.reply->recipients;
        for (size_t i = 0; i < page->n_numbers; i++) {
            assert_int_equal(page->numbers[i], listed++ * 12500);
        }
        is_more = page->has_next;
        list.from_number = page->next;
        world_forget(&answer);
    }
    assert_int_equal(listed, 16);
    first[0] = 37500;
    first[1] = 50000;
    resolve.staff = WORLD_MAKER;
    resolve.numbers = first;
    resolve.n_numbers = 1;
    resolve.state = STATE(ACCEPTED);
    request.is_case = ASK(RESOLVE_DOUBT);
    request.resolve_doubt = &resolve;
    assert_err(world_ask(world, 0, &request), ERR_NONE);
    resolve.n_numbers = 2; /* 37500 is accepted already: it stays so */
    resolve.state = STATE(PENDING);
    assert_err(world_ask(world, 0, &request), ERR_NONE);
    Broadcast__Lease *lease = world_lease(&courier, 1);
    assert_int_equal(lease->n_numbers, 1);
    assert_int_equal(lease->numbers[0], 50000);
    wire_free(lease);
    resolve.state = STATE(FAILED);
    assert_err(world_ask(world, 0, &request), ERR_BAD_REQUEST);
    world_assert_recount(world, id);
    free(id);
}

/* ---- campaigns that nobody has made ---- */

static long long
read_beat(void)
{
    char *beat =
        redis_do(world->redis, "HGET {" WORLD_CAMPAIGN "}:bc:plan beat");
    long long read = strtoll(beat, NULL, 10);
    free(beat);
    return read;
}

static bool
has_beaten(struct world *w, void *beats)
{
    (void)w;
    return read_beat() >= *(long long *)beats;
}

static void
asking_of_no_campaign_makes_none(void **state)
{
    Broadcast__Content content = world_content();
    Broadcast__Act act = BROADCAST__ACT__INIT;
    Broadcast__Settle settle = BROADCAST__SETTLE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    (void)state;
    char *id = world_send(world, &content);
    act.campaign = settle.campaign = "nobody";
    act.id = settle.broadcast = "b1";
    act.staff = WORLD_MAKER;
    request.is_case = ASK(PAUSE);
    request.pause = &act;
    assert_err(world_ask(world, 0, &request), ERR_NOT_FOUND);
    settle.channel = WORDS__CHANNEL__CHANNEL_SMS;
    settle.lease_id = 7;
    request.is_case = ASK(SETTLE);
    request.settle = &settle;
    assert_err(world_ask(world, 0, &request), ERR_NONE);
    long long beats = read_beat() + 3; /* each campaign known has beaten */
    world_wait(world, has_beaten, &beats);
    char *there = redis_do(world->redis, "EXISTS {nobody}:bc:plan");
    assert_string_equal(there, "0");
    free(there);
    free(id);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        ON(a_hundred_posts_of_one_key_make_one_broadcast),
        ON(a_draft_that_cannot_be_meant_is_refused_with_a_reason),
        ON(what_is_not_there_is_not_found),
        ON(a_list_has_the_newest_first_and_pages),
        ON(a_forecast_says_how_many_how_dear_and_how_long),
        ON(an_audience_that_cannot_be_meant_is_the_field_at_fault),
        ON(its_maker_alone_approves_only_few),
        ON(an_audience_that_grew_needs_a_second_person_after_all),
        ON(a_start_that_would_be_late_is_refused_unless_accepted),
        ON(a_pause_grants_nothing_and_a_resume_goes_on),
        ON(a_stop_ends_what_is_not_sent_and_lets_the_rest_be_told),
        ON(a_stop_while_the_audience_is_being_frozen_stops_it),
        ON(what_is_not_sent_at_its_expiry_expires),
        ON(a_crash_in_the_middle_of_freezing_freezes_everyone_once),
        ON(nobody_in_the_audience_is_done_at_once),
        ON(who_is_in_doubt_is_listed_and_resolved_by_hand),
        ON(asking_of_no_campaign_makes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
