/* audit -- every privileged act is one record, written before it is done.
 *
 * One append at a time per process, as each needs the hash before it; after
 * somebody else's append the same record is made anew behind theirs. */
#include "services/gateway/staff/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/keep/records.h"
#include "services/gateway/keep/staff_store.h"
#include "services/gateway/staff/auth.h"

#define HEAD_SIZE (20 + 1 + 2 * CRYPTO_HASH_BYTES + 1)
#define TRIES_MAX 500 /* of one record: others may be first, often */

struct entry {
    struct entry *next_entry;
    struct exchange *x;
    void (*next)(struct exchange *x);
    const char *act; /* borrowed */
    char campaign[ID_CHARS_MAX + 1], subject[AUDIT_SUBJECT_SIZE];
    int tries;
};

struct audit {
    struct gateway *gateway;
    struct entry *first, **last; /* first is being written */
    int count;
    char campaign[ID_CHARS_MAX + 1]; /* whose head this is */
    char head[HEAD_SIZE];            /* "<seq>:<hex>" */
};

struct audit *
audit_new(struct gateway *g)
{
    struct audit *audit = mem_new(sizeof(*audit));
    audit->gateway = g;
    audit->last = &audit->first;
    return audit;
}

void
audit_free(struct audit **audit)
{
    free(*audit);
    *audit = NULL;
}

/* ---- the chain ---- */

static void
hash_record(const struct gateway *g, const void *record, size_t len,
            uint8_t hash[CRYPTO_HASH_BYTES])
{
    crypto_digest(&g->audit_key, record, len, hash, CRYPTO_HASH_BYTES);
}

static uint64_t
seq_of(const char *head)
{
    return strtoull(head, NULL, 10);
}

static void
pack_record(const struct audit *audit, const struct entry *entry, uint64_t seq,
            struct buf *to)
{
    uint8_t before[CRYPTO_HASH_BYTES];
    const char *hex = strchr(audit->head, ':') + 1;
    long n = crypto_read_hex(hex, strlen(hex), before, sizeof(before));
    Gateway__AuditRecord record;
    record_init_audit(&record);
    record.seq = seq;
    record.at_ms = clock_wall_ms();
    record.staff = entry->x->staff.id;
    record.role = entry->x->staff.role;
    record.act = (char *)entry->act;
    record.subject = (char *)entry->subject;
    record.before = (ProtobufCBinaryData){n < 0 ? 0 : (size_t)n, before};
    wire_pack(&record, to);
}

static void write_first(struct audit *audit);

/* The first entry is done, one way or the other. */
static void
finish_first(struct audit *audit, enum err err)
{
    struct entry *entry = audit->first;
    struct exchange *x = entry->x;
    audit->first = entry->next_entry;
    audit->last = audit->first == NULL ? &audit->first : audit->last;
    audit->count--;
    void (*next)(struct exchange *) = entry->next;
    free(entry);
    if (audit->first != NULL) {
        write_first(audit);
    }
    if (err != ERR_NONE) {
        reply_problem(x, 503,
                      "the audit log cannot be written just now, so nothing "
                      "was done");
        return;
    }
    next(x);
}

static void
append_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct audit *audit = arg;
    struct entry *entry = audit->first;
    bool is_answer = err == ERR_NONE && reply->type == STORE_ARRAY &&
                     reply->count == 2 && reply->items[1].string != NULL;
    if (!is_answer || ++entry->tries == TRIES_MAX) {
        audit->campaign[0] = '\0'; /* the head must be read again */
        finish_first(audit, err == ERR_NONE ? ERR_INTERNAL : err);
        return;
    }
    (void)snprintf(audit->head, sizeof(audit->head), "%s",
                   reply->items[1].string);
    if (reply->items[0].integer == 1) {
        finish_first(audit, ERR_NONE);
    } else {
        write_first(audit); /* behind somebody else's */
    }
}

