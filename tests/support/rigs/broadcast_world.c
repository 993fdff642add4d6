/* broadcast_world -- broadcast processes on a private Redis, and a signup
 * that says what the test wants. */
#include "tests/support/rigs/broadcast_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "common/crypto/crypto.h"

#define TURN_MS 2
#define CHUNK 65536
#define PAGE_ENTRIES_MAX 100
#define ROUTES                                                                 \
    "[route.sms-a]\nchannel = sms\nprovider = outbox\nrate = 2000\n"           \
    "cost_micros = 40000\ntimeout_ms = 300\n"                                  \
    "[route.mail-a]\nchannel = email\nprovider = outbox\nrate = 4000\n"        \
    "timeout_ms = 300\n"

/* ---- the stand-in for signup ---- */

static void
reply_with(struct bus_request *request, Signup__Reply__IsCase is_case,
           void *message)
{
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    struct buf body;
    reply.is_case = is_case;
    reply.list_actions = message;
    buf_init(&body, 0);
    wire_pack(&reply, &body);
    bus_reply(request, ERR_NONE, NULL, body.data, body.len);
    buf_fini(&body);
}

static void
fill_campaign(const struct world *world, Signup__Campaign *campaign)
{
    signup__campaign__init(campaign);
    campaign->id = WORLD_CAMPAIGN;
    campaign->name = "The March";
    campaign->has_number = campaign->has_approval_above = true;
    campaign->number = 1;
    campaign->approval_above = world->approval_above;
    campaign->confirmation_sms = (char *)(uintptr_t)world->confirmation_sms;
}

static void
give_campaigns(const struct world *world, struct bus_request *request)
{
    Signup__Campaign campaign, *campaigns[] = {&campaign};
    Signup__Campaigns message = SIGNUP__CAMPAIGNS__INIT;
    fill_campaign(world, &campaign);
    message.campaigns = campaigns;
    message.n_campaigns = 1;
    reply_with(request, SIGNUP__REPLY__IS_LIST_CAMPAIGNS, &message);
}

static void
give_actions(struct world *world, struct bus_request *request)
{
    Signup__Campaign campaign;
    Signup__Action action = SIGNUP__ACTION__INIT, *actions[] = {&action};
    Signup__Actions message = SIGNUP__ACTIONS__INIT;
    fill_campaign(world, &campaign);
    action.id = WORLD_ACTION;
    action.name = "The Rally";
    action.kind = WORDS__ACTION_KIND__KIND_RALLY;
    action.place = "Old Palace Yard";
    action.starts_at_ms = INT64_C(1803553200000);
    action.ends_at_ms = action.starts_at_ms + 3600000;
    message.campaign = &campaign;
    message.actions = actions;
    message.n_actions = 1;
    reply_with(request, SIGNUP__REPLY__IS_LIST_ACTIONS, &message);
}

static uint32_t
in_audience(const struct world *world, uint32_t from, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t n = from; n < to && n < world->people; n++) {
        count += n % world->step == 0;
    }
    return count;
}

static void
give_preview(struct world *world, struct bus_request *request)
{
    if (world->refuses_query) {
        bus_refuse(request,
                   &(struct bus_fault){ERR_BAD_REQUEST, "there is no role chef",
                                       "query", "invalid-field"});
        return;
    }
    Signup__Excluded excluded = SIGNUP__EXCLUDED__INIT, *rules[] = {&excluded};
    Signup__ChannelCount counts[2], *list[] = {&counts[0], &counts[1]};
    Signup__Previewed message = SIGNUP__PREVIEWED__INIT;
    excluded.rule = WORDS__RULE__RULE_WITHDRAWN;
    excluded.count = 3;
    for (int i = 0; i < 2; i++) {
        signup__channel_count__init(&counts[i]);
        counts[i].channel = (Words__Channel)(i + 1);
        counts[i].eligible = in_audience(world, 0, world->people);
        counts[i].excluded = rules;
        counts[i].n_excluded = 1;
    }
    message.people = counts[0].eligible + 3;
    message.channels = list;
    message.n_channels = 2;
    reply_with(request, SIGNUP__REPLY__IS_PREVIEW, &message);
}

