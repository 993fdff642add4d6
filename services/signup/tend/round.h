/* round -- one round of tending for a campaign. */
#ifndef SIGNUP_TEND_ROUND_H
#define SIGNUP_TEND_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/store/store.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/keep/store_tend.h"
#include "services/signup/people/record.h"

struct feed_follower;
struct tend;

struct round_numbers {
    size_t count;
    uint32_t list[SU_TEND_MAX];
};

/* A campaign that is tended. */
struct tended {
    struct tend *tend;
    struct signup *signup;
    struct campaign *campaign;
    struct timer *timer;
    bool is_busy; /* a round is under way */
    bool is_full; /* there may be more at once */
    int64_t forget_at_ms;
    struct round_numbers twins, due, holds, freed;
    struct freed_row freed_rows[SU_TEND_MAX];
    /* The actions at which anybody has or had a place, while it goes on. */
    size_t action_count;
    uint16_t *actions;
    struct buf slugs; /* signup_slug rows of them */
    /* handed_flow's: */
    struct feed_follower *follower;
    bool is_asking, is_applying, is_loading;
};

/* Begins a round; tended_done when it is over. */
void round_start(struct tended *tended);
void tended_done(struct tended *tended, bool is_good);
/* A job is over: the next one, or the end. */
void round_go_on(struct tended *tended, enum err err);

/* The jobs; each ends by round_go_on, later. */
void twins_job(struct tended *tended);
void drop_job(struct tended *tended);
void holds_job(struct tended *tended);
void freed_job(struct tended *tended);

/* ---- for the jobs ---- */

/* Reads people with their places at tended's actions. */
void round_read_people(struct tended *tended,
                       const struct round_numbers *numbers, store_reply_cb *cb);

/* One of the reply. False: there is none, or it cannot be opened. */
struct round_person {
    uint32_t number, flags;
    uint8_t version[RECORD_VERSION_BYTES];
    struct record record;
    const uint8_t *states; /* borrowed from the reply: at each action */
};
bool round_person(const struct tended *tended, const struct store_reply *reply,
                  const struct round_numbers *numbers, size_t i,
                  struct round_person *out);

/* Hashes as the indexes have them: each of 0 bytes where there is none. */
struct round_hashes {
    uint8_t name[8], phone[10], email[10];
    size_t phone_len, email_len;
};
void round_hash(const struct tended *tended, const struct record *record,
                struct round_hashes *out);

/* A script's arguments: some, then items, each in a buffer of its own. */
#define ROUND_HEAD_MAX 4
struct round_args {
    size_t head, count;
    struct bytes args[ROUND_HEAD_MAX + SU_TEND_MAX];
    struct buf items[SU_TEND_MAX], tail;
    char now[24];
};
/* Begins with so many arguments, all empty, and the feed's tail in tail. */
void round_args_init(struct round_args *args, size_t head);
struct buf *round_args_item(struct round_args *args); /* the next one */
struct su_args round_args_all(struct round_args *args);
void round_args_fini(struct round_args *args);

#endif
