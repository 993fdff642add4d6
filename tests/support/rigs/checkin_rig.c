/* checkin_rig -- checkin processes on a private Redis, and a signup that says
 * what the test wants. */
#include "tests/support/rigs/checkin_rig.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "common/base/base.h"
#include "common/client/checkin.h"
#include "common/crypto/crypto.h"
#include "tests/support/rigs/old_ticket.h"

#define TURN_MS 5
#define PAGE_ENTRIES_MAX 100
#define PAGE_EVENTS_MAX 2000 /* but always one entry */
#define GATES_MAX 300
#define ENDS_IN_MS_USUAL 3600000

/* ---- the stand-in for signup ---- */

static struct rig_campaign *
find_campaign(struct checkin_rig *rig, const char *id)
{
    for (size_t i = 0; i < rig->campaign_count; i++) {
        if (strcmp(rig->campaigns[i].id, id) == 0) {
            return &rig->campaigns[i];
        }
    }
    return NULL;
}

static void
reply_with(struct bus_request *request, const Signup__Reply *reply)
{
    struct buf body;
    buf_init(&body, 0);
    wire_pack(reply, &body);
    bus_reply(request, ERR_NONE, NULL, body.data, body.len);
    buf_fini(&body);
}

static void
give_list(struct checkin_rig *rig, struct bus_request *request)
{
    Signup__Campaign campaigns[RIG_CAMPAIGNS_MAX];
    Signup__Campaign *list[RIG_CAMPAIGNS_MAX];
    Signup__Campaigns message = SIGNUP__CAMPAIGNS__INIT;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    for (size_t i = 0; i < rig->campaign_count; i++) {
        signup__campaign__init(&campaigns[i]);
        campaigns[i].id = rig->campaigns[i].id;
        campaigns[i].name = rig->campaigns[i].id;
        list[i] = &campaigns[i];
    }
    message.campaigns = list;
    message.n_campaigns = rig->campaign_count;
    reply.is_case = SIGNUP__REPLY__IS_LIST_CAMPAIGNS;
    reply.list_campaigns = &message;
    reply_with(request, &reply);
}

/* Of a page that begins with the entry first. */
static size_t
count_entries(const struct rig_campaign *campaign, size_t first)
{
    size_t count = 0, events = 0;
    while (first + count < campaign->entry_count && count < PAGE_ENTRIES_MAX) {
        events += campaign->entries[first + count]->n_events;
        if (count > 0 && events > PAGE_EVENTS_MAX) {
            break;
        }
        count++;
    }
    return count;
}

static void
give_page(struct checkin_rig *rig, struct bus_request *request,
          const Feed__Since *since)
{
    struct rig_campaign *campaign = find_campaign(rig, since->campaign);
    if (campaign == NULL) {
        bus_reply(request, ERR_NOT_FOUND, "no such campaign", NULL, 0);
        return;
    }
    Feed__Page page = FEED__PAGE__INIT;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    size_t first = 0;
    while (first < campaign->entry_count &&
           campaign->entries[first]->seq <= since->after) {
        first++;
    }
    page.end = campaign->end;
    page.entries = campaign->entries + first;
    page.n_entries = count_entries(campaign, first);
    reply.is_case = SIGNUP__REPLY__IS_SINCE;
    reply.since = &page;
    rig->pages_given++;
    reply_with(request, &reply);
}

static void
serve_signup(void *arg, struct bus_request *request)
{
    struct checkin_rig *rig = arg;
    size_t len;
    const void *body = bus_request_body(request, &len);
    Signup__Request *message = wire_unpack(&signup__request__descriptor, body,
                                           len, BUS_BODY_BYTES_MAX);
    assert_non_null(message);
    if (rig->is_signup_silent) {
        bus_reply(request, ERR_UNAVAILABLE, "silent", NULL, 0);
    } else if (message->is_case == SIGNUP__REQUEST__IS_LIST_CAMPAIGNS) {
        give_list(rig, request);
    } else {
        assert_int_equal(message->is_case, SIGNUP__REQUEST__IS_SINCE);
        give_page(rig, request, message->since);
    }
    wire_free(message);
}

