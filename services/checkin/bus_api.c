/* bus_api -- what may be asked of checkin, as one table. */
#include "services/checkin/attendance/count.h"
#include "services/checkin/checkin.h"
#include "services/checkin/marks/marks.h"
#include "services/checkin/tickets/tickets.h"

static const struct asked_row rows[] = {
    {CHECKIN__REQUEST__IS_ISSUE, ticket_issue},
    {CHECKIN__REQUEST__IS_READ, ticket_read},
    {CHECKIN__REQUEST__IS_MARK, mark_begin},
    {CHECKIN__REQUEST__IS_ATTENDANCE, attendance_get},
    {CHECKIN__REQUEST__IS_PRESENT, attendance_get_present},
    {CHECKIN__REQUEST__IS_KEYS, ticket_give_keys},
    {CHECKIN__REQUEST__IS_SINCE, feed_give_page},
};

static const struct asked_api api = {
    .name = "checkin",
    .request = &checkin__request__descriptor,
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(*rows),
    .body_bytes_max = WIRE_OUTSIDE_BYTES_MAX,
};

void
checkin_open_desk(struct checkin *checkin)
{
    asked_init(&checkin->desk, &api, checkin);
}

void
checkin_serve(void *arg, struct bus_request *request)
{
    struct checkin *checkin = arg;
    asked_serve(&checkin->desk, request);
}
