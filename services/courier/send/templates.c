/* templates -- the last templates that leases named. */
#include "services/courier/send/templates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

static bool
is_of(const struct template_entry *entry, const struct template_key *key)
{
    return entry->version == key->version &&
           strcmp(entry->broadcast, key->broadcast) == 0 &&
           strcmp(entry->campaign, key->campaign) == 0;
}

struct template_entry *
template_take(struct templates *templates, const struct template_key *key)
{
    for (struct template_entry *e = templates->first; e != NULL; e = e->next) {
        if (is_of(e, key)) {
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
forget_old(struct templates *templates)
{
    int kept = 0;
    struct template_entry **at = &templates->first;
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
template_keep(struct templates *templates, const struct template_key *key,
              const Broadcast__Template *template_)
{
    struct template_entry *entry = template_take(templates, key);
    if (entry != NULL) { /* another lease of it was quicker */
        return entry;
    }
    entry = mem_new(sizeof(*entry));
    entry->template_ = wire_copy(template_);
    (void)snprintf(entry->campaign, sizeof(entry->campaign), "%s",
                   key->campaign);
    (void)snprintf(entry->broadcast, sizeof(entry->broadcast), "%s",
                   key->broadcast);
    entry->version = key->version;
    entry->uses = 1;
    entry->next = templates->first;
    templates->first = entry;
    forget_old(templates);
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
templates_free(struct templates *templates)
{
    while (templates->first != NULL) {
        struct template_entry *next = templates->first->next;
        free_entry(templates->first);
        templates->first = next;
    }
}
