/* courier_rig -- a courier as a process between scripted peers. */
#include "tests/support/rigs/courier_rig.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/base.h"
#include "tests/support/process/load.h"

/* ---- answers ---- */

static void
reply(struct bus_request *request, const void *message)
{
    struct buf body;
    buf_init(&body, 0);
    wire_pack(message, &body);
    bus_reply(request, ERR_NONE, NULL, body.data, body.len);
    buf_fini(&body);
}

static void *
read_request(struct bus_request *request,
             const ProtobufCMessageDescriptor *type)
{
    size_t len;
    const void *body = bus_request_body(request, &len);
    void *message = wire_unpack(type, body, len, BUS_BODY_BYTES_MAX);
    assert_non_null(message);
    return message;
}

/* ---- the planner ---- */

static struct rig_lease *
find_lease(struct courier_rig *rig, const Broadcast__AskLease *ask)
{
    for (int i = 0; i < rig->lease_count; i++) {
        struct rig_lease *lease = &rig->leases[i];
        if (lease->is_granted && !lease->is_final && lease->boot == ask->boot &&
            lease->request_number == ask->request_number) {
            return lease;
        }
    }
    for (int i = 0; i < rig->lease_count && ask->boot != rig->dead_boot; i++) {
        if (!rig->leases[i].is_granted &&
            rig->leases[i].channel == ask->channel) {
            return &rig->leases[i];
        }
    }
    return NULL;
}

static void
fill_wishes(Broadcast__Lease *m, const struct rig_lease *lease)
{
    static Broadcast__Again wishes[RIG_NUMBERS_MAX], *list[RIG_NUMBERS_MAX];
    m->again = list;
    for (uint32_t i = 0; lease->wish != 0 && i < lease->count; i++) {
        broadcast__again__init(&wishes[i]);
        wishes[i].number = lease->first + i;
        wishes[i].wish = lease->wish;
        list[m->n_again++] = &wishes[i];
    }
}

static void
fill_lease(Broadcast__Lease *m, const struct rig_lease *lease,
           uint32_t numbers[RIG_NUMBERS_MAX])
{
    m->has_lease_id = true;
    m->lease_id = lease->id;
    m->campaign = "rally";
    m->broadcast = (char *)lease->broadcast;
    m->has_channel = true;
    m->channel = lease->said_channel == 0 ? lease->channel
                                          : (Words__Channel)lease->said_channel;
    m->has_class_ = true;
    m->class_ = lease->class_;
    m->action = "march";
    m->route = (char *)lease->route;
    m->has_template_version = true;
    m->template_version = 1;
    m->has_time_left_ms = true;
    m->time_left_ms = lease->time_left_ms;
    m->has_settle_within_ms = true;
    m->settle_within_ms = lease->settle_within_ms;
    for (uint32_t i = 0; i < lease->count; i++) {
        numbers[i] = lease->first + i;
    }
    m->numbers = numbers;
    m->n_numbers = lease->count;
    m->has_made_at_ms = true;
    m->made_at_ms = lease->made_at_ms;
    fill_wishes(m, lease);
}

static void
note_fence(struct courier_rig *rig, const Broadcast__AskLease *ask)
{
    rig->place = ask->place;
    rig->said = (struct rig_fence){0, 0};
    for (size_t i = 0; i < ask->n_fences; i++) {
        assert_string_equal(ask->fences[i]->campaign, "rally");
        rig->said.era = ask->fences[i]->era;
        rig->said.granted = ask->fences[i]->granted;
    }
}

