/* test_neighbours -- feed, news, checkin, and a second signup beside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkin.pb-c.h"
#include "common/base/base.h"
#include "tests/support/rigs/signup_rig.h"

#define CROWD 300

static struct signup_rig rig;

static int
open_rig(void **state)
{
    (void)state;
    signup_rig_open(&rig);
    (void)signup_rig_put_action(&rig, "rally", 1);
    return 0;
}

static int
close_rig(void **state)
{
    (void)state;
    signup_rig_close(&rig);
    return 0;
}

/* ---- the feed ---- */

static struct signup_answer
since(uint64_t after, uint32_t events_max)
{
    Feed__Since message = FEED__SINCE__INIT;
    message.campaign = "care";
    message.after = after;
    message.has_events_max = events_max > 0;
    message.events_max = events_max;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_SINCE;
    request.since = &message;
    return signup_rig_insist(&rig, &request);
}

static Signup__Event *
event_at(const Feed__Page *page, size_t entry, size_t event)
{
    const ProtobufCBinaryData *bytes = &page->entries[entry]->events[event];
    Signup__Event *got = wire_unpack(&signup__event__descriptor, bytes->data,
                                     bytes->len, BUS_BODY_BYTES_MAX);
    assert_non_null(got);
    return got;
}

static void
the_feed_tells_what_happened_in_order(void **state)
{
    (void)state;
    struct signup_answer got = since(0, 0);
    assert_int_equal(got.reply->since->end, 2);
    assert_int_equal(got.reply->since->n_entries, 2);
    Signup__Event *event = event_at(got.reply->since, 0, 0);
    assert_int_equal(event->is_case, SIGNUP__EVENT__IS_CAMPAIGN_PUT);
    assert_int_equal(event->campaign_put->number, 1);
    wire_free(event);
    event = event_at(got.reply->since, 1, 0);
    assert_int_equal(event->is_case, SIGNUP__EVENT__IS_ACTION_PUT);
    assert_string_equal(event->action_put->id, "rally");
    wire_free(event);
    signup_rig_free(&got);

    (void)signup_rig_number(&rig,
                            &(struct signup_rig_person){.name = "Ann",
                                                        .phone = "07700900001",
                                                        .role = "family",
                                                        .region = "wales",
                                                        .action = "rally",
                                                        .consents_sms = true});
    got = since(2, 0);
    const Feed__Page *page = got.reply->since;
    assert_int_equal(page->end, 5);
    assert_int_equal(page->n_entries, 1);
    assert_int_equal(page->entries[0]->seq, 5);
    assert_int_equal(page->entries[0]->n_events, 3);
    event = event_at(page, 0, 0);
    assert_int_equal(event->is_case, SIGNUP__EVENT__IS_CONSENT_CHANGED);
    assert_int_equal(event->consent_changed->number, 0);
    assert_true(event->consent_changed->is_given);
    wire_free(event);
    event = event_at(page, 0, 1);
    assert_int_equal(event->is_case, SIGNUP__EVENT__IS_PLACE_CHANGED);
    assert_int_equal(event->place_changed->number, 0);
    assert_int_equal(event->place_changed->action_number, 1);
    assert_string_equal(event->place_changed->action, "rally");
    assert_int_equal(event->place_changed->state,
                     WORDS__PLACE_STATE__PLACE_CONFIRMED);
    assert_int_equal(event->place_changed->role, 3);
    assert_int_equal(event->place_changed->region, 2);
    assert_true(event->has_at_ms && event->at_ms > 1000000000000);
    wire_free(event);
    event = event_at(page, 0, 2);
    assert_int_equal(event->is_case, SIGNUP__EVENT__IS_ENTERED);
    assert_int_equal(event->entered->number, 0);
    assert_int_equal(event->entered->channel, WORDS__CHANNEL__CHANNEL_SMS);
    wire_free(event);
    signup_rig_free(&got);
}

static void
a_repetition_is_no_news(void **state)
{
    (void)state;
    const struct signup_rig_person ann = {.name = "Ann",
                                          .phone = "07700900001",
                                          .action = "rally",
                                          .key = "a form's key",
                                          .consents_sms = true};
    (void)signup_rig_number(&rig, &ann);
    struct signup_answer got = since(0, 0);
    uint64_t end = got.reply->since->end;
    signup_rig_free(&got);
    (void)signup_rig_number(&rig, &ann);
    (void)signup_rig_put_action(&rig, "rally", 1);
    got = since(0, 0);
    assert_true(got.reply->since->end == end);
    signup_rig_free(&got);
}

struct crowd {
    int answers, failed;
};

static void
on_answer(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    (void)detail;
    (void)reply;
    struct crowd *crowd = arg;
    crowd->answers++;
    crowd->failed += err != ERR_NONE;
}

