/* test_courier -- a courier as a process between a scripted planner and
 * signup and a provider that records what it is handed. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/rigs/courier_rig.h"

#define STATE(name) WORDS__RECIPIENT_STATE__##name
#define HTTP_ROUTE                                                             \
    "[route.to]\nchannel = sms\nprovider = http\n"                             \
    "url = http://127.0.0.1:%d/send\ntimeout_ms = 8000\n"
#define OUTBOX_ROUTES                                                          \
    "[route.to]\nchannel = sms\nprovider = outbox\n"                           \
    "[route.mail]\nchannel = email\nprovider = outbox\n"

static void
assert_counts(const struct rig_lease *lease, int accepted, int in_doubt,
              int pending)
{
    assert_int_equal(rig_lease_count(lease, STATE(ACCEPTED)), accepted);
    assert_int_equal(rig_lease_count(lease, STATE(IN_DOUBT)), in_doubt);
    assert_int_equal(rig_lease_count(lease, STATE(PENDING)), pending);
}

struct on_wire {
    struct courier_rig *rig;
    long requests;
};

static bool
provider_has(void *arg)
{
    const struct on_wire *want = arg;
    return courier_rig_stat(want->rig, "requests") >= want->requests;
}

static void
wait_for_requests(struct courier_rig *rig, long requests)
{
    courier_rig_wait(rig, provider_has, &(struct on_wire){rig, requests});
}

static char *
read_outbox(struct courier_rig *rig, const char *name)
{
    char *part = mem_format("outbox/rally/%s", name);
    char *path = temp_path(rig->dir, part);
    char *text = file_read(path, NULL);
    assert_non_null(text);
    free(part);
    free(path);
    return text;
}

static void
assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("got \"%s\", want \"%s\" in it", text, part);
    }
}

/* ---- one lease, whole ---- */

static void
a_lease_is_resolved_rendered_handed_over_and_settled(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->withheld_every = 5;
    rig->content.sms_text = "Hi {{first_name}}, {{place}}, {{ticket_url}}";
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 1, .count = 10});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 8, 0, 0);
    assert_int_equal(lease->states[4], STATE(WITHHELD));
    assert_int_equal(lease->rules[4], WORDS__RULE__RULE_WITHDRAWN);
    char *log = read_outbox(rig, "messages.jsonl");
    assert_has(log, "\"channel\":\"sms\"");
    assert_has(log, "\"from\":\"Rally\",\"to\":\"+447700900003\",\"text\":\"Hi "
                    "P3, Old Palace Yard, http://here/t/CODE0000000003\"}");
    assert_null(strstr(log, "00005\""));
    free(log);
    assert_int_equal(courier_rig_terminate(rig), 0);
    courier_rig_free(&rig);
}

static void
a_mail_of_class_campaign_lands_with_its_headers(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->content.email_html = "<p>{{name}}</p>";
    struct rig_lease *lease = courier_rig_lease(
        rig, (struct rig_lease){.channel = WORDS__CHANNEL__CHANNEL_EMAIL,
                                .class_ = WORDS__CLASS__CLASS_CAMPAIGN,
                                .route = "mail",
                                .first = 9,
                                .count = 1});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 1, 0, 0);
    char *log = read_outbox(rig, "messages.jsonl");
    assert_has(log, "\"subject\":\"For Person 9\"");
    char *file = strstr(log, "email/rally.b1.9.e.");
    assert_non_null(file);
    *strchr(file, '"') = '\0';
    char *eml = read_outbox(rig, file);
    assert_has(eml, "To: <p9@example.org>\r\n");
    assert_has(eml, "List-Unsubscribe: <http://here/u/");
    assert_has(eml, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    assert_has(eml, "<p>Person 9</p>");
    free(log);
    free(eml);
    courier_rig_free(&rig);
}

