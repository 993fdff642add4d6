/* directory -- the campaigns and actions that checkin knows. A cache: what
 * it holds is in Redis (store.h) and comes from signup's feed
 * (expected_flow.c). Single-threaded, on the loop. */
#ifndef CHECKIN_DIRECTORY_H
#define CHECKIN_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checkin_rows.h"
#include "common/base/base.h"
#include "signup.pb-c.h"

#define DIRECTORY_CAMPAIGNS_MAX 1024
#define DIRECTORY_ACTION_MAX 65535 /* the highest number of an action */
#define DIRECTORY_GATES_MAX ((int)ACTION_GATES_MAX) /* ever, of one action */
/* Codes of 0.1 are taken so long after their action's end. */
#define DIRECTORY_OLD_CODES_MS (24LL * 3600 * 1000)

struct batch;
struct checkin;
struct follow; /* expected_flow.c */
struct live;   /* attendance_flow.c */

struct action {
    struct campaign *campaign; /* borrowed */
    uint16_t number;
    Signup__Action *record;   /* owned */
    char (*gates)[SLUG_SIZE]; /* owned; by index */
    int gate_count;
    struct live *live; /* owned by attendance_flow.c; NULL: never changed */
};

struct campaign {
    struct checkin *checkin; /* borrowed */
    char id[SLUG_SIZE];
    Signup__Campaign *record; /* owned; NULL: not heard of yet */
    struct action **actions;  /* owned; action_count of them, in no order */
    size_t action_count;
    struct action **by_number; /* number_count of them; NULL: none such */
    size_t number_count;
    struct action **by_id; /* a hash table of slot_count, open addressing */
    size_t slot_count;
    uint16_t old_action_max;           /* up to it the codes of 0.1 are good */
    bool has_old_open, is_closing_old; /* see load_flow.c */
    struct follow *follow;             /* owned by expected_flow.c */
    struct batch *marks;               /* owned by mark_flow.c */
};

struct directory {
    struct checkin *checkin; /* borrowed */
    struct campaign **campaigns;
    size_t campaign_count;
};

void directory_fini(struct directory *directory);
struct campaign *directory_find(const struct directory *directory,
                                const char *id);
/* id must be a slug. NULL: DIRECTORY_CAMPAIGNS_MAX reached. */
struct campaign *directory_add(struct directory *directory, const char *id);
/* NULL when the campaign or the action is not known. */
struct action *directory_find_action(const struct directory *directory,
                                     const char *campaign_id, const char *id);
struct action *directory_action_by_id(const struct campaign *campaign,
                                      const char *id);
struct action *directory_action_by_number(const struct campaign *campaign,
                                          uint32_t number);
/* Takes the packed record; false when it is not valid. */
MUST_CHECK bool campaign_put_record(struct campaign *campaign,
                                    const void *packed, size_t len);
/* gates: every id ever, in the order of the indexes, each ended by "\n".
 * False also when the number was another action's before. */
MUST_CHECK bool campaign_put_action(struct campaign *campaign,
                                    const void *packed, size_t len,
                                    const char *gates);
/* By the campaign's own number; NULL: not known. */
struct campaign *directory_find_by_number(const struct directory *directory,
                                          uint32_t number);
/* Is a code of 0.1 (ticket.h: is_old) still good for the action at this time?
 * The action was there at the upgrade, and ended at most a day ago: who
 * leaves late, and gates that were offline, are still served. */
bool action_takes_old_codes(const struct action *action, int64_t at_ms);
/* The index of a gate that the action has now; -1: it has none such. */
int action_find_gate(const struct action *action, const char *gate);

#endif
