/* lease -- one lease: its place in the lists, its outcomes, its end. */
#include "services/courier/send/lease.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "services/courier/courier.h"

/* ---- a lease and its end ---- */

struct lease *
lease_new(struct courier *courier, int slot)
{
    struct lease *lease = mem_new(sizeof(*lease));
    lease->courier = courier;
    lease->slot = slot;
    lease->kept = &journal_slot(courier->journal, slot)->lease;
    lease->told = mem_new(lease->kept->count + 1);
    lease->following = courier->leases;
    if (courier->leases != NULL) {
        courier->leases->previous = lease;
    }
    courier->leases = lease;
    courier->lease_count++;
    return lease;
}

static void
free_lease(struct lease *lease)
{
    if (lease->previous != NULL) {
        lease->previous->following = lease->following;
    } else {
        lease->courier->leases = lease->following;
    }
    if (lease->following != NULL) {
        lease->following->previous = lease->previous;
    }
    template_drop(lease->entry);
    timer_free(&lease->return_timer);
    timer_free(&lease->settle_timer);
    free(lease->people);
    free(lease->names);
    free(lease->action);
    free(lease->told);
    free(lease->waits);
    free(lease);
}

void
leases_free(struct courier *courier)
{
    struct lease *lease = courier->leases;
    while (lease != NULL) {
        struct lease *following = lease->following;
        free_lease(lease);
        lease = following;
    }
}

static void
on_sweep(void *arg)
{
    struct courier *courier = arg;
    struct lease *lease = courier->leases;
    courier->is_sweeping = false;
    while (lease != NULL) {
        struct lease *following = lease->following;
        if (lease->is_ended && lease->asks == 0) {
            free_lease(lease);
        }
        lease = following;
    }
}

void
lease_sweep(struct courier *courier)
{
    if (!courier->is_sweeping) {
        courier->is_sweeping = true;
        loop_defer(courier->service.loop, on_sweep, courier);
    }
}

void
lease_end(struct lease *lease)
{
    struct courier *courier = lease->courier;
    lease->is_ended = true;
    courier->lease_count--;
    journal_release(courier->journal, lease->slot);
    lease_sweep(courier);
    if (lease->asking != NULL) {
        asking_go(lease->asking);
    }
}

/* ---- outcomes ---- */

void
lease_answer(struct lease *lease, uint32_t index, struct handed handed)
{
    journal_answer(lease->courier->journal, lease->slot, index, handed.state,
                   handed.detail);
    if (handed.retry_after_ms > 0) {
        if (lease->waits == NULL) {
            lease->waits =
                mem_new_array(lease->kept->count, sizeof(*lease->waits));
        }
        lease->waits[index] = handed.retry_after_ms;
    }
    lease->left--;
    lease->untold++;
    settle_go(lease);
}

void
lease_all_begun(struct lease *lease)
{
    struct asking *asking = lease->asking;
    timer_stop(lease->return_timer);
    if (!lease->is_unbegun) {
        return;
    }
    lease->is_unbegun = false;
    asking->unbegun--;
    if (!lease->is_returned) {
        asking->failures = 0;
        asking->ahead += asking->ahead < ASKS_AHEAD_MAX;
    }
    asking_go(asking);
}

void
lease_answer_unbegun(struct lease *lease, struct handed handed)
{
    const struct journal_slot *slot =
        journal_slot(lease->courier->journal, lease->slot);
    uint32_t count = lease->kept->count;
    lease->is_returned = true;
    if (lease->route != NULL) {
        route_remove(lease->route, lease);
    }
    lease->next = count;
    for (uint32_t i = 0; i < count; i++) {
        if (slot->marks[i] == JOURNAL_NEVER_BEGUN) {
            journal_answer(lease->courier->journal, lease->slot, i,
                           handed.state, handed.detail);
            lease->left--;
            lease->untold++;
        }
    }
    settle_go(lease);
    lease_all_begun(lease);
}

void
lease_return(struct lease *lease)
{
    if (lease->is_returned || lease->is_ended ||
        lease->next == lease->kept->count) {
        return;
    }
    metric_add(lease->courier->metrics.returned,
               lease->kept->count - lease->next);
    if (lease->asking != NULL) {
        lease->asking->ahead = (lease->asking->ahead + 1) / 2;
    }
    lease_answer_unbegun(lease, handed_as(WORDS__RECIPIENT_STATE__PENDING, 0));
}
