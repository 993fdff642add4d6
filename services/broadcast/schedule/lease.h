/* lease -- the leases that are out, and what becomes of them.
 *
 * Pure: a table the planner keeps in memory, of leases open (granted, not
 * finally settled) and late (lapsed, the courier may still say what
 * happened). Redis holds the same (store.c), and the table is read from there
 * when an instance becomes the planner. Times are the boot clock's ms.
 *
 * Two deadlines for each lease, see proto/broadcast.proto: begin_until_ms,
 * short so that a stop takes effect within it, and lapse_at_ms, past which
 * nothing of it can be on the wire any more. */
#ifndef BROADCAST_SCHEDULE_LEASE_H
#define BROADCAST_SCHEDULE_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEASE_WORK_MS 250      /* of work at the route's rate, in one lease */
#define LEASE_NUMBERS_MAX 1000 /* in one lease */
#define LEASE_BEGIN_MS 750     /* no hand-over is begun after it */
#define LEASE_MARGIN_MS 3000   /* for settling, after the route's time-out */
#define LEASE_TIMEOUT_MS_DEFAULT 10000 /* of a route that is not known */
#define LEASE_COURIER_SIZE 64          /* an instance's name, with its NUL */
#define LEASE_HELD_MAX 256             /* leases one courier may list */
#define LEASE_OPEN_MAX 1024            /* of one campaign; then no grants */
#define LEASE_LATE_MAX 8192            /* of one campaign; then the oldest go */

struct lease {
    uint64_t id;
    char courier[LEASE_COURIER_SIZE];
    uint64_t boot, request;
    char broadcast[24];
    int channel;
    uint32_t chunk;
    int route; /* the planner's index; -1 when not configured now */
    bool is_probe, is_late;
    uint64_t era; /* of its campaign, when it was granted */
    bool is_busy; /* a script that ends it is on its way */
    int64_t begin_until_ms, lapse_at_ms;
};

struct lease_table {
    struct lease **leases; /* in the order of granting */
    size_t count, cap, open, late;
};

/* What an ask says of its asker; borrowed. */
struct lease_asker {
    const char *courier;
    uint64_t boot, request, done_below;
    const uint64_t *held;
    size_t held_count;
};

/* Of a route's rate: how many recipients one lease of it may hold. */
uint32_t lease_size(double rate);
/* Sets both deadlines for a lease granted now. */
void lease_start(struct lease *lease, int64_t timeout_ms, int64_t now_ms);
/* For one found in Redis by a new planner, who cannot know when it was
 * granted: nothing may be begun any more, and it lapses no sooner than a
 * lease granted this very moment. */
void lease_adopt(struct lease *lease, int64_t timeout_ms, int64_t now_ms);
uint32_t lease_time_left_ms(const struct lease *lease, int64_t now_ms);
/* The asker's own words prove that this lease never reached it. */
bool lease_is_lost(const struct lease *lease, const struct lease_asker *asker);

void lease_table_fini(struct lease_table *table);
/* Returns a lease of the table's own, zeroed, to be filled in. */
struct lease *lease_table_add(struct lease_table *table, uint64_t id);
void lease_table_remove(struct lease_table *table, struct lease *lease);
/* It has lapsed: from open to late. */
void lease_table_lapse(struct lease_table *table, struct lease *lease);
struct lease *lease_find(const struct lease_table *table, uint64_t id);
/* The open lease already given for this very asked, or NULL. */
struct lease *lease_find_ask(const struct lease_table *table,
                             const struct lease_asker *asker);
/* Some lease whose time has run out and that is not busy, or NULL. */
struct lease *lease_find_due(const struct lease_table *table, int64_t now_ms);
/* Some lost lease of this asker that is not busy, or NULL. */
struct lease *lease_find_lost(const struct lease_table *table,
                              const struct lease_asker *asker);
/* The oldest late lease, when there are more than LEASE_LATE_MAX. */
struct lease *lease_find_surplus(const struct lease_table *table);

#endif