static void
a_confirmation_asks_for_no_ticket_and_links_to_the_contact(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->for_other_every = 2;
    rig->content.sms_text = "{{own}}: {{ticket_url}} or {{not_me_url}}";
    struct rig_lease *lease = courier_rig_lease(
        rig, (struct rig_lease){.class_ = WORDS__CLASS__CLASS_CONFIRMATION,
                                .first = 1,
                                .count = 2});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 2, 0, 0);
    assert_int_equal(rig->issues, 0);
    assert_string_equal(rig->resolved_for, "b1");
    char *log = read_outbox(rig, "messages.jsonl");
    assert_has(log, "\"text\":\"Own 1: http://here/y/");
    assert_has(log, "\"text\":\"For Person 2: Own 2: http://here/y/");
    assert_has(log, "?not-me\"}");
    free(log);
    courier_rig_free(&rig);
}

static void
a_note_carries_its_own_words(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->content.sms_text = "{{note_text}}";
    struct rig_lease *lease = courier_rig_lease(
        rig, (struct rig_lease){
                 .class_ = WORDS__CLASS__CLASS_NOTE, .first = 1, .count = 3});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 3, 0, 0);
    char *log = read_outbox(rig, "messages.jsonl");
    assert_has(log, "\"text\":\"Code of note 3\"}");
    free(log);
    courier_rig_free(&rig);
}

static void
a_ticket_of_one_who_was_merged_is_the_others(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->merged_every = 2;
    rig->content.sms_text = "{{ticket_url}}";
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 1, .count = 2});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 2, 0, 0);
    char *log = read_outbox(rig, "messages.jsonl");
    assert_has(log, "http://here/t/CODE0000000001\"");
    assert_has(log, "http://here/t/CODE0000900002\"");
    free(log);
    courier_rig_free(&rig);
}

static void
templates_are_kept_for_the_leases_that_follow(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    struct rig_lease *leases[30];
    (void)state;
    for (uint32_t i = 0; i < 30; i++) {
        leases[i] = courier_rig_lease(
            rig, (struct rig_lease){.first = i * 10, .count = 10});
    }
    courier_rig_start(rig);
    for (int i = 0; i < 30; i++) {
        courier_rig_wait_final(rig, leases[i]);
        assert_counts(leases[i], 10, 0, 0);
    }
    /* The first of them begin together; those after know it. */
    assert_true(rig->templates <= 12);
    assert_int_equal(rig->resolves, 30);
    assert_int_equal(rig->issues, 0); /* no text names a ticket */
    courier_rig_free(&rig);
}

static void
a_lease_of_a_channel_that_was_not_asked_for_is_left_alone(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    struct rig_lease *strange = courier_rig_lease(
        rig, (struct rig_lease){.first = 1,
                                .count = 2,
                                .said_channel = WORDS__CHANNEL__CHANNEL_EMAIL});
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 10, .count = 2});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 2, 0, 0);
    assert_int_equal(strange->grants, 1);
    assert_int_equal(strange->settles, 0);
    courier_rig_free(&rig);
}

/* ---- what a provider says ---- */

static void
each_answer_of_a_provider_becomes_its_outcome(void **state)
{
    static const char *const options[] = {
        "--status=00900\"=400", "--status=00901\"=503", "--status=00902\"=504",
        "--status=00903\"=302", "--status=00904\"=429", NULL};
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 900, .count = 6});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_int_equal(lease->states[0], STATE(FAILED));
    assert_string_equal(lease->reasons[0], "status-400");
    assert_int_equal(lease->states[1], STATE(DEFERRED));
    assert_string_equal(lease->reasons[1], "status-503");
    assert_int_equal(lease->states[2], STATE(IN_DOUBT));
    assert_int_equal(lease->states[3], STATE(FAILED));
    assert_int_equal(lease->states[4], STATE(DEFERRED));
    assert_int_equal(lease->waits_ms[4], 7000); /* Retry-After */
    assert_int_equal(lease->waits_ms[1], 0);
    assert_int_equal(lease->states[5], STATE(ACCEPTED));
    assert_int_equal(courier_rig_stat(rig, "distinct"), 1);
    courier_rig_free(&rig);
}

static void
a_provider_that_hangs_up_leaves_all_in_doubt(void **state)
{
    static const char *const options[] = {"--drop-rate", "1", NULL};
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 20});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 0, 20, 0);
    assert_int_equal(courier_rig_stat(rig, "requests"), 20); /* none twice */
    courier_rig_free(&rig);
}