/* What an answer says of the store. */
static void
fill_era(const struct courier_rig *rig, Broadcast__Lease *m)
{
    static Broadcast__Fence fence, *fences[] = {&fence};
    static Broadcast__ReportOrder order;
    static Broadcast__ReportOf ofs[2], *list[] = {&ofs[0], &ofs[1]};
    broadcast__fence__init(&fence);
    fence.campaign = "rally";
    fence.era = rig->fence.era;
    fence.granted = rig->fence.granted;
    m->n_fences = rig->fence.granted != 0;
    m->fences = fences;
    broadcast__report_order__init(&order);
    order.campaign = "rally";
    order.era = rig->order_era;
    order.n_of = 2;
    order.of = list;
    for (int i = 0; i < 2; i++) {
        broadcast__report_of__init(&ofs[i]);
        ofs[i].broadcast = i == 0 ? "b1" : "b2";
        ofs[i].channel = WORDS__CHANNEL__CHANNEL_SMS;
        ofs[i].made_at_ms = 77;
    }
    m->report = rig->order_era != 0 && !m->has_lease_id ? &order : NULL;
}

static void
take_report(struct courier_rig *rig, struct bus_request *request,
            const Broadcast__Report *report)
{
    Broadcast__Reply answer = BROADCAST__REPLY__INIT;
    Broadcast__Reported m = BROADCAST__REPORTED__INIT;
    if (rig->reports_to_fail > 0) {
        rig->reports_to_fail--;
        bus_reply(request, ERR_UNAVAILABLE, "not now", NULL, 0);
        return;
    }
    assert_true(report->place == rig->place);
    rig->reported_era = report->era;
    rig->reports++;
    rig->reports_ended += report->is_last;
    if (!report->is_last) {
        int i = strcmp(report->broadcast, "b1") == 0 ? 0 : 1;
        assert_int_equal(report->chunk, 0);
        memcpy(rig->reported[i], report->bits.data, sizeof(rig->reported[i]));
    }
    answer.is_case = BROADCAST__REPLY__IS_REPORT;
    answer.report = &m;
    reply(request, &answer);
}

static void
grant(struct courier_rig *rig, struct bus_request *request,
      const Broadcast__AskLease *ask)
{
    static uint32_t numbers[RIG_NUMBERS_MAX];
    Broadcast__Reply answer = BROADCAST__REPLY__INIT;
    Broadcast__Lease m = BROADCAST__LEASE__INIT;
    rig->asks++;
    if (ask->boot != rig->boot) {
        rig->is_held_at_boot = ask->n_held > 0;
        rig->boot = ask->boot;
    }
    rig->done_below = ask->done_below;
    rig->held = ask->n_held;
    note_fence(rig, ask);
    struct rig_lease *lease = find_lease(rig, ask);
    if (lease != NULL) {
        lease->is_granted = true;
        lease->grants++;
        lease->boot = ask->boot;
        lease->request_number = ask->request_number;
        fill_lease(&m, lease, numbers);
    } else {
        m.has_wait_ms = true;
        m.wait_ms = 20;
    }
    if (lease != NULL && rig->asks_to_lose > 0) {
        rig->asks_to_lose--;
        bus_reply(request, ERR_TIMEOUT, "lost", NULL, 0);
        return;
    }
    fill_era(rig, &m);
    answer.is_case = BROADCAST__REPLY__IS_LEASE;
    answer.lease = &m;
    reply(request, &answer);
}

static void
note_outcome(struct rig_lease *lease, const Broadcast__Outcome *outcome)
{
    uint32_t i = outcome->number - lease->first;
    assert_true(i < lease->count);
    if (lease->states[i] != 0) { /* repeated: the same again */
        assert_int_equal(lease->states[i], outcome->state);
    }
    lease->begun_before += lease->states[i] == 0 && outcome->is_begun_before;
    lease->states[i] = outcome->state;
    lease->rules[i] = outcome->rule;
    lease->waits_ms[i] = outcome->retry_after_ms;
    (void)snprintf(lease->reasons[i], sizeof(lease->reasons[i]), "%s",
                   outcome->reason == NULL ? "" : outcome->reason);
}

