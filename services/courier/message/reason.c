/* reason -- why a recipient was not accepted. */
#include "services/courier/message/reason.h"

#include <stdio.h>

static const char *const names[] = {
    [REASON_UNREACHABLE - 1000] = "unreachable",
    [REASON_NO_ANSWER - 1000] = "no-answer",
    [REASON_BAD_ADDRESS - 1000] = "bad-address",
    [REASON_NO_SENDER - 1000] = "no-sender",
    [REASON_TEMPLATE - 1000] = "template",
    [REASON_NO_TEMPLATE - 1000] = "no-template",
    [REASON_NO_CONTACTS - 1000] = "no-contacts",
    [REASON_NO_TICKET - 1000] = "no-ticket",
    [REASON_NO_ROUTE - 1000] = "no-route",
    [REASON_DISK - 1000] = "disk",
    [REASON_RESTART - 1000] = "restart",
    [REASON_BEGUN_BEFORE - 1000] = "begun-before",
};

const char *
reason_text(uint16_t detail, char text[REASON_TEXT_SIZE])
{
    if (detail >= REASON_UNREACHABLE && detail < REASON_END) {
        (void)snprintf(text, REASON_TEXT_SIZE, "%s", names[detail - 1000]);
    } else {
        (void)snprintf(text, REASON_TEXT_SIZE, "status-%u", (unsigned)detail);
    }
    return text;
}
