/* once -- nobody is begun twice: a lease and the notes of what was begun. */
#include "services/courier/send/once.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/courier/begun/begun.h"
#include "services/courier/courier.h"
#include "services/courier/message/reason.h"
#include "services/courier/send/lease.h"
#include "shared_rows.h"

#define HOUR_MS (3600 * 1000)
#define SWEEP_EVERY_MS 20

static uint32_t
number_of(const struct lease *lease, uint32_t index)
{
    return lease->kept->numbers[index];
}

/* ---- a lease is taken ---- */

/* Numbers of these are given one after the other to whoever comes: after a
 * store has gone back, to others. */
static bool
is_given_again(const struct lease *lease)
{
    return lease->class_ == WORDS__CLASS__CLASS_CONFIRMATION ||
           lease->class_ == WORDS__CLASS__CLASS_NOTE;
}

/* Whom it is for, in 16 bits: the contact, and a note's own words. */
static uint16_t
who_of(const struct lease *lease, uint32_t index)
{
    const struct person *person = &lease->people.items[index];
    struct buf text;
    buf_init(&text, 0);
    buf_add(&text, "begun", sizeof("begun"));
    buf_add(&text, person->address, strlen(person->address) + 1);
    for (size_t i = 0;
         i < person->field_count && lease->class_ == WORDS__CLASS__CLASS_NOTE;
         i++) {
        const char *value = person->fields[i].value;
        buf_add(&text, value, strlen(value) + 1);
    }
    uint16_t who =
        (uint16_t)crypto_mac64(&lease->courier->link_key, text.data, text.len);
    buf_fini(&text);
    return who == 0 ? 1 : who;
}

static bool
prepare_who(struct lease *lease)
{
    for (uint32_t i = 0; is_given_again(lease) && i < lease->kept->count; i++) {
        if (!begun_prepare_who(lease->notes, number_of(lease, i))) {
            return false;
        }
    }
    return true;
}

/* Room for each chunk it has numbers of: one, as a rule. */
static bool
prepare(struct lease *lease)
{
    uint32_t chunk = 0;
    for (uint32_t i = 0; i < lease->kept->count; i++) {
        uint32_t number = number_of(lease, i);
        if (i > 0 && number / CHUNK_NUMBERS == chunk) {
            continue;
        }
        chunk = number / CHUNK_NUMBERS;
        if (!begun_prepare(lease->notes, number)) {
            return false;
        }
    }
    return prepare_who(lease);
}

/* The wishes to send again, by index. Both lists rise by number. */
static bool
read_wishes(struct lease *lease, const Broadcast__Lease *message)
{
    uint32_t i = 0;
    if (message->n_again == 0) {
        return true;
    }
    lease->wishes = mem_new_array(lease->kept->count, sizeof(*lease->wishes));
    for (size_t n = 0; n < message->n_again; n++) {
        const Broadcast__Again *again = message->again[n];
        while (i < lease->kept->count && number_of(lease, i) < again->number) {
            i++;
        }
        if (i == lease->kept->count || number_of(lease, i) != again->number) {
            continue;
        }
        if (!begun_prepare_again(lease->notes, again->number)) {
            return false;
        }
        lease->wishes[i] = again->wish;
    }
    return true;
}

static void
stop(struct lease *lease, uint32_t index)
{
    metric_add(lease->courier->metrics.begun_before, 1);
    lease_answer(lease, index,
                 handed_as(WORDS__RECIPIENT_STATE__IN_DOUBT,
                           (uint16_t)REASON_BEGUN_BEFORE));
}

static bool
is_to_stop(const struct lease *lease, uint32_t index)
{
    uint32_t number = number_of(lease, index);
    bool is_wished =
        lease->wishes != NULL &&
        begun_may_again(lease->notes, number, lease->wishes[index]);
    return begun_has(lease->notes, number) && !is_wished;
}

static void
stop_begun(struct lease *lease)
{
    int64_t stopped = 0;
    if (lease->kept->is_idempotent || is_given_again(lease)) {
        return; /* the latter: when it is known whom they stand for */
    }
    for (uint32_t i = 0; i < lease->kept->count; i++) {
        if (is_to_stop(lease, i)) {
            stop(lease, i);
            stopped++;
        }
    }
    if (stopped > 0) {
        log_warn("lease.begun_before", log_int("recipients", stopped),
                 log_str("why", "handed over before, as this courier's own "
                                "notes say: the store may have gone back in "
                                "time"),
                 log_str("campaign", lease->kept->campaign),
                 log_str("broadcast", lease->kept->broadcast));
    }
}