static void
take_settle(struct courier_rig *rig, struct bus_request *request,
            const Broadcast__Settle *settle)
{
    Broadcast__Reply answer = BROADCAST__REPLY__INIT;
    Broadcast__Settled settled = BROADCAST__SETTLED__INIT;
    answer.is_case = BROADCAST__REPLY__IS_SETTLE;
    answer.settle = &settled;
    if (rig->settles_to_fail > 0) {
        rig->settles_to_fail--;
        bus_reply(request,
                  rig->settle_error == 0 ? ERR_UNAVAILABLE : rig->settle_error,
                  "not now", NULL, 0);
        return;
    }
    for (int i = 0; i < rig->lease_count; i++) {
        struct rig_lease *lease = &rig->leases[i];
        if (lease->id != settle->lease_id) {
            continue;
        }
        lease->settles++;
        lease->is_final = lease->is_final || settle->is_final;
        for (size_t n = 0; n < settle->n_outcomes; n++) {
            note_outcome(lease, settle->outcomes[n]);
        }
    }
    if (rig->settles_to_lose > 0) {
        rig->settles_to_lose--;
        bus_reply(request, ERR_TIMEOUT, "lost", NULL, 0);
        return;
    }
    reply(request, &answer);
}

static void
give_template(struct courier_rig *rig, struct bus_request *request)
{
    Broadcast__Reply answer = BROADCAST__REPLY__INIT;
    Broadcast__Template m = BROADCAST__TEMPLATE__INIT;
    Signup__Campaign campaign = SIGNUP__CAMPAIGN__INIT;
    Signup__Action action = SIGNUP__ACTION__INIT;
    Signup__Field place = SIGNUP__FIELD__INIT, *fields[] = {&place};
    rig->templates++;
    if (rig->templates_to_fail > 0) {
        rig->templates_to_fail--;
        bus_reply(request, ERR_NOT_FOUND, "no such broadcast", NULL, 0);
        return;
    }
    campaign.id = "rally";
    campaign.name = "Rally";
    campaign.has_number = true;
    campaign.number = 7;
    campaign.sms_sender = "Rally";
    campaign.email_from = "us@example.org";
    campaign.email_from_name = "T\xc5\xb7 Rali";
    action.id = "march";
    action.name = "March";
    action.has_number = true;
    action.number = 3;
    place.name = "place";
    place.value = "Old Palace Yard";
    m.content = &rig->content;
    m.campaign = &campaign;
    m.action = &action;
    m.n_fields = 1;
    m.fields = fields;
    answer.is_case = BROADCAST__REPLY__IS_TEMPLATE;
    answer.template_ = &m;
    reply(request, &answer);
}

static void
serve_planner(void *arg, struct bus_request *request)
{
    struct courier_rig *rig = arg;
    Broadcast__Request *asked =
        read_request(request, &broadcast__request__descriptor);
    if (asked->is_case == BROADCAST__REQUEST__IS_LEASE) {
        grant(rig, request, asked->lease);
    } else if (asked->is_case == BROADCAST__REQUEST__IS_SETTLE) {
        take_settle(rig, request, asked->settle);
    } else if (asked->is_case == BROADCAST__REQUEST__IS_REPORT) {
        take_report(rig, request, asked->report);
    } else {
        assert_int_equal(asked->is_case, BROADCAST__REQUEST__IS_TEMPLATE);
        give_template(rig, request);
    }
    wire_free(asked);
}

/* ---- signup and checkin ---- */

struct contact_text {
    char address[40], name[24], first_name[24], own[24];
    Signup__Field fields[2], *pointers[2];
};

static bool
is_every(uint32_t n, uint32_t every)
{
    return every != 0 && n % every == 0;
}

static void
add_own(Signup__Contact *contact, struct contact_text *text, const char *name,
        const char *value)
{
    Signup__Field *field = &text->fields[contact->n_fields];
    signup__field__init(field);
    field->name = (char *)(uintptr_t)name;
    field->value = (char *)(uintptr_t)value;
    text->pointers[contact->n_fields++] = field;
    contact->fields = text->pointers;
}

static void
fill_note(Signup__Contact *contact, struct contact_text *text)
{
    (void)snprintf(text->own, sizeof(text->own), "Code of note %u",
                   (unsigned)contact->number);
    add_own(contact, text, "note_subject", "Your code");
    add_own(contact, text, "note_text", text->own);
}

