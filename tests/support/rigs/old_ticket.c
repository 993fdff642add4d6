/* old_ticket -- ticket codes as 0.1 made them: people still hold them. */
#include "tests/support/rigs/old_ticket.h"

#define MAC_BITS 26
#define HALF 7

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
old_ticket_code(const struct crypto_key *key, uint32_t campaign,
                uint32_t action, uint32_t number, char to[OLD_TICKET_SIZE])
{
    struct crypto_key code_key;
    uint8_t bytes[8];
    uint64_t subject =
        (uint64_t)campaign << 34 | (uint64_t)action << 24 | number;
    crypto_key_derive(key, "ticket-code", &code_key);
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(subject >> (56 - 8 * i));
    }
    uint64_t mac = crypto_mac64(&code_key, bytes, sizeof(bytes)) >> 38;
    uint64_t high = subject >> 9;
    uint64_t low = (subject & 0x1ff) << MAC_BITS | mac;
    for (int i = HALF - 1; i >= 0; i--) {
        to[i] = alphabet[high & 31];
        to[i + HALF] = alphabet[low & 31];
        high >>= 5;
        low >>= 5;
    }
    to[2 * HALF] = '\0';
}
