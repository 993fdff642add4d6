/* status -- muster status: what runs here, what waits to be sent, what is in
 * doubt, and the disk. First as JSON, from which the text is printed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/cli/api/api.h"
#include "services/cli/api/say.h"
#include "services/cli/args/args.h"
#include "services/cli/args/staff.h"
#include "services/cli/machine/machine.h"
#include "services/cli/words/words.h"

/* ---- collected ---- */

static json_t *
process_to_json(const struct machine_process *p)
{
    json_t *out = json_object();
    json_set_text(out, "name", p->name);
    json_set_text(out, "state", machine_state_name(p->state));
    json_set(out, "pid", p->pid == 0 ? json_null() : json_integer(p->pid));
    json_set(out, "port", p->port == 0 ? json_null() : json_integer(p->port));
    json_set(out, "memory_bytes", json_integer(p->memory));
    json_set(out, "is_outdated", json_boolean(p->is_outdated));
    json_set_text(out, "says", p->why);
    return out;
}

static json_t *
processes_to_json(const struct machine *m)
{
    json_t *out = json_array();
    for (size_t i = 0; i < m->count; i++) {
        (void)json_array_append_new(out, process_to_json(&m->list[i]));
    }
    return out;
}

static int64_t
count_of(const json_t *broadcast, const char *state)
{
    const json_t *channels = json_object_get(broadcast, "channels");
    int64_t sum = 0;
    for (size_t i = 0; i < json_array_size(channels); i++) {
        sum += field_whole(
            json_object_get(json_array_get(channels, i), "counts"), state);
    }
    return sum;
}

/* What waits, is on its way, or is in doubt: the rest is over. */
static void
add_broadcast(json_t *list, const char *campaign, const json_t *broadcast)
{
    static const char *const states[] = {"pending", "leased", "deferred",
                                         "in_doubt"};
    json_t *out = json_object();
    int64_t sum = 0;
    json_set_text(out, "campaign", campaign);
    json_set_text(out, "broadcast", field_text(broadcast, "id"));
    json_set_text(out, "name", field_text(broadcast, "name"));
    json_set_text(out, "stage", field_text(broadcast, "stage"));
    for (size_t i = 0; i < 4; i++) {
        int64_t count = count_of(broadcast, states[i]);
        json_set(out, states[i], json_integer(count));
        sum += count;
    }
    if (sum > 0) {
        (void)json_array_append_new(list, out);
    } else {
        json_decref(out);
    }
}

/* One page of a campaign's broadcasts. The next one's name, owned by the
 * caller; NULL: that was the last, or there was no answer: then said why. */
static char *
add_page(struct api *api, json_t *list, const char *campaign, const char *after,
         bool *is_ok)
{
    struct api_answer answer =
        api_get(api, "/v1/campaigns/%s/broadcasts?after=%s", campaign, after);
    const json_t *all = json_object_get(answer.body, "broadcasts");
    *is_ok = api_is_ok(&answer);
    if (!*is_ok) {
        say_error("%s: %s", campaign, answer.why);
    }
    for (size_t i = 0; i < json_array_size(all); i++) {
        add_broadcast(list, campaign, json_array_get(all, i));
    }
    char *next = mem_copy_string(
        json_string_value(json_object_get(answer.body, "next")));
    api_answer_clear(&answer);
    return next;
}

static bool
add_campaign(struct api *api, json_t *list, const char *campaign)
{
    bool is_ok = true;
    char *after = mem_copy_string("");
    while (is_ok && after != NULL) {
        char *next = add_page(api, list, campaign, after, &is_ok);
        free(after);
        after = next;
    }
    free(after);
    return is_ok;
}

/* NULL: nobody could be asked. */
static json_t *
sending_to_json(struct cli *cli)
{
    struct api *api = cli_api(cli);
    if (api == NULL) {
        return NULL;
    }
    json_t *list = json_array();
    struct api_answer answer = api_get(api, "/v1/campaigns");
    bool is_ok = api_is_ok(&answer);
    const json_t *all = json_object_get(answer.body, "campaigns");
    for (size_t i = 0; i < json_array_size(all); i++) {
        is_ok =
            add_campaign(api, list, field_text(json_array_get(all, i), "id")) &&
            is_ok;
    }
    api_answer_clear(&answer);
    api_free(&api);
    if (!is_ok) {
        json_decref(list);
        list = NULL;
    }
    return list;
}