bool
once_open(struct lease *lease, const Broadcast__Lease *message)
{
    const struct begun_key key = {
        .campaign = lease->kept->campaign,
        .broadcast = lease->kept->broadcast,
        .channel = lease->kept->channel,
        .made_at_ms = message->has_made_at_ms ? message->made_at_ms : 0};
    lease->notes = begun_take(lease->courier->begun, &key);
    if (lease->notes == NULL || !prepare(lease) ||
        !read_wishes(lease, message)) {
        return false;
    }
    stop_begun(lease);
    return true;
}

/* ---- hand-overs ---- */

bool
once_stop_withheld(struct lease *lease, uint32_t index)
{
    bool is = is_given_again(lease) && !lease->kept->is_idempotent &&
              is_to_stop(lease, index);
    if (is) {
        stop(lease, index);
    }
    return is;
}

bool
once_begin(struct lease *lease, uint32_t index)
{
    uint32_t number = number_of(lease, index);
    /* The journal first: what a kill leaves of the two is in doubt. */
    journal_begin(lease->courier->journal, lease->slot, index);
    bool is_wished =
        lease->wishes != NULL && lease->wishes[index] > 0 &&
        begun_obey_again(lease->notes, number, lease->wishes[index]);
    bool is_other = is_given_again(lease) &&
                    begun_note_who(lease->notes, number, who_of(lease, index));
    bool is_first = begun_mark(lease->notes, number);
    if (is_first || is_wished || is_other || lease->kept->is_idempotent) {
        return true;
    }
    stop(lease, index);
    return false;
}

void
once_forget(struct lease *lease, uint32_t index)
{
    begun_clear(lease->notes, number_of(lease, index));
}

/* ---- the journal knows more ---- */

/* A refusal by the provider; not one before anything was begun. */
static bool
is_refusal(const struct journal_slot *slot, uint32_t index)
{
    uint16_t detail = slot->details[index];
    bool is_before = detail == REASON_NO_TEMPLATE ||
                     detail == REASON_NO_CONTACTS ||
                     detail == REASON_NO_TICKET || detail == REASON_NO_ROUTE;
    return journal_state(slot, index) == WORDS__RECIPIENT_STATE__DEFERRED &&
           !slot->lease.is_idempotent && !is_before;
}

static bool
was_begun(const struct journal_slot *slot, uint32_t index)
{
    Words__RecipientState state = journal_state(slot, index);
    return slot->marks[index] == JOURNAL_BEGUN ||
           state == WORDS__RECIPIENT_STATE__ACCEPTED ||
           state == WORDS__RECIPIENT_STATE__IN_DOUBT;
}

static void
forget_refused(void *arg, struct begun_map *map)
{
    const struct journal_slot *slot = arg;
    for (uint32_t i = 0; i < slot->lease.count; i++) {
        if (is_refusal(slot, i) && begun_prepare(map, slot->lease.numbers[i])) {
            begun_clear(map, slot->lease.numbers[i]);
        }
    }
}

static void
mark_begun(void *arg, struct begun_map *map)
{
    const struct journal_slot *slot = arg;
    for (uint32_t i = 0; i < slot->lease.count; i++) {
        if (was_begun(slot, i) && begun_prepare(map, slot->lease.numbers[i])) {
            (void)begun_mark(map, slot->lease.numbers[i]);
        }
    }
    begun_sync(map);
}

static void
each_slot(struct courier *courier, begun_cb *cb)
{
    for (int i = 0; i < JOURNAL_SLOTS; i++) {
        const struct journal_slot *slot = journal_slot(courier->journal, i);
        if (slot != NULL) {
            const struct begun_key key = {.campaign = slot->lease.campaign,
                                          .broadcast = slot->lease.broadcast,
                                          .channel = slot->lease.channel};
            begun_each(courier->begun, &key, cb, (void *)(uintptr_t)slot);
        }
    }
}

static void
recover(struct courier *courier)
{
    /* Of a number in two leases the one that was begun counts. */
    each_slot(courier, forget_refused);
    each_slot(courier, mark_begun);
}

/* ---- the directory ---- */

static void
on_hour(void *arg)
{
    struct courier *courier = arg;
    if (!courier->is_sweeping_begun) {
        begun_note_hour(courier->begun);
    }
    courier->is_sweeping_begun = begun_sweep(courier->begun);
    timer_start(courier->begun_timer,
                courier->is_sweeping_begun ? SWEEP_EVERY_MS : HOUR_MS);
}

void
once_start(struct courier *courier)
{
    courier->begun_timer = timer_new(courier->service.loop, on_hour, courier);
    timer_start(courier->begun_timer, HOUR_MS);
    recover(courier);
}

void
once_stop(struct courier *courier)
{
    timer_free(&courier->begun_timer);
    begun_close(&courier->begun);
}
