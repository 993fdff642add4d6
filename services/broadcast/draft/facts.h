/* facts -- what a text needs to know of a campaign and its actions. */
#ifndef BROADCAST_FACTS_H
#define BROADCAST_FACTS_H

#include "services/broadcast/broadcast.h"
#include "services/broadcast/keep/record.h"

#define FACTS_FRESH_MS 3000
#define FACTS_CAMPAIGNS_MAX 256 /* kept; then the oldest goes */

struct facts_shelf *facts_shelf_new(void);
void facts_shelf_free(struct facts_shelf **shelf);
/* Calls cb once, later; its value is a Signup__Actions, borrowed for the call
 * and at most a few seconds old. */
void facts_get(struct broadcast *broadcast, const char *campaign, waiter_cb *cb,
               void *arg);
/* As facts_get, but asked for even when they are fresh. */
void facts_get_newest(struct broadcast *broadcast, const char *campaign,
                      waiter_cb *cb, void *arg);
const Signup__Action *facts_find_action(const Signup__Actions *facts,
                                        const char *id);
/* Rises with nothing, differs with everything that a text is made of. */
uint32_t facts_version(const Signup__Actions *facts,
                       const struct record *record);
#define FACTS_FIELDS_MAX 12
struct facts_fields {
    Signup__Field fields[FACTS_FIELDS_MAX];
    Signup__Field *list[FACTS_FIELDS_MAX];
    size_t count;
    char starts[64];
};
/* Borrowed. More than FACTS_FIELDS_MAX is a bug of ours: it ends the program.
 */
void facts_add_field(struct facts_fields *fields, const char *name,
                     const char *value);
/* The template fields that are the same for everyone; borrowed of facts. */
void facts_fill(const Signup__Actions *facts, const char *action,
                struct facts_fields *fields);

#endif
