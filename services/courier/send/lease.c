/* lease -- one lease: its place in the list, its outcomes, its end. */
#include "services/courier/send/lease.h"

#include <stdlib.h>

#include "common/base/base.h"
#include "services/courier/begun/begun.h"

/* ---- marks ---- */

static void
on_turn_end(void *arg)
{
    struct leases *leases = arg;
    leases->is_marked = false;
    leases->on_marked(leases->arg);
}

void
leases_mark(struct leases *leases)
{
    if (!leases->is_marked) {
        leases->is_marked = true;
        loop_defer(leases->loop, on_turn_end, leases);
    }
}

void
lease_mark(struct lease *lease)
{
    lease->is_marked = true;
    leases_mark(lease->leases);
}

/* ---- a lease and its end ---- */

struct lease *
lease_new(struct leases *leases, int slot)
{
    struct lease *lease = mem_new(sizeof(*lease));
    lease->leases = leases;
    lease->slot = slot;
    lease->kept = &journal_slot(leases->journal, slot)->lease;
    lease->told = mem_new(lease->kept->count + 1);
    lease->following = leases->first;
    if (leases->first != NULL) {
        leases->first->previous = lease;
    }
    leases->first = lease;
    leases->count++;
    return lease;
}

/* On the disk, before the journal lets go of the lease. */
static void
close_notes(struct lease *lease)
{
    if (lease->notes != NULL) {
        begun_sync(lease->notes);
        begun_drop(lease->notes);
        lease->notes = NULL;
    }
}

static void
free_lease(struct lease *lease)
{
    close_notes(lease);
    if (lease->previous != NULL) {
        lease->previous->following = lease->following;
    } else {
        lease->leases->first = lease->following;
    }
    if (lease->following != NULL) {
        lease->following->previous = lease->previous;
    }
    template_drop(lease->entry);
    timer_free(&lease->return_timer);
    timer_free(&lease->settle_timer);
    people_fini(&lease->people);
    free(lease->action);
    free(lease->told);
    free(lease->waits);
    free(lease->wishes);
    free(lease);
}

void
leases_free(struct leases *leases)
{
    struct lease *lease = leases->first;
    while (lease != NULL) {
        struct lease *following = lease->following;
        free_lease(lease);
        lease = following;
    }
}

static void
on_sweep(void *arg)
{
    struct leases *leases = arg;
    struct lease *lease = leases->first;
    leases->is_sweeping = false;
    while (lease != NULL) {
        struct lease *following = lease->following;
        if (lease->is_ended && lease->asks == 0) {
            free_lease(lease);
        }
        lease = following;
    }
}

void
lease_sweep(struct leases *leases)
{
    if (!leases->is_sweeping) {
        leases->is_sweeping = true;
        loop_defer(leases->loop, on_sweep, leases);
    }
}

void
lease_end(struct lease *lease)
{
    struct leases *leases = lease->leases;
    lease->is_ended = true;
    leases->count--;
    close_notes(lease);
    journal_release(leases->journal, lease->slot);
    lease_sweep(leases);
    leases_mark(leases); /* there is room for another */
}

/* ---- outcomes ---- */

void
lease_answer(struct lease *lease, uint32_t index, struct handed handed)
{
    journal_answer(lease->leases->journal, lease->slot, index, handed.state,
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
    lease_mark(lease);
}

bool
lease_has_answer(const struct lease *lease, uint32_t index)
{
    return journal_slot(lease->leases->journal, lease->slot)->marks[index] >=
           JOURNAL_ANSWERED;
}

void
lease_all_begun(struct lease *lease, enum lease_begun begun)
{
    if (lease->begun == LEASE_UNBEGUN) {
        lease->begun = begun;
        lease->next = lease->kept->count;
        timer_stop(lease->return_timer);
        lease_mark(lease);
    }
}

static void
answer_unbegun(struct lease *lease, struct handed handed,
               enum lease_begun begun)
{
    const struct journal_slot *slot =
        journal_slot(lease->leases->journal, lease->slot);
    uint32_t count = lease->kept->count;
    lease->is_returned = true;
    lease->next = count;
    for (uint32_t i = 0; i < count; i++) {
        if (slot->marks[i] == JOURNAL_NEVER_BEGUN) {
            journal_answer(lease->leases->journal, lease->slot, i, handed.state,
                           handed.detail);
            lease->left--;
            lease->untold++;
        }
    }
    lease_all_begun(lease, begun);
}

void
lease_answer_unbegun(struct lease *lease, struct handed handed)
{
    answer_unbegun(lease, handed, LEASE_REFUSED);
}

void
lease_return(struct lease *lease)
{
    if (lease->is_returned || lease->is_ended ||
        lease->next == lease->kept->count) {
        return;
    }
    metric_add(lease->leases->returned, lease->kept->count - lease->next);
    answer_unbegun(lease, handed_as(WORDS__RECIPIENT_STATE__PENDING, 0),
                   LEASE_GIVEN_BACK);
}