static void
announce_end(struct checkin_rig *rig, struct rig_campaign *campaign)
{
    char topic[BUS_TOPIC_BYTES_MAX];
    Feed__End end = FEED__END__INIT;
    struct buf body;
    end.campaign = campaign->id;
    end.end = campaign->end;
    (void)snprintf(topic, sizeof(topic), "feed/signup/%s", campaign->id);
    buf_init(&body, 0);
    wire_pack(&end, &body);
    bus_announce(rig->bus, topic, body.data, body.len);
    buf_fini(&body);
}

/* Takes a new entry of so many events. */
static Feed__Entry *
add_entry(struct rig_campaign *campaign, size_t events)
{
    Feed__Entry *entry = mem_new(sizeof(*entry));
    feed__entry__init(entry);
    campaign->end += events;
    entry->seq = campaign->end;
    entry->events = mem_new_array(events, sizeof(*entry->events));
    campaign->entries =
        mem_resize(campaign->entries,
                   (campaign->entry_count + 1) * sizeof(*campaign->entries));
    campaign->entries[campaign->entry_count++] = entry;
    return entry;
}

static void
add_event(Feed__Entry *entry, const Signup__Event *event)
{
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(event, &packed);
    ProtobufCBinaryData *to = &entry->events[entry->n_events++];
    to->data = (uint8_t *)buf_take(&packed, &to->len);
}

struct rig_campaign *
rig_put_campaign(struct checkin_rig *rig, const char *id)
{
    struct rig_campaign *campaign = find_campaign(rig, id);
    if (campaign == NULL) {
        campaign = &rig->campaigns[rig->campaign_count++];
        campaign->number = (uint32_t)rig->campaign_count;
        (void)snprintf(campaign->id, sizeof(campaign->id), "%s", id);
    }
    char *roles[] = {"care-worker", "family"};
    Signup__Campaign record = SIGNUP__CAMPAIGN__INIT;
    Signup__Event event = SIGNUP__EVENT__INIT;
    record.id = record.name = campaign->id;
    record.has_number = true;
    record.number = campaign->number;
    record.roles = roles;
    record.n_roles = 2;
    event.is_case = SIGNUP__EVENT__IS_CAMPAIGN_PUT;
    event.campaign_put = &record;
    add_event(add_entry(campaign, 1), &event);
    announce_end(rig, campaign);
    return campaign;
}

static void
add_action(struct checkin_rig *rig, Feed__Entry *entry, Signup__Action *record)
{
    Signup__Event event = SIGNUP__EVENT__INIT;
    record->kind = WORDS__ACTION_KIND__KIND_RALLY;
    record->has_number = true;
    record->starts_at_ms = clock_wall_ms();
    record->ends_at_ms =
        record->starts_at_ms +
        (rig->ends_in_ms == 0 ? ENDS_IN_MS_USUAL : rig->ends_in_ms);
    event.is_case = SIGNUP__EVENT__IS_ACTION_PUT;
    event.action_put = record;
    add_event(entry, &event);
}

void
rig_put_action(struct checkin_rig *rig, struct rig_campaign *campaign,
               const char *id, uint32_t number, const char *gates)
{
    Signup__Gate all[GATES_MAX], *list[GATES_MAX];
    Signup__Action record = SIGNUP__ACTION__INIT;
    char *words = mem_copy_string(gates), *rest = words, *word;
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        assert_true(record.n_gates < GATES_MAX);
        signup__gate__init(&all[record.n_gates]);
        all[record.n_gates].id = all[record.n_gates].name = word;
        list[record.n_gates] = &all[record.n_gates];
        record.n_gates++;
    }
    record.gates = list;
    record.id = record.name = (char *)id;
    record.number = number;
    add_action(rig, add_entry(campaign, 1), &record);
    announce_end(rig, campaign);
    free(words);
}

