/* await_flow -- waiting for an action that is not known yet.
 *
 * An action put a moment ago may be asked about before its news is here. So
 * who asks for an unknown one waits until a list of campaigns, or a page of
 * the campaign's feed, asked for after that moment has been learnt: then it
 * is there, or there is none. Those who come in one turn for the same action
 * wait together. Limits: WAITING_MAX waits, WAIT_MS_MAX each. */
#include <stdlib.h>
#include <string.h>

#include "services/checkin/checkin.h"
#include "services/checkin/expected/expected.h"

#define WAIT_MS_MAX 2500 /* below the asker's deadline */
#define WAITING_MAX 4096
#define SWEEP_MS 50

/* By ids, or by numbers: then the ids are "". */
struct awaited {
    char campaign[SLUG_SIZE], action[SLUG_SIZE];
    uint32_t campaign_number, action_number;
};

/* What is asked for one action; who waits for it. */
struct question {
    struct question *next;
    struct awaited awaited;
    uint64_t list, page; /* the questions asked for it; 0: none yet */
    bool is_swept;       /* what is asked is asked: nobody joins any more */
    bool has_page;
    int64_t deadline_ms;
    struct waiters waiters;
};

struct awaiting {
    struct timer *sweep;
    struct question *first;
    size_t count; /* of those who wait */
};

static struct campaign *
find_campaign(const struct checkin *checkin, const struct awaited *awaited)
{
    return awaited->campaign[0] == '\0'
               ? directory_find_by_number(&checkin->directory,
                                          awaited->campaign_number)
               : directory_find(&checkin->directory, awaited->campaign);
}

static struct action *
find_action(const struct checkin *checkin, const struct awaited *awaited)
{
    if (awaited->campaign[0] != '\0') {
        return directory_find_action(&checkin->directory, awaited->campaign,
                                     awaited->action);
    }
    struct campaign *campaign = find_campaign(checkin, awaited);
    return campaign == NULL
               ? NULL
               : directory_action_by_number(campaign, awaited->action_number);
}

/* Nothing can still come that has it. */
static bool
is_nowhere(struct checkin *checkin, struct question *question)
{
    struct campaign *campaign = find_campaign(checkin, &question->awaited);
    if (campaign == NULL) {
        bool is_numbered = question->awaited.campaign[0] == '\0';
        return expected_lists_answered(checkin) >= question->list &&
               (!is_numbered || expected_is_complete(checkin));
    }
    if (!question->has_page) {
        question->has_page = true;
        question->page = expected_ask_page(campaign);
    }
    return expected_caught_up(campaign) > question->page;
}

/* True when the wait is over, with how it ended. */
static bool
is_over(struct checkin *checkin, struct question *question, enum err *err_out,
        struct action **action_out)
{
    question->is_swept = true;
    *action_out = find_action(checkin, &question->awaited);
    *err_out = ERR_NONE;
    if (*action_out != NULL) {
        return true;
    }
    *err_out = ERR_NOT_FOUND;
    if (is_nowhere(checkin, question)) {
        return true;
    }
    *err_out = ERR_UNAVAILABLE;
    return checkin->service.is_draining ||
           clock_boot_ms() >= question->deadline_ms;
}

void
await_sweep(struct checkin *checkin)
{
    struct question **at = &checkin->awaiting->first;
    while (*at != NULL) {
        struct question *question = *at;
        enum err err;
        struct action *action;
        if (!is_over(checkin, question, &err, &action)) {
            at = &question->next;
            continue;
        }
        *at = question->next;
        checkin->awaiting->count -= question->waiters.count;
        waiters_tell(&question->waiters, err, NULL, action);
        free(question);
    }
}

static void
on_sweep_due(void *arg)
{
    struct checkin *checkin = arg;
    await_sweep(checkin);
    if (checkin->awaiting->first != NULL) {
        timer_start(checkin->awaiting->sweep, SWEEP_MS);
    }
}

static bool
is_same(const struct awaited *a, const struct awaited *b)
{
    return a->campaign_number == b->campaign_number &&
           a->action_number == b->action_number &&
           strcmp(a->campaign, b->campaign) == 0 &&
           strcmp(a->action, b->action) == 0;
}

/* The question of this turn for the same action, or a new one. */
static struct question *
get_question(struct checkin *checkin, const struct awaited *awaited)
{
    struct awaiting *awaiting = checkin->awaiting;
    for (struct question *question = awaiting->first;
         question != NULL && !question->is_swept; question = question->next) {
        if (is_same(&question->awaited, awaited)) {
            return question;
        }
    }
    struct question *question = mem_new(sizeof(*question));
    question->awaited = *awaited;
    question->deadline_ms = clock_boot_ms() + WAIT_MS_MAX;
    if (find_campaign(checkin, awaited) == NULL) {
        question->list = expected_ask_list(checkin);
    }
    question->next = awaiting->first;
    awaiting->first = question;
    timer_start(awaiting->sweep, 0);
    return question;
}

static void
refuse(struct checkin *checkin, enum err err, waiter_cb *cb, void *arg)
{
    waiters_tell_later(checkin->service.loop,
                       &(struct waiters_answer){.err = err}, cb, arg);
}

static void
await(struct checkin *checkin, const struct awaited *awaited, waiter_cb *cb,
      void *arg)
{
    if (checkin->awaiting->count == WAITING_MAX) {
        refuse(checkin, ERR_LIMIT, cb, arg);
        return;
    }
    checkin->awaiting->count++;
    (void)waiters_add(&get_question(checkin, awaited)->waiters, cb, arg);
}

void
await_action(struct checkin *checkin, const char *campaign, const char *id,
             waiter_cb *cb, void *arg)
{
    struct awaited awaited;
    if (!slug_is_valid(campaign) || !slug_is_valid(id)) {
        refuse(checkin, ERR_NOT_FOUND, cb, arg);
        return;
    }
    memset(&awaited, 0, sizeof(awaited)); /* compared whole */
    memcpy(awaited.campaign, campaign, strlen(campaign));
    memcpy(awaited.action, id, strlen(id));
    await(checkin, &awaited, cb, arg);
}

void
await_action_numbered(struct checkin *checkin, uint32_t campaign,
                      uint32_t action, waiter_cb *cb, void *arg)
{
    struct awaited awaited;
    memset(&awaited, 0, sizeof(awaited));
    awaited.campaign_number = campaign;
    awaited.action_number = action;
    await(checkin, &awaited, cb, arg);
}

/* ---- start and stop ---- */

void
await_start(struct checkin *checkin)
{
    checkin->awaiting = mem_new(sizeof(*checkin->awaiting));
    checkin->awaiting->sweep =
        timer_new(checkin->service.loop, on_sweep_due, checkin);
}

bool
await_is_idle(const struct checkin *checkin)
{
    return checkin->awaiting->first == NULL;
}

void
await_stop(struct checkin *checkin)
{
    timer_free(&checkin->awaiting->sweep);
    free(checkin->awaiting);
    checkin->awaiting = NULL;
}