static void
fill_person(const struct courier_rig *rig, Signup__Contact *contact,
            struct contact_text *text)
{
    uint32_t n = contact->number;
    (void)snprintf(text->name, sizeof(text->name), "Person %u", (unsigned)n);
    (void)snprintf(text->first_name, sizeof(text->first_name), "P%u",
                   (unsigned)n);
    (void)snprintf(text->own, sizeof(text->own), "Own %u", (unsigned)n);
    contact->name = text->name;
    contact->first_name = text->first_name;
    add_own(contact, text, "own", text->own);
    contact->has_salt = true;
    contact->salt = 1000 + n;
    contact->has_is_for_other = true;
    contact->is_for_other = is_every(n, rig->for_other_every);
    contact->has_ticket_number = is_every(n, rig->merged_every);
    contact->ticket_number = 900000 + n;
}

static void
fill_contact(const struct courier_rig *rig, Signup__Contact *contact,
             struct contact_text *text, const Signup__Resolve *ask)
{
    uint32_t n = contact->number;
    if (is_every(n, rig->withheld_every)) {
        contact->has_withheld = true;
        contact->withheld = WORDS__RULE__RULE_WITHDRAWN;
        return;
    }
    (void)snprintf(text->address, sizeof(text->address),
                   ask->channel == WORDS__CHANNEL__CHANNEL_SMS
                       ? "+4477009%05u"
                       : "p%u@example.org",
                   (unsigned)(n + (rig->is_given_again ? 50000 : 0)));
    contact->address = text->address;
    if (ask->class_ == WORDS__CLASS__CLASS_NOTE) {
        fill_note(contact, text);
    } else {
        fill_person(rig, contact, text);
    }
}

static void
serve_signup(void *arg, struct bus_request *request)
{
    static Signup__Contact contacts[RIG_NUMBERS_MAX], *list[RIG_NUMBERS_MAX];
    static struct contact_text texts[RIG_NUMBERS_MAX];
    struct courier_rig *rig = arg;
    Signup__Request *asked =
        read_request(request, &signup__request__descriptor);
    Signup__Reply answer = SIGNUP__REPLY__INIT;
    Signup__Resolved resolved = SIGNUP__RESOLVED__INIT;
    assert_int_equal(asked->is_case, SIGNUP__REQUEST__IS_RESOLVE);
    rig->resolves++;
    (void)snprintf(rig->resolved_for, sizeof(rig->resolved_for), "%s",
                   asked->resolve->broadcast);
    for (size_t i = 0; i < asked->resolve->n_numbers; i++) {
        signup__contact__init(&contacts[i]);
        contacts[i].number = asked->resolve->numbers[i];
        fill_contact(rig, &contacts[i], &texts[i], asked->resolve);
        list[i] = &contacts[i];
    }
    resolved.n_contacts = asked->resolve->n_numbers;
    resolved.contacts = list;
    answer.is_case = SIGNUP__REPLY__IS_RESOLVE;
    answer.resolve = &resolved;
    if (rig->resolves_to_fail > 0) {
        rig->resolves_to_fail--;
        bus_reply(request, ERR_UNAVAILABLE, "not now", NULL, 0);
    } else {
        reply(request, &answer);
    }
    wire_free(asked);
}

static void
serve_checkin(void *arg, struct bus_request *request)
{
    static Checkin__Ticket tickets[RIG_NUMBERS_MAX], *list[RIG_NUMBERS_MAX];
    static char codes[RIG_NUMBERS_MAX][16];
    struct courier_rig *rig = arg;
    Checkin__Request *asked =
        read_request(request, &checkin__request__descriptor);
    Checkin__Reply answer = CHECKIN__REPLY__INIT;
    Checkin__Tickets m = CHECKIN__TICKETS__INIT;
    assert_int_equal(asked->is_case, CHECKIN__REQUEST__IS_ISSUE);
    rig->issues++;
    for (size_t i = 0; i < asked->issue->n_bearers; i++) {
        checkin__ticket__init(&tickets[i]);
        tickets[i].number = asked->issue->bearers[i]->number;
        (void)snprintf(codes[i], sizeof(codes[i]), "CODE%010u",
                       (unsigned)tickets[i].number);
        tickets[i].code = codes[i];
        list[i] = &tickets[i];
    }
    m.n_tickets = asked->issue->n_bearers;
    m.tickets = list;
    answer.is_case = CHECKIN__REPLY__IS_ISSUE;
    answer.issue = &m;
    reply(request, &answer);
    wire_free(asked);
}

