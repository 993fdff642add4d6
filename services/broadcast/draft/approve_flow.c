/* approve_flow -- a person stands for what will be sent.
 *
 *   keep_read -> the hash the approver was shown -> forecast_measure_size ->
 *   is it somebody else, or few enough? -> keep_stage
 *
 * The hash is over everything that is sent and to whom (content_hash.h);
 * content never changes, so nothing voids an approval but another
 * broadcast. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/broadcast/draft/draft.h"
#include "services/broadcast/draft/forecast.h"
#include "services/broadcast/plan/marks.h"

struct approving {
    struct asked *asked;
    const Broadcast__Approve *approve; /* borrowed of asked */
    struct record *record;             /* owned */
};

static void
finish(struct approving *a, enum err err, const char *detail)
{
    if (err == ERR_NONE) {
        struct campaign *campaign =
            campaign_meet(broadcast_of(a->asked), a->approve->campaign);
        if (campaign != NULL) {
            mark_changed(campaign, a->approve->id);
        }
        answer_broadcast(a->asked, a->approve->campaign, a->approve->id);
    } else {
        asked_refuse(a->asked, err, detail);
    }
    record_free(&a->record);
    free(a);
}

static struct keep_on
on_of(const struct approving *a)
{
    return (struct keep_on){.keep = broadcast_of(a->asked)->keep,
                            .campaign = a->approve->campaign,
                            .id = a->approve->id,
                            .staff = a->approve->staff};
}

static void
approved(void *arg, enum err err, const struct store_reply *reply)
{
    finish(arg, err, reply->type == STORE_STRING ? reply->string : NULL);
}

static void
sized(void *arg, enum err err, const char *detail,
      const struct forecast_size *size)
{
    struct approving *a = arg;
    bool is_alone = strcmp(a->record->made_by, a->approve->staff) == 0;
    if (err != ERR_NONE) {
        finish(a, err, detail);
        return;
    }
    if (is_alone && size->recipients > size->approval_above) {
        finish(a, ERR_FORBIDDEN,
               "so many recipients need a second person's approval");
        return;
    }
    struct keep_on on = on_of(a);
    keep_stage(
        &on,
        &(struct keep_stage){.from = STAGE_BIT(DRAFT),
                             .to = BROADCAST__STAGE__APPROVED,
                             .refusal = "only a draft can be approved",
                             .fields = {"approved_by", a->approve->staff}},
        approved, a);
}

static void
record_came(void *arg, enum err err, const struct store_reply *reply)
{
    struct approving *a = arg;
    a->record = err == ERR_NONE ? record_read(a->approve->id, reply) : NULL;
    if (a->record == NULL) {
        finish(a, err == ERR_NONE ? ERR_NOT_FOUND : err, "no such broadcast");
    } else if (record_is_system(a->record)) {
        finish(a, ERR_FORBIDDEN, KEEP_SYSTEM_WORDS);
    } else if (strcmp(a->record->hash, a->approve->content_hash) != 0) {
        finish(a, ERR_CONFLICT,
               "that is not the content it has: look at it again");
    } else if (strcmp(a->record->approved_by, a->approve->staff) == 0) {
        finish(a, ERR_NONE, NULL); /* asked again */
    } else if (a->record->stage != BROADCAST__STAGE__DRAFT) {
        finish(a, ERR_CONFLICT, "only a draft can be approved");
    } else {
        forecast_measure_size(broadcast_of(a->asked), a->approve->campaign,
                              a->record, sized, a);
    }
}

void
approve_begin(struct asked *asked)
{
    const Broadcast__Approve *approve = request_of(asked)->approve;
    if (!answer_check(asked, approve->campaign, approve->id)) {
        return;
    }
    size_t len = strlen(approve->staff);
    if (len == 0 || len > RECORD_STAFF_MAX) {
        asked_refuse(asked, ERR_BAD_REQUEST, "staff: 1 to 64 bytes");
        return;
    }
    struct approving *a = mem_new(sizeof(*a));
    *a = (struct approving){asked, approve, NULL};
    struct keep_on on = on_of(a);
    keep_read(&on, record_came, a);
}