void
rig_put_actions(struct checkin_rig *rig, struct rig_campaign *campaign,
                uint32_t first, uint32_t last)
{
    Feed__Entry *entry = add_entry(campaign, last - first + 1);
    for (uint32_t number = first; number <= last; number++) {
        char id[16];
        Signup__Action record = SIGNUP__ACTION__INIT;
        (void)snprintf(id, sizeof(id), "a%u", number);
        record.id = record.name = id;
        record.number = number;
        add_action(rig, entry, &record);
    }
    announce_end(rig, campaign);
}

void
rig_place(struct checkin_rig *rig, struct rig_campaign *campaign,
          const struct rig_places *places)
{
    Feed__Entry *entry = add_entry(campaign, places->last - places->first + 1);
    for (uint32_t number = places->first; number <= places->last; number++) {
        Signup__PlaceChanged place = SIGNUP__PLACE_CHANGED__INIT;
        Signup__Event event = SIGNUP__EVENT__INIT;
        place.has_number = place.has_action_number = true;
        place.has_state = place.has_role = true;
        place.number = number;
        place.action_number = places->action;
        place.state = places->state;
        place.role = places->role;
        event.is_case = SIGNUP__EVENT__IS_PLACE_CHANGED;
        event.place_changed = &place;
        add_event(entry, &event);
    }
    announce_end(rig, campaign);
}

void
rig_tell(struct checkin_rig *rig, struct rig_campaign *campaign,
         const Signup__Event *const *events, size_t count)
{
    Feed__Entry *entry = add_entry(campaign, count);
    for (size_t i = 0; i < count; i++) {
        add_event(entry, events[i]);
    }
    announce_end(rig, campaign);
}

void
rig_fold(struct checkin_rig *rig, struct rig_campaign *campaign,
         uint32_t number, uint32_t into)
{
    Signup__Folded folded = SIGNUP__FOLDED__INIT;
    Signup__Event event = SIGNUP__EVENT__INIT;
    const Signup__Event *events[] = {&event};
    folded.has_number = true;
    folded.number = number;
    folded.has_into = into != RIG_NOBODY;
    folded.into = folded.has_into ? into : 0;
    event.is_case = SIGNUP__EVENT__IS_FOLDED;
    event.folded = &folded;
    rig_tell(rig, campaign, events, 1);
}

/* ---- processes ---- */

static void
write_config(struct checkin_rig *rig)
{
    char *text =
        mem_format("[run]\ndir = %s\nlog_level = warn\n"
                   "[store]\nendpoint = %s\n"
                   "[instances]\ncheckin = %d\nsignup = 1\n"
                   "[keys]\ndir = %s\n",
                   rig->dir, rig->redis->endpoint, rig->instances, rig->dir);
    rig->config = temp_path(rig->dir, "muster.ini");
    file_write(rig->config, text);
    free(text);
}

void
rig_start(struct checkin_rig *rig, int instance)
{
    char *program = process_program("muster-checkin");
    char *output = temp_path(rig->dir, "checkin.log");
    char number[12];
    (void)snprintf(number, sizeof(number), "%d", instance);
    const char *const argv[] = {program,      "--config", rig->config,
                                "--instance", number,     NULL};
    process_start(&rig->processes[instance], output, argv);
    free(program);
    free(output);
}

void
rig_kill(struct checkin_rig *rig, int instance)
{
    process_kill(&rig->processes[instance]);
}

void
rig_stop(struct checkin_rig *rig, int instance)
{
    process_signal(&rig->processes[instance], SIGTERM);
    /* It may still want an answer from signup, which is this loop. */
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    char *log = NULL;
    while (clock_boot_ms() < end) {
        loop_turn(rig->loop, TURN_MS);
        int status;
        pid_t pid = waitpid(rig->processes[instance].pid, &status, WNOHANG);
        if (pid == rig->processes[instance].pid) {
            rig->processes[instance].pid = 0;
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), 0);
            return;
        }
    }
    log = file_read(rig->processes[instance].output, NULL);
    fail_msg("checkin did not stop: %s", log == NULL ? "" : log);
}

