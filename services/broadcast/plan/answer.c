/* answer -- how a request ends, beyond asked_answer and asked_refuse. */
#include "services/broadcast/plan/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/broadcast/plan/marks.h"

static bool
is_broadcast_id(const char *id)
{
    size_t len = strlen(id);
    return strcmp(id, RECORD_CONFIRMATION) == 0 ||
           (len > 1 && len < 12 && id[0] == 'b' && id[1] != '0' &&
            strspn(id + 1, "0123456789") == len - 1);
}

bool
answer_check(struct asked *asked, const char *campaign, const char *id)
{
    if (!slug_is_valid(campaign)) {
        asked_refuse(asked, ERR_BAD_REQUEST,
                     "a campaign's id is 1 to 40 of a-z, 0-9 and -");
        return false;
    }
    if (id != NULL && !is_broadcast_id(id)) {
        asked_refuse(asked, ERR_NOT_FOUND, "no such broadcast");
        return false;
    }
    return true;
}

void
answer_announce_end(struct broadcast *broadcast, const char *campaign,
                    int64_t end)
{
    Feed__End news = FEED__END__INIT;
    char topic[BUS_TOPIC_BYTES_MAX];
    struct buf packed;
    if (end == 0) {
        return;
    }
    news.campaign = (char *)(uintptr_t)campaign;
    news.end = (uint64_t)end;
    buf_init(&packed, 0);
    wire_pack(&news, &packed);
    (void)snprintf(topic, sizeof(topic), "feed/broadcast/%s", campaign);
    bus_announce(broadcast->service.bus, topic, packed.data, packed.len);
    buf_fini(&packed);
}

bool
answer_is_system(struct asked *asked, const struct record *record)
{
    if (record_is_system(record)) {
        asked_refuse(asked, ERR_FORBIDDEN, KEEP_SYSTEM_WORDS);
        return true;
    }
    return false;
}

/* All members of the reply's oneof that are a Broadcast are pointers to one,
 * in the same place. */
void
answer_record(struct asked *asked, const char *campaign,
              const struct record *record)
{
    struct record_view view;
    record_show(record, campaign, &view);
    for (size_t i = 0; i < view.message.n_channels; i++) {
        Broadcast__ChannelProgress *channel = view.message.channels[i];
        channel->rate_milli =
            watched_find_rate_milli(broadcast_of(asked)->plan, campaign,
                                    record->id, (int)channel->channel);
        channel->has_rate_milli = channel->rate_milli != 0;
    }
    Broadcast__Reply reply = BROADCAST__REPLY__INIT;
    reply.is_case = (Broadcast__Reply__IsCase)(int)request_of(asked)->is_case;
    reply.get = &view.message;
    asked_answer(asked, &reply);
}

struct showing {
    struct asked *asked;
    char campaign[SLUG_SIZE];
    char id[RECORD_ID_SIZE];
};

static void
read_done(void *arg, enum err err, const struct store_reply *found)
{
    struct showing *showing = arg;
    struct record *record =
        err == ERR_NONE ? record_read(showing->id, found) : NULL;
    if (record != NULL) {
        answer_record(showing->asked, showing->campaign, record);
    } else if (err == ERR_NONE) {
        asked_refuse(showing->asked, ERR_NOT_FOUND, "no such broadcast");
    } else {
        asked_refuse(showing->asked, err, NULL);
    }
    record_free(&record);
    free(showing);
}

void
answer_broadcast(struct asked *asked, const char *campaign, const char *id)
{
    struct showing *showing = mem_new(sizeof(*showing));
    showing->asked = asked;
    (void)snprintf(showing->campaign, sizeof(showing->campaign), "%s",
                   campaign);
    (void)snprintf(showing->id, sizeof(showing->id), "%s", id);
    struct keep_on on = {.keep = broadcast_of(asked)->keep,
                         .campaign = showing->campaign,
                         .id = showing->id};
    keep_read(&on, read_done, showing);
}
