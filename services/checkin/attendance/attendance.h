/* attendance -- the published number, from the counts. Pure. */
#ifndef CHECKIN_ATTENDANCE_H
#define CHECKIN_ATTENDANCE_H

#include <stddef.h>
#include <stdint.h>

#include "checkin.pb-c.h"
#include "common/base/base.h"
#include "services/checkin/expected/directory.h"

#define ATTENDANCE_MINUTES 180
#define ATTENDANCE_SILENT_MS 300000

struct counts {
    uint64_t revision;
    uint32_t inside, arrived, signed_up, devices, devices_silent;
    uint32_t gates_inside[256], gates_arrived[256];
    uint32_t roles_inside[256], roles_arrived[256], roles_signed_up[256];
    uint32_t minutes[ATTENDANCE_MINUTES];
    int64_t minute_first; /* minutes since 1970, of minutes[0] */
};

/* One field of an action's counts, as rows.txt names them. One that is not
 * known is passed over. */
void counts_set(struct counts *counts, const char *field, int64_t value);

/* The message with room for all it can point to. */
struct attendance {
    Checkin__Attendance message;
    Checkin__GateCount gates[256], *gate_list[256];
    Checkin__RoleCount roles[256], *role_list[256];
    Checkin__Minute minutes[ATTENDANCE_MINUTES],
        *minute_list[ATTENDANCE_MINUTES];
};

/* Fills all of out; its message borrows from out and action. Gates: those
 * of the action in its order, then any it had once and that still count.
 * Roles: the campaign's, then "not-said" when it counts. Minutes: without a
 * gap from the first with an arrival to the last. */
void attendance_fill(const struct action *action, const struct counts *counts,
                     int64_t as_of_ms, struct attendance *out);

#endif
