/* recover_flow -- after a restart: what the journal says of the leases that
 * this courier held is told to the planner, however late.
 *
 * Answered: as it was answered. Begun and not answered: in doubt (deferred,
 * if the provider takes a reference once alone). Never begun: pending. */
#include "common/base/base.h"
#include "services/courier/courier.h"
#include "services/courier/message/reason.h"
#include "services/courier/send/flows.h"
#include "services/courier/send/lease.h"

static void
recover_one(struct courier *courier, int number)
{
    const struct journal_slot *slot = journal_slot(courier->journal, number);
    int64_t pending = 0, in_doubt = 0;
    struct lease *lease = lease_new(&courier->leases, number);
    lease->courier = courier;
    for (uint32_t i = 0; i < slot->lease.count; i++) {
        Words__RecipientState state = journal_state(slot, i);
        uint16_t detail = slot->details[i];
        if (slot->marks[i] == JOURNAL_NEVER_BEGUN) {
            detail = REASON_NONE;
            pending++;
        } else if (slot->marks[i] == JOURNAL_BEGUN) {
            detail = REASON_RESTART;
            in_doubt++;
        }
        journal_answer(courier->journal, number, i, state, detail);
    }
    lease->is_returned = true;
    lease->next = slot->lease.count;
    lease->untold = slot->lease.count;
    log_info("lease.recovered", log_str("campaign", slot->lease.campaign),
             log_str("broadcast", slot->lease.broadcast),
             log_int("recipients", slot->lease.count),
             log_int("never_begun", pending), log_int("begun", in_doubt));
    lease_mark(lease);
}

void
recover_all(struct courier *courier)
{
    for (int i = 0; i < JOURNAL_SLOTS; i++) {
        if (journal_slot(courier->journal, i) != NULL) {
            recover_one(courier, i);
        }
    }
}
