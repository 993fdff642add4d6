/* tally -- writes that count themselves, to hold a store to its word: what it
 * said yes to is there once, what is unknown is there once or not, and what it
 * refused is not. */
#ifndef TESTS_SUPPORT_TALLY_H
#define TESTS_SUPPORT_TALLY_H

#include "common/loop/loop.h"
#include "common/store/store.h"

#define TALLY_MAX 200000
#define TALLY_TAGS 6 /* {c0}:su:m, {c1}:su:m, … in slots of their own */

struct tally {
    struct loop *loop;
    struct store *store;
    struct store_script *script;
    int sent, answered, outcomes[ERR_COUNT];
    int tags;              /* used: 1 … TALLY_TAGS */
    signed char *outcome;  /* of each write; -1: not answered */
    int64_t rest_until_ms; /* after a refusal, so as not to spin */
    char *sentence;        /* of the last that was no yes */
};

/* A store at endpoint, ready. */
struct tally *tally_new(const struct store_options *options, int tags);
void tally_free(struct tally **tally);
/* Writes with at most open of them unanswered, for ms. */
void tally_write(struct tally *tally, int open, int64_t ms);
/* Until so many more are yes; fails after a while. */
void tally_write_until_yes(struct tally *tally, int open, int more);
/* Until all are answered. */
void tally_settle(struct tally *tally);
/* Until the store is as wanted, with writes going on; fails after a while. */
void tally_write_until(struct tally *tally, bool is_ready);
/* Reads all back and fails the test when the store broke its word. */
void tally_check(struct tally *tally);
/* One plain command; the reply's integer or string as text, owned by the
 * caller; *err_out: its outcome. */
char *tally_ask(struct tally *tally, const char *verb, const char *key,
                enum err *err_out);

#endif