static void
sign_up_crowd(struct signup_rig *through, int distinct)
{
    struct crowd crowd = {0, 0};
    for (int i = 0; i < CROWD; i++) {
        struct signup_rig_request request;
        char phone[32];
        (void)snprintf(phone, sizeof(phone), "07700900%03d", i % distinct);
        signup_rig_fill(&request,
                        &(struct signup_rig_person){.name = "Ann",
                                                    .phone = phone,
                                                    .key = phone,
                                                    .action = "rally"});
        signup_ask(through->peer, 0, &request.request, on_answer, &crowd);
    }
    signup_rig_wait(&rig, &crowd.answers, CROWD);
    assert_int_equal(crowd.failed, 0);
}

static void
the_feed_is_read_page_by_page(void **state)
{
    (void)state;
    sign_up_crowd(&rig, CROWD);
    uint64_t after = 0;
    int pages = 0;
    for (;;) {
        struct signup_answer got = since(after, 64);
        const Feed__Page *page = got.reply->since;
        uint64_t events = 0, end = page->end;
        for (size_t i = 0; i < page->n_entries; i++) {
            events += page->entries[i]->n_events;
            assert_true(page->entries[i]->seq == after + events);
        }
        assert_true(events > 0);
        assert_true(events <= 64 || page->n_entries == 1);
        after += events;
        pages++;
        signup_rig_free(&got);
        if (after == end) {
            break;
        }
    }
    assert_true(after == 2 * CROWD + 2); /* a place, and an entry */
    assert_true(pages > 1);
    struct signup_answer got = since(after, 64);
    assert_int_equal(got.reply->since->n_entries, 0);
    signup_rig_free(&got);
}

struct heard {
    int count;
    uint64_t end;
};

static void
on_news(void *arg, const char *topic, const void *body, size_t len)
{
    struct heard *heard = arg;
    Feed__End *end =
        wire_unpack(&feed__end__descriptor, body, len, BUS_BODY_BYTES_MAX);
    assert_non_null(end);
    assert_string_equal(topic, "feed/signup/care");
    assert_string_equal(end->campaign, "care");
    heard->end = end->end;
    heard->count = end->end >= 3;
    wire_free(end);
}

/* News may be lost while the follower connects: people sign up until one is
 * heard. */
static void
the_feeds_end_is_announced(void **state)
{
    (void)state;
    struct heard heard = {0, 0};
    char *endpoint = mem_format("ipc://%s/run/signup.0.news", rig.dir);
    bus_follow(rig.bus, &(struct bus_source){"signup", endpoint},
               "feed/signup/", on_news, &heard);
    free(endpoint);
    for (int i = 0; i < 200 && heard.count == 0; i++) {
        char phone[32];
        (void)snprintf(phone, sizeof(phone), "07700900%03d", i);
        (void)signup_rig_number(
            &rig, &(struct signup_rig_person){
                      .name = "Ann", .phone = phone, .action = "rally"});
        loop_turn(rig.loop, 20);
    }
    assert_int_equal(heard.count, 1);
}

/* ---- checkin ---- */

/* Numbers 1 and 3 are present at the rally. */
static void
serve_checkin(void *arg, struct bus_request *request)
{
    bool *is_away = arg;
    size_t len;
    const void *body = bus_request_body(request, &len);
    Checkin__Request *asked = wire_unpack(&checkin__request__descriptor, body,
                                          len, BUS_BODY_BYTES_MAX);
    assert_non_null(asked);
    assert_int_equal(asked->is_case, CHECKIN__REQUEST__IS_PRESENT);
    assert_string_equal(asked->present->action, "rally");
    wire_free(asked);
    if (*is_away) {
        bus_reply(request, ERR_UNAVAILABLE, "away", NULL, 0);
        return;
    }
    uint8_t bits[1] = {0x0a};
    Checkin__Present present = CHECKIN__PRESENT__INIT;
    present.bits = (ProtobufCBinaryData){1, bits};
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    reply.is_case = CHECKIN__REPLY__IS_PRESENT;
    reply.present = &present;
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(&reply, &packed);
    bus_reply(request, ERR_NONE, NULL, packed.data, packed.len);
    buf_fini(&packed);
}

static void
who_is_present_is_asked_of_checkin(void **state)
{
    (void)state;
    static bool is_away;
    is_away = false;
    char *endpoint = mem_format("ipc://%s/run/checkin.0.ask", rig.dir);
    bus_serve(rig.bus, endpoint, serve_checkin, &is_away);
    free(endpoint);
    for (int i = 0; i < 5; i++) {
        char phone[32];
        (void)snprintf(phone, sizeof(phone), "07700900%03d", i);
        (void)signup_rig_number(
            &rig, &(struct signup_rig_person){.name = "Ann", .phone = phone});
    }
    const struct {
        const char *query;
        unsigned people;
    } rows[] = {{"in:rally", 2}, {"-in:rally", 3}, {"all -in:rally,rally", 3}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct signup_answer got = signup_rig_preview(
            &rig, WORDS__CLASS__CLASS_CAMPAIGN, rows[i].query, NULL);
        assert_int_equal(got.err, ERR_NONE);
        assert_int_equal(got.reply->preview->people, rows[i].people);
        signup_rig_free(&got);
    }
    is_away = true;
    Signup__Preview preview = SIGNUP__PREVIEW__INIT;
    preview.campaign = "care";
    preview.query = "in:rally";
    preview.class_ = WORDS__CLASS__CLASS_CAMPAIGN;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PREVIEW;
    request.preview = &preview;
    struct signup_answer got = signup_rig_ask(&rig, &request);
    assert_int_equal(got.err, ERR_UNAVAILABLE);
    assert_non_null(strstr(got.detail, "checkin"));
    signup_rig_free(&got);
}

