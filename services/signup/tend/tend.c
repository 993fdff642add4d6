/* tend -- all campaigns, by timer.
 *
 * The list of campaigns is read every LIST_EVERY_MS; each has a round every
 * TEND_EVERY_MS, or at once while there is more. */
#include "services/signup/tend/tend.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"
#include "services/signup/tend/handed_flow.h"
#include "services/signup/tend/round.h"

#define LIST_EVERY_MS 2000
#define TEND_EVERY_MS 500
#define TEND_MORE_MS 10 /* there is more: a share of Redis, not all of it */
#define FEED_TOPIC "feed/broadcast/"

struct tend {
    struct signup *signup;
    struct timer *list_timer;
    bool is_listing, is_draining;
    size_t opening; /* campaigns being read */
    size_t count;
    struct tended *list[SU_CAMPAIGNS_MAX];
};

static struct tended *
find(const struct tend *tend, const char *campaign)
{
    for (size_t i = 0; i < tend->count; i++) {
        if (strcmp(tend->list[i]->campaign->id, campaign) == 0) {
            return tend->list[i];
        }
    }
    return NULL;
}

/* ---- a campaign ---- */

static void
on_due(void *arg)
{
    struct tended *tended = arg;
    handed_go(tended);
    tended->is_busy = true;
    round_start(tended);
}

void
tended_done(struct tended *tended, bool is_good)
{
    tended->is_busy = false;
    if (!tended->tend->is_draining) {
        timer_start(tended->timer,
                    is_good && tended->is_full ? TEND_MORE_MS : TEND_EVERY_MS);
    }
}

static void
opened(void *arg, enum err err, const char *detail, void *value)
{
    struct tend *tend = arg;
    struct campaign *campaign = value;
    (void)detail;
    tend->opening--;
    if (err != ERR_NONE || tend->is_draining ||
        tend->count == SU_CAMPAIGNS_MAX || find(tend, campaign->id) != NULL) {
        return;
    }
    struct tended *tended = mem_new(sizeof(*tended));
    tended->tend = tend;
    tended->signup = tend->signup;
    tended->campaign = campaign;
    tended->timer = timer_new(tend->signup->service.loop, on_due, tended);
    tend->list[tend->count++] = tended;
    timer_start(tended->timer, 0);
}

/* ---- the list ---- */

static void
on_list(void *arg, enum err err, const struct store_reply *reply)
{
    struct tend *tend = arg;
    tend->is_listing = false;
    if (tend->is_draining) {
        return;
    }
    for (size_t i = 0; err == ERR_NONE && i + 1 < reply->count; i += 2) {
        const char *id = reply->items[i].string;
        if (find(tend, id) == NULL) {
            tend->opening++;
            campaigns_read(tend->signup->campaigns, id, opened, tend);
        }
    }
    timer_start(tend->list_timer, LIST_EVERY_MS);
}

static void
on_list_due(void *arg)
{
    struct tend *tend = arg;
    tend->is_listing = true;
    su_list_campaigns(tend->signup->su, on_list, tend);
}

static void
on_news(void *arg, const char *topic, const void *body, size_t len)
{
    struct tend *tend = arg;
    (void)topic;
    Feed__End *end =
        wire_unpack(&feed__end__descriptor, body, len, WIRE_OUTSIDE_BYTES_MAX);
    struct tended *tended =
        end == NULL || tend->is_draining ? NULL : find(tend, end->campaign);
    if (tended != NULL) {
        handed_hear(tended, end->end);
    }
    wire_free(end);
}

/* ---- start and stop ---- */

struct tend *
tend_start(struct signup *signup)
{
    struct tend *tend = mem_new(sizeof(*tend));
    tend->signup = signup;
    tend->list_timer = timer_new(signup->service.loop, on_list_due, tend);
    service_follow(&signup->service, "broadcast", FEED_TOPIC, on_news, tend);
    timer_start(tend->list_timer, 0);
    return tend;
}

void
tend_drain(struct tend *tend)
{
    tend->is_draining = true;
    timer_stop(tend->list_timer);
    for (size_t i = 0; i < tend->count; i++) {
        timer_stop(tend->list[i]->timer);
    }
}

bool
tend_is_idle(const struct tend *tend)
{
    for (size_t i = 0; i < tend->count; i++) {
        if (tend->list[i]->is_busy || !handed_is_idle(tend->list[i])) {
            return false;
        }
    }
    return !tend->is_listing && tend->opening == 0;
}

void
tend_stop(struct tend **tend)
{
    if (*tend == NULL) {
        return;
    }
    for (size_t i = 0; i < (*tend)->count; i++) {
        struct tended *tended = (*tend)->list[i];
        if (tended->follower != NULL) {
            feed_follower_free(&tended->follower);
        }
        timer_free(&tended->timer);
        free(tended);
    }
    timer_free(&(*tend)->list_timer);
    free(*tend);
    *tend = NULL;
}
