/* staff_store -- what the gateway keeps in Redis: one function a script. */
#include "services/gateway/keep/staff_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/gateway.h"

#define KEY_SIZE (ID_CHARS_MAX + 24)
#define HEX_SIZE (2 * CRYPTO_HASH_BYTES + 1)

extern const char lua_staff_add[], lua_token_add[], lua_token_drop[],
    lua_audit_append[];

static struct store_script *staff_add, *token_add, *token_drop, *audit_append;

void
staff_store_open(struct gateway *g)
{
    struct store *store = g->service.store;
    if (store == NULL) {
        return;
    }
    staff_add = store_script(store, lua_staff_add);
    token_add = store_script(store, lua_token_add);
    token_drop = store_script(store, lua_token_drop);
    audit_append = store_script(store, lua_audit_append);
}

static struct bytes
key_of(char key[KEY_SIZE], const char *campaign, const char *what)
{
    int n = snprintf(key, KEY_SIZE, "{%s}:gw:%s", campaign, what);
    return (struct bytes){key, (size_t)n};
}

static struct bytes
hex_of(char hex[HEX_SIZE], const uint8_t hash[CRYPTO_HASH_BYTES])
{
    for (size_t i = 0; i < CRYPTO_HASH_BYTES; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
    return (struct bytes){hex, HEX_SIZE - 1};
}

void
staff_store_get(struct exchange *x, const char *campaign, const char *login,
                store_reply_cb *cb)
{
    char key[KEY_SIZE];
    const struct bytes words[] = {bytes_of_string("HGET"),
                                  key_of(key, campaign, "staff"),
                                  bytes_of_string(login)};
    store_command(x->gateway->service.store, words, 3, cb, x);
}

void
staff_store_add(struct exchange *x, const Gateway__StaffRecord *record,
                store_reply_cb *cb)
{
    char key[KEY_SIZE];
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(record, &packed);
    const struct bytes keys[] = {key_of(key, exchange_campaign(x), "staff")};
    const struct bytes args[] = {bytes_of_string(record->login),
                                 {packed.data, packed.len}};
    store_run(x->gateway->service.store,
              &(struct store_call){staff_add, keys, 1, args, 2}, cb, x);
    buf_fini(&packed);
}

void
staff_store_list(struct exchange *x, store_reply_cb *cb)
{
    char key[KEY_SIZE];
    const struct bytes words[] = {bytes_of_string("HVALS"),
                                  key_of(key, exchange_campaign(x), "staff")};
    store_command(x->gateway->service.store, words, 2, cb, x);
}

void
token_store_get(struct exchange *x, const char *campaign,
                const uint8_t hash[CRYPTO_HASH_BYTES], store_reply_cb *cb)
{
    char key[KEY_SIZE], hex[HEX_SIZE];
    const struct bytes words[] = {bytes_of_string("HGET"),
                                  key_of(key, campaign, "tokens"),
                                  hex_of(hex, hash)};
    store_command(x->gateway->service.store, words, 3, cb, x);
}

void
token_store_add(struct exchange *x, const char *campaign,
                const uint8_t hash[CRYPTO_HASH_BYTES],
                const Gateway__TokenRecord *record, store_reply_cb *cb)
{
    char tokens[KEY_SIZE], expiry[KEY_SIZE], hex[HEX_SIZE];
    char expires[24] = "", now[24];
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(record, &packed);
    if (record->has_expires_at_ms) {
        (void)snprintf(expires, sizeof(expires), "%" PRId64,
                       record->expires_at_ms);
    }
    (void)snprintf(now, sizeof(now), "%" PRId64, clock_wall_ms());
    const struct bytes keys[] = {key_of(tokens, campaign, "tokens"),
                                 key_of(expiry, campaign, "expiry")};
    const struct bytes args[] = {hex_of(hex, hash),
                                 {packed.data, packed.len},
                                 bytes_of_string(expires),
                                 bytes_of_string(now)};
    store_run(x->gateway->service.store,
              &(struct store_call){token_add, keys, 2, args, 4}, cb, x);
    buf_fini(&packed);
}

void
token_store_drop(struct exchange *x, const char *campaign,
                 const uint8_t hash[CRYPTO_HASH_BYTES], store_reply_cb *cb)
{
    char tokens[KEY_SIZE], expiry[KEY_SIZE], hex[HEX_SIZE];
    const struct bytes keys[] = {key_of(tokens, campaign, "tokens"),
                                 key_of(expiry, campaign, "expiry")};
    const struct bytes args[] = {hex_of(hex, hash)};
    store_run(x->gateway->service.store,
              &(struct store_call){token_drop, keys, 2, args, 1}, cb, x);
}

void
audit_store_page(struct exchange *x, uint64_t seq, store_reply_cb *cb)
{
    char key[KEY_SIZE], from[32], count[12];
    (void)snprintf(from, sizeof(from), "%" PRIu64 "-0", seq);
    (void)snprintf(count, sizeof(count), "%d", AUDIT_PAGE_MAX + 1);
    const struct bytes words[] = {
        bytes_of_string("XRANGE"), key_of(key, exchange_campaign(x), "audit"),
        bytes_of_string(from),     bytes_of_string("+"),
        bytes_of_string("COUNT"),  bytes_of_string(count)};
    store_command(x->gateway->service.store, words, 6, cb, x);
}

void
audit_store_head(struct gateway *g, const char *campaign, store_reply_cb *cb,
                 void *arg)
{
    char key[KEY_SIZE];
    const struct bytes words[] = {bytes_of_string("GET"),
                                  key_of(key, campaign, "audit-head")};
    store_command(g->service.store, words, 2, cb, arg);
}

void
audit_store_append(struct gateway *g, const struct audit_entry *entry,
                   store_reply_cb *cb, void *arg)
{
    char head[KEY_SIZE], stream[KEY_SIZE], seq[24];
    (void)snprintf(seq, sizeof(seq), "%" PRIu64, entry->seq);
    const struct bytes keys[] = {key_of(head, entry->campaign, "audit-head"),
                                 key_of(stream, entry->campaign, "audit")};
    const struct bytes args[] = {
        bytes_of_string(entry->head_before), bytes_of_string(entry->head_after),
        bytes_of_string(seq), entry->record, entry->hash};
    store_run(g->service.store,
              &(struct store_call){audit_append, keys, 2, args, 5}, cb, arg);
}