static void
on_news(void *arg, const char *topic, const void *body, size_t len)
{
    struct checkin_rig *rig = arg;
    (void)topic;
    Checkin__Attendance *attendance = wire_unpack(
        &checkin__attendance__descriptor, body, len, BUS_BODY_BYTES_MAX);
    assert_non_null(attendance);
    if (rig->news_count == RIG_NEWS_MAX) {
        wire_free(attendance);
        return;
    }
    rig->news[rig->news_count++] =
        (struct rig_news){clock_boot_us(), attendance};
}

static void
open_bus(struct checkin_rig *rig)
{
    struct buf asks, news;
    buf_init(&asks, 0);
    buf_init(&news, 0);
    for (int i = 0; i < rig->instances; i++) {
        buf_printf(&asks, "%sipc://%s/checkin.%d.ask", i ? "," : "", rig->dir,
                   i);
        buf_printf(&news, "%sipc://%s/checkin.%d.news", i ? "," : "", rig->dir,
                   i);
    }
    rig->bus = bus_new(rig->loop, &(struct bus_options){.name = "signup.0"});
    char *ask = mem_format("ipc://%s/signup.0.ask", rig->dir);
    char *end = mem_format("ipc://%s/signup.0.news", rig->dir);
    bus_publish_at(rig->bus, end);
    bus_serve(rig->bus, ask, serve_signup, rig);
    rig->checkin = bus_connect(rig->bus, "checkin", asks.data);
    const struct bus_source source = {"checkin", news.data};
    bus_follow(rig->bus, &source, "attendance/", on_news, rig);
    free(ask);
    free(end);
    buf_fini(&asks);
    buf_fini(&news);
}

struct checkin_rig *
checkin_rig_new(int instances)
{
    struct checkin_rig *rig = mem_new(sizeof(*rig));
    crypto_init();
    rig->instances = instances;
    rig->redis = redis_start(NULL);
    rig->dir = temp_dir_new();
    write_config(rig);
    rig->loop = loop_new();
    open_bus(rig);
    for (int i = 0; i < instances; i++) {
        rig_start(rig, i);
    }
    return rig;
}

static void
free_campaign(struct rig_campaign *campaign)
{
    for (size_t i = 0; i < campaign->entry_count; i++) {
        feed__entry__free_unpacked(campaign->entries[i], NULL);
    }
    free(campaign->entries);
}

void
checkin_rig_free(struct checkin_rig **rig)
{
    for (int i = 0; i < (*rig)->instances; i++) {
        rig_kill(*rig, i);
    }
    bus_free(&(*rig)->bus);
    loop_free(&(*rig)->loop);
    redis_free(&(*rig)->redis);
    for (size_t i = 0; i < (*rig)->campaign_count; i++) {
        free_campaign(&(*rig)->campaigns[i]);
    }
    for (size_t i = 0; i < (*rig)->news_count; i++) {
        wire_free((*rig)->news[i].attendance);
    }
    temp_dir_remove(&(*rig)->dir);
    free((*rig)->config);
    free(*rig);
    *rig = NULL;
}

/* ---- asking ---- */

static void
on_answer(void *arg, enum err err, const char *detail,
          const Checkin__Reply *reply)
{
    struct rig_answer *answer = arg;
    answer->is_done = true;
    answer->err = err;
    (void)snprintf(answer->detail, sizeof(answer->detail), "%s",
                   detail == NULL ? "" : detail);
    if (reply != NULL) {
        struct buf packed;
        buf_init(&packed, 0);
        wire_pack(reply, &packed);
        answer->reply = wire_unpack(&checkin__reply__descriptor, packed.data,
                                    packed.len, BUS_BODY_BYTES_MAX);
        buf_fini(&packed);
    }
}

struct rig_answer
rig_ask(struct checkin_rig *rig, int instance, const Checkin__Request *request)
{
    struct rig_answer answer = {0};
    checkin_ask(rig->checkin, instance, request, on_answer, &answer);
    while (!answer.is_done) {
        loop_turn(rig->loop, TURN_MS);
    }
    return answer;
}

