/* signing -- one sign-up on its way, and the batch's language. */
#include "services/signup/joining/signing.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

static uint32_t
contact_flags(const struct record *record)
{
    return (record->phone != 0 ? FLAG_SMS_CONTACT : 0) |
           (record->email[0] != '\0' ? FLAG_EMAIL_CONTACT : 0);
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
apply_consents(struct signing *signing, struct record *record, uint32_t *flags)
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
    record_seal(&signup_of(signing->asked)->keys->record, signing->campaign->id,
                record, &signing->sealed);
}

void
signing_prepare_new(struct signing *signing)
{
    struct record record = signing->wanted;
    uint32_t flags = contact_flags(&record);
    (void)apply_consents(signing, &record, &flags);
    signing->flags_set = flags;
    signing->flags_clear = 0;
    buf_reset(&signing->sealed);
    seal(signing, &record);
}

/* ---- the item ---- */

static void
add_decision(const struct signing_decision *decision, struct buf *to)
{
    signup_decision_row_append(
        to, &(struct signup_decision_row){
                .saw_phone = bytes_of_string(decision->saw_phone),
                .saw_email = bytes_of_string(decision->saw_email),
                .target = decision->target,
                .version =
                    bytes_of(decision->version,
                             decision->target < 0 ? 0 : RECORD_VERSION_BYTES),
                .adds_phone = decision->adds_phone,
                .adds_email = decision->adds_email});
}

void
signing_add_item(const struct signing *signing, struct buf *to)
{
    const struct record *wanted = &signing->wanted;
    signup_item_row_append(
        to, &(struct signup_item_row){
                .is_decided = signing->decision.is_made,
                .phone = bytes_of(signing->phone_hash,
                                  wanted->phone != 0 ? ADDRESS_HASH_BYTES : 0),
                .email =
                    bytes_of(signing->email_hash,
                             wanted->email[0] != '\0' ? ADDRESS_HASH_BYTES : 0),
                .record = bytes_of(signing->sealed.data, signing->sealed.len),
                .flags_set = signing->flags_set,
                .flags_clear = signing->flags_clear,
                .lifts = signing->lifts});
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        signup_value_row_append(
            to, &(struct signup_value_row){.value = signing->said[a]});
    }
    signup_count_row_append(to, &(struct signup_count_row){
                                    .count = (uint8_t)signing->action_count});
    for (size_t i = 0; i < signing->action_count; i++) {
        signup_action_row_append(
            to,
            &(struct signup_action_row){.number = signing->actions[i]->number});
    }
    if (signing->decision.is_made) {
        add_decision(&signing->decision, to);
    }
}

/* ---- the reply ---- */

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
    uint32_t number, flags;
    uint8_t version[RECORD_VERSION_BYTES];
    struct record record;
};

struct known_list {
    size_t count;
    struct known *list; /* of IDENTITY_KNOWN_MAX */
};

/* False: cut short. */
static bool
read_known(const struct signing *signing, struct bytes rows,
           struct known_list *out)
{
    while (rows.len > 0 && out->count < IDENTITY_KNOWN_MAX) {
        struct known *known = &out->list[out->count];
        struct signup_known_row row;
        if (!signup_known_row_read(&rows, &row)) {
            return false;
        }
        known->number = row.number;
        known->flags = row.flags;
        if (!record_unseal(&signup_of(signing->asked)->keys->record,
                           signing->campaign->id, row.record, &known->record)) {
            log_error("record.unreadable",
                      log_str("campaign", signing->campaign->id),
                      log_int("number", known->number));
            continue;
        }
        memcpy(known->version, row.record.data, RECORD_VERSION_BYTES);
        out->count++;
    }
    return true;
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
    uint32_t flags = known->flags;
    bool is_changed = fill_gaps(signing, &record);
    flags |= contact_flags(&record);
    is_changed |= apply_consents(signing, &record, &flags);
    signing->flags_set = flags & ~known->flags;
    signing->flags_clear = known->flags & ~flags;
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

static void
decide_who(struct signing *signing, const struct known_list *known)
{
    struct signing_decision *decision = &signing->decision;
    const struct known *chosen = choose(signing, known);
    if (chosen != NULL) {
        prepare_known(signing, chosen);
    } else {
        decision->target = -1;
        signing_prepare_new(signing);
    }
}

static bool
has_room(const struct signing_decision *decision)
{
    bool is_new = decision->target < 0;
    return !is_full(decision->saw_phone, is_new || decision->adds_phone) &&
           !is_full(decision->saw_email, is_new || decision->adds_email);
}

/* False: it does not fit. */
static bool
keep_entry(struct bytes entry, char to[SIGNING_ENTRY_SIZE])
{
    if (entry.len >= SIGNING_ENTRY_SIZE) {
        return false;
    }
    memcpy(to, entry.data, entry.len);
    to[entry.len] = '\0';
    return true;
}

static enum err
decide(struct signing *signing, struct bytes reply)
{
    struct signing_decision *decision = &signing->decision;
    struct signup_who_row who;
    *decision = (struct signing_decision){.is_made = true};
    if (!signup_who_row_read(&reply, &who) ||
        !keep_entry(who.phone, decision->saw_phone) ||
        !keep_entry(who.email, decision->saw_email)) {
        return ERR_INTERNAL;
    }
    struct known_list known = {
        0, mem_new_array(IDENTITY_KNOWN_MAX, sizeof(struct known))};
    bool is_good = read_known(signing, who.known, &known);
    if (is_good) {
        decide_who(signing, &known);
    }
    free(known.list);
    if (!is_good) {
        return ERR_INTERNAL;
    }
    return has_room(decision) ? ERR_NONE : ERR_LIMIT;
}

enum err
signing_read_reply(struct signing *signing, const struct store_reply *reply,
                   struct signing_reply *out)
{
    struct bytes bytes = bytes_of(reply->string, reply->len);
    *out = (struct signing_reply){
        .is_committed =
            bytes.len > 0 && *(const uint8_t *)bytes.data == SIGNUP_DONE};
    if (!out->is_committed) {
        return decide(signing, bytes);
    }
    struct signup_done_row done;
    if (!signup_done_row_read(&bytes, &done) ||
        done.states.len != signing->action_count) {
        return ERR_INTERNAL;
    }
    out->number = done.number;
    out->is_new = done.is_new == 1;
    out->role = done.role;
    out->states = done.states.data;
    return ERR_NONE;
}