struct routes {
    const struct conf *conf;
    const struct machine *machine;
    json_t *list;
};

/* Handed over since the couriers that run now were started. */
static void
add_route(void *arg, const char *section)
{
    static const char *const states[] = {"accepted", "failed", "deferred",
                                         "in_doubt"};
    const struct routes *routes = arg;
    const char *name = section + strlen("route.");
    json_t *out = json_object();
    json_set_text(out, "name", name);
    json_set_text(out, "provider",
                  conf_text_of(routes->conf, SET_ROUTE_PROVIDER, section));
    for (size_t i = 0; i < 4; i++) {
        char *labels = mem_format("route=\"%s\",state=\"%s\"", name, states[i]);
        json_set(out, states[i],
                 json_integer(machine_metric(
                     routes->machine, "muster_courier_handed_total", labels)));
        free(labels);
    }
    (void)json_array_append_new(routes->list, out);
}

static json_t *
routes_to_json(const struct cli *cli, const struct machine *m)
{
    struct routes routes = {cli->conf, m, json_array()};
    conf_each_section(cli->conf, "route.", add_route, &routes);
    return routes.list;
}

static json_t *
disk_to_json(const struct machine *m)
{
    struct machine_disk disk;
    if (!machine_look_at_disk(m->folder, &disk)) {
        return json_null();
    }
    json_t *out = json_object();
    json_set_text(out, "folder", m->folder);
    json_set(out, "free_bytes", json_integer(disk.free));
    json_set(out, "total_bytes", json_integer(disk.total));
    json_set(out, "redis_bytes", json_integer(disk.redis));
    json_set(out, "redis_log_base_bytes", json_integer(disk.log_base));
    json_set(out, "redis_log_since_bytes", json_integer(disk.log_since));
    json_set(out, "logs_bytes", json_integer(disk.logs));
    json_set(out, "outbox_bytes", json_integer(disk.outbox));
    return out;
}

static json_t *
last_backup_to_json(const struct machine *m)
{
    char iso[CLOCK_TEXT_SIZE];
    int64_t at = machine_last_backup(m->folder);
    return at == 0 ? json_null() : json_string(clock_format(at * 1000, iso));
}

static size_t
count_ready(const struct machine *m, const char *prefix)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        count += m->list[i].state == MACHINE_READY &&
                 strncmp(m->list[i].name, prefix, strlen(prefix)) == 0;
    }
    return count;
}

/* ---- printed ---- */

static double
in_mb(const json_t *object, const char *name)
{
    return (double)field_whole(object, name) / 1e6;
}

static void
print_process(const json_t *p)
{
    char pid[24] = "-", port[24] = "-";
    if (field_whole(p, "pid") != 0) {
        (void)snprintf(pid, sizeof(pid), "%lld", field_whole(p, "pid"));
    }
    if (field_whole(p, "port") != 0) {
        (void)snprintf(port, sizeof(port), "%lld", field_whole(p, "port"));
    }
    (void)printf("%-14s %-10s %8s %6s %7.1f MB  %s%s\n", field_text(p, "name"),
                 field_text(p, "state"), pid, port, in_mb(p, "memory_bytes"),
                 field_text(p, "says"),
                 json_is_true(json_object_get(p, "is_outdated"))
                     ? " (of an older build)"
                     : "");
}

static void
print_sending(const json_t *sending)
{
    if (!json_is_array(sending)) {
        (void)puts("\nWhat is being sent is not known: nobody answers.");
        return;
    }
    (void)puts(json_array_size(sending) == 0
                   ? "\nNothing waits to be sent, nothing is in doubt."
                   : "");
    for (size_t i = 0; i < json_array_size(sending); i++) {
        const json_t *b = json_array_get(sending, i);
        (void)printf("%s %s (%s) \"%s\": %lld pending, %lld on the way, %lld "
                     "deferred, %lld in doubt\n",
                     field_text(b, "campaign"), field_text(b, "broadcast"),
                     field_text(b, "stage"), field_text(b, "name"),
                     field_whole(b, "pending"), field_whole(b, "leased"),
                     field_whole(b, "deferred"), field_whole(b, "in_doubt"));
    }
}

