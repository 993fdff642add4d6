/* presence -- who is here, whatever order the marks come in. */
#include "services/checkin/marks/presence.h"

#include <string.h>

void
presence_pack(const struct presence_stamp *stamp,
              uint8_t to[PRESENCE_STAMP_BYTES])
{
    for (int i = 0; i < 6; i++) {
        to[i] = (uint8_t)((uint64_t)stamp->at_ms >> (40 - 8 * i));
    }
    for (int i = 0; i < 4; i++) {
        to[6 + i] = (uint8_t)(stamp->device >> (24 - 8 * i));
    }
    to[10] = stamp->kind;
    to[11] = stamp->gate;
}

struct presence_stamp
presence_unpack(const uint8_t from[PRESENCE_STAMP_BYTES])
{
    struct presence_stamp stamp = {.kind = from[10], .gate = from[11]};
    for (int i = 0; i < 6; i++) {
        stamp.at_ms = stamp.at_ms << 8 | from[i];
    }
    for (int i = 6; i < 10; i++) {
        stamp.device = stamp.device << 8 | from[i];
    }
    return stamp;
}

int
presence_compare(const struct presence_stamp *a, const struct presence_stamp *b)
{
    uint8_t left[PRESENCE_STAMP_BYTES], right[PRESENCE_STAMP_BYTES];
    presence_pack(a, left);
    presence_pack(b, right);
    return memcmp(left, right, sizeof(left));
}

void
presence_merge(struct presence *presence, const struct presence_stamp *stamp)
{
    if (!presence->is_marked ||
        presence_compare(stamp, &presence->latest) > 0) {
        presence->latest = *stamp;
    }
    presence->is_marked = true;
    if (stamp->kind != PRESENCE_ARRIVED) {
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
    return presence->is_marked && presence->latest.kind == PRESENCE_ARRIVED;
}
