/* report_flow -- tells the planner whom this machine has begun.
 *
 *   report_hear: an order, of some broadcasts -> the files of notes there are
 *   of each -> each chunk with a bit: Report, and on its answer the next
 *   -> Report is_last -> the era is noted: no more orders
 *
 * Any answer but a good one ends it: with the next ask there is an order again.
 *
 * Not told: a channel whose every route is idempotent. There the same may come
 * twice, and a bit says nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "services/courier/begun/begun.h"
#include "services/courier/courier.h"
#include "services/courier/send/report.h"
#include "services/courier/send/route.h"

struct reported_of {
    char broadcast[SLUG_SIZE];
    int channel;
    int64_t made_at_ms;
};

struct reporting {
    struct courier *courier;
    char campaign[SLUG_SIZE];
    uint64_t era;
    struct reported_of *ofs;
    size_t count, at;
    uint32_t chunk; /* the next */
    uint8_t bits[BEGUN_CHUNK_BYTES];
    uint32_t told; /* chunks */
};

static void go_on(struct reporting *reporting);

static void
end(struct reporting *reporting)
{
    if (reporting->courier != NULL) {
        reporting->courier->reporting = NULL;
    }
    free(reporting->ofs);
    free(reporting);
}

/* ---- telling ---- */

static void
answered(void *arg, enum err err, const char *detail,
         const Broadcast__Reply *reply)
{
    struct reporting *reporting = arg;
    (void)reply;
    if (err != ERR_NONE && reporting->courier != NULL) {
        log_warn("report.failed", log_str("err", err_name(err)),
                 log_str("detail", detail),
                 log_str("campaign", reporting->campaign));
    }
    if (err != ERR_NONE || reporting->courier == NULL) {
        end(reporting);
    } else {
        go_on(reporting);
    }
}

static void
all_told(void *arg, enum err err, const char *detail,
         const Broadcast__Reply *reply)
{
    struct reporting *reporting = arg;
    (void)detail;
    (void)reply;
    if (err == ERR_NONE && reporting->courier != NULL) {
        fences_reported(reporting->courier->fences, reporting->campaign,
                        reporting->era);
        fences_sync(reporting->courier->fences);
        log_warn("report.done", log_str("campaign", reporting->campaign),
                 log_int("era", (int64_t)reporting->era),
                 log_int("chunks", reporting->told),
                 log_str("why", "the store has gone back in time, and was told "
                                "whom this machine had begun"));
    }
    end(reporting);
}

static void
tell(struct reporting *reporting, bool is_last)
{
    Broadcast__Report report = BROADCAST__REPORT__INIT;
    report.campaign = reporting->campaign;
    report.era = reporting->era;
    report.place = fences_place(reporting->courier->fences);
    report.is_last = is_last;
    if (!is_last) {
        struct reported_of *of = &reporting->ofs[reporting->at];
        report.broadcast = of->broadcast;
        report.has_channel = report.has_chunk = report.has_bits = true;
        report.channel = (Words__Channel)of->channel;
        report.chunk = reporting->chunk++;
        report.bits.data = reporting->bits;
        report.bits.len = sizeof(reporting->bits);
        reporting->told++;
    }
    broadcast_ask_report(reporting->courier->broadcast, &report,
                         is_last ? all_told : answered, reporting);
}

/* ---- finding ---- */

struct looking {
    struct reporting *reporting;
    bool is_found;
};

/* From reporting->chunk on; of all files of this broadcast that may be meant,
 * together: a set bit is a set bit. */
static void
look(void *arg, struct begun_map *map)
{
    struct looking *looking = arg;
    struct reporting *reporting = looking->reporting;
    int64_t meant = reporting->ofs[reporting->at].made_at_ms;
    int64_t made = begun_made_at_ms(map);
    if (looking->is_found || (made != meant && made != 0)) {
        return;
    }
    for (uint32_t chunk = reporting->chunk; chunk < begun_chunks(map);
         chunk++) {
        if (begun_read_chunk(map, chunk, reporting->bits)) {
            reporting->chunk = chunk;
            looking->is_found = true;
            return;
        }
    }
}

static bool
find_next(struct reporting *reporting)
{
    while (reporting->at < reporting->count) {
        const struct reported_of *of = &reporting->ofs[reporting->at];
        const struct begun_key key = {.campaign = reporting->campaign,
                                      .broadcast = of->broadcast,
                                      .channel = of->channel};
        struct looking looking = {.reporting = reporting};
        begun_each(reporting->courier->begun, &key, look, &looking);
        if (looking.is_found) {
            return true;
        }
        reporting->at++;
        reporting->chunk = 0;
    }
    return false;
}

static void
go_on(struct reporting *reporting)
{
    tell(reporting, !find_next(reporting));
}

/* ---- an order ---- */

static bool
is_all_idempotent(const struct courier *courier, int channel)
{
    for (int i = 0; i < courier->route_count; i++) {
        if ((int)courier->routes[i].channel == channel &&
            !courier->routes[i].is_idempotent) {
            return false;
        }
    }
    return route_carries(courier, (Words__Channel)channel);
}

static void
begin(struct courier *courier, const Broadcast__ReportOrder *order)
{
    struct reporting *reporting = mem_new(sizeof(*reporting));
    reporting->courier = courier;
    reporting->era = order->era;
    (void)snprintf(reporting->campaign, sizeof(reporting->campaign), "%s",
                   order->campaign);
    reporting->ofs = mem_new_array(order->n_of + 1, sizeof(*reporting->ofs));
    for (size_t i = 0; i < order->n_of; i++) {
        const Broadcast__ReportOf *from = order->of[i];
        struct reported_of *of = &reporting->ofs[reporting->count];
        if (is_all_idempotent(courier, (int)from->channel) ||
            !slug_is_valid(from->broadcast)) {
            continue;
        }
        (void)snprintf(of->broadcast, sizeof(of->broadcast), "%s",
                       from->broadcast);
        of->channel = (int)from->channel;
        of->made_at_ms = from->made_at_ms;
        reporting->count++;
    }
    courier->reporting = reporting;
    go_on(reporting);
}

void
report_hear(struct courier *courier, const Broadcast__Lease *answer)
{
    for (size_t i = 0; i < answer->n_fences; i++) {
        const Broadcast__Fence *from = answer->fences[i];
        struct fence fence = {.era = from->era, .granted = from->granted};
        (void)snprintf(fence.campaign, sizeof(fence.campaign), "%s",
                       from->campaign);
        fences_note(courier->fences, &fence);
    }
    if (answer->report != NULL && courier->reporting == NULL &&
        slug_is_valid(answer->report->campaign)) {
        begin(courier, answer->report);
    }
}

void
report_fill_ask(struct courier *courier, struct report_fences *fences,
                Broadcast__AskLease *ask)
{
    size_t count = fences_list(courier->fences, fences->kept);
    for (size_t i = 0; i < count; i++) {
        broadcast__fence__init(&fences->fences[i]);
        fences->fences[i].campaign = fences->kept[i].campaign;
        fences->fences[i].era = fences->kept[i].era;
        fences->fences[i].granted = fences->kept[i].granted;
        fences->list[i] = &fences->fences[i];
    }
    ask->has_place = true;
    ask->place = fences_place(courier->fences);
    ask->n_fences = count;
    ask->fences = fences->list;
}

void
report_stop(struct courier *courier)
{
    if (courier->reporting != NULL) {
        courier->reporting->courier = NULL; /* its answer frees it */
        courier->reporting = NULL;
    }
}
