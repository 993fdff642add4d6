/* rehearsal -- a Day of Action in miniature, against the HTTP API.
 *
 *   1. rehearse_word.c   who is who: staff, campaign, gates, what is there
 *   2. rehearse_crowd.c  a crowd of new people signs up
 *   3. rehearse_word.c   a broadcast to all of them: made by one staff
 *                        member, approved by another, started
 *   4. rehearse_crowd.c  they arrive through the gates; some scan twice, some
 *                        leave early
 *   5. rehearse_view.c   meanwhile: bars, or lines when nobody is watching
 *   6. reckon.c          does it add up? */
#ifndef CLI_REHEARSAL_H
#define CLI_REHEARSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/text/text.h"
#include "services/cli/cli.h"

#define GATES_MAX 256 /* an action has no more, and a gate is one byte */
#define CODE_SIZE 24
#define CHANNELS 2 /* sms, email */

/* Somebody who signs up, and what they will do. */
struct guest {
    char code[CODE_SIZE]; /* of their ticket; "": no place */
    bool is_new;          /* not known before: only these come */
    bool comes, scans_twice, leaves;
    uint8_t gate;
    double due; /* when they arrive: 0..1 of the time */
};

/* What is counted before, and again after. */
struct tally {
    long long people, signed_up; /* as signup's audiences say */
    json_t *attendance;          /* owned */
    char outbox_end[32];         /* where the outbox ends */
};

struct rehearsal {
    struct cli *cli;
    struct api *nobody, *organiser, *approver; /* owned */
    const char *campaign, *action;
    json_t *info;  /* the campaign's: roles, regions */
    json_t *gates; /* the action's */
    uint64_t seed;
    long people_count;
    bool is_fast;
    struct guest *guests;
    uint32_t *comers; /* indexes of guests, in the order of arriving */
    size_t comer_count;
    struct tally before, after;
    /* as it goes */
    size_t signed_up, refused, arrived;
    json_t *broadcast, *forecast, *attendance; /* newest, owned, or NULL */
    const char *phase;
    bool is_terminal;
    int lines_drawn;
    int64_t drawn_ms;
};

int rehearse_word(struct cli *cli, int argc, char **argv);

/* ---- rehearse_crowd.c: each false when something was refused: said why */
MUST_CHECK bool crowd_sign_up(struct rehearsal *r);
MUST_CHECK bool crowd_arrive(struct rehearsal *r);

/* ---- rehearse_view.c ---- */
/* Asks for the newest numbers and draws them, unless it did just now. */
void view_refresh(struct rehearsal *r);
/* The last time, for good. */
void view_finish(struct rehearsal *r);

/* ---- reckon.c ---- */
/* False: said why. tally is empty, or of an earlier call. */
MUST_CHECK bool reckon_take(struct rehearsal *r, struct tally *tally);
/* Into r->before: what is in the outbox now is not this rehearsal's. */
MUST_CHECK bool reckon_find_outbox_end(struct rehearsal *r);
void tally_clear(struct tally *tally);
/* Prints every sum; false when one does not add up. */
MUST_CHECK bool reckon(struct rehearsal *r);

#endif
