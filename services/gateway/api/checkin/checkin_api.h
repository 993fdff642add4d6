/* checkin_api -- check-ins and attendance: handlers for routes.c. */
#ifndef GATEWAY_CHECKIN_API_H
#define GATEWAY_CHECKIN_API_H

#include "checkin.pb-c.h"
#include "services/gateway/door/exchange.h"

void check_in(struct exchange *x); /* POST …/actions/{a}/checkins */
void get_attendance(struct exchange *x);
/* Owned by the caller; also what live.c sends. */
json_t *attendance_to_json(const Checkin__Attendance *attendance);

#endif
