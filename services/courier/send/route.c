/* route -- a configured provider: opens it, and begins hand-overs.
 *
 *   [route.<name>]
 *   channel = sms | email          provider = (see provider.h)
 *   concurrency = 50 (of each courier)   timeout_ms = 10000
 *   is_idempotent = no  (yes: the provider takes a reference once alone, so
 *                        what is not known may be sent again)
 * and what the provider reads: see its file. */
#include "services/courier/send/route.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/courier/courier.h"
#include "services/courier/send/once.h"

#define PREFIX "route."

/* ---- opening ---- */

static Words__Channel
read_channel(const struct conf *conf, const char *section)
{
    static const Words__Channel channels[] = {WORDS__CHANNEL__CHANNEL_SMS,
                                              WORDS__CHANNEL__CHANNEL_EMAIL};
    return channels[conf_word_of(conf, SET_ROUTE_CHANNEL, section)];
}

static void
open_provider(struct route *route, const char *section)
{
    struct service *service = &route->courier->service;
    const char *why = NULL;
    const char *name = conf_text_of(service->conf, SET_ROUTE_PROVIDER, section);
    route->provider = provider_find(name);
    if (route->provider == NULL) {
        log_fatal("[%s] provider is one of %s", section, provider_names());
    }
    if ((route->provider->channels & 1u << route->channel) == 0) {
        log_fatal("[%s] the provider %s does not carry this channel", section,
                  name);
    }
    route->self = route->provider->acts->open(
        &(struct provider_setup){.loop = service->loop,
                                 .conf = service->conf,
                                 .section = section,
                                 .channel = route->channel,
                                 .timeout_ms = route->timeout_ms,
                                 .concurrency = route->concurrency},
        &why);
    if (route->self == NULL) {
        log_fatal("[%s] %s", section, why);
    }
}

static struct metric *
count_of(const struct route *route, const char *state)
{
    char *labels = mem_format("route=\"%s\",state=\"%s\"", route->name, state);
    struct metric *metric = metric_counter(
        route->courier->service.metrics, "muster_courier_handed_total", labels,
        "Messages handed over, by what became of them");
    free(labels);
    return metric;
}

static void
open_route(void *arg, const char *section)
{
    struct courier *courier = arg;
    const struct conf *conf = courier->service.conf;
    if (courier->route_count == ROUTES_MAX) {
        log_fatal("more than %d routes", ROUTES_MAX);
    }
    struct route *route = &courier->routes[courier->route_count++];
    *route = (struct route){.courier = courier,
                            .name = section + strlen(PREFIX),
                            .channel = read_channel(conf, section)};
    route->timeout_ms = conf_number_of(conf, SET_ROUTE_TIMEOUT_MS, section);
    route->concurrency =
        (int)conf_number_of(conf, SET_ROUTE_CONCURRENCY, section);
    route->is_idempotent = conf_bool_of(conf, SET_ROUTE_IS_IDEMPOTENT, section);
    route->last = &route->first;
    route->handings =
        mem_new_array((size_t)route->concurrency, sizeof(*route->handings));
    for (int i = 0; i < route->concurrency; i++) {
        route->handings[i] =
            (struct handing){.route = route, .next = route->free};
        route->free = &route->handings[i];
    }
    route->accepted = count_of(route, "accepted");
    route->failed = count_of(route, "failed");
    route->deferred = count_of(route, "deferred");
    route->in_doubt = count_of(route, "in_doubt");
    open_provider(route, section);
}

void
routes_open(struct courier *courier)
{
    courier->routes = mem_new_array(ROUTES_MAX, sizeof(*courier->routes));
    conf_each_section(courier->service.conf, PREFIX, open_route, courier);
    if (courier->route_count == 0) {
        log_fatal("no route is configured: add a section [route.<name>]");
    }
}

void
routes_close(struct courier *courier)
{
    for (int i = 0; i < courier->route_count; i++) {
        struct route *route = &courier->routes[i];
        route->provider->acts->close(route->self);
        free(route->handings);
    }
    free(courier->routes);
    courier->routes = NULL;
    courier->route_count = 0;
}

struct route *
route_find(struct courier *courier, const char *name, Words__Channel channel)
{
    for (int i = 0; i < courier->route_count; i++) {
        struct route *route = &courier->routes[i];
        if (route->channel == channel && strcmp(route->name, name) == 0) {
            return route;
        }
    }
    return NULL;
}

