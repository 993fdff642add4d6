/* await_flow -- waiting for an action that is not known yet.
 *
 * An action put a moment ago may be asked about before its news is here. So
 * who asks for an unknown one waits until a list of campaigns, or a page of
 * the campaign's feed, asked for after that moment has been learnt: then it
 * is there, or there is none. Limits: WAITING_MAX waits, WAIT_MS_MAX each. */
#include "services/checkin/expected/expected.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/checkin/checkin.h"

#define WAIT_MS_MAX 2500 /* below the asker's deadline */
#define WAITING_MAX 4096
#define SWEEP_MS 50

struct waiter {
    struct waiter *next;
    char campaign[DIRECTORY_ID_SIZE], action[DIRECTORY_ID_SIZE];
    uint32_t campaign_number, action_number; /* when the ids are "" */
    uint64_t list, page; /* the questions asked for it; 0: none yet */
    bool has_page;
    int64_t deadline_ms;
    await_cb *cb;
    void *arg;
};

struct awaiting {
    struct timer *sweep;
    struct waiter *first;
    size_t count;
};

struct refusal {
    await_cb *cb;
    void *arg;
    enum err err;
};

static struct campaign *
find_campaign(const struct checkin *checkin, const struct waiter *waiter)
{
    return waiter->campaign[0] == '\0'
               ? directory_find_by_number(&checkin->directory,
                                          waiter->campaign_number)
               : directory_find(&checkin->directory, waiter->campaign);
}

static struct action *
find_action(const struct checkin *checkin, const struct waiter *waiter)
{
    if (waiter->campaign[0] != '\0') {
        return directory_find_action(&checkin->directory, waiter->campaign,
                                     waiter->action);
    }
    struct campaign *campaign = find_campaign(checkin, waiter);
    return campaign == NULL
               ? NULL
               : directory_action_by_number(campaign, waiter->action_number);
}

/* Nothing can still come that has it. */
static bool
is_nowhere(struct checkin *checkin, struct waiter *waiter)
{
    struct campaign *campaign = find_campaign(checkin, waiter);
    if (campaign == NULL) {
        return expected_lists_answered(checkin) >= waiter->list &&
               (waiter->campaign[0] != '\0' || expected_is_complete(checkin));
    }
    if (!waiter->has_page) {
        waiter->has_page = true;
        waiter->page = expected_ask_page(campaign);
    }
    return expected_caught_up(campaign) > waiter->page;
}

/* True when the wait is over, with how it ended. */
static bool
is_over(struct checkin *checkin, struct waiter *waiter, enum err *err_out,
        struct action **action_out)
{
    *action_out = find_action(checkin, waiter);
    *err_out = ERR_NONE;
    if (*action_out != NULL) {
        return true;
    }
    *err_out = ERR_NOT_FOUND;
    if (is_nowhere(checkin, waiter)) {
        return true;
    }
    *err_out = ERR_UNAVAILABLE;
    return checkin->service.is_draining ||
           clock_boot_ms() >= waiter->deadline_ms;
}

void
await_sweep(struct checkin *checkin)
{
    struct waiter **at = &checkin->awaiting->first;
    while (*at != NULL) {
        struct waiter *waiter = *at;
        enum err err;
        struct action *action;
        if (!is_over(checkin, waiter, &err, &action)) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        checkin->awaiting->count--;
        waiter->cb(waiter->arg, err, action);
        free(waiter);
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

static void
on_refused(void *arg)
{
    struct refusal *refusal = arg;
    refusal->cb(refusal->arg, refusal->err, NULL);
    free(refusal);
}

static void
refuse(struct checkin *checkin, enum err err, await_cb *cb, void *arg)
{
    struct refusal *refusal = mem_new(sizeof(*refusal));
    *refusal = (struct refusal){cb, arg, err};
    loop_defer(checkin->service.loop, on_refused, refusal);
}

static void
wait(struct checkin *checkin, struct waiter *waiter)
{
    waiter->deadline_ms = clock_boot_ms() + WAIT_MS_MAX;
    if (find_campaign(checkin, waiter) == NULL) {
        waiter->list = expected_ask_list(checkin);
    }
    waiter->next = checkin->awaiting->first;
    checkin->awaiting->first = waiter;
    checkin->awaiting->count++;
    timer_start(checkin->awaiting->sweep, 0);
}

/* NULL: refused. */
static struct waiter *
new_waiter(struct checkin *checkin, await_cb *cb, void *arg)
{
    if (checkin->awaiting->count == WAITING_MAX) {
        refuse(checkin, ERR_LIMIT, cb, arg);
        return NULL;
    }
    struct waiter *waiter = mem_new(sizeof(*waiter));
    *waiter = (struct waiter){.cb = cb, .arg = arg};
    return waiter;
}

void
await_action(struct checkin *checkin, const char *campaign, const char *id,
             await_cb *cb, void *arg)
{
    if (!directory_is_id(campaign) || !directory_is_id(id)) {
        refuse(checkin, ERR_NOT_FOUND, cb, arg);
        return;
    }
    struct waiter *waiter = new_waiter(checkin, cb, arg);
    if (waiter != NULL) {
        strncpy(waiter->campaign, campaign, sizeof(waiter->campaign) - 1);
        strncpy(waiter->action, id, sizeof(waiter->action) - 1);
        wait(checkin, waiter);
    }
}

void
await_action_numbered(struct checkin *checkin, uint32_t campaign,
                      uint32_t action, await_cb *cb, void *arg)
{
    struct waiter *waiter = new_waiter(checkin, cb, arg);
    if (waiter != NULL) {
        waiter->campaign_number = campaign;
        waiter->action_number = action;
        wait(checkin, waiter);
    }
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