static void
an_idempotent_provider_may_be_asked_again_instead(void **state)
{
    static const char *const options[] = {"--drop-rate", "1", NULL};
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "is_idempotent = yes\n", options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 5});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_int_equal(rig_lease_count(lease, STATE(DEFERRED)), 5);
    courier_rig_free(&rig);
}

static void
an_unreachable_provider_defers(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    (void)state;
    process_kill(&rig->provider);
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 5});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_int_equal(rig_lease_count(lease, STATE(DEFERRED)), 5);
    assert_string_equal(lease->reasons[0], "unreachable");
    courier_rig_free(&rig);
}

static void
a_form_and_a_url_with_fields_can_be_described_too(void **state)
{
    struct courier_rig *rig = courier_rig_new(
        "[route.to]\nchannel = sms\nprovider = http\nbody = form\n"
        "url = http://127.0.0.1:%d/send?from={{from}}&x={{ref}}\n"
        "headers = X-Key: secret|X-Other: v\n"
        "body_template = to={{to}}&text={{text}}&ref={{ref}}\n",
        NULL);
    (void)state;
    rig->content.sms_text = "50% & {{first_name}}";
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 3, .count = 1});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 1, 0, 0);
    char *seen = courier_rig_get(rig, "/seen");
    assert_has(seen, "{\"ref\":\"rally.b1.3.s.");
    assert_has(seen, "\"to\":\"+447700900003\",\"times\":1}");
    free(seen);
    courier_rig_free(&rig);
}

static void
a_route_that_cannot_be_meant_ends_the_start(void **state)
{
    static const struct {
        const char *routes, *why;
    } rows[] = {
        {"", "no route is configured"},
        {"[route.x]\nchannel = fax\n", "channel = fax: not one of sms|email"},
        {"[route.x]\nchannel = sms\n", "provider is not set"},
        {"[route.x]\nchannel = sms\nprovider = pigeon\n",
         "provider is one of outbox, http, smtp"},
        {"[route.x]\nchannel = sms\nprovider = outbox\nratte = 1\n",
         "[route.x] ratte: there is no such setting; did you mean "
         "[route.x] rate?"},
        {"[route.x]\nchannel = sms\nprovider = smtp\n", "does not carry"},
        {"[route.x]\nchannel = sms\nprovider = http\nurl = file:///x\n",
         "the url begins with"},
        {"[route.x]\nchannel = sms\nprovider = http\nurl = http://x\n"
         "body_template = {{nobody}}\n",
         "unknown {{field}}"},
        {"[route.x]\nchannel = sms\nprovider = http\nurl = http://x\n"
         "accepted = fine\n",
         "lists of HTTP statuses"},
        {"[route.x]\nchannel = email\nprovider = smtp\nurl = http://x\n",
         "url is smtp://"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct courier_rig *rig = courier_rig_new(rows[i].routes, NULL);
        courier_rig_start(rig);
        assert_int_equal(process_wait(&rig->courier), 1);
        char *path = temp_path(rig->dir, "courier.log");
        char *log = file_read(path, NULL);
        assert_has(log, rows[i].why);
        free(log);
        free(path);
        courier_rig_free(&rig);
    }
}

/* ---- deadlines ---- */

static void
a_lease_that_came_too_late_is_given_back_whole(void **state)
{
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, NULL);
    (void)state;
    struct rig_lease *outlived = courier_rig_lease(
        rig, (struct rig_lease){.first = 0,
                                .count = 7,
                                .settle_within_ms = 7000}); /* < time-out */
    courier_rig_start(rig);
    courier_rig_wait_final(rig, outlived);
    assert_counts(outlived, 0, 0, 7);
    assert_int_equal(courier_rig_stat(rig, "requests"), 0);
    courier_rig_free(&rig);
}

static bool
boot_time_is(void *arg)
{
    return clock_boot_ms() >= *(int64_t *)arg;
}