static void
print_routes(const json_t *routes)
{
    (void)printf("\n%-20s %-10s %9s %9s %9s %9s   since the couriers started\n",
                 "route", "provider", "accepted", "failed", "deferred",
                 "in doubt");
    for (size_t i = 0; i < json_array_size(routes); i++) {
        const json_t *r = json_array_get(routes, i);
        (void)printf("%-20s %-10s %9lld %9lld %9lld %9lld\n",
                     field_text(r, "name"), field_text(r, "provider"),
                     field_whole(r, "accepted"), field_whole(r, "failed"),
                     field_whole(r, "deferred"), field_whole(r, "in_doubt"));
    }
}

static void
print_status(const json_t *status)
{
    const json_t *processes = json_object_get(status, "processes");
    const json_t *disk = json_object_get(status, "disk");
    (void)printf("%-14s %-10s %8s %6s %10s\n", "process", "state", "pid",
                 "port", "memory");
    for (size_t i = 0; i < json_array_size(processes); i++) {
        print_process(json_array_get(processes, i));
    }
    print_sending(json_object_get(status, "sending"));
    print_routes(json_object_get(status, "routes"));
    if (json_is_object(disk)) {
        (void)printf("\n%.1f of %.1f GB free for %s: Redis %.1f MB (its log: "
                     "%.1f MB rewritten, %.1f MB since), logs %.1f MB, outbox "
                     "%.1f MB\n",
                     in_mb(disk, "free_bytes") / 1e3,
                     in_mb(disk, "total_bytes") / 1e3,
                     field_text(disk, "folder"), in_mb(disk, "redis_bytes"),
                     in_mb(disk, "redis_log_base_bytes"),
                     in_mb(disk, "redis_log_since_bytes"),
                     in_mb(disk, "logs_bytes"), in_mb(disk, "outbox_bytes"));
    }
    const char *backup = field_text(status, "last_backup_at");
    (void)printf(*backup == '\0'
                     ? "No backup was made here (./muster backup).\n"
                     : "Last backup: %s\n",
                 backup);
}

/* ---- the word ---- */

static json_t *
collect(struct cli *cli, int *status_out)
{
    struct machine m;
    machine_look(cli, &m);
    json_t *out = json_object();
    json_t *sending =
        count_ready(&m, "gateway.") == 0 ? NULL : sending_to_json(cli);
    bool is_ready = sending != NULL && count_ready(&m, "") == m.count;
    *status_out = is_ready                   ? DONE
                  : count_ready(&m, "") == 0 ? UNREACHABLE
                                             : FAILED;
    json_set(out, "is_ready", json_boolean(is_ready));
    json_set(out, "processes", processes_to_json(&m));
    json_set(out, "sending", sending == NULL ? json_null() : sending);
    json_set(out, "routes", routes_to_json(cli, &m));
    json_set(out, "disk", disk_to_json(&m));
    json_set(out, "last_backup_at", last_backup_to_json(&m));
    machine_fini(&m);
    return out;
}

int
status_word(struct cli *cli, int argc, char **argv)
{
    bool is_json = false;
    const struct arg list[] = {
        {"json", NULL, "as JSON, for programs", NULL, &is_json}};
    const struct args args = {
        "status [--json]",
        "Says what of Muster runs on this machine, what waits to be sent or "
        "is\n"
        "in doubt, what the routes did, and how the disk is. 1: something is\n"
        "not ready; 4: nothing is there.",
        list,
        1,
        0,
        0};
    int at = args_read(cli, &args, argc, argv);
    if (at < 0) {
        return args_status(at);
    }
    if (cli->conf == NULL) {
        say_error("which Muster? Give --config");
        return MISUSED;
    }
    int status;
    json_t *found = collect(cli, &status);
    if (is_json) {
        struct buf text;
        buf_init(&text, 0);
        json_write(found, &text);
        (void)puts(buf_string(&text));
        buf_fini(&text);
    } else {
        print_status(found);
    }
    json_decref(found);
    return status;
}
