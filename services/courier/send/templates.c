/* templates -- the last templates that leases named, by broadcast and
 * version, so that the planner is not asked with every lease. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/courier/courier.h"

static bool
is_of(const struct template_entry *entry, const struct lease *lease)
{
    return entry->version == lease->template_version &&
           strcmp(entry->broadcast, lease->kept->broadcast) == 0 &&
           strcmp(entry->campaign, lease->kept->campaign) == 0;
}

struct template_entry *
template_take(struct courier *courier, const struct lease *lease)
{
    for (struct template_entry *e = courier->templates; e != NULL;
         e = e->next) {
        if (is_of(e, lease)) {
            e->uses++;
            return e;
        }
    }
    return NULL;
}

static void
free_entry(struct template_entry *entry)
{
    wire_free(entry->template_);
    free(entry);
}

/* Keeps the newest TEMPLATES_KEPT, and what is in use. */
static void
forget_old(struct courier *courier)
{
    int kept = 0;
    struct template_entry **at = &courier->templates;
    while (*at != NULL) {
        struct template_entry *entry = *at;
        if (kept++ >= TEMPLATES_KEPT && entry->uses == 0) {
            *at = entry->next;
            free_entry(entry);
        } else {
            at = &entry->next;
        }
    }
}

struct template_entry *
template_keep(struct courier *courier, const struct lease *lease,
              const Broadcast__Template *template_)
{
    struct template_entry *entry = template_take(courier, lease);
    if (entry != NULL) { /* another lease of it was quicker */
        return entry;
    }
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(template_, &packed);
    entry = mem_new(sizeof(*entry));
    entry->template_ =
        wire_unpack(&broadcast__template__descriptor, buf_string(&packed),
                    packed.len, BUS_BODY_BYTES_MAX);
    buf_fini(&packed);
    if (entry->template_ == NULL) {
        free(entry);
        return NULL;
    }
    (void)snprintf(entry->campaign, sizeof(entry->campaign), "%s",
                   lease->kept->campaign);
    (void)snprintf(entry->broadcast, sizeof(entry->broadcast), "%s",
                   lease->kept->broadcast);
    entry->version = lease->template_version;
    entry->uses = 1;
    entry->next = courier->templates;
    courier->templates = entry;
    forget_old(courier);
    return entry;
}

void
template_drop(struct template_entry *entry)
{
    if (entry != NULL) {
        entry->uses--;
    }
}

void
templates_free(struct courier *courier)
{
    while (courier->templates != NULL) {
        struct template_entry *next = courier->templates->next;
        free_entry(courier->templates);
        courier->templates = next;
    }
}