static void
a_frozen_courier_that_wakes_up_begins_nothing(void **state)
{
    static const char *const options[] = {"--latency-ms", "100", NULL};
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "concurrency = 2\n", options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 50});
    courier_rig_start(rig);
    wait_for_requests(rig, 2);
    process_signal(&rig->courier, SIGSTOP);
    int64_t after = clock_boot_ms() + lease->time_left_ms;
    courier_rig_wait(rig, boot_time_is, &after);
    long seen = courier_rig_stat(rig, "requests");
    process_signal(&rig->courier, SIGCONT);
    courier_rig_wait_final(rig, lease);
    assert_int_equal(courier_rig_stat(rig, "requests"), seen);
    assert_counts(lease, (int)seen, 0, 50 - (int)seen);
    courier_rig_free(&rig);
}

/* ---- the peers fail ---- */

static void
a_lost_answer_brings_the_same_lease_again(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->asks_to_lose = 1;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 10});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 10, 0, 0);
    assert_int_equal(lease->grants, 2);
    courier_rig_free(&rig);
}

static void
a_settle_is_repeated_until_it_is_answered(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->settles_to_fail = 2;
    rig->settles_to_lose = 1;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 10});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 10, 0, 0);
    assert_int_equal(courier_rig_terminate(rig), 0);
    assert_int_equal(lease->settles, 2); /* the lost one and its repetition */
    courier_rig_free(&rig);
}

static void
a_refused_settle_does_not_let_go_of_the_lease(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->settle_error = ERR_BAD_REQUEST;
    rig->settles_to_fail = 3;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 10});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_int_equal(rig->settles_to_fail, 0);
    assert_counts(lease, 10, 0, 0);
    courier_rig_free(&rig);
}

static void
without_contacts_a_lease_goes_back(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->resolves_to_fail = 1;
    struct rig_lease *first =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 10});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, first);
    assert_counts(first, 0, 0, 10);
    struct rig_lease *second =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 10});
    courier_rig_wait_final(rig, second);
    assert_counts(second, 10, 0, 0);
    courier_rig_free(&rig);
}

static void
without_a_template_a_lease_is_deferred_with_the_reason(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->templates_to_fail = 1;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 3});
    struct rig_lease *lost = courier_rig_lease(
        rig, (struct rig_lease){.first = 0, .count = 3, .route = "nowhere"});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_int_equal(rig_lease_count(lease, STATE(DEFERRED)), 3);
    assert_string_equal(lease->reasons[0], "no-template");
    courier_rig_wait_final(rig, lost);
    assert_string_equal(lost->reasons[0], "no-route");
    courier_rig_free(&rig);
}

static void
a_field_that_nobody_has_fails_that_person(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->content.sms_text = "Hello {{nobody}}";
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 3});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_int_equal(rig_lease_count(lease, STATE(FAILED)), 3);
    assert_string_equal(lease->reasons[0], "template");
    courier_rig_free(&rig);
}

/* ---- kill, restart, stop ---- */

static void
after_a_kill_only_what_was_on_the_wire_is_in_doubt(void **state)
{
    static const char *const options[] = {"--latency-ms", "60000", NULL};
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "concurrency = 3\n", options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 10});
    courier_rig_start(rig);
    wait_for_requests(rig, 3);
    uint64_t boot = rig->boot;
    process_kill(&rig->courier);
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 0, 3, 7);
    assert_int_equal(courier_rig_stat(rig, "requests"), 3);
    assert_int_equal(courier_rig_terminate(rig), 0);
    assert_true(rig->boot >= boot); /* greater if it asked at all */
    courier_rig_free(&rig);
}

static void
after_a_kill_at_an_idempotent_provider_it_is_deferred(void **state)
{
    static const char *const options[] = {"--latency-ms", "60000", NULL};
    struct courier_rig *rig = courier_rig_new(
        HTTP_ROUTE "concurrency = 3\nis_idempotent = yes\n", options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 4});
    courier_rig_start(rig);
    wait_for_requests(rig, 3);
    process_kill(&rig->courier);
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_int_equal(rig_lease_count(lease, STATE(DEFERRED)), 3);
    assert_string_equal(lease->reasons[0], "restart");
    assert_counts(lease, 0, 0, 1);
    courier_rig_free(&rig);
}