static void
give_measure(struct world *world, struct bus_request *request,
             const Signup__Measure *measure)
{
    char example[32], *examples[] = {example};
    Signup__Measured message = SIGNUP__MEASURED__INIT;
    uint32_t from = measure->chunk * CHUNK;
    (void)snprintf(example, sizeof(example), "Dear %u", measure->chunk);
    message.is_last = from + CHUNK >= world->people;
    message.messages = in_audience(world, from, from + CHUNK);
    message.parts = (uint64_t)message.messages * 2;
    message.parts_max = 3;
    message.ucs2 = 1;
    message.examples = examples;
    message.n_examples = 1;
    reply_with(request, SIGNUP__REPLY__IS_MEASURE, &message);
}

static void
give_freeze(struct world *world, struct bus_request *request,
            const Signup__Freeze *freeze)
{
    uint8_t bits[CHUNK / 8] = {0};
    Signup__Frozen message = SIGNUP__FROZEN__INIT;
    uint32_t from = freeze->chunk * CHUNK;
    for (uint32_t i = 0; i < CHUNK && from + i < world->people; i++) {
        if ((from + i) % world->step == 0) {
            bits[i / 8] |= (uint8_t)(1U << (i % 8));
        }
    }
    message.bits.data = bits;
    message.bits.len = sizeof(bits);
    message.count = in_audience(world, from, from + CHUNK);
    message.is_last = from + CHUNK >= world->people;
    if (world->freezes_until_silent > 0) {
        world->freezes_until_silent--;
    }
    reply_with(request, SIGNUP__REPLY__IS_FREEZE, &message);
}

static void
give_page(struct world *world, struct bus_request *request,
          const Feed__Since *since)
{
    Feed__Page page = FEED__PAGE__INIT;
    size_t first = 0;
    while (first < world->entry_count &&
           world->entries[first]->seq <= since->after) {
        first++;
    }
    size_t count = world->entry_count - first;
    page.end = world->end;
    page.entries = world->entries + first;
    page.n_entries = count < PAGE_ENTRIES_MAX ? count : PAGE_ENTRIES_MAX;
    reply_with(request, SIGNUP__REPLY__IS_SINCE, &page);
}

static void
answer_signup(struct world *world, struct bus_request *request,
              const Signup__Request *message)
{
    switch ((int)message->is_case) {
    case SIGNUP__REQUEST__IS_LIST_CAMPAIGNS:
        give_campaigns(world, request);
        break;
    case SIGNUP__REQUEST__IS_LIST_ACTIONS:
        give_actions(world, request);
        break;
    case SIGNUP__REQUEST__IS_PREVIEW:
        give_preview(world, request);
        break;
    case SIGNUP__REQUEST__IS_MEASURE:
        give_measure(world, request, message->measure);
        break;
    case SIGNUP__REQUEST__IS_FREEZE:
        give_freeze(world, request, message->freeze);
        break;
    case SIGNUP__REQUEST__IS_SINCE:
        give_page(world, request, message->since);
        break;
    default:
        fail_msg("broadcast asked signup for %d", (int)message->is_case);
    }
}

static void
serve_signup(void *arg, struct bus_request *request)
{
    struct world *world = arg;
    size_t len;
    const void *body = bus_request_body(request, &len);
    Signup__Request *message = wire_unpack(&signup__request__descriptor, body,
                                           len, BUS_BODY_BYTES_MAX);
    assert_non_null(message);
    bool is_freeze = message->is_case == SIGNUP__REQUEST__IS_FREEZE;
    if (world->is_signup_silent ||
        (is_freeze && world->freezes_until_silent == 0)) {
        bus_reply(request, ERR_UNAVAILABLE, "silent", NULL, 0);
    } else {
        answer_signup(world, request, message);
    }
    wire_free(message);
}

