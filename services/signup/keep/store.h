/* store -- signup's keys and scripts in Redis; see store.c for the keys.
 *
 * Every function makes exactly one call of cb, always later, also on failure
 * and shutdown. What it is given is copied before it returns. Replies are
 * those of the script of the same name, described in its head. */
#ifndef SIGNUP_KEEP_STORE_H
#define SIGNUP_KEEP_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/base.h"
#include "common/store/store.h"
#include "signup_rows.h"

#define SU_FEED_EVENTS_MAX 1000
#define SU_FEED_BYTES_MAX (512 * 1024)

struct su;

struct su *su_new(struct store *store); /* store is borrowed */
void su_free(struct su **su);

/* Whether this data is of the key whose mark it is, and of a format that is
 * known. */
void su_open(struct su *su, const char *mark, store_reply_cb *cb, void *arg);

/* ---- definitions ---- */

void su_list_campaigns(struct su *su, store_reply_cb *cb, void *arg);
struct su_number {
    const char *id;
    uint32_t own;   /* what it says itself; 0: nothing */
    uint32_t floor; /* known to be given */
};
void su_number_campaign(struct su *su, const struct su_number *number,
                        store_reply_cb *cb, void *arg);
/* revision: that is known, or "". */
void su_read_definitions(struct su *su, const char *campaign,
                         const char *revision, store_reply_cb *cb, void *arg);

struct su_migration {
    unsigned from;
    uint32_t number; /* the campaign's */
};
void su_migrate(struct su *su, const char *campaign,
                const struct su_migration *migration, store_reply_cb *cb,
                void *arg);

struct su_put {
    const char *revision; /* decided on */
    const char *field;    /* "campaign" or "a:<id>" */
    struct bytes definition, event, event_tail;
    unsigned action_number;   /* 0: the campaign */
    uint32_t campaign_number; /* of a new one */
    bool has_capacity;
    uint32_t capacity;
    struct bytes slug_field;
};
void su_put_definition(struct su *su, const char *campaign,
                       const struct su_put *put, store_reply_cb *cb, void *arg);

/* ---- people: args are the script's own ARGV, see rows.txt ---- */

struct su_args {
    const struct bytes *args;
    size_t count;
};
void su_sign_up(struct su *su, const char *campaign, struct su_args args,
                store_reply_cb *cb, void *arg);
void su_cancel(struct su *su, const char *campaign, struct su_args args,
               store_reply_cb *cb, void *arg);
void su_number_evidence(struct su *su, const char *campaign,
                        struct su_args args, store_reply_cb *cb, void *arg);
void su_read_columns(struct su *su, const char *campaign, struct su_args args,
                     store_reply_cb *cb, void *arg);

struct su_people {
    const uint16_t *actions; /* whose places are wanted */
    size_t action_count;
    const uint32_t *numbers; /* at most 1,000 */
    size_t number_count;
    bool is_own; /* of a twin the place it had, for its holder's eyes */
};
void su_read_people(struct su *su, const char *campaign,
                    const struct su_people *people, store_reply_cb *cb,
                    void *arg);
void su_read_records(struct su *su, const char *campaign,
                     const struct su_people *lists, store_reply_cb *cb,
                     void *arg); /* numbers: the lists' */
void su_read_since(struct su *su, const char *campaign, const uint64_t page[2],
                   store_reply_cb *cb, void *arg); /* page: after, events */

#endif