static void
append_first(struct audit *audit)
{
    struct entry *entry = audit->first;
    uint64_t seq = seq_of(audit->head) + 1;
    uint8_t hash[CRYPTO_HASH_BYTES];
    struct buf record, head;
    buf_init(&record, 0);
    buf_init(&head, 0);
    pack_record(audit, entry, seq, &record);
    hash_record(audit->gateway, record.data, record.len, hash);
    buf_printf(&head, "%" PRIu64 ":", seq);
    crypto_add_hex(&head, hash, sizeof(hash));
    audit_store_append(
        audit->gateway,
        &(struct audit_entry){.campaign = entry->campaign,
                              .head_before = audit->head,
                              .head_after = buf_string(&head),
                              .seq = seq,
                              .record = {record.data, record.len},
                              .hash = {hash, sizeof(hash)}},
        append_done, audit);
    buf_fini(&record);
    buf_fini(&head);
}

static void
head_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct audit *audit = arg;
    if (err != ERR_NONE) {
        finish_first(audit, err);
        return;
    }
    (void)snprintf(audit->campaign, sizeof(audit->campaign), "%s",
                   audit->first->campaign);
    (void)snprintf(audit->head, sizeof(audit->head), "%s",
                   reply->type == STORE_STRING ? reply->string : "0:");
    append_first(audit);
}

static void
write_first(struct audit *audit)
{
    struct entry *entry = audit->first;
    if (strcmp(audit->campaign, entry->campaign) != 0) {
        audit_store_head(audit->gateway, entry->campaign, head_read, audit);
    } else {
        append_first(audit);
    }
}

void
audit_act(struct exchange *x, const char *subject,
          void (*next)(struct exchange *x))
{
    audit_act_as(x, x->route->act, subject, next);
}

void
audit_act_as(struct exchange *x, const char *act, const char *subject,
             void (*next)(struct exchange *x))
{
    struct audit *audit = x->gateway->audit;
    const char *campaign = exchange_campaign(x);
    if (audit->count == AUDIT_WAITING_MAX) {
        reply_problem(x, 503, "too many acts wait to be recorded");
        return;
    }
    struct entry *entry = mem_new(sizeof(*entry));
    entry->x = x;
    entry->next = next;
    entry->act = act;
    (void)snprintf(entry->campaign, sizeof(entry->campaign), "%s",
                   *campaign == '\0' ? x->staff.campaign : campaign);
    (void)snprintf(entry->subject, sizeof(entry->subject), "%s", subject);
    *audit->last = entry;
    audit->last = &entry->next_entry;
    if (audit->count++ == 0) {
        write_first(audit);
    }
}

/* ---- reading it ---- */

/* An item of XRANGE: [id, [r, record, h, hash]]. */
static enum err
read_item(const struct store_reply *item, const struct store_reply **raw_out,
          const struct store_reply **hash_out, Gateway__AuditRecord **out)
{
    if (item->type != STORE_ARRAY || item->count != 2 ||
        item->items[1].type != STORE_ARRAY || item->items[1].count != 4) {
        return ERR_NOT_FOUND;
    }
    *raw_out = &item->items[1].items[1];
    *hash_out = &item->items[1].items[3];
    return record_read_audit(*raw_out, out);
}

/* One page being read, and what its records must fit. */
struct chain {
    const struct gateway *gateway;
    bool is_whole;
    uint64_t after;        /* the page begins behind this one, and shows it */
    uint64_t seq;          /* of the record before; 0: none yet */
    char head[HEAD_SIZE];  /* "<seq>:<hex>" of the newest before the page */
    char place[HEAD_SIZE]; /* the same of the record before */
};

static void
note_place(struct chain *chain, uint64_t seq,
           const uint8_t hash[CRYPTO_HASH_BYTES])
{
    struct buf text;
    buf_init(&text, 0);
    buf_printf(&text, "%" PRIu64 ":", seq);
    crypto_add_hex(&text, hash, CRYPTO_HASH_BYTES);
    (void)snprintf(chain->place, HEAD_SIZE, "%s", buf_string(&text));
    buf_fini(&text);
    chain->seq = seq;
}

