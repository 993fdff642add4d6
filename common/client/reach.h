/* reach -- what reaches whom, in words: one row for each class of message.
 *
 * What the pages say of a switch, and what the README's table says, stand
 * here; what the ledger does stands in services/signup/people/rules.c.
 * tests/unit/signup/test_rules.c reads all of them, so that no page promises
 * what is not done.
 *
 * STOP by text belongs to the number. The switches are each person's own, one
 * for each channel. */
#ifndef COMMON_CLIENT_REACH_H
#define COMMON_CLIENT_REACH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/base.h"
#include "words.pb-c.h"

struct reach_row {
    Words__Class class_;
    const char *name;     /* in the README's table */
    const char *switch_;  /* the words beside it; NULL: there is none */
    bool ends_with_stop;  /* no text of this class after STOP */
    const char *on[2];    /* by text, by mail: it reaches you */
    const char *off[2];   /* its switch is off; NULL where there is none */
    const char *stopped;  /* the number said STOP */
    const char *provider; /* and the provider keeps such a list of its own */
};

/* In the order in which a page shows them. */
extern const struct reach_row reach_rows[];
extern const size_t reach_row_count;

/* NULL: a class that has no words. */
const struct reach_row *reach_find(Words__Class class_);

/* How things stand for one person, or one number. */
struct reach_state {
    bool is_off;         /* this class's switch, for this channel */
    bool has_stop;       /* the number said STOP */
    bool provider_stops; /* a route that carries texts keeps STOPs itself */
};

/* The sentence that is true then; never NULL. */
const char *reach_sentence(const struct reach_row *row, Words__Channel channel,
                           const struct reach_state *state);
/* What a number is told once that has said STOP, after "<campaign>: "; fits
 * with it into two texts. */
const char *reach_note_of_stop(bool provider_stops);

/* A route that carries texts is set to keep STOPs itself (keeps_stops): no
 * page may promise such a number anything then. */
bool reach_provider_stops(const struct conf *conf);

#endif
