/* checkin_api -- attendance as JSON. */
#ifndef GATEWAY_CHECKIN_API_H
#define GATEWAY_CHECKIN_API_H

#include "checkin.pb-c.h"
#include "common/text/text.h"

/* Owned by the caller; also what live.c sends. */
json_t *attendance_to_json(const Checkin__Attendance *attendance);

#endif
