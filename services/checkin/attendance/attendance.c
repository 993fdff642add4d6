/* attendance -- the published number, from the counts. */
#include "services/checkin/attendance/attendance.h"

#include <stdlib.h>
#include <string.h>

#include "checkin_rows.h"

#define METHOD                                                                 \
    "People with a ticket whose latest scan was an arrival, each counted "     \
    "once; people without a ticket are not counted."

/* ---- reading the counts ---- */

static uint32_t
as_count(int64_t value)
{
    return value < 0 ? 0 : value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

#define COUNT_FIELD(field, items, what)                                        \
    {#field, items, offsetof(struct counts, what),                             \
     sizeof(((struct counts *)NULL)->what) / (items)},

static const struct count_field {
    const char *name;
    unsigned long items;
    size_t at, size; /* in struct counts, of one */
} count_fields[] = {COUNT_FIELDS_TABLE(COUNT_FIELD)};

/* Does field name it, or one of its many? index_out: which. */
static bool
is_named(const struct count_field *counted, const char *field,
         unsigned long *index_out)
{
    size_t len = strlen(counted->name);
    char *end = NULL;
    *index_out = 0;
    if (counted->items == 1) {
        return strcmp(field, counted->name) == 0;
    }
    if (strncmp(field, counted->name, len) != 0 || field[len] < '0' ||
        field[len] > '9') {
        return false;
    }
    *index_out = strtoul(field + len, &end, 10);
    return *end == '\0' && *index_out < counted->items;
}

static void
set_one(void *to, size_t size, int64_t value)
{
    if (size == sizeof(uint64_t)) {
        uint64_t large = value < 0 ? 0 : (uint64_t)value;
        memcpy(to, &large, sizeof(large));
    } else {
        uint32_t count = as_count(value);
        memcpy(to, &count, sizeof(count));
    }
}

void
counts_set(struct counts *counts, const char *field, int64_t value)
{
    unsigned long index;
    for (size_t i = 0; i < sizeof(count_fields) / sizeof(*count_fields); i++) {
        const struct count_field *counted = &count_fields[i];
        if (is_named(counted, field, &index)) {
            set_one((char *)counts + counted->at + index * counted->size,
                    counted->size, value);
            return;
        }
    }
}

/* ---- the message ---- */

static void
add_gate(const struct action *action, const struct counts *counts, int index,
         struct attendance *out, const char *name)
{
    size_t n = out->message.n_gates++;
    checkin__gate_count__init(&out->gates[n]);
    out->gates[n].gate = (char *)action->gates[index];
    out->gates[n].name = (char *)name;
    out->gates[n].inside = counts->gates_inside[index];
    out->gates[n].arrived = counts->gates_arrived[index];
    out->gate_list[n] = &out->gates[n];
}

static void
fill_gates(const struct action *action, const struct counts *counts,
           struct attendance *out)
{
    bool is_listed[256] = {false};
    for (size_t i = 0; i < action->record->n_gates; i++) {
        const Signup__Gate *gate = action->record->gates[i];
        int index = action_find_gate(action, gate->id);
        if (index >= 0 && !is_listed[index]) {
            is_listed[index] = true;
            add_gate(action, counts, index, out, gate->name);
        }
    }
    for (int i = 0; i < action->gate_count; i++) {
        if (!is_listed[i] &&
            (counts->gates_inside[i] > 0 || counts->gates_arrived[i] > 0)) {
            add_gate(action, counts, i, out, action->gates[i]);
        }
    }
    out->message.gates = out->gate_list;
}

static void
add_role(const struct counts *counts, size_t role, const char *name,
         struct attendance *out)
{
    size_t n = out->message.n_roles++;
    checkin__role_count__init(&out->roles[n]);
    out->roles[n].role = (char *)name;
    out->roles[n].inside = counts->roles_inside[role];
    out->roles[n].arrived = counts->roles_arrived[role];
    out->roles[n].signed_up = counts->roles_signed_up[role];
    out->role_list[n] = &out->roles[n];
}

static void
fill_roles(const struct action *action, const struct counts *counts,
           struct attendance *out)
{
    const Signup__Campaign *campaign = action->campaign->record;
    size_t known = campaign == NULL ? 0 : campaign->n_roles;
    for (size_t i = 0; i < known && i < 255; i++) {
        add_role(counts, i + 1, campaign->roles[i], out);
    }
    if (counts->roles_inside[0] > 0 || counts->roles_arrived[0] > 0 ||
        counts->roles_signed_up[0] > 0) {
        add_role(counts, 0, "not-said", out);
    }
    out->message.roles = out->role_list;
}

static void
fill_minutes(const struct counts *counts, struct attendance *out)
{
    int first = 0, last = ATTENDANCE_MINUTES - 1;
    while (first <= last && counts->minutes[first] == 0) {
        first++;
    }
    while (last >= first && counts->minutes[last] == 0) {
        last--;
    }
    for (int i = first; i <= last; i++) {
        size_t n = out->message.n_minutes++;
        checkin__minute__init(&out->minutes[n]);
        out->minutes[n].at_ms = (counts->minute_first + i) * (int64_t)MINUTE_MS;
        out->minutes[n].arrived = counts->minutes[i];
        out->minute_list[n] = &out->minutes[n];
    }
    out->message.minutes = out->minute_list;
}

void
attendance_fill(const struct action *action, const struct counts *counts,
                int64_t as_of_ms, struct attendance *out)
{
    Checkin__Attendance *message = &out->message;
    checkin__attendance__init(message);
    message->campaign = (char *)action->campaign->id;
    message->action = action->record->id;
    message->revision = counts->revision;
    message->inside = counts->inside;
    message->arrived = counts->arrived;
    message->signed_up = counts->signed_up;
    message->as_of_ms = as_of_ms;
    message->method = (char *)METHOD;
    message->has_devices = true;
    message->devices = counts->devices;
    message->has_devices_silent = true;
    message->devices_silent = counts->devices_silent;
    fill_gates(action, counts, out);
    fill_roles(action, counts, out);
    fill_minutes(counts, out);
}
