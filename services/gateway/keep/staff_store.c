/* staff_store -- what the gateway keeps in Redis: one function a script. */
#include "services/gateway/keep/staff_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"
#include "gateway_rows.h"
#include "gateway_scripts.h"
#include "services/gateway/gateway.h"

#define KEY_SIZE (ID_CHARS_MAX + 24)
#define HEX_SIZE (2 * CRYPTO_HASH_BYTES + 1)

static struct store_script *scripts[GATEWAY_SCRIPT_COUNT];

void
staff_store_open(struct gateway *g)
{
    for (int i = 0; g->service.store != NULL && i < GATEWAY_SCRIPT_COUNT; i++) {
        scripts[i] = store_script(g->service.store, gateway_scripts[i]);
    }
}

static void
run(struct gateway *g, enum gateway_script script, const struct store_call *of,
    store_reply_cb *cb, void *arg)
{
    struct store_call call = *of;
    call.script = scripts[script];
    store_run(g->service.store, &call, cb, arg);
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
    const struct bytes args[STAFF_ADD_ARGS] = {
        [STAFF_ADD_ARG_LOGIN] = bytes_of_string(record->login),
        [STAFF_ADD_ARG_RECORD] = {packed.data, packed.len},
    };
    run(x->gateway, GATEWAY_SCRIPT_STAFF_ADD,
        &(struct store_call){.keys = keys,
                             .key_count = 1,
                             .args = args,
                             .arg_count = STAFF_ADD_ARGS},
        cb, x);
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
    const struct bytes args[TOKEN_ADD_ARGS] = {
        [TOKEN_ADD_ARG_HASH] = hex_of(hex, hash),
        [TOKEN_ADD_ARG_RECORD] = {packed.data, packed.len},
        [TOKEN_ADD_ARG_EXPIRES_AT] = bytes_of_string(expires),
        [TOKEN_ADD_ARG_NOW] = bytes_of_string(now),
    };
    run(x->gateway, GATEWAY_SCRIPT_TOKEN_ADD,
        &(struct store_call){.keys = keys,
                             .key_count = 2,
                             .args = args,
                             .arg_count = TOKEN_ADD_ARGS},
        cb, x);
    buf_fini(&packed);
}

void
token_store_drop(struct exchange *x, const char *campaign,
                 const uint8_t hash[CRYPTO_HASH_BYTES], store_reply_cb *cb)
{
    char tokens[KEY_SIZE], expiry[KEY_SIZE], hex[HEX_SIZE];
    const struct bytes keys[] = {key_of(tokens, campaign, "tokens"),
                                 key_of(expiry, campaign, "expiry")};
    const struct bytes args[TOKEN_DROP_ARGS] = {[TOKEN_DROP_ARG_HASH] =
                                                    hex_of(hex, hash)};
    run(x->gateway, GATEWAY_SCRIPT_TOKEN_DROP,
        &(struct store_call){.keys = keys,
                             .key_count = 2,
                             .args = args,
                             .arg_count = TOKEN_DROP_ARGS},
        cb, x);
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
    const struct bytes args[AUDIT_APPEND_ARGS] = {
        [AUDIT_APPEND_ARG_HEAD_BEFORE] = bytes_of_string(entry->head_before),
        [AUDIT_APPEND_ARG_HEAD_AFTER] = bytes_of_string(entry->head_after),
        [AUDIT_APPEND_ARG_SEQ] = bytes_of_string(seq),
        [AUDIT_APPEND_ARG_RECORD] = entry->record,
        [AUDIT_APPEND_ARG_HASH] = entry->hash,
    };
    run(g, GATEWAY_SCRIPT_AUDIT_APPEND,
        &(struct store_call){.keys = keys,
                             .key_count = 2,
                             .args = args,
                             .arg_count = AUDIT_APPEND_ARGS},
        cb, arg);
}
