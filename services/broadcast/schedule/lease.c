/* lease -- the leases that are out, and what becomes of them. */
#include "services/broadcast/schedule/lease.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

uint32_t
lease_size(double rate)
{
    double size = rate * LEASE_WORK_MS / 1000;
    if (size < 1) {
        return 1;
    }
    return size > LEASE_NUMBERS_MAX ? LEASE_NUMBERS_MAX : (uint32_t)size;
}

void
lease_start(struct lease *lease, int64_t timeout_ms, int64_t now_ms)
{
    lease->begin_until_ms = now_ms + LEASE_BEGIN_MS;
    lease->lapse_at_ms = lease->begin_until_ms + timeout_ms + LEASE_MARGIN_MS;
}

void
lease_adopt(struct lease *lease, int64_t timeout_ms, int64_t now_ms)
{
    lease_start(lease, timeout_ms, now_ms);
    lease->begin_until_ms = now_ms;
}

uint32_t
lease_time_left_ms(const struct lease *lease, int64_t now_ms)
{
    int64_t left = lease->begin_until_ms - now_ms;
    if (left > LEASE_BEGIN_MS) {
        return LEASE_BEGIN_MS;
    }
    return left < 0 ? 0 : (uint32_t)left;
}

static bool
is_held(uint64_t id, const struct lease_asker *asker)
{
    for (size_t i = 0; i < asker->held_count; i++) {
        if (asker->held[i] == id) {
            return true;
        }
    }
    return false;
}

bool
lease_is_lost(const struct lease *lease, const struct lease_asker *asker)
{
    if (strcmp(lease->courier, asker->courier) != 0) {
        return false;
    }
    bool is_past =
        lease->boot < asker->boot ||
        (lease->boot == asker->boot && lease->request < asker->done_below);
    return is_past && !is_held(lease->id, asker);
}

void
lease_table_fini(struct lease_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->leases[i]);
    }
    free(table->leases);
    *table = (struct lease_table){0};
}

struct lease *
lease_table_add(struct lease_table *table, uint64_t id)
{
    if (table->count == table->cap) {
        table->cap = table->cap == 0 ? 64 : table->cap * 2;
        table->leases =
            mem_resize(table->leases, table->cap * sizeof(*table->leases));
    }
    struct lease *lease = mem_new(sizeof(*lease));
    lease->id = id;
    table->leases[table->count++] = lease;
    table->open++;
    return lease;
}

void
lease_table_remove(struct lease_table *table, struct lease *lease)
{
    size_t i = 0;
    while (table->leases[i] != lease) {
        i++;
    }
    table->count--;
    memmove(&table->leases[i], &table->leases[i + 1],
            (table->count - i) * sizeof(*table->leases));
    if (lease->is_late) {
        table->late--;
    } else {
        table->open--;
    }
    free(lease);
}

void
lease_table_lapse(struct lease_table *table, struct lease *lease)
{
    if (!lease->is_late) {
        lease->is_late = true;
        table->open--;
        table->late++;
    }
}

struct lease *
lease_find(const struct lease_table *table, uint64_t id)
{
    for (size_t i = table->count; i > 0; i--) {
        if (table->leases[i - 1]->id == id) {
            return table->leases[i - 1];
        }
    }
    return NULL;
}

struct lease *
lease_find_ask(const struct lease_table *table, const struct lease_asker *asker)
{
    for (size_t i = table->count; i > 0; i--) {
        struct lease *lease = table->leases[i - 1];
        if (!lease->is_late && lease->request == asker->request &&
            lease->boot == asker->boot &&
            strcmp(lease->courier, asker->courier) == 0) {
            return lease;
        }
    }
    return NULL;
}

struct lease *
lease_find_due(const struct lease_table *table, int64_t now_ms)
{
    for (size_t i = 0; i < table->count; i++) {
        struct lease *lease = table->leases[i];
        if (!lease->is_late && !lease->is_busy &&
            now_ms >= lease->lapse_at_ms) {
            return lease;
        }
    }
    return NULL;
}

struct lease *
lease_find_lost(const struct lease_table *table,
                const struct lease_asker *asker)
{
    for (size_t i = 0; i < table->count; i++) {
        struct lease *lease = table->leases[i];
        if (!lease->is_busy && lease_is_lost(lease, asker)) {
            return lease;
        }
    }
    return NULL;
}

struct lease *
lease_find_surplus(const struct lease_table *table)
{
    if (table->late <= LEASE_LATE_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (table->leases[i]->is_late && !table->leases[i]->is_busy) {
            return table->leases[i];
        }
    }
    return NULL;
}