static void
what_was_answered_before_a_kill_is_told_after_it(void **state)
{
    struct courier_rig *rig = courier_rig_new(OUTBOX_ROUTES, NULL);
    (void)state;
    rig->settles_to_fail = 1000000; /* the planner is away */
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 1, .count = 10});
    courier_rig_start(rig);
    char *path = temp_path(rig->dir, "outbox/rally/messages.jsonl");
    int left = rig->settles_to_fail;
    while (rig->settles_to_fail == left) {
        loop_turn(rig->loop, 5); /* all is handed over: the settle is final */
    }
    process_kill(&rig->courier);
    rig->settles_to_fail = 0;
    courier_rig_start(rig);
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 10, 0, 0);
    char *log = file_read(path, NULL);
    int lines = 0;
    for (const char *c = log; *c != '\0'; c++) {
        lines += *c == '\n';
    }
    assert_int_equal(lines, 10); /* nothing twice */
    free(log);
    free(path);
    courier_rig_free(&rig);
}

static void
a_courier_that_still_holds_a_lease_says_so_when_it_asks(void **state)
{
    static const char *const options[] = {"--latency-ms", "60000", NULL};
    struct courier_rig *rig = courier_rig_new(HTTP_ROUTE, options);
    (void)state;
    courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 2});
    courier_rig_start(rig);
    wait_for_requests(rig, 2);
    process_kill(&rig->courier);
    uint64_t boot = rig->boot;
    rig->settles_to_fail = 1000000;
    courier_rig_start(rig);
    while (rig->boot == boot) {
        loop_turn(rig->loop, 5);
    }
    assert_true(rig->boot > boot);
    assert_true(rig->is_held_at_boot);
    courier_rig_free(&rig);
}

static void
at_sigterm_the_wire_is_finished_and_the_rest_goes_back(void **state)
{
    static const char *const options[] = {"--latency-ms", "300", NULL};
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "concurrency = 4\n", options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 20});
    courier_rig_start(rig);
    wait_for_requests(rig, 4);
    assert_int_equal(courier_rig_terminate(rig), 0);
    assert_true(lease->is_final);
    int accepted = rig_lease_count(lease, STATE(ACCEPTED));
    assert_int_equal(accepted, courier_rig_stat(rig, "requests"));
    assert_counts(lease, accepted, 0, 20 - accepted);
    courier_rig_free(&rig);
}

static void
a_provider_that_hangs_does_not_hold_up_the_end(void **state)
{
    static const char *const options[] = {"--latency-ms", "60000", NULL};
    struct courier_rig *rig =
        courier_rig_new("[route.to]\nchannel = sms\nprovider = http\n"
                        "url = http://127.0.0.1:%d/send\ntimeout_ms = 20000\n",
                        options);
    (void)state;
    struct rig_lease *lease =
        courier_rig_lease(rig, (struct rig_lease){.first = 0, .count = 5});
    courier_rig_start(rig);
    wait_for_requests(rig, 5);
    assert_int_equal(courier_rig_terminate(rig), 0);
    courier_rig_start(rig); /* says again what nobody has answered */
    courier_rig_wait_final(rig, lease);
    assert_counts(lease, 0, 5, 0);
    courier_rig_free(&rig);
}

static void
news_of_a_halt_gives_back_what_was_not_begun(void **state)
{
    static const char *const options[] = {"--latency-ms", "200", NULL};
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "concurrency = 1\n", options);
    (void)state;
    struct rig_lease *lease = courier_rig_lease(
        rig,
        (struct rig_lease){.first = 0, .count = 50, .time_left_ms = 20000});
    courier_rig_start(rig);
    wait_for_requests(rig, 1);
    int64_t until = clock_boot_ms() + PROCESS_WAIT_MS;
    while (!lease->is_final) { /* news may be lost: say it again */
        assert_true(clock_boot_ms() < until);
        bus_announce(rig->planner, "halt/rally/b2", "", 0);
        bus_announce(rig->planner, "halt/rally/b1", "", 0);
        loop_turn(rig->loop, 20);
    }
    long seen = courier_rig_stat(rig, "requests");
    assert_true(seen < 50);
    assert_counts(lease, (int)seen, 0, 50 - (int)seen);
    courier_rig_free(&rig);
}