void
rig_answer_clear(struct rig_answer *answer)
{
    wire_free(answer->reply);
    answer->reply = NULL;
}

/* A bus that has just lost the one before says so for a moment. */
static struct rig_answer
ask_again(struct checkin_rig *rig, int instance,
          const Checkin__Request *request)
{
    struct rig_answer answer = rig_ask(rig, instance, request);
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    while (answer.err == ERR_UNAVAILABLE && clock_boot_ms() < end) {
        loop_turn(rig->loop, TURN_MS);
        answer = rig_ask(rig, instance, request);
    }
    return answer;
}

char *
rig_code(struct checkin_rig *rig, uint32_t campaign, uint32_t action,
         uint32_t number)
{
    Checkin__Bearer bearer = CHECKIN__BEARER__INIT, *bearers[] = {&bearer};
    Checkin__IssueTickets issue = CHECKIN__ISSUE_TICKETS__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    bearer.number = number;
    issue.campaign_number = campaign;
    issue.action_number = action;
    issue.bearers = bearers;
    issue.n_bearers = 1;
    request.is_case = CHECKIN__REQUEST__IS_ISSUE;
    request.issue = &issue;
    struct rig_answer answer = ask_again(rig, 0, &request);
    if (answer.err != ERR_NONE) {
        fail_msg("no ticket: %s", answer.detail);
    }
    char *code = mem_copy_string(answer.reply->issue->tickets[0]->code);
    rig_answer_clear(&answer);
    return code;
}

char *
rig_old_code(struct checkin_rig *rig, uint32_t campaign, uint32_t action,
             uint32_t number)
{
    struct crypto_key key;
    char *path = temp_path(rig->dir, "ticket.key");
    char *code = mem_new(OLD_TICKET_SIZE);
    crypto_key_load(path, false, &key);
    old_ticket_code(&key, campaign, action, number, code);
    free(path);
    return code;
}

Checkin__Attendance *
rig_attendance(struct checkin_rig *rig, int instance, const char *campaign,
               const char *action)
{
    Checkin__GetAttendance get = CHECKIN__GET_ATTENDANCE__INIT;
    Checkin__Request request = CHECKIN__REQUEST__INIT;
    get.campaign = (char *)campaign;
    get.action = (char *)action;
    request.is_case = CHECKIN__REQUEST__IS_ATTENDANCE;
    request.attendance = &get;
    struct rig_answer answer = ask_again(rig, instance, &request);
    if (answer.err != ERR_NONE) {
        fail_msg("no attendance of %s: %s", action, answer.detail);
    }
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(answer.reply->attendance, &packed);
    Checkin__Attendance *attendance =
        wire_unpack(&checkin__attendance__descriptor, packed.data, packed.len,
                    BUS_BODY_BYTES_MAX);
    buf_fini(&packed);
    rig_answer_clear(&answer);
    return attendance;
}

void
rig_wait(struct checkin_rig *rig,
         bool (*is_so)(struct checkin_rig *rig, void *arg), void *arg)
{
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    while (!is_so(rig, arg)) {
        if (clock_boot_ms() > end) {
            char *log = file_read(rig->processes[0].output, NULL);
            fail_msg("waited in vain; the log: %s", log == NULL ? "" : log);
        }
        loop_turn(rig->loop, TURN_MS);
    }
}

static bool
is_feed_applied(struct checkin_rig *rig, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < rig->campaign_count; i++) {
        char *command =
            mem_format("HGET '{%s}:ci:meta' cursor", rig->campaigns[i].id);
        char *cursor = redis_do(rig->redis, command);
        bool is_there = strtoull(cursor, NULL, 10) == rig->campaigns[i].end;
        free(cursor);
        free(command);
        if (!is_there) {
            return false;
        }
    }
    return true;
}

void
rig_wait_for_feed(struct checkin_rig *rig)
{
    rig_wait(rig, is_feed_applied, NULL);
}
