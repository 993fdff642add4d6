/* ticket -- a signed proof of a sign-up, and its short code. */
#include "services/checkin/tickets/ticket.h"

#include <string.h>

#include "checkin_rows.h"
#include "common/text/text.h"

#define MAC_BYTES 8
#define ALL_BYTES (TICKET_BODY_ROW_BYTES + MAC_BYTES + CRYPTO_SIGNATURE_BYTES)
#define PREFIX "MU1."
#define BITS_A_CHAR 5
#define CODE_MAC_BITS 50
#define OLD_MAC_BITS 26
#define OLD_ACTION_BITS 10

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
ticket_keys_derive(const struct crypto_key *from, struct ticket_keys *out)
{
    crypto_key_derive(from, "ticket-nonce", &out->nonce);
    crypto_key_derive(from, "ticket-mac", &out->mac);
    crypto_key_derive(from, "ticket-code-20", &out->code);
    crypto_key_derive(from, "ticket-code", &out->old_code);
    crypto_key_derive(from, "ticket-sign", &out->sign);
    crypto_public_of(&out->sign, out->public_key);
}

/* ---- the code ---- */

/* Who and where: campaign 10, action action_bits, number 24. */
static uint64_t
code_subject(const struct ticket *ticket, int action_bits)
{
    uint64_t where = (uint64_t)ticket->campaign << action_bits | ticket->action;
    return where << 24 | ticket->number;
}

static struct ticket
ticket_of(uint64_t subject, int action_bits)
{
    return (struct ticket){
        .campaign = (uint16_t)(subject >> (24 + action_bits)),
        .action = (uint16_t)(subject >> 24 & ((1u << action_bits) - 1)),
        .number = (uint32_t)(subject & 0xffffff)};
}

/* The highest bits of the subject's MAC. */
static uint64_t
code_mac(const struct crypto_key *key, uint64_t subject, int bits)
{
    struct buf packed;
    buf_init(&packed, 0);
    rows_put(&packed, subject, sizeof(subject));
    uint64_t mac = crypto_mac64(key, packed.data, packed.len);
    buf_fini(&packed);
    return mac >> (64 - bits);
}

static void
write_chars(char *to, uint64_t bits, int chars)
{
    for (int i = chars - 1; i >= 0; i--) {
        to[i] = alphabet[bits & 31];
        bits >>= BITS_A_CHAR;
    }
}

/* 100 bits do not fit one integer: half of the characters are the subject,
 * half the MAC. */
void
ticket_write_code(const struct ticket_keys *keys, const struct ticket *ticket,
                  char to[TICKET_CODE_SIZE])
{
    uint64_t subject = code_subject(ticket, 16);
    write_chars(to, subject, TICKET_CODE_CHARS / 2);
    write_chars(to + TICKET_CODE_CHARS / 2,
                code_mac(&keys->code, subject, CODE_MAC_BITS),
                TICKET_CODE_CHARS / 2);
    to[TICKET_CODE_CHARS] = '\0';
}

static uint64_t
bits_of(const uint8_t *values, int count)
{
    uint64_t bits = 0;
    for (int i = 0; i < count; i++) {
        bits = bits << BITS_A_CHAR | values[i];
    }
    return bits;
}

static bool
is_mac(uint64_t got, uint64_t want)
{
    return crypto_is_equal(&got, &want, sizeof(got));
}

/* 44 bits of subject and 26 of MAC, in two halves of 35. */
static bool
read_old(const struct ticket_keys *keys, const uint8_t *values,
         struct ticket *out)
{
    uint64_t high = bits_of(values, TICKET_OLD_CODE_CHARS / 2);
    uint64_t low =
        bits_of(values + TICKET_OLD_CODE_CHARS / 2, TICKET_OLD_CODE_CHARS / 2);
    uint64_t subject = high << 9 | low >> OLD_MAC_BITS;
    uint64_t mac = low & ((1u << OLD_MAC_BITS) - 1);
    *out = ticket_of(subject, OLD_ACTION_BITS);
    out->is_old = true;
    return is_mac(mac, code_mac(&keys->old_code, subject, OLD_MAC_BITS));
}

