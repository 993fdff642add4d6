/* meet -- which campaigns there are: those that signup has, for each has a
 * confirmation, and those that are kept here, also while signup is away.
 *
 *   each MEET_EVERY_MS: keep_list_campaigns -> campaign_meet (a mark)
 *   each MEET_SIGNUP_TURNS of those: signup's ListCampaigns -> the same, and
 *   keep_add_campaign for the new
 *   signup's feed has news (meet_hear): at once */
#include "common/base/base.h"
#include "common/client/signup.h"
#include "services/broadcast/drive/drive.h"

#define MEET_EVERY_MS 2000
#define MEET_SIGNUP_TURNS 5

static void
campaign_added(void *arg, enum err err, const struct store_reply *reply)
{
    struct broadcast *broadcast = arg;
    (void)err; /* signup names it again */
    (void)reply;
    broadcast->open--;
}

/* signup has it. */
static void
meet(struct broadcast *broadcast, const char *id)
{
    if (!slug_is_valid(id) || campaign_find(broadcast, id) != NULL ||
        campaign_meet(broadcast, id) == NULL || broadcast->is_draining) {
        return;
    }
    struct keep_on on = {.keep = broadcast->keep, .campaign = id};
    broadcast->open++;
    keep_add_campaign(&on, campaign_added, broadcast);
}

void
meet_hear(struct broadcast *broadcast, const char *id)
{
    meet(broadcast, id);
}

static void
signup_listed(void *arg, enum err err, const char *detail,
              const Signup__Reply *reply)
{
    struct broadcast *broadcast = arg;
    (void)detail;
    broadcast->open--;
    for (size_t i = 0;
         err == ERR_NONE && i < reply->list_campaigns->n_campaigns; i++) {
        meet(broadcast, reply->list_campaigns->campaigns[i]->id);
    }
}

static void
campaigns_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct broadcast *broadcast = arg;
    broadcast->open--;
    for (size_t i = 0; err == ERR_NONE && i < reply->count; i++) {
        const char *id = keep_text(reply, i);
        if (slug_is_valid(id)) {
            (void)campaign_meet(broadcast, id);
        }
    }
    marks_wake(broadcast->plan);
}

static void
on_meet(void *arg)
{
    struct broadcast *broadcast = arg;
    Signup__ListCampaigns list = SIGNUP__LIST_CAMPAIGNS__INIT;
    if (broadcast->is_draining) {
        return;
    }
    broadcast->open++;
    keep_list_campaigns(broadcast->keep, campaigns_read, broadcast);
    if (broadcast->drive->meet_turn++ % MEET_SIGNUP_TURNS == 0) {
        broadcast->open++;
        signup_ask_list_campaigns(broadcast->signup, &list, signup_listed,
                                  broadcast);
    }
    timer_start(broadcast->drive->meet_timer, MEET_EVERY_MS);
}

void
meet_start(struct broadcast *broadcast)
{
    broadcast->drive->meet_timer =
        timer_new(broadcast->service.loop, on_meet, broadcast);
    on_meet(broadcast);
}

void
meet_stop(struct broadcast *broadcast)
{
    if (broadcast->drive->meet_timer != NULL) {
        timer_stop(broadcast->drive->meet_timer);
    }
}