static Feed__Entry *
add_entry(struct world *world, size_t events)
{
    Feed__Entry *entry = mem_new(sizeof(*entry));
    feed__entry__init(entry);
    world->end += events;
    entry->seq = world->end;
    entry->events = mem_new_array(events, sizeof(*entry->events));
    world->entries = mem_resize(world->entries, (world->entry_count + 1) *
                                                    sizeof(*world->entries));
    world->entries[world->entry_count++] = entry;
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

static void
announce_end(struct world *world)
{
    Feed__End end = FEED__END__INIT;
    struct buf body;
    end.campaign = WORLD_CAMPAIGN;
    end.end = world->end;
    buf_init(&body, 0);
    wire_pack(&end, &body);
    bus_announce(world->bus, "feed/signup/" WORLD_CAMPAIGN, body.data,
                 body.len);
    buf_fini(&body);
}

void
world_confirm(struct world *world, uint32_t first, uint32_t last)
{
    Feed__Entry *entry = add_entry(world, last - first + 1);
    for (uint32_t number = first; number <= last; number++) {
        Signup__PlaceChanged place = SIGNUP__PLACE_CHANGED__INIT;
        Signup__Event event = SIGNUP__EVENT__INIT;
        place.has_number = place.has_state = true;
        place.number = number;
        place.action = WORLD_ACTION;
        place.state = WORDS__PLACE_STATE__PLACE_CONFIRMED;
        event.is_case = SIGNUP__EVENT__IS_PLACE_CHANGED;
        event.place_changed = &place;
        add_event(entry, &event);
    }
    announce_end(world);
}

void
world_enter(struct world *world, uint32_t first, uint32_t last,
            Words__Channel channel)
{
    Feed__Entry *entry = add_entry(world, last - first + 1);
    for (uint32_t number = first; number <= last; number++) {
        Signup__Entered entered = SIGNUP__ENTERED__INIT;
        Signup__Event event = SIGNUP__EVENT__INIT;
        entered.has_number = entered.has_channel = true;
        entered.number = number;
        entered.channel = channel;
        event.is_case = SIGNUP__EVENT__IS_ENTERED;
        event.entered = &entered;
        add_event(entry, &event);
    }
    announce_end(world);
}

void
world_note(struct world *world, uint32_t day, uint32_t first, uint32_t last,
           Words__Channel channel)
{
    Feed__Entry *entry = add_entry(world, last - first + 1);
    for (uint32_t number = first; number <= last; number++) {
        Signup__NoteMade made = SIGNUP__NOTE_MADE__INIT;
        Signup__Event event = SIGNUP__EVENT__INIT;
        made.has_note = made.has_channel = made.has_day = true;
        made.note = number;
        made.channel = channel;
        made.day = day;
        event.is_case = SIGNUP__EVENT__IS_NOTE_MADE;
        event.note_made = &made;
        add_event(entry, &event);
    }
    announce_end(world);
}

void
world_put(struct world *world)
{
    Signup__Campaign campaign;
    Signup__Event event = SIGNUP__EVENT__INIT;
    fill_campaign(world, &campaign);
    event.is_case = SIGNUP__EVENT__IS_CAMPAIGN_PUT;
    event.campaign_put = &campaign;
    add_event(add_entry(world, 1), &event);
    announce_end(world);
}

/* ---- the processes ---- */

static void
hear_progress(void *arg, const char *topic, const void *body, size_t len)
{
    struct world *world = arg;
    (void)topic;
    wire_free(world->progress);
    world->progress = wire_unpack(&broadcast__broadcast__descriptor, body, len,
                                  BUS_BODY_BYTES_MAX);
    assert_non_null(world->progress);
    world->progress_count++;
}

static void
hear_work(void *arg, const char *topic, const void *body, size_t len)
{
    struct world *world = arg;
    (void)topic;
    (void)body;
    (void)len;
    world->work_count++;
}

static void
hear_halt(void *arg, const char *topic, const void *body, size_t len)
{
    struct world *world = arg;
    (void)topic;
    (void)body;
    (void)len;
    world->halt_count++;
}

static void
open_bus(struct world *world)
{
    struct bus_options options = {.name = "signup.0"};
    char *ask = mem_format("ipc://%s/signup.0.ask", world->dir);
    char *news = mem_format("ipc://%s/signup.0.news", world->dir);
    char *asks = mem_format(world->instances == 1 ? "ipc://%s/broadcast.0.ask"
                                                  : "ipc://%s/broadcast.0.ask,"
                                                    "ipc://%s/broadcast.1.ask",
                            world->dir, world->dir);
    char *heard =
        mem_format(world->instances == 1 ? "ipc://%s/broadcast.0.news"
                                         : "ipc://%s/broadcast.0.news,"
                                           "ipc://%s/broadcast.1.news",
                   world->dir, world->dir);
    world->bus = bus_new(world->loop, &options);
    bus_serve(world->bus, ask, serve_signup, world);
    bus_publish_at(world->bus, news);
    world->broadcast = bus_connect(world->bus, "broadcast", asks);
    struct bus_source source = {"broadcast", heard};
    bus_follow(world->bus, &source, "progress/", hear_progress, world);
    bus_follow(world->bus, &source, "work", hear_work, world);
    bus_follow(world->bus, &source, "halt/", hear_halt, world);
    free(ask);
    free(news);
    free(asks);
    free(heard);
}

static void
write_config(struct world *world, const char *routes)
{
    char *text = mem_format("[run]\ndir = %s\nlog_level = info\n"
                            "[store]\nendpoint = %s\n"
                            "[instances]\nbroadcast = %d\nsignup = 1\n"
                            "[keys]\ndir = %s\n%s",
                            world->dir, world->redis->endpoint,
                            world->instances, world->dir, routes);
    world->config = temp_path(world->dir, "muster.ini");
    file_write(world->config, text);
    free(text);
}

void
world_start(struct world *world, int instance)
{
    char number[12];
    (void)snprintf(number, sizeof(number), "%d", instance);
    char *name = mem_format("broadcast.%d.log", instance);
    char *output = temp_path(world->dir, name);
    char *program = process_program("muster-broadcast");
    const char *argv[] = {program,      "--config", world->config,
                          "--instance", number,     NULL};
    process_start(&world->processes[instance], output, argv);
    free(program);
    free(output);
    free(name);
}

void
world_kill(struct world *world, int instance)
{
    process_kill(&world->processes[instance]);
}

void
world_stop(struct world *world, int instance)
{
    struct process *process = &world->processes[instance];
    process_signal(process, SIGTERM);
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    while (process_is_running(process) && clock_boot_ms() < end) {
        loop_turn(world->loop, TURN_MS);
    }
    assert_false(process_is_running(process));
}

struct world *
world_new(const struct world_options *options)
{
    struct world *world = mem_new(sizeof(*world));
    bool is_plain = options == NULL;
    crypto_init();
    world->instances =
        is_plain || options->instances == 0 ? 1 : options->instances;
    world->people = 100;
    world->step = 1;
    world->approval_above = 50;
    world->freezes_until_silent = -1;
    world->redis = redis_start(NULL);
    world->dir = temp_dir_new();
    write_config(world, is_plain || options->routes == NULL ? ROUTES
                                                            : options->routes);
    world->loop = loop_new();
    open_bus(world);
    for (int i = 0; i < world->instances; i++) {
        world_start(world, i);
    }
    return world;
}

static void
free_entries(struct world *world)
{
    for (size_t i = 0; i < world->entry_count; i++) {
        for (size_t j = 0; j < world->entries[i]->n_events; j++) {
            free(world->entries[i]->events[j].data);
        }
        free(world->entries[i]->events);
        free(world->entries[i]);
    }
    free(world->entries);
}

void
world_free(struct world **world)
{
    struct world *w = *world;
    for (int i = 0; i < w->instances; i++) {
        process_kill(&w->processes[i]);
    }
    bus_free(&w->bus);
    loop_free(&w->loop);
    redis_free(&w->redis);
    temp_dir_remove(&w->dir);
    free(w->config);
    free_entries(w);
    wire_free(w->progress);
    free(w);
    *world = NULL;
}

void
world_wait(struct world *world, bool (*is_so)(struct world *world, void *arg),
           void *arg)
{
    int64_t end = clock_boot_ms() + PROCESS_WAIT_MS;
    while (!is_so(world, arg)) {
        if (clock_boot_ms() > end) {
            char *log = file_read(world->processes[0].output, NULL);
            fail_msg("waited in vain; the log: %s", log == NULL ? "" : log);
        }
        loop_turn(world->loop, TURN_MS);
    }
}