bool
ticket_read_code(const struct ticket_keys *keys, const char *typed,
                 struct ticket *out)
{
    uint8_t values[TICKET_CODE_CHARS];
    int count = code_read_typed(typed, values, TICKET_CODE_CHARS);
    if (count == TICKET_OLD_CODE_CHARS) {
        return read_old(keys, values, out);
    }
    if (count != TICKET_CODE_CHARS) {
        return false;
    }
    uint64_t subject = bits_of(values, TICKET_CODE_CHARS / 2);
    uint64_t mac =
        bits_of(values + TICKET_CODE_CHARS / 2, TICKET_CODE_CHARS / 2);
    *out = ticket_of(subject, 16);
    return is_mac(mac, code_mac(&keys->code, subject, CODE_MAC_BITS));
}

/* ---- the scanned text ---- */

/* The body and its MAC: TICKET_BODY_ROW_BYTES + MAC_BYTES. */
static void
pack_body(const struct ticket_keys *keys, const struct ticket *ticket,
          struct buf *to)
{
    struct ticket_body_row row = {.campaign = ticket->campaign,
                                  .action = ticket->action,
                                  .number = ticket->number,
                                  .party = ticket->party,
                                  .role = ticket->role,
                                  .flags = ticket->flags};
    ticket_body_row_append(to, &row);
    to->len -= TICKET_NONCE_BYTES;
    uint64_t nonce = crypto_mac64(&keys->nonce, to->data, to->len);
    rows_put(to, nonce >> (64 - 8 * TICKET_NONCE_BYTES), TICKET_NONCE_BYTES);
    rows_put(to, crypto_mac64(&keys->mac, to->data, to->len), MAC_BYTES);
}

void
ticket_write_scanned(const struct ticket_keys *keys,
                     const struct ticket *ticket, struct buf *to)
{
    struct buf all;
    uint8_t signature[CRYPTO_SIGNATURE_BYTES];
    buf_init(&all, 0);
    pack_body(keys, ticket, &all);
    crypto_make_signature(&keys->sign, all.data, TICKET_BODY_ROW_BYTES,
                          signature);
    buf_add(&all, signature, sizeof(signature));
    buf_add_string(to, PREFIX);
    crypto_add_base64url(to, all.data, all.len);
    buf_fini(&all);
}

/* scanned: as it is, without a line end that a scanner adds. */
static bool
read_signed(const struct ticket_keys *keys, const char *scanned,
            struct ticket *out)
{
    uint8_t all[ALL_BYTES];
    size_t prefix = strlen(PREFIX);
    if (strlen(scanned) != TICKET_SCANNED_CHARS ||
        memcmp(scanned, PREFIX, prefix) != 0 ||
        crypto_read_base64url(scanned + prefix, TICKET_SCANNED_CHARS - prefix,
                              all, sizeof(all)) != ALL_BYTES) {
        return false;
    }
    struct bytes rest = bytes_of(all, sizeof(all));
    struct ticket_body_row row;
    uint64_t mac;
    if (!ticket_body_row_read(&rest, &row) ||
        !rows_get(&rest, MAC_BYTES, &mac) ||
        !is_mac(mac, crypto_mac64(&keys->mac, all, TICKET_BODY_ROW_BYTES))) {
        return false;
    }
    *out = (struct ticket){.campaign = row.campaign,
                           .action = row.action,
                           .number = row.number,
                           .party = row.party,
                           .role = row.role,
                           .flags = row.flags,
                           .is_full = true};
    return true;
}

bool
ticket_read_scanned(const struct ticket_keys *keys, const char *scanned,
                    struct ticket *out)
{
    char text[CODE_TYPED_BYTES_MAX + 1];
    return pasted_clean(scanned, PASTED_ADDRESS, text, sizeof(text)) &&
           read_signed(keys, text, out);
}

bool
ticket_read_any(const struct ticket_keys *keys, const char *text,
                struct ticket *out)
{
    return ticket_read_scanned(keys, text, out) ||
           ticket_read_code(keys, text, out);
}