/* ---- the rig ---- */

static struct bus *
open_bus(struct courier_rig *rig, const char *name, bus_serve_cb *serve)
{
    struct bus *bus = bus_new(rig->loop, &(struct bus_options){.name = name});
    char *ask = mem_format("ipc://%s/run/%s.ask", rig->dir, name);
    char *news = mem_format("ipc://%s/run/%s.news", rig->dir, name);
    bus_serve(bus, ask, serve, rig);
    bus_publish_at(bus, news);
    free(ask);
    free(news);
    return bus;
}

static void
write_config(struct courier_rig *rig, const char *routes)
{
    char *port = mem_format("%d", rig->provider_port);
    struct buf text;
    buf_init(&text, 0);
    buf_printf(&text,
               "[run]\ndir = %s/run\nlog_level = debug\n[keys]\ndir = %s/keys\n"
               "[courier]\njournal_dir = %s/journal\n[outbox]\ndir = "
               "%s/outbox\n[gateway]\npublic_url = http://here\n",
               rig->dir, rig->dir, rig->dir, rig->dir);
    for (const char *c = routes; *c != '\0'; c++) {
        if (strncmp(c, "%d", 2) == 0) {
            buf_add_string(&text, port);
            c++;
        } else {
            buf_add_byte(&text, (uint8_t)*c);
        }
    }
    rig->config = temp_path(rig->dir, "muster.ini");
    file_write(rig->config, buf_string(&text));
    buf_fini(&text);
    free(port);
}