/* ---- a second instance ---- */

static void
two_instances_are_one_service(void **state)
{
    (void)state;
    struct process second = {0};
    char *log = temp_path(rig.dir, "log-1");
    const char *argv[] = {rig.program,  "--config", rig.conf,
                          "--instance", "1",        NULL};
    process_start(&second, log, argv);
    process_wait_for_line(&second, "service.running");
    struct signup_rig both = rig;
    char *endpoints =
        mem_format("ipc://%s/run/signup.0.ask,ipc://%s/run/signup.1.ask",
                   rig.dir, rig.dir);
    both.peer = bus_connect(rig.bus, "signup", endpoints);
    sign_up_crowd(&both, 20);
    for (int i = 0; i < 4; i++) { /* each sees what the other put */
        char id[16];
        (void)snprintf(id, sizeof(id), "action-%d", i);
        (void)signup_rig_put_action(&both, id, 1);
        const struct signup_rig_person person = {
            .name = "Ann", .phone = "07700900000", .key = id, .action = id};
        assert_int_equal(signup_rig_number(&both, &person),
                         signup_rig_number(&rig, &person));
        struct signup_answer got = signup_rig_preview(
            &both, WORDS__CLASS__CLASS_CAMPAIGN, "all", NULL);
        assert_int_equal(got.reply->preview->people, 21 + i);
        signup_rig_free(&got);
    }
    process_kill(&second);
    free(endpoints);
    free(log);
}

/* ---- definitions ---- */

static void
campaigns_and_actions_are_listed_with_their_counts(void **state)
{
    (void)state;
    sign_up_crowd(&rig, 3);
    Signup__ListActions list = SIGNUP__LIST_ACTIONS__INIT;
    list.campaign = "care";
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_LIST_ACTIONS;
    request.list_actions = &list;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.reply->list_actions->n_actions, 1);
    assert_int_equal(got.reply->list_actions->actions[0]->confirmed, 1);
    assert_int_equal(got.reply->list_actions->actions[0]->waitlisted, 2);
    assert_string_equal(got.reply->list_actions->campaign->id, "care");
    signup_rig_free(&got);
    list.campaign = "nobody";
    got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NOT_FOUND);
    signup_rig_free(&got);
    Signup__ListCampaigns all = SIGNUP__LIST_CAMPAIGNS__INIT;
    request.is_case = SIGNUP__REQUEST__IS_LIST_CAMPAIGNS;
    request.list_campaigns = &all;
    got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.reply->list_campaigns->n_campaigns, 1);
    assert_string_equal(got.reply->list_campaigns->campaigns[0]->id, "care");
    signup_rig_free(&got);
}

static void
a_campaigns_roles_cannot_be_reordered(void **state)
{
    (void)state;
    char *roles[] = {"nurse", "care-worker", "family"};
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    campaign.id = "care";
    campaign.name = "Care";
    campaign.n_roles = 3;
    campaign.roles = roles;
    Signup__PutCampaign put = SIGNUP__PUT_CAMPAIGN__INIT;
    put.campaign = &campaign;
    Signup__Request request = SIGNUP__REQUEST__INIT;
    request.is_case = SIGNUP__REQUEST__IS_PUT_CAMPAIGN;
    request.put_campaign = &put;
    struct signup_answer got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_CONFLICT);
    signup_rig_free(&got);
    campaign.id = "second";
    got = signup_rig_insist(&rig, &request);
    assert_int_equal(got.err, ERR_NONE);
    assert_int_equal(got.reply->put_campaign->number, 2);
    signup_rig_free(&got);
}

#define IN_RIG(test) cmocka_unit_test_setup_teardown(test, open_rig, close_rig)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(the_feed_tells_what_happened_in_order),
        IN_RIG(a_repetition_is_no_news),
        IN_RIG(the_feed_is_read_page_by_page),
        IN_RIG(the_feeds_end_is_announced),
        IN_RIG(who_is_present_is_asked_of_checkin),
        IN_RIG(two_instances_are_one_service),
        IN_RIG(campaigns_and_actions_are_listed_with_their_counts),
        IN_RIG(a_campaigns_roles_cannot_be_reordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
