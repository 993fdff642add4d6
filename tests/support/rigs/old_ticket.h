/* old_ticket -- ticket codes as 0.1 made them: people still hold them. */
#ifndef TESTS_SUPPORT_OLD_TICKET_H
#define TESTS_SUPPORT_OLD_TICKET_H

#include <stdint.h>

#include "common/crypto/crypto.h"

#define OLD_TICKET_SIZE 15

/* key: ticket.key. campaign, action below 1,024, number below 2^24. */
void old_ticket_code(const struct crypto_key *key, uint32_t campaign,
                     uint32_t action, uint32_t number,
                     char to[OLD_TICKET_SIZE]);

#endif