/* Does it name the record before it, which is the one we have just seen? */
static bool
is_behind(const struct chain *chain, const Gateway__AuditRecord *record)
{
    if (chain->seq == 0) {
        return chain->after == 0 ? record->seq == 1 && record->before.len == 0
                                 : record->seq == chain->after;
    }
    struct buf text;
    buf_init(&text, 0);
    buf_printf(&text, "%" PRIu64 ":", record->seq - 1);
    crypto_add_hex(&text, record->before.data, record->before.len);
    bool is_same = strcmp(buf_string(&text), chain->place) == 0;
    buf_fini(&text);
    return is_same;
}

/* Does this record follow the one before, unchanged? */
static void
check_link(struct chain *chain, const Gateway__AuditRecord *record,
           const struct store_reply *raw, const struct store_reply *hash)
{
    uint8_t own[CRYPTO_HASH_BYTES];
    hash_record(chain->gateway, raw->string, raw->len, own);
    bool is_own =
        hash->len == sizeof(own) && memcmp(hash->string, own, sizeof(own)) == 0;
    bool is_fitting = is_own && is_behind(chain, record);
    note_place(chain, record->seq, own);
    bool is_head = record->seq == seq_of(chain->head);
    chain->is_whole = chain->is_whole && is_fitting &&
                      (!is_head || strcmp(chain->place, chain->head) == 0);
}

static json_t *
audit_record_to_json(const Gateway__AuditRecord *record,
                     const struct store_reply *hash)
{
    json_t *item = json_object();
    struct buf hex;
    buf_init(&hex, 0);
    crypto_add_hex(&hex, hash->string, hash->len);
    json_set_whole(item, "seq", (int64_t)record->seq);
    json_set_time(item, "at", record->at_ms);
    json_set_text(item, "staff", record->staff);
    json_set_text(item, "role", role_name((enum role)record->role));
    json_set_text(item, "act", record->act);
    json_set_text(item, "subject", record->subject);
    json_set_text(item, "hash", buf_string(&hex));
    buf_fini(&hex);
    return item;
}

/* ERR_UNAVAILABLE: one is newer, so that nothing can be said. */
static enum err
add_records(struct chain *chain, const struct store_reply *page, json_t *list)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct store_reply *raw, *hash;
        Gateway__AuditRecord *record;
        enum err err = read_item(&page->items[i], &raw, &hash, &record);
        if (err == ERR_UNAVAILABLE) {
            return err;
        }
        if (err != ERR_NONE) {
            chain->is_whole = false;
            continue;
        }
        check_link(chain, record, raw, hash);
        if (record->seq > chain->after) {
            (void)json_array_append_new(list,
                                        audit_record_to_json(record, hash));
        }
        wire_free(record);
    }
    return ERR_NONE;
}

static void
page_read(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    struct chain *chain = x->state;
    if (!exchange_answered(x, err, "the audit log cannot be read just now")) {
        return;
    }
    json_t *list = json_array();
    err = add_records(chain, reply, list);
    if (err != ERR_NONE) {
        json_decref(list);
        reply_err(x, err, RECORD_NEWER);
        return;
    }
    bool is_last = reply->count <= AUDIT_PAGE_MAX;
    bool is_cut = is_last && chain->seq < seq_of(chain->head);
    json_t *body = json_object();
    json_set(body, "records", list);
    json_set_bool(body, "is_whole", chain->is_whole && !is_cut);
    if (!is_last) {
        json_set_whole(body, "next", (int64_t)chain->seq);
    }
    reply_json(x, 200, body);
}

static void
head_seen(void *arg, enum err err, const struct store_reply *reply)
{
    struct exchange *x = arg;
    struct chain *chain = x->state;
    if (!exchange_answered(x, err, "the audit log cannot be read just now")) {
        return;
    }
    (void)snprintf(chain->head, sizeof(chain->head), "%s",
                   reply->type == STORE_STRING ? reply->string : "0:");
    audit_store_page(x, chain->after, page_read);
}

void
audit_list(struct exchange *x)
{
    uint64_t after = exchange_query_whole(x, "after", 0, INT64_MAX);
    if (x->errors.count > 0) {
        reply_errors(x);
        return;
    }
    struct chain *chain = exchange_state(x, sizeof(*chain));
    chain->gateway = x->gateway;
    chain->is_whole = true;
    chain->after = after;
    audit_store_head(x->gateway, exchange_campaign(x), head_seen, x);
}
