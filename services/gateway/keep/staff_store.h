/* staff_store -- what the gateway keeps in Redis.
 *
 *   {c}:gw:staff       hash: login -> gateway.StaffRecord
 *   {c}:gw:tokens      hash: keyed hash of the token, hex -> TokenRecord
 *   {c}:gw:expiry      sorted set: the same hex by its expiry, ms
 *   {c}:gw:audit       stream: <seq>-0, fields r (AuditRecord), h (its hash)
 *   {c}:gw:audit-head  "<seq>:<hash, hex>"
 *   {muster}:gw:meta   hash: format (GATEWAY_FORMAT); see service/format.h
 *
 * {c} is the campaign, or {muster} for those above all campaigns. Each call
 * gives exactly one call of cb, later; without a store ERR_UNAVAILABLE. */
#ifndef GATEWAY_STAFF_STORE_H
#define GATEWAY_STAFF_STORE_H

#include "common/store/store.h"
#include "gateway.pb-c.h"
#include "services/gateway/door/exchange.h"

#define AUDIT_PAGE_MAX 200

/* arg of cb is x. A missing record: ERR_NONE and STORE_NIL. */
void staff_store_get(struct exchange *x, const char *campaign,
                     const char *login, store_reply_cb *cb);
/* ERR_CONFLICT: the login is taken. */
void staff_store_add(struct exchange *x, const Gateway__StaffRecord *record,
                     store_reply_cb *cb);
void staff_store_list(struct exchange *x, store_reply_cb *cb);
void token_store_get(struct exchange *x, const char *campaign,
                     const uint8_t hash[CRYPTO_HASH_BYTES], store_reply_cb *cb);
void token_store_add(struct exchange *x, const char *campaign,
                     const uint8_t hash[CRYPTO_HASH_BYTES],
                     const Gateway__TokenRecord *record, store_reply_cb *cb);
void token_store_drop(struct exchange *x, const char *campaign,
                      const uint8_t hash[CRYPTO_HASH_BYTES],
                      store_reply_cb *cb);
/* Entries after seq, at most AUDIT_PAGE_MAX, and the one at seq before them. */
void audit_store_page(struct exchange *x, uint64_t seq, store_reply_cb *cb);
void audit_store_head(struct gateway *g, const char *campaign,
                      store_reply_cb *cb, void *arg);

struct audit_entry {
    const char *campaign, *head_before, *head_after; /* "<seq>:<hex>" */
    uint64_t seq;
    struct bytes record, hash;
};
/* The reply is {is_written, the head as it now is}: 0 when somebody else was
 * first and nothing was written. */
void audit_store_append(struct gateway *g, const struct audit_entry *entry,
                        store_reply_cb *cb, void *arg);

/* At start: loads the scripts. */
void staff_store_open(struct gateway *g);

#endif
