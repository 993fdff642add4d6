/* signing -- one sign-up on its way, and the batch's language. */
#include "services/signup/joining/signing.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

static uint8_t
contact_flags(const struct record *record)
{
    return (uint8_t)((record->phone != 0 ? FLAG_SMS_CONTACT : 0) |
                     (record->email[0] != '\0' ? FLAG_EMAIL_CONTACT : 0));
}

/* A consent counts for the address it came with alone. */
static bool
came_with(const struct signing *signing, const struct record *record,
          int channel_index)
{
    if (channel_index == 0) {
        return signing->wanted.phone != 0 &&
               signing->wanted.phone == record->phone;
    }
    return signing->wanted.email[0] != '\0' &&
           address_is_same_email(signing->wanted.email, record->email);
}

/* Returns whether record changed. */
static bool
apply_consents(struct signing *signing, struct record *record, uint8_t *flags)
{
    bool is_changed = false;
    signing->lifts = 0;
    for (size_t i = 0; i < signing->consent_count; i++) {
        const struct signing_consent *consent = &signing->consents[i];
        int channel = record_given_channel(&consent->given);
        if (!came_with(signing, record, channel) ||
            !record_apply_consent(record, flags, &consent->given,
                                  consent->is_import)) {
            continue;
        }
        is_changed = true;
        if (!consent->is_import && !consent->given.is_withdrawn) {
            signing->lifts |= (uint8_t)(1U << channel);
        }
    }
    return is_changed;
}

static void
seal(struct signing *signing, const struct record *record)
{
    record_seal(&signing->asked->signup->keys->record, signing->campaign->id,
                record, &signing->sealed);
}

void
signing_prepare_new(struct signing *signing)
{
    struct record record = signing->wanted;
    uint8_t flags = contact_flags(&record);
    (void)apply_consents(signing, &record, &flags);
    signing->flags_set = flags;
    signing->flags_clear = 0;
    buf_reset(&signing->sealed);
    seal(signing, &record);
}

/* ---- the item ---- */

static void
add_short(struct buf *to, const void *bytes, size_t len)
{
    assert(len < 256);
    buf_add_byte(to, (uint8_t)len);
    buf_add(to, bytes, len);
}

static void
add_u16(struct buf *to, size_t n)
{
    assert(n < 65536);
    buf_add_byte(to, (uint8_t)(n & 0xff));
    buf_add_byte(to, (uint8_t)(n >> 8));
}

static void
add_text(struct buf *to, const char *text)
{
    add_u16(to, strlen(text));
    buf_add_string(to, text);
}

static void
add_decision(const struct signing_decision *decision, struct buf *to)
{
    add_text(to, decision->saw_phone);
    add_text(to, decision->saw_email);
    uint32_t target = (uint32_t)decision->target;
    add_u16(to, target & 0xffff);
    add_u16(to, target >> 16);
    add_short(to, decision->version,
              decision->target < 0 ? 0 : RECORD_VERSION_BYTES);
    buf_add_byte(to, decision->adds_phone);
    buf_add_byte(to, decision->adds_email);
}

void
signing_add_item(const struct signing *signing, struct buf *to)
{
    const struct record *wanted = &signing->wanted;
    buf_add_byte(to, signing->decision.is_made);
    add_short(to, signing->phone_hash,
              wanted->phone != 0 ? ADDRESS_HASH_BYTES : 0);
    add_short(to, signing->email_hash,
              wanted->email[0] != '\0' ? ADDRESS_HASH_BYTES : 0);
    add_u16(to, signing->sealed.len);
    buf_add(to, signing->sealed.data, signing->sealed.len);
    const uint8_t bytes[] = {signing->role,
                             signing->region,
                             signing->format,
                             signing->flags_set,
                             signing->flags_clear,
                             signing->lifts,
                             (uint8_t)signing->action_count};
    buf_add(to, bytes, sizeof(bytes));
    for (size_t i = 0; i < signing->action_count; i++) {
        add_u16(to, signing->actions[i]->number);
    }
    if (signing->decision.is_made) {
        add_decision(&signing->decision, to);
    }
}

/* ---- the reply ---- */

/* A cursor over a reply; what is past its end reads as zero and is noticed
 * by is_short. */
struct cursor {
    const uint8_t *at;
    size_t left;
    bool is_short;
};

static struct bytes
take(struct cursor *c, size_t len)
{
    if (len > c->left) {
        c->is_short = true;
        return bytes_of("", 0);
    }
    struct bytes taken = bytes_of(c->at, len);
    c->at += len;
    c->left -= len;
    return taken;
}

static uint32_t
take_number(struct cursor *c, size_t len)
{
    struct bytes bytes = take(c, len);
    uint32_t n = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        n |= (uint32_t)((const uint8_t *)bytes.data)[i] << (8 * i);
    }
    return n;
}

static void
take_entry(struct cursor *c, char to[SIGNING_ENTRY_SIZE])
{
    struct bytes bytes = take(c, take_number(c, 2));
    if (bytes.len >= SIGNING_ENTRY_SIZE) {
        c->is_short = true;
        bytes.len = 0;
    }
    memcpy(to, bytes.data, bytes.len);
    to[bytes.len] = '\0';
}