static void
make_dirs(const char *dir)
{
    static const char *const names[] = {"run", "keys", "journal", "outbox"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = temp_path(dir, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
        free(path);
    }
}

static void
start_provider(struct courier_rig *rig, const char *const *options)
{
    char *program = process_test_program("recording_provider");
    char *port_file = temp_path(rig->dir, "provider.port");
    char *output = temp_path(rig->dir, "provider.log");
    const char *argv[PROCESS_ARGS_MAX] = {program, "--port-file", port_file};
    for (int i = 0; options != NULL && options[i] != NULL; i++) {
        argv[3 + i] = options[i];
    }
    process_start(&rig->provider, output, argv);
    rig->provider_port = process_wait_for_number(&rig->provider, port_file);
    free(program);
    free(port_file);
    free(output);
}

struct courier_rig *
courier_rig_new(const char *routes, const char *const *provider_options)
{
    struct courier_rig *rig = mem_new(sizeof(*rig));
    rig->dir = temp_dir_new();
    make_dirs(rig->dir);
    rig->loop = loop_new();
    rig->planner = open_bus(rig, "broadcast.0", serve_planner);
    rig->signup = open_bus(rig, "signup.0", serve_signup);
    rig->checkin = open_bus(rig, "checkin.0", serve_checkin);
    broadcast__content__init(&rig->content);
    rig->content.name = "News";
    rig->content.audience = "all";
    rig->content.class_ = WORDS__CLASS__CLASS_SERVICE;
    rig->content.sms_text = "Hello {{first_name}} at {{place}}";
    rig->content.email_subject = "For {{name}}";
    rig->content.email_text = "Dear {{name}},\n\ncome to {{place}}.\n";
    start_provider(rig, provider_options);
    write_config(rig, routes);
    return rig;
}

void
courier_rig_start(struct courier_rig *rig)
{
    char *program = process_program("muster-courier");
    char *output = temp_path(rig->dir, "courier.log");
    rig->dead_boot = rig->boot;
    process_start(
        &rig->courier, output,
        (const char *const[]){program, "--config", rig->config, NULL});
    free(program);
    free(output);
}

void
courier_rig_free(struct courier_rig **rig)
{
    struct courier_rig *r = *rig;
    process_kill(&r->courier);
    process_kill(&r->provider);
    bus_free(&r->planner);
    bus_free(&r->signup);
    bus_free(&r->checkin);
    loop_free(&r->loop);
    temp_dir_remove(&r->dir);
    free(r->config);
    free(r);
    *rig = NULL;
}

struct rig_lease *
courier_rig_lease(struct courier_rig *rig, struct rig_lease lease)
{
    assert_true(rig->lease_count < RIG_LEASES_MAX);
    struct rig_lease *kept = &rig->leases[rig->lease_count++];
    *kept = lease;
    kept->id = (uint64_t)rig->lease_count;
    kept->channel =
        lease.channel == 0 ? WORDS__CHANNEL__CHANNEL_SMS : lease.channel;
    kept->class_ =
        lease.class_ == 0 ? WORDS__CLASS__CLASS_SERVICE : lease.class_;
    kept->route = lease.route == NULL ? "to" : lease.route;
    kept->broadcast = lease.broadcast == NULL ? "b1" : lease.broadcast;
    kept->made_at_ms = lease.made_at_ms == 0 ? 77 : lease.made_at_ms;
    kept->time_left_ms = lease.time_left_ms == 0 ? 900 : lease.time_left_ms;
    kept->settle_within_ms =
        lease.settle_within_ms == 0 ? 30000 : lease.settle_within_ms;
    return kept;
}

void
courier_rig_wait(struct courier_rig *rig, bool (*is_so)(void *arg), void *arg)
{
    int64_t until = clock_boot_ms() + PROCESS_WAIT_MS;
    while (!is_so(arg)) {
        if (clock_boot_ms() > until) {
            char *path = temp_path(rig->dir, "courier.log");
            char *log = file_read(path, NULL);
            print_error("%s\n", log == NULL ? "" : log);
            fail_msg("it did not happen within %d ms", PROCESS_WAIT_MS);
        }
        loop_turn(rig->loop, 5);
    }
}

static bool
is_final(void *arg)
{
    return ((struct rig_lease *)arg)->is_final;
}

void
courier_rig_wait_final(struct courier_rig *rig, struct rig_lease *lease)
{
    courier_rig_wait(rig, is_final, lease);
}

static bool
has_ended(void *arg)
{
    siginfo_t info = {.si_pid = 0};
    struct courier_rig *rig = arg;
    return waitid(P_PID, (id_t)rig->courier.pid, &info,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

int
courier_rig_terminate(struct courier_rig *rig)
{
    process_signal(&rig->courier, SIGTERM);
    courier_rig_wait(rig, has_ended, rig);
    return process_wait(&rig->courier);
}

int
rig_lease_count(const struct rig_lease *lease, Words__RecipientState state)
{
    int count = 0;
    for (uint32_t i = 0; i < lease->count; i++) {
        count += lease->states[i] == state;
    }
    return count;
}

char *
courier_rig_get(struct courier_rig *rig, const char *path)
{
    struct buf answer;
    char bytes[4096];
    ssize_t n;
    int fd = load_connect(rig->provider_port);
    char *ask = mem_format("GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);
    assert_int_equal(write(fd, ask, strlen(ask)), strlen(ask));
    (void)shutdown(fd, SHUT_WR);
    buf_init(&answer, 0);
    while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
        buf_add(&answer, bytes, (size_t)n);
    }
    (void)close(fd);
    free(ask);
    return buf_take(&answer, NULL);
}

long
courier_rig_stat(struct courier_rig *rig, const char *name)
{
    char *key = mem_format("\"%s\":", name);
    char *answer = courier_rig_get(rig, "/stats");
    const char *at = strstr(answer, key);
    assert_non_null(at);
    long value = strtol(at + strlen(key), NULL, 10);
    free(answer);
    free(key);
    return value;
}
