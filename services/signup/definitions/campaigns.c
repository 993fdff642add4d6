/* campaigns -- the campaigns there are, cached. */
#include "services/signup/definitions/campaigns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/signup/definitions/replay.h"
#include "services/signup/keep/given.h"
#include "services/signup/keep/store.h"

#define NEVER UINT64_MAX /* was the store so */
#define MIGRATIONS_MAX 4 /* tries: another instance may be at it too */

/* One read under way. Whoever asks while it is waits for the next one, so
 * that what they get is no older than their question. */
struct reading {
    struct campaigns *campaigns;
    char id[SLUG_SIZE];
    struct campaign *campaign; /* in the list, or being opened */
    int migrations;
    uint64_t breaks; /* of the store, when it was sent */
    struct waiters now, after;
    struct reading *next;
};

struct campaigns {
    struct signup *signup;
    size_t count;
    struct campaign *list[SU_CAMPAIGNS_MAX];
    struct slugs ids; /* -> index + 1 */
    struct reading *readings;
};

static void send_read(struct reading *reading);
static void on_definitions(void *arg, enum err err,
                           const struct store_reply *reply);
static void migrate(struct reading *reading);
static void on_migrated(void *arg, enum err err,
                        const struct store_reply *reply);
static void replay(struct reading *reading, const struct store_reply *meta);
static void on_replayed(void *arg, enum err err);
static void on_jumped(void *arg, enum err err, const struct store_reply *reply);
static void claim_number(struct reading *reading);
static void on_claimed(void *arg, enum err err,
                       const struct store_reply *reply);

struct campaigns *
campaigns_new(struct signup *signup)
{
    struct campaigns *campaigns = mem_new(sizeof(*campaigns));
    campaigns->signup = signup;
    return campaigns;
}

void
campaigns_free(struct campaigns **campaigns)
{
    if (*campaigns == NULL) {
        return;
    }
    for (size_t i = 0; i < (*campaigns)->count; i++) {
        campaign_free(&(*campaigns)->list[i]);
    }
    slugs_fini(&(*campaigns)->ids);
    free(*campaigns);
    *campaigns = NULL;
}

static struct campaign *
find_opened(const struct campaigns *campaigns, const char *id)
{
    uint32_t at = slugs_find(&campaigns->ids, id);
    return at == 0 ? NULL : campaigns->list[at - 1];
}

bool
campaigns_is_current(const struct campaign *campaign)
{
    return campaign->breaks == store_breaks(campaign->signup->service.store);
}

void
campaigns_doubt(struct campaign *campaign)
{
    campaign->breaks = NEVER;
}

struct campaign *
campaigns_find(const struct campaigns *campaigns, const char *id)
{
    struct campaign *campaign = find_opened(campaigns, id);
    return campaign == NULL || !campaigns_is_current(campaign) ? NULL
                                                               : campaign;
}

uint32_t
campaigns_number_max(const struct campaigns *campaigns)
{
    uint32_t max = 0;
    for (size_t i = 0; i < campaigns->count; i++) {
        uint32_t number = campaigns->list[i]->own_number;
        max = number > max ? number : max;
    }
    return max;
}

/* ---- ending ---- */

static void
remove_reading(struct reading *reading)
{
    struct reading **at = &reading->campaigns->readings;
    while (*at != reading) {
        at = &(*at)->next;
    }
    *at = reading->next;
    free(reading);
}

/* What is not in the list was not opened. */
static void
forget_unopened(struct reading *reading)
{
    if (find_opened(reading->campaigns, reading->id) == NULL) {
        campaign_free(&reading->campaign);
    }
}

/* The next read begins before the waiters of this one are called. */
static void
end_read(struct reading *reading, enum err err, const char *detail)
{
    struct campaign *campaign = err == ERR_NONE ? reading->campaign : NULL;
    struct waiters waiters = reading->now;
    forget_unopened(reading);
    reading->now = reading->after;
    reading->after = (struct waiters){.count = 0};
    if (reading->now.count > 0) {
        send_read(reading);
    } else {
        remove_reading(reading);
    }
    waiters_tell(&waiters, err, detail, campaign);
}

static const char *
read_detail(enum err err)
{
    if (err == ERR_NOT_FOUND) {
        return "there is no such campaign";
    }
    return err == ERR_UNAVAILABLE
               ? "this campaign was stored by a newer version of Muster: "
                 "start that version of signup"
               : NULL;
}

/* ---- reading ---- */

static void
send_read(struct reading *reading)
{
    struct campaign *known = find_opened(reading->campaigns, reading->id);
    reading->breaks = store_breaks(reading->campaigns->signup->service.store);
    su_read_definitions(reading->campaigns->signup->su, reading->id,
                        known == NULL ? "" : known->revision, on_definitions,
                        reading);
}

