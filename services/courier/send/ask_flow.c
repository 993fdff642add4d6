/* ask_flow -- asks the planner for leases, a few ahead of the hand-overs.
 *
 * Per channel at most `ahead` leases are asked for or not wholly begun: one
 * more after each lease that was begun in time, half after one that was not.
 * A request number is asked again until it is answered: the planner gives
 * the same lease. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "common/crypto/crypto.h"
#include "services/courier/courier.h"

#define WAIT_MS_MIN 10
#define WAIT_MS_MAX 2000
#define WAIT_MS_DEFAULT 250
#define RETRY_MS 200 /* after an ask without an answer; full jitter */
#define PAUSE_MS_MAX 2000

static void send_want(struct want *want);

/* ---- what an ask says ---- */

/* Every lower number has been answered. */
static uint64_t
done_below(const struct courier *courier)
{
    uint64_t lowest = courier->last_request_number + 1;
    for (int c = 0; c < CHANNELS; c++) {
        for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
            uint64_t number = courier->askings[c].wants[i].request_number;
            if (number != 0 && number < lowest) {
                lowest = number;
            }
        }
    }
    return lowest;
}

static size_t
list_held(const struct courier *courier, uint64_t held[JOURNAL_SLOTS])
{
    size_t count = 0;
    for (int i = 0; i < JOURNAL_SLOTS; i++) {
        const struct journal_slot *slot = journal_slot(courier->journal, i);
        if (slot != NULL) {
            held[count++] = slot->lease.lease_id;
        }
    }
    return count;
}

/* ---- answers ---- */

static void
wait_ms(struct asking *asking, int64_t ms)
{
    if (!timer_is_running(asking->timer)) {
        timer_start(asking->timer, ms);
    }
}

static int64_t
jitter(int64_t ms)
{
    uint32_t chance;
    crypto_random(&chance, sizeof(chance));
    return 1 + (int64_t)(chance % (uint32_t)ms);
}

static void
rest(struct asking *asking, const Broadcast__Lease *answer)
{
    int64_t ms =
        answer->has_wait_ms ? (int64_t)answer->wait_ms : WAIT_MS_DEFAULT;
    asking->is_dry = true;
    wait_ms(asking, ms < WAIT_MS_MIN   ? WAIT_MS_MIN
                    : ms > WAIT_MS_MAX ? WAIT_MS_MAX
                                       : ms);
}

static void
on_lease(void *arg, enum err err, const char *detail,
         const Broadcast__Reply *reply)
{
    struct want *want = arg;
    struct asking *asking = want->asking;
    want->is_asked = false;
    if (err != ERR_NONE) {
        if (!asking->is_failing) {
            log_warn("ask.failed", log_str("err", err_name(err)),
                     log_str("detail", detail));
        }
        asking->is_failing = true;
        wait_ms(asking, jitter(RETRY_MS));
        return;
    }
    want->request_number = 0;
    if (asking->is_failing) {
        asking->is_failing = false;
        log_info("ask.answered_again");
    }
    if (!reply->lease->has_lease_id) {
        rest(asking, reply->lease);
        return;
    }
    if (asking->is_dry && asking->failures == 0) {
        timer_stop(asking->timer);
    }
    asking->is_dry = false;
    lease_begin(asking, reply->lease, want->sent_ms);
    asking_go(asking);
}

/* ---- asking ---- */

static void
send_want(struct want *want)
{
    struct asking *asking = want->asking;
    struct courier *courier = asking->courier;
    uint64_t held[JOURNAL_SLOTS];
    Broadcast__AskLease ask = BROADCAST__ASK_LEASE__INIT;
    Broadcast__Request request = BROADCAST__REQUEST__INIT;
    ask.courier = courier->service.name;
    ask.request_number = want->request_number;
    ask.channel = asking->channel;
    ask.has_boot = true;
    ask.boot = journal_boot(courier->journal);
    ask.n_held = list_held(courier, held);
    ask.held = held;
    ask.has_done_below = true;
    ask.done_below = done_below(courier);
    request.is_case = BROADCAST__REQUEST__IS_LEASE;
    request.lease = &ask;
    want->is_asked = true;
    want->sent_ms = clock_boot_ms();
    broadcast_ask(courier->broadcast, 0, &request, on_lease, want);
}

static int
count_wants(const struct courier *courier)
{
    int count = 0;
    for (int c = 0; c < CHANNELS; c++) {
        for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
            count += courier->askings[c].wants[i].request_number != 0;
        }
    }
    return count;
}

static bool
has_room(const struct asking *asking, int open)
{
    const struct courier *courier = asking->courier;
    int limit = asking->is_dry ? 1 : asking->ahead;
    return !courier->is_draining && open + asking->unbegun < limit &&
           courier->lease_count + count_wants(courier) < JOURNAL_SLOTS;
}

static bool
is_of_a_route(const struct asking *asking)
{
    const struct courier *courier = asking->courier;
    for (int i = 0; i < courier->route_count; i++) {
        if (courier->routes[i].channel == asking->channel) {
            return true;
        }
    }
    return false;
}

/* What was asked and not answered is asked again, also while draining: there
 * may be a lease to give back. */
void
asking_go(struct asking *asking)
{
    int open = 0;
    if (asking->courier->is_stopped || timer_is_running(asking->timer)) {
        return;
    }
    for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
        open += asking->wants[i].request_number != 0;
    }
    for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
        struct want *want = &asking->wants[i];
        if (want->request_number == 0 && has_room(asking, open)) {
            want->request_number = ++asking->courier->last_request_number;
            open++;
        }
        if (want->request_number != 0 && !want->is_asked) {
            send_want(want);
        }
    }
}

static void
on_time(void *arg)
{
    asking_go(arg);
}

void
asking_wake(struct courier *courier)
{
    for (int c = 0; c < CHANNELS; c++) {
        struct asking *asking = &courier->askings[c];
        if (asking->is_dry && asking->failures == 0) {
            asking->is_dry = false;
            timer_stop(asking->timer);
            asking_go(asking);
        }
    }
}

void
asking_pause(struct asking *asking)
{
    int64_t ms = (int64_t)100 << (asking->failures < 5 ? asking->failures : 5);
    asking->failures++;
    timer_stop(asking->timer);
    timer_start(asking->timer, jitter(ms < PAUSE_MS_MAX ? ms : PAUSE_MS_MAX));
}

bool
asking_is_idle(const struct courier *courier)
{
    return count_wants(courier) == 0;
}

void
asking_open(struct courier *courier)
{
    for (int c = 0; c < CHANNELS; c++) {
        struct asking *asking = &courier->askings[c];
        asking->courier = courier;
        asking->channel = (Words__Channel)(c + 1);
        asking->ahead = ASKS_AHEAD_MAX / 2;
        asking->timer = timer_new(courier->service.loop, on_time, asking);
        for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
            asking->wants[i].asking = asking;
        }
        if (is_of_a_route(asking)) {
            timer_start(asking->timer, 0);
        }
    }
}

void
asking_close(struct courier *courier)
{
    for (int c = 0; c < CHANNELS; c++) {
        timer_free(&courier->askings[c].timer);
    }
}
