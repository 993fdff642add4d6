/* ticket -- a signed proof of a sign-up, and its short code. */
#include "services/checkin/tickets/ticket.h"

#include <string.h>

#define MAC_BYTES 8
#define NONCE_AT 11
#define ALL_BYTES (TICKET_BODY_BYTES + MAC_BYTES + CRYPTO_SIGNATURE_BYTES)
#define PREFIX "MU1."
#define CODE_MAC_BITS 26
#define BITS_A_CHAR 5

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
ticket_keys_derive(const struct crypto_key *from, struct ticket_keys *out)
{
    crypto_key_derive(from, "ticket-nonce", &out->nonce);
    crypto_key_derive(from, "ticket-mac", &out->mac);
    crypto_key_derive(from, "ticket-code", &out->code);
    crypto_key_derive(from, "ticket-sign", &out->sign);
    crypto_public_of(&out->sign, out->public_key);
}

static void
put_number(uint8_t *to, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        to[i] = (uint8_t)(value & 0xff);
        value >>= 8;
    }
}

static uint64_t
get_number(const uint8_t *from, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

/* ---- the code ---- */

/* 44 bits of who and where: campaign 10, action 10, number 24. */
static uint64_t
code_subject(const struct ticket *ticket)
{
    return (uint64_t)ticket->campaign << 34 | (uint64_t)ticket->action << 24 |
           ticket->number;
}

static uint32_t
code_mac(const struct ticket_keys *keys, uint64_t subject)
{
    uint8_t bytes[8];
    put_number(bytes, subject, sizeof(bytes));
    uint64_t mac = crypto_mac64(&keys->code, bytes, sizeof(bytes));
    return (uint32_t)(mac >> (64 - CODE_MAC_BITS));
}

/* 70 bits do not fit one integer, so the code is two halves of 35: the first
 * 35 bits of the subject; its last 9 and the MAC. */
void
ticket_write_code(const struct ticket_keys *keys, const struct ticket *ticket,
                  char to[TICKET_CODE_SIZE])
{
    uint64_t subject = code_subject(ticket);
    uint64_t mac = code_mac(keys, subject);
    uint64_t high = subject >> 9;
    uint64_t low = (subject & 0x1ff) << CODE_MAC_BITS | mac;
    for (int i = TICKET_CODE_CHARS / 2 - 1; i >= 0; i--) {
        to[i] = alphabet[high & 31];
        to[i + TICKET_CODE_CHARS / 2] = alphabet[low & 31];
        high >>= BITS_A_CHAR;
        low >>= BITS_A_CHAR;
    }
    to[TICKET_CODE_CHARS] = '\0';
}

/* 0..31, or -1. */
static int
read_char(char c)
{
    if (c >= 'a' && c <= 'z') {
        c = (char)(c - 'a' + 'A');
    }
    if (c == 'O') {
        c = '0';
    }
    if (c == 'I' || c == 'L') {
        c = '1';
    }
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);
    return at == NULL ? -1 : (int)(at - alphabet);
}

/* The code's characters as two halves of 35 bits; false: not that form. */
static bool
read_halves(const char *typed, uint64_t halves[2])
{
    int count = 0;
    halves[0] = halves[1] = 0;
    for (int i = 0; typed[i] != '\0'; i++) {
        if (i >= TICKET_TYPED_CHARS_MAX) {
            return false;
        }
        if (typed[i] == '-' || typed[i] == ' ') {
            continue;
        }
        int value = read_char(typed[i]);
        if (value < 0 || count == TICKET_CODE_CHARS) {
            return false;
        }
        uint64_t *half = &halves[count++ / (TICKET_CODE_CHARS / 2)];
        *half = *half << BITS_A_CHAR | (uint64_t)value;
    }
    return count == TICKET_CODE_CHARS;
}

bool
ticket_read_code(const struct ticket_keys *keys, const char *typed,
                 struct ticket *out)
{
    uint64_t halves[2];
    if (!read_halves(typed, halves)) {
        return false;
    }
    uint64_t subject = halves[0] << 9 | halves[1] >> CODE_MAC_BITS;
    uint32_t mac = (uint32_t)(halves[1] & ((1u << CODE_MAC_BITS) - 1));
    uint32_t want = code_mac(keys, subject);
    if (!crypto_is_equal(&mac, &want, sizeof(mac))) {
        return false;
    }
    *out = (struct ticket){.campaign = (uint16_t)(subject >> 34),
                           .action = (uint16_t)(subject >> 24 & 0x3ff),
                           .number = (uint32_t)(subject & 0xffffff)};
    return true;
}

/* ---- the scanned text ---- */

static void
pack_body(const struct ticket_keys *keys, const struct ticket *ticket,
          uint8_t body[TICKET_BODY_BYTES])
{
    put_number(body, ticket->campaign, 2);
    put_number(body + 2, ticket->action, 2);
    put_number(body + 4, ticket->number, 4);
    body[8] = ticket->party;
    body[9] = ticket->role;
    body[10] = ticket->flags;
    put_number(body + NONCE_AT,
               crypto_mac64(&keys->nonce, body, NONCE_AT) >> 24,
               TICKET_BODY_BYTES - NONCE_AT);
}

void
ticket_write_scanned(const struct ticket_keys *keys,
                     const struct ticket *ticket, struct buf *to)
{
    uint8_t all[ALL_BYTES];
    pack_body(keys, ticket, all);
    put_number(all + TICKET_BODY_BYTES,
               crypto_mac64(&keys->mac, all, TICKET_BODY_BYTES), MAC_BYTES);
    crypto_make_signature(&keys->sign, all, TICKET_BODY_BYTES,
                          all + TICKET_BODY_BYTES + MAC_BYTES);
    buf_add_string(to, PREFIX);
    crypto_add_base64url(to, all, sizeof(all));
}

bool
ticket_read_scanned(const struct ticket_keys *keys, const char *scanned,
                    struct ticket *out)
{
    uint8_t all[ALL_BYTES], mac[MAC_BYTES];
    size_t prefix = strlen(PREFIX);
    if (strlen(scanned) != TICKET_SCANNED_CHARS ||
        memcmp(scanned, PREFIX, prefix) != 0 ||
        crypto_read_base64url(scanned + prefix, TICKET_SCANNED_CHARS - prefix,
                              all, sizeof(all)) != ALL_BYTES) {
        return false;
    }
    put_number(mac, crypto_mac64(&keys->mac, all, TICKET_BODY_BYTES),
               MAC_BYTES);
    if (!crypto_is_equal(mac, all + TICKET_BODY_BYTES, MAC_BYTES)) {
        return false;
    }
    *out = (struct ticket){.campaign = (uint16_t)get_number(all, 2),
                           .action = (uint16_t)get_number(all + 2, 2),
                           .number = (uint32_t)get_number(all + 4, 4),
                           .party = all[8],
                           .role = all[9],
                           .flags = all[10],
                           .is_full = true};
    return true;
}
