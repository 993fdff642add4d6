/* presence -- who is here, whatever order the marks come in. */
#include "services/checkin/marks/presence.h"

#include "checkin.pb-c.h"
#include "checkin_rows.h"

uint64_t
presence_tail(const struct presence_stamp *stamp)
{
    return (uint64_t)stamp->device * TAIL_DEVICE +
           (uint64_t)stamp->kind * TAIL_KIND + stamp->gate;
}

struct presence_stamp
presence_of(int64_t at_ms, uint64_t tail)
{
    return (struct presence_stamp){.at_ms = at_ms,
                                   .device = (uint32_t)(tail / TAIL_DEVICE),
                                   .kind = (uint8_t)(tail / TAIL_KIND),
                                   .gate = (uint8_t)tail};
}

int
presence_compare(const struct presence_stamp *a, const struct presence_stamp *b)
{
    if (a->at_ms != b->at_ms) {
        return a->at_ms < b->at_ms ? -1 : 1;
    }
    uint64_t left = presence_tail(a), right = presence_tail(b);
    return left < right ? -1 : left > right;
}

void
presence_merge(struct presence *presence, const struct presence_stamp *stamp)
{
    if (!presence->is_marked ||
        presence_compare(stamp, &presence->latest) > 0) {
        presence->latest = *stamp;
    }
    presence->is_marked = true;
    if (stamp->kind != CHECKIN__MARK_KIND__ARRIVED) {
        return;
    }
    if (!presence->has_arrived ||
        presence_compare(stamp, &presence->first) < 0) {
        presence->first = *stamp;
    }
    presence->has_arrived = true;
}

bool
presence_is_inside(const struct presence *presence)
{
    return presence->is_marked &&
           presence->latest.kind == CHECKIN__MARK_KIND__ARRIVED;
}
