/* bus_api -- what may be asked of checkin, as one table. */
#include <stdlib.h>

#include "common/base/base.h"
#include "services/checkin/attendance/count.h"
#include "services/checkin/checkin.h"
#include "services/checkin/marks/marks.h"
#include "services/checkin/tickets/tickets.h"

static const struct {
    Checkin__Request__IsCase asked;
    void (*handle)(struct ask *ask);
} requests[] = {
    {CHECKIN__REQUEST__IS_ISSUE, ticket_issue},
    {CHECKIN__REQUEST__IS_READ, ticket_read},
    {CHECKIN__REQUEST__IS_MARK, mark_begin},
    {CHECKIN__REQUEST__IS_ATTENDANCE, attendance_get},
    {CHECKIN__REQUEST__IS_PRESENT, attendance_get_present},
    {CHECKIN__REQUEST__IS_KEYS, ticket_give_keys},
    {CHECKIN__REQUEST__IS_SINCE, feed_give_page},
};

void
checkin_serve(void *checkin, struct bus_request *request)
{
    size_t len;
    const void *body = bus_request_body(request, &len);
    Checkin__Request *message = wire_unpack(&checkin__request__descriptor, body,
                                            len, WIRE_OUTSIDE_BYTES_MAX);
    if (message == NULL) {
        bus_reply(request, ERR_BAD_REQUEST, "that is not a request to checkin",
                  NULL, 0);
        return;
    }
    struct ask *ask = mem_new(sizeof(*ask));
    *ask = (struct ask){checkin, request, message};
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
        if (requests[i].asked == message->is_case) {
            requests[i].handle(ask);
            return;
        }
    }
    ask_finish(ask, ERR_BAD_REQUEST, "the request asks for nothing", NULL);
}

void
ask_finish(struct ask *ask, enum err err, const char *detail,
           const Checkin__Reply *reply)
{
    struct buf body;
    buf_init(&body, 0);
    if (err == ERR_NONE) {
        wire_pack(reply, &body);
    }
    bus_reply(ask->request, err, detail, body.data, body.len);
    buf_fini(&body);
    wire_free(ask->message);
    free(ask);
}