bool
route_carries(const struct courier *courier, Words__Channel channel)
{
    for (int i = 0; i < courier->route_count; i++) {
        if (courier->routes[i].channel == channel) {
            return true;
        }
    }
    return false;
}

/* ---- handing over ---- */

static void
count_handed(struct route *route, const struct handed *handed)
{
    switch ((int)handed->state) {
    case WORDS__RECIPIENT_STATE__ACCEPTED:
        metric_add(route->accepted, 1);
        break;
    case WORDS__RECIPIENT_STATE__FAILED:
        metric_add(route->failed, 1);
        break;
    case WORDS__RECIPIENT_STATE__DEFERRED:
        metric_add(route->deferred, 1);
        break;
    default:
        metric_add(route->in_doubt, 1);
        break;
    }
}

static void
on_handed(void *arg, const struct handed *answer)
{
    struct handing *handing = arg;
    struct route *route = handing->route;
    struct lease *lease = handing->lease;
    struct handed handed = *answer;
    if (handed.state == WORDS__RECIPIENT_STATE__DEFERRED) {
        once_forget(lease, handing->index);
    } else if (handed.state == WORDS__RECIPIENT_STATE__IN_DOUBT &&
               route->is_idempotent) {
        handed.state = WORDS__RECIPIENT_STATE__DEFERRED;
    }
    count_handed(route, &handed);
    metric_add(route->courier->metrics.open, -1);
    route->open_count--;
    lease->open--;
    handing->next = route->free;
    route->free = handing;
    lease_answer(lease, handing->index, handed);
    route_go(route);
}

static void
hand_over(struct route *route, struct lease *lease, uint32_t index,
          const struct message *message)
{
    struct handing *handing = route->free;
    route->free = handing->next;
    handing->lease = lease;
    handing->index = index;
    route->open_count++;
    lease->open++;
    metric_add(route->courier->metrics.open, 1);
    route->provider->acts->hand_over(route->self, message, on_handed, handing);
}

static void
hand_over_next(struct route *route, struct lease *lease)
{
    struct courier *courier = route->courier;
    struct message message;
    uint32_t index = lease->next++;
    struct person *person = &lease->people.items[index];
    if (person->address == NULL || lease_has_answer(lease, index)) {
        return;
    }
    const struct render_job job = {.template_ = lease->entry->template_,
                                   .channel = route->channel,
                                   .class_ = lease->class_,
                                   .campaign = lease->kept->campaign,
                                   .broadcast = lease->kept->broadcast,
                                   .public_url = courier->public_url,
                                   .expires_at_ms = lease->expires_at_ms,
                                   .link_key = &courier->link_key,
                                   .reference_key = &courier->reference_key};
    enum reason reason =
        render_message(&courier->render, &job, person, &message);
    if (reason != REASON_NONE) {
        lease_answer(
            lease, index,
            handed_as(WORDS__RECIPIENT_STATE__FAILED, (uint16_t)reason));
        return;
    }
    if (once_begin(lease, index)) {
        hand_over(route, lease, index, &message);
    }
}

/* A hand-over is begun only before the lease's deadline, and only if the
 * lease outlives the provider's time-out: a courier that was frozen and
 * wakes up begins nothing. */
static bool
may_begin(const struct route *route, const struct lease *lease)
{
    int64_t now_ms = clock_boot_ms();
    return now_ms < lease->begin_until_ms &&
           now_ms + route->timeout_ms <= lease->settle_until_ms &&
           !route->courier->is_draining && !lease->is_returned;
}

void
route_go(struct route *route)
{
    while (route->first != NULL && route->open_count < route->concurrency) {
        struct lease *lease = route->first;
        if (!may_begin(route, lease)) {
            route_remove(route, lease);
            lease_return(lease);
            continue;
        }
        hand_over_next(route, lease);
        if (lease->next == lease->kept->count) {
            route_remove(route, lease);
            lease_all_begun(lease, LEASE_BEGUN);
        }
    }
}

void
route_add(struct route *route, struct lease *lease)
{
    lease->next_in_route = NULL;
    *route->last = lease;
    route->last = &lease->next_in_route;
    route_go(route);
}

void
route_remove(struct route *route, struct lease *lease)
{
    struct lease **at = &route->first;
    while (*at != NULL && *at != lease) {
        at = &(*at)->next_in_route;
    }
    if (*at == NULL) {
        return;
    }
    *at = lease->next_in_route;
    if (*at == NULL) {
        route->last = at;
    }
}
