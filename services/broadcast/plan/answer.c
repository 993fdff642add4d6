/* answer -- how a request ends. */
#include "services/broadcast/plan/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/plan/marks.h"

void
ask_finish(struct ask *ask, enum err err, const char *detail,
           const Broadcast__Reply *reply)
{
    struct buf body;
    buf_init(&body, 0);
    if (err == ERR_NONE) {
        wire_pack(reply, &body);
    }
    bus_reply(ask->request, err, detail, body.data, body.len);
    ask->broadcast->open--;
    buf_fini(&body);
    wire_free(ask->message);
    free(ask);
}

static bool
is_slug(const char *id)
{
    size_t len = strlen(id);
    return len > 0 && len < CAMPAIGN_ID_SIZE &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool
is_broadcast_id(const char *id)
{
    size_t len = strlen(id);
    return len > 1 && len < 12 && id[0] == 'b' && id[1] != '0' &&
           strspn(id + 1, "0123456789") == len - 1;
}

bool
ask_check(struct ask *ask, const char *campaign, const char *id)
{
    if (!is_slug(campaign)) {
        ask_finish(ask, ERR_BAD_REQUEST,
                   "a campaign's id is 1 to 40 of a-z, 0-9 and -", NULL);
        return false;
    }
    if (id != NULL && !is_broadcast_id(id)) {
        ask_finish(ask, ERR_NOT_FOUND, "no such broadcast", NULL);
        return false;
    }
    return true;
}

/* ---- the many answers that are the broadcast as it now stands ---- */

/* All members of the reply's oneof that are a Broadcast are pointers to one,
 * in the same place. */
void
ask_finish_record(struct ask *ask, const char *campaign,
                  const struct record *record)
{
    struct record_view view;
    record_show(record, campaign, &view);
    for (size_t i = 0; i < view.message.n_channels; i++) {
        Broadcast__ChannelProgress *channel = view.message.channels[i];
        channel->rate_milli = watched_find_rate_milli(
            ask->broadcast->plan, campaign, record->id, (int)channel->channel);
        channel->has_rate_milli = channel->rate_milli != 0;
    }
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    reply.is_case = (Broadcast__Reply__IsCase)(int)ask->message->is_case;
    reply.get = &view.message;
    ask_finish(ask, ERR_NONE, NULL, &reply);
}

struct showing {
    struct ask *ask;
    char campaign[CAMPAIGN_ID_SIZE];
    char id[RECORD_ID_SIZE];
};

static void
read_done(void *arg, enum err err, const struct store_reply *found)
{
    struct showing *showing = arg;
    struct record *record =
        err == ERR_NONE ? record_read(showing->id, found) : NULL;
    if (record != NULL) {
        ask_finish_record(showing->ask, showing->campaign, record);
    } else if (err == ERR_NONE) {
        ask_finish(showing->ask, ERR_NOT_FOUND, "no such broadcast", NULL);
    } else {
        ask_finish(showing->ask, err, NULL, NULL);
    }
    record_free(&record);
    free(showing);
}

void
ask_finish_broadcast(struct ask *ask, const char *campaign, const char *id)
{
    struct showing *showing = mem_new(sizeof(*showing));
    showing->ask = ask;
    (void)snprintf(showing->campaign, sizeof(showing->campaign), "%s",
                   campaign);
    (void)snprintf(showing->id, sizeof(showing->id), "%s", id);
    struct keep_on on = {.keep = ask->broadcast->keep,
                         .campaign = showing->campaign,
                         .id = showing->id};
    keep_read(&on, read_done, showing);
}