static size_t
count_sharers(const char *entry)
{
    size_t count = *entry != '\0';
    for (; *entry != '\0'; entry++) {
        count += *entry == ' ';
    }
    return count;
}

/* One who has the phone or the email. */
struct known {
    uint32_t number;
    uint8_t flags;
    uint8_t version[RECORD_VERSION_BYTES];
    struct record record;
};

struct known_list {
    size_t count;
    struct known *list; /* of IDENTITY_KNOWN_MAX */
};

static void
read_known(const struct signing *signing, struct cursor *c,
           struct known_list *out)
{
    while (c->left > 0 && out->count < IDENTITY_KNOWN_MAX) {
        struct known *known = &out->list[out->count];
        known->number = take_number(c, 4);
        known->flags = (uint8_t)take_number(c, 1);
        struct bytes sealed = take(c, take_number(c, 2));
        if (!record_unseal(&signing->asked->signup->keys->record,
                           signing->campaign->id, sealed, &known->record)) {
            log_error("record.unreadable",
                      log_str("campaign", signing->campaign->id),
                      log_int("number", known->number));
            continue;
        }
        memcpy(known->version, sealed.data, RECORD_VERSION_BYTES);
        out->count++;
    }
}

static struct identity
identity_of(const struct record *record)
{
    return (struct identity){record->name, record->phone,
                             record->email[0] == '\0' ? NULL : record->email};
}

static const struct known *
choose(const struct signing *signing, const struct known_list *known)
{
    struct identity asked = identity_of(&signing->wanted);
    struct identity list[IDENTITY_KNOWN_MAX];
    for (size_t i = 0; i < known->count; i++) {
        list[i] = identity_of(&known->list[i].record);
    }
    int chosen = identity_choose(&asked, list, known->count);
    return chosen == IDENTITY_NEW ? NULL : &known->list[chosen];
}

/* Fills what the record lacks; never overwrites. */
static bool
fill_gaps(struct signing *signing, struct record *record)
{
    struct signing_decision *decision = &signing->decision;
    decision->adds_phone = record->phone == 0 && signing->wanted.phone != 0;
    decision->adds_email =
        record->email[0] == '\0' && signing->wanted.email[0] != '\0';
    if (decision->adds_phone) {
        record->phone = signing->wanted.phone;
    }
    if (decision->adds_email) {
        memcpy(record->email, signing->wanted.email, sizeof(record->email));
    }
    return decision->adds_phone || decision->adds_email;
}

static void
prepare_known(struct signing *signing, const struct known *known)
{
    struct record record = known->record;
    uint8_t flags = known->flags;
    bool is_changed = fill_gaps(signing, &record);
    flags |= contact_flags(&record);
    is_changed |= apply_consents(signing, &record, &flags);
    signing->flags_set = (uint8_t)(flags & ~known->flags);
    signing->flags_clear = (uint8_t)(known->flags & ~flags);
    signing->decision.target = (int32_t)known->number;
    memcpy(signing->decision.version, known->version, RECORD_VERSION_BYTES);
    buf_reset(&signing->sealed);
    if (is_changed) {
        seal(signing, &record);
    }
}

static bool
is_full(const char *entry, bool adds)
{
    return adds && count_sharers(entry) >= IDENTITY_SHARERS_MAX;
}

static enum err
decide(struct signing *signing, struct cursor *c)
{
    struct signing_decision *decision = &signing->decision;
    *decision = (struct signing_decision){.is_made = true};
    take_entry(c, decision->saw_phone);
    take_entry(c, decision->saw_email);
    struct known_list known = {
        0, mem_new_array(IDENTITY_KNOWN_MAX, sizeof(struct known))};
    read_known(signing, c, &known);
    const struct known *chosen = choose(signing, &known);
    if (chosen != NULL) {
        prepare_known(signing, chosen);
    } else {
        decision->target = -1;
        signing_prepare_new(signing);
    }
    free(known.list);
    bool is_new = chosen == NULL;
    bool has_no_room =
        is_full(decision->saw_phone, is_new || decision->adds_phone) ||
        is_full(decision->saw_email, is_new || decision->adds_email);
    if (c->is_short) {
        return ERR_INTERNAL;
    }
    return has_no_room ? ERR_LIMIT : ERR_NONE;
}

enum err
signing_read_reply(struct signing *signing, const struct store_reply *reply,
                   struct signing_reply *out)
{
    struct cursor c = {(const uint8_t *)reply->string, reply->len, false};
    *out = (struct signing_reply){.is_committed = take_number(&c, 1) == 0};
    if (!out->is_committed) {
        return decide(signing, &c);
    }
    out->number = take_number(&c, 4);
    out->is_new = take_number(&c, 1) == 1;
    out->role = (uint8_t)take_number(&c, 1);
    out->states = take(&c, signing->action_count).data;
    return c.is_short ? ERR_INTERNAL : ERR_NONE;
}
