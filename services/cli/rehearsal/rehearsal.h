/* rehearsal -- a Day of Action in miniature, against the HTTP API.
 *
 *   1. rehearse_word.c   who is who: staff, campaign, gates, what is there
 *   2. rehearse_crowd.c  a crowd signs up: most by an organisation's server,
 *                        which vouches for them, one in ten by themselves
 *   3. rehearse_prove.c  those open the message that came to them: most press
 *                        "Yes, that's me", some nothing, one "Not me"
 *   4. rehearse_word.c   a broadcast to all of them: made by one staff
 *                        member, approved by another, started
 *   5. rehearse_crowd.c  they arrive through the gates; some scan twice, some
 *                        leave early
 *   6. rehearse_view.c   meanwhile: bars, or lines when nobody is watching
 *   7. reckon.c          does it add up? The sums; reckon_outbox.c reads what
 *                        was sent, reckon_people.c who signed up */
#ifndef CLI_REHEARSAL_H
#define CLI_REHEARSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/text/text.h"
#include "services/cli/cli.h"

#define GATES_MAX 256 /* an action has no more, and a gate is one byte */
#define CODE_SIZE 24
#define CHANNELS 2 /* sms, email */

/* The broadcast by which every campaign confirms its sign-ups. */
#define CONFIRMATION "b0"

/* How somebody signs up, and what they press then. */
enum guest_way {
    GUEST_VOUCHED,  /* by the organisation's own server */
    GUEST_SAYS_YES, /* these by themselves */
    GUEST_SAYS_NOTHING,
    GUEST_SAYS_NOT_ME,
    GUEST_WAYS,
};

/* Somebody who signs up, and what they will do. */
struct guest {
    char code[CODE_SIZE]; /* of their ticket; "": no place */
    enum guest_way way;
    bool has_message, has_answered; /* of those who came by themselves */
    bool comes, scans_twice, leaves;
    uint8_t gate;
    double due; /* when they arrive: 0..1 of the time */
};

/* What is counted before, and again after. */
struct tally {
    long long people, signed_up; /* as signup's audiences say */
    json_t *attendance;          /* owned */
    json_t *action;              /* owned; as staff see it */
    json_t *confirmation;        /* owned; its ledger */
    char outbox_end[32];         /* where the outbox ends */
};

struct api_answer;

struct rehearsal {
    struct cli *cli;
    /* owned; server: by a token that vouches */
    struct api *nobody, *organiser, *approver, *admin, *server;
    const char *campaign, *action;
    json_t *info;  /* the campaign's: roles, regions */
    json_t *gates; /* the action's */
    uint64_t seed;
    long people_count;
    bool is_fast;
    bool is_fresh; /* these people had not been here before: they come */
    struct guest *guests;
    uint32_t *comers; /* indexes of guests, in the order of arriving */
    size_t comer_count;
    struct tally before, after;
    /* as it goes */
    size_t signed_up, arrived;
    size_t ways[GUEST_WAYS], messages, answered;
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

/* ---- rehearse_prove.c ---- */
/* What guest `index` types, as the body of a sign-up (owned). */
json_t *crowd_person(const struct rehearsal *r, uint32_t index);
/* Waits for the messages of those who came by themselves, and has each press
 * what they press. False: said why. */
MUST_CHECK bool crowd_prove(struct rehearsal *r);

/* ---- rehearse_view.c ---- */
/* Asks for the newest numbers and draws them, unless it did just now. */
void view_refresh(struct rehearsal *r);
/* The last time, for good. */
void view_finish(struct rehearsal *r);

/* ---- reckon.c ---- */
/* One page of the outbox after tally's end; moves the end. Its messages are
 * an array of the body. */
struct api_answer reckon_next_page(struct rehearsal *r, struct tally *tally);
/* False: said why. tally is empty, or of an earlier call. */
MUST_CHECK bool reckon_take(struct rehearsal *r, struct tally *tally);
/* Into r->before: what is in the outbox now is not this rehearsal's. */
MUST_CHECK bool reckon_find_outbox_end(struct rehearsal *r);
void tally_clear(struct tally *tally);
/* Prints every sum; false when one does not add up. */
MUST_CHECK bool reckon(struct rehearsal *r);

#endif