static void
on_definitions(void *arg, enum err err, const struct store_reply *reply)
{
    struct reading *reading = arg;
    struct campaigns *campaigns = reading->campaigns;
    if (err != ERR_NONE) {
        end_read(reading, err, NULL);
        return;
    }
    if (reading->campaign == NULL) {
        reading->campaign = find_opened(campaigns, reading->id);
    }
    if (reading->campaign == NULL) {
        reading->campaign = campaign_new(campaigns->signup, reading->id);
    }
    err = campaign_take(reading->campaign, reply);
    if (err != ERR_NONE) {
        end_read(reading, err, read_detail(err));
    } else if (reading->campaign->format < SU_FORMAT) {
        migrate(reading);
    } else if (find_opened(campaigns, reading->id) == NULL ||
               reading->campaign->breaks != reading->breaks) {
        replay(reading, &reply->items[1]);
    } else {
        end_read(reading, ERR_NONE, NULL);
    }
}

/* ---- opening ---- */

static void
migrate(struct reading *reading)
{
    const struct campaign *campaign = reading->campaign;
    if (++reading->migrations > MIGRATIONS_MAX) {
        end_read(reading, ERR_INTERNAL, NULL);
        return;
    }
    log_info("campaign.migrated", log_str("campaign", campaign->id),
             log_int("from", campaign->format), log_int("to", SU_FORMAT));
    su_migrate(
        reading->campaigns->signup->su, campaign->id,
        &(struct su_migration){campaign->format, campaign->definition->number},
        on_migrated, reading);
}

static void
on_migrated(void *arg, enum err err, const struct store_reply *reply)
{
    (void)reply;
    struct reading *reading = arg;
    if (err != ERR_NONE) {
        end_read(reading, err, NULL);
        return;
    }
    send_read(reading);
}

/* The store may have gone back behind what was withdrawn. */
static void
replay(struct reading *reading, const struct store_reply *meta)
{
    struct replay *replay = replay_find(reading->campaign, meta);
    if (replay == NULL) {
        on_replayed(reading, ERR_NONE);
    } else {
        replay_run(replay, on_replayed, reading);
    }
}

static void
on_replayed(void *arg, enum err err)
{
    struct reading *reading = arg;
    if (err != ERR_NONE) {
        end_read(reading, err, NULL);
        return;
    }
    struct campaign *campaign = reading->campaign;
    given_look(campaign->given);
    su_jump(campaign->signup->su, campaign->id, given_people(campaign->given),
            on_jumped, reading);
}

static void
on_jumped(void *arg, enum err err, const struct store_reply *reply)
{
    struct reading *reading = arg;
    if (err != ERR_NONE) {
        end_read(reading, err, NULL);
        return;
    }
    if (reply->type == STORE_INTEGER) {
        log_warn("numbers.jumped", log_str("campaign", reading->id),
                 log_int("to", reply->integer));
    }
    reading->campaign->breaks = reading->breaks;
    if (find_opened(reading->campaigns, reading->id) == NULL) {
        claim_number(reading);
    } else {
        end_read(reading, ERR_NONE, NULL);
    }
}

static void
claim_number(struct reading *reading)
{
    struct campaigns *campaigns = reading->campaigns;
    su_number_campaign(
        campaigns->signup->su,
        &(struct su_number){.id = reading->id,
                            .own = reading->campaign->own_number,
                            .floor = campaigns_number_max(campaigns)},
        on_claimed, reading);
}

static void
on_claimed(void *arg, enum err err, const struct store_reply *reply)
{
    struct reading *reading = arg;
    struct campaigns *campaigns = reading->campaigns;
    if (err == ERR_CONFLICT) {
        log_error("campaign.number_twice", log_str("campaign", reading->id),
                  log_int("number", reading->campaign->own_number));
        end_read(reading, err, reply->string);
        return;
    }
    if (err == ERR_NONE && campaigns->count == SU_CAMPAIGNS_MAX) {
        err = ERR_LIMIT;
    }
    if (err == ERR_NONE) {
        campaigns->list[campaigns->count++] = reading->campaign;
        (void)slugs_add(&campaigns->ids, reading->campaign->id,
                        (uint32_t)campaigns->count);
    }
    end_read(reading, err, NULL);
}

/* ---- who asks ---- */

static struct reading *
find_reading(struct campaigns *campaigns, const char *id)
{
    struct reading *reading = campaigns->readings;
    while (reading != NULL && strcmp(reading->id, id) != 0) {
        reading = reading->next;
    }
    return reading;
}

void
campaigns_read(struct campaigns *campaigns, const char *id, waiter_cb *cb,
               void *arg)
{
    if (!slug_is_valid(id)) {
        waiters_tell_later(
            campaigns->signup->service.loop,
            &(struct waiters_answer){.err = ERR_NOT_FOUND,
                                     .detail = read_detail(ERR_NOT_FOUND)},
            cb, arg);
        return;
    }
    struct reading *reading = find_reading(campaigns, id);
    if (reading != NULL) {
        (void)waiters_add(&reading->after, cb, arg);
        return;
    }
    reading = mem_new(sizeof(*reading));
    reading->campaigns = campaigns;
    (void)snprintf(reading->id, sizeof(reading->id), "%s", id);
    (void)waiters_add(&reading->now, cb, arg);
    reading->next = campaigns->readings;
    campaigns->readings = reading;
    send_read(reading);
}
