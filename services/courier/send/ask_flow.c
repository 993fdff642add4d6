/* ask_flow -- asks the planner for leases, a few ahead of the hand-overs.
 *
 * Per channel at most `ahead` leases are asked for or not wholly begun: one
 * more after each lease that was begun in time, half after one that was not.
 * A request number is asked again until it is answered: the planner gives
 * the same lease. */
#include "services/courier/send/ask.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "services/courier/courier.h"
#include "services/courier/send/report.h"
#include "services/courier/send/route.h"

#define WAIT_MS_MIN 10
#define WAIT_MS_MAX 2000
#define WAIT_MS_DEFAULT 250
#define RETRY_MS 200 /* after an ask without an answer */
#define PAUSE_MS_FIRST 100
#define PAUSE_MS_MAX 2000

static void asking_go(struct asking *asking);

/* ---- what an ask says ---- */

/* Every lower number has been answered. */
static uint64_t
done_below(const struct courier *courier)
{
    uint64_t lowest = courier->last_request_number + 1;
    for (int c = 0; c < CHANNELS; c++) {
        for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
            uint64_t number = courier->askings[c].asks[i].request_number;
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
    struct lease_ask *ask = arg;
    struct asking *asking = ask->asking;
    ask->is_asked = false;
    if (err != ERR_NONE) {
        if (!asking->is_failing) {
            log_warn("ask.failed", log_str("err", err_name(err)),
                     log_str("detail", detail));
        }
        asking->is_failing = true;
        wait_ms(asking, backoff_next_ms(&asking->retry));
        return;
    }
    ask->request_number = 0;
    if (asking->is_failing) {
        asking->is_failing = false;
        log_info("ask.answered_again");
    }
    report_hear(asking->courier, reply->lease);
    if (!reply->lease->has_lease_id) {
        rest(asking, reply->lease);
        return;
    }
    if (asking->is_dry && asking->pause.tries == 0) {
        timer_stop(asking->timer);
    }
    asking->is_dry = false;
    asking->granted(asking, reply->lease, ask->sent_ms);
    asking_go(asking);
}

/* ---- asking ---- */

static void
send_ask(struct lease_ask *ask)
{
    struct asking *asking = ask->asking;
    struct courier *courier = asking->courier;
    uint64_t held[JOURNAL_SLOTS];
    static struct report_fences fences; /* 4 kB */
    Broadcast__AskLease message = BROADCAST__ASK_LEASE__INIT;
    message.courier = courier->service.name;
    message.request_number = ask->request_number;
    message.channel = asking->channel;
    message.has_boot = true;
    message.boot = journal_boot(courier->journal);
    message.n_held = list_held(courier, held);
    message.held = held;
    message.has_done_below = true;
    message.done_below = done_below(courier);
    report_fill_ask(courier, &fences, &message);
    ask->is_asked = true;
    ask->sent_ms = clock_boot_ms();
    broadcast_ask_lease(courier->broadcast, &message, on_lease, ask);
}

static int
count_asks(const struct courier *courier)
{
    int count = 0;
    for (int c = 0; c < CHANNELS; c++) {
        for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
            count += courier->askings[c].asks[i].request_number != 0;
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
           courier->leases.count + count_asks(courier) < JOURNAL_SLOTS;
}

/* What was asked and not answered is asked again, also while draining: there
 * may be a lease to give back. */
static void
asking_go(struct asking *asking)
{
    int open = 0;
    if (asking->courier->is_stopped || timer_is_running(asking->timer)) {
        return;
    }
    for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
        open += asking->asks[i].request_number != 0;
    }
    for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
        struct lease_ask *ask = &asking->asks[i];
        if (ask->request_number == 0 && has_room(asking, open)) {
            ask->request_number = ++asking->courier->last_request_number;
            open++;
        }
        if (ask->request_number != 0 && !ask->is_asked) {
            send_ask(ask);
        }
    }
}

static void
on_time(void *arg)
{
    asking_go(arg);
}

void
asking_go_all(struct courier *courier)
{
    for (int c = 0; c < CHANNELS; c++) {
        if (courier->askings[c].has_route) {
            asking_go(&courier->askings[c]);
        }
    }
}

void
asking_wake(struct courier *courier)
{
    for (int c = 0; c < CHANNELS; c++) {
        struct asking *asking = &courier->askings[c];
        if (asking->is_dry && asking->pause.tries == 0) {
            asking->is_dry = false;
            timer_stop(asking->timer);
            asking_go(asking);
        }
    }
}

void
asking_pause(struct asking *asking)
{
    timer_stop(asking->timer);
    timer_start(asking->timer, backoff_next_ms(&asking->pause));
}

void
asking_note_begun(struct asking *asking, enum lease_begun begun)
{
    asking->unbegun--;
    if (begun == LEASE_BEGUN) {
        backoff_reset(&asking->pause);
        asking->ahead += asking->ahead < ASKS_AHEAD_MAX;
    } else if (begun == LEASE_GIVEN_BACK) {
        asking->ahead = (asking->ahead + 1) / 2;
    }
}

bool
asking_is_idle(const struct courier *courier)
{
    return count_asks(courier) == 0;
}

void
asking_open(struct courier *courier, granted_cb *granted)
{
    courier->askings = mem_new_array(CHANNELS, sizeof(*courier->askings));
    for (int c = 0; c < CHANNELS; c++) {
        struct asking *asking = &courier->askings[c];
        asking->courier = courier;
        asking->granted = granted;
        asking->channel = (Words__Channel)(c + 1);
        asking->ahead = ASKS_AHEAD_MAX / 2;
        asking->retry =
            (struct backoff){.first_ms = RETRY_MS, .most_ms = RETRY_MS};
        asking->pause = (struct backoff){.first_ms = PAUSE_MS_FIRST,
                                         .most_ms = PAUSE_MS_MAX};
        asking->timer = timer_new(courier->service.loop, on_time, asking);
        for (int i = 0; i < ASKS_AHEAD_MAX; i++) {
            asking->asks[i].asking = asking;
        }
        asking->has_route = route_carries(courier, asking->channel);
        if (asking->has_route) {
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
    free(courier->askings);
    courier->askings = NULL;
}
