/* templates -- the last templates that leases named, by broadcast and
 * version, so that the planner is not asked with every lease. */
#ifndef COURIER_TEMPLATES_H
#define COURIER_TEMPLATES_H

#include <stdint.h>

#include "broadcast.pb-c.h"
#include "common/crypto/crypto.h"

#define TEMPLATES_KEPT 32 /* not in use; those in use besides */

struct template_key {
    const char *campaign, *broadcast;
    uint32_t version;
};

struct template_entry {
    char campaign[REFERENCE_ID_SIZE], broadcast[REFERENCE_ID_SIZE];
    uint32_t version;
    Broadcast__Template *template_; /* owned */
    int uses;
    struct template_entry *next; /* newest first */
};

struct templates {
    struct template_entry *first;
};

/* One more use of it, or NULL: not kept. */
struct template_entry *template_take(struct templates *templates,
                                     const struct template_key *key);
/* Keeps a copy, and uses it once. */
struct template_entry *template_keep(struct templates *templates,
                                     const struct template_key *key,
                                     const Broadcast__Template *template_);
void template_drop(struct template_entry *entry); /* NULL is fine */
void templates_free(struct templates *templates);

#endif