static void
a_lease_withheld_whole_ends_though_its_route_is_busy(void **state)
{
    static const char *const options[] = {"--latency-ms", "700", NULL};
    struct courier_rig *rig =
        courier_rig_new(HTTP_ROUTE "concurrency = 1\n", options);
    (void)state;
    rig->withheld_every = 2;
    struct rig_lease *busy = courier_rig_lease(
        rig, (struct rig_lease){.first = 1, .count = 1, .time_left_ms = 9000});
    struct rig_lease *withheld = courier_rig_lease(
        rig, (struct rig_lease){.first = 2, .count = 1, .time_left_ms = 9000});
    struct rig_lease *after = courier_rig_lease(
        rig, (struct rig_lease){.first = 3, .count = 1, .time_left_ms = 9000});
    courier_rig_start(rig);
    courier_rig_wait_final(rig, withheld);
    assert_false(busy->is_final);
    courier_rig_wait_final(rig, after);
    assert_int_equal(rig_lease_count(withheld, STATE(WITHHELD)), 1);
    assert_int_equal(rig_lease_count(after, STATE(ACCEPTED)), 1);
    assert_int_equal(courier_rig_terminate(rig), 0);
    courier_rig_free(&rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_is_resolved_rendered_handed_over_and_settled),
        cmocka_unit_test(a_mail_of_class_campaign_lands_with_its_headers),
        cmocka_unit_test(
            a_confirmation_asks_for_no_ticket_and_links_to_the_contact),
        cmocka_unit_test(a_note_carries_its_own_words),
        cmocka_unit_test(a_ticket_of_one_who_was_merged_is_the_others),
        cmocka_unit_test(templates_are_kept_for_the_leases_that_follow),
        cmocka_unit_test(
            a_lease_of_a_channel_that_was_not_asked_for_is_left_alone),
        cmocka_unit_test(each_answer_of_a_provider_becomes_its_outcome),
        cmocka_unit_test(a_provider_that_hangs_up_leaves_all_in_doubt),
        cmocka_unit_test(an_idempotent_provider_may_be_asked_again_instead),
        cmocka_unit_test(an_unreachable_provider_defers),
        cmocka_unit_test(a_form_and_a_url_with_fields_can_be_described_too),
        cmocka_unit_test(a_route_that_cannot_be_meant_ends_the_start),
        cmocka_unit_test(a_lease_that_came_too_late_is_given_back_whole),
        cmocka_unit_test(a_frozen_courier_that_wakes_up_begins_nothing),
        cmocka_unit_test(a_lost_answer_brings_the_same_lease_again),
        cmocka_unit_test(a_settle_is_repeated_until_it_is_answered),
        cmocka_unit_test(a_refused_settle_does_not_let_go_of_the_lease),
        cmocka_unit_test(without_contacts_a_lease_goes_back),
        cmocka_unit_test(
            without_a_template_a_lease_is_deferred_with_the_reason),
        cmocka_unit_test(a_field_that_nobody_has_fails_that_person),
        cmocka_unit_test(after_a_kill_only_what_was_on_the_wire_is_in_doubt),
        cmocka_unit_test(after_a_kill_at_an_idempotent_provider_it_is_deferred),
        cmocka_unit_test(what_was_answered_before_a_kill_is_told_after_it),
        cmocka_unit_test(
            a_courier_that_still_holds_a_lease_says_so_when_it_asks),
        cmocka_unit_test(
            at_sigterm_the_wire_is_finished_and_the_rest_goes_back),
        cmocka_unit_test(a_provider_that_hangs_does_not_hold_up_the_end),
        cmocka_unit_test(news_of_a_halt_gives_back_what_was_not_begun),
        cmocka_unit_test(a_lease_withheld_whole_ends_though_its_route_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
