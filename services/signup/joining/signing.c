/* signing -- one entry on its way, and the batch's language. */
#include "services/signup/joining/signing.h"

#include <string.h>

#include "common/base/base.h"

#define DAY_MS (24 * INT64_C(3600000))
#define ENTRY_AFTER_MS (7 * DAY_MS)

static const Signup__SignUp *
asked_of(const struct signing *signing)
{
    return signup_request(signing->asked)->sign_up;
}

/* ---- what is written ---- */

bool
signing_is_vouched(const struct signing *signing)
{
    return asked_of(signing)->by != SIGNUP__ENTERED_BY__ENTERED_BY_NOBODY;
}

/* The channels' bits that can be written to: [0] SMS, [1] email. */
static bool
has_way(const struct signing *signing, int channel)
{
    return channel == 0 ? signing->record.phone != 0 && !signing->is_rung
                        : signing->record.email[0] != '\0';
}

/* Where there are two, the person's wish, else the campaign's. */
static int
choose_channel(const struct signing *signing)
{
    const Signup__SignUp *ask = asked_of(signing);
    const Signup__Campaign *campaign = signing->campaign->definition;
    bool has_sms = has_way(signing, 0), has_email = has_way(signing, 1);
    if (has_sms && has_email) {
        int wish = ask->has_confirm_by ? (int)ask->confirm_by : 0;
        int usual = campaign->has_confirms_by ? (int)campaign->confirms_by : 0;
        int chosen = wish != 0 ? wish : usual;
        return chosen != 0 ? chosen : WORDS__CHANNEL__CHANNEL_EMAIL;
    }
    if (!has_sms && !has_email) {
        return WORDS__CHANNEL__CHANNEL_NONE;
    }
    return has_sms ? WORDS__CHANNEL__CHANNEL_SMS
                   : WORDS__CHANNEL__CHANNEL_EMAIL;
}

static uint32_t
contact_flags(const struct signing *signing)
{
    uint32_t flags = 0;
    for (int channel = 0; channel < 2; channel++) {
        bool is_used = signing_is_vouched(signing) ||
                       rules_channel_index(
                           (Words__Channel)signing->confirms_by) == channel;
        if (is_used && has_way(signing, channel)) {
            flags |= FLAG_CONTACT(channel);
        }
    }
    return flags;
}

static void
add_consents(struct signing *signing)
{
    for (size_t i = 0; i < signing->consent_count; i++) {
        const struct signing_consent *consent = &signing->consents[i];
        if (has_way(signing, record_given_channel(&consent->given))) {
            (void)record_apply_consent(&signing->record, &signing->flags,
                                       &consent->given, consent->is_import);
        }
    }
}

/* Of the actions, or of now when there are none. */
static int64_t
last_end(const struct signing *signing, int64_t now_ms)
{
    int64_t last_ms = now_ms;
    for (size_t i = 0; i < signing->action_count; i++) {
        int64_t ends_ms = signing->actions[i]->definition->ends_at_ms;
        last_ms = ends_ms > last_ms ? ends_ms : last_ms;
    }
    return last_ms;
}

static void
digest(const struct signing *signing, const struct buf *text,
       uint8_t out[SIGNING_DIGEST_BYTES])
{
    crypto_digest(&signing->campaign->signup->keys->name, text->data, text->len,
                  out, SIGNING_DIGEST_BYTES);
}

/* Of all that was typed, so that a key that comes again tells whether it comes
 * with the same. */
static void
digest_all(struct signing *signing)
{
    const struct record *record = &signing->record;
    struct buf text;
    buf_init(&text, 0);
    buf_printf(&text, "%s\n%s\n%llu\n%d%d", record->name, record->email,
               (unsigned long long)record->phone, signing->confirms_by,
               record->is_for_other);
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        buf_printf(&text, " %u", signing->said[a]);
    }
    for (size_t i = 0; i < signing->action_count; i++) {
        buf_printf(&text, ",%u", signing->actions[i]->number);
    }
    for (size_t i = 0; i < record->given_count; i++) {
        buf_printf(&text, ";%u", record->given[i].evidence);
    }
    digest(signing, &text, signing->digest);
    buf_fini(&text);
}

void
signing_prepare(struct signing *signing, int64_t now_ms)
{
    struct record *record = &signing->record;
    signing->confirms_by = choose_channel(signing);
    signing->flags = contact_flags(signing);
    signing->flags |= signing_is_vouched(signing) ? FLAG_VOUCHED : 0;
    signing->flags |= signing->confirms_by == 0 ? FLAG_CALL : 0;
    signing->flags |= asked_of(signing)->is_suspect ? FLAG_NOT_ME : 0;
    record->confirms_by = signing->confirms_by;
    record->is_for_other = asked_of(signing)->is_for_other;
    record->salts[0] = record->phone == 0 ? 0 : record_new_salt();
    record->salts[1] = record->email[0] == '\0' ? 0 : record_new_salt();
    record->given_count = 0;
    if (!record->is_for_other) {
        add_consents(signing);
    }
    address_hash_name(signup_of(signing->asked)->keys, signing->campaign->id,
                      record->name, signing->name_hash);
    digest_all(signing);
    signing->due_ms = signing->confirms_by == 0
                          ? last_end(signing, now_ms) + ENTRY_AFTER_MS
                          : now_ms + SU_UNWRITTEN_MS;
    buf_reset(&signing->sealed);
    record_seal(&signup_of(signing->asked)->keys->record, signing->campaign->id,
                record, &signing->sealed);
}

/* ---- the item ---- */

static struct bytes
key_of(const struct signing *signing)
{
    const Signup__SignUp *ask = asked_of(signing);
    return ask->has_key ? bytes_of(ask->key.data, ask->key.len)
                        : bytes_of("", 0);
}

void
signing_add_item(const struct signing *signing, struct buf *to)
{
    const struct record *record = &signing->record;
    struct signup_item_row item = {
        .key = key_of(signing),
        .phone = bytes_of(signing->phone_hash,
                          record->phone != 0 ? ADDRESS_HASH_BYTES : 0),
        .email = bytes_of(signing->email_hash,
                          record->email[0] != '\0' ? ADDRESS_HASH_BYTES : 0),
        .record = bytes_of(signing->sealed.data, signing->sealed.len),
        .flags = signing->flags,
        .confirms_by = (uint8_t)signing->confirms_by,
        .due = (uint64_t)signing->due_ms};
    memcpy(item.digest, signing->digest, sizeof(item.digest));
    memcpy(item.name, signing->name_hash, sizeof(item.name));
    signup_item_row_append(to, &item);
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
}

/* ---- the reply ---- */

bool
signing_read_reply(const struct signing *signing,
                   const struct store_reply *reply, struct signing_reply *out)
{
    struct bytes bytes = bytes_of(reply->string, reply->len);
    struct signup_done_row done;
    if (!signup_done_row_read(&bytes, &done) ||
        done.states.len != signing->action_count) {
        return false;
    }
    *out = (struct signing_reply){
        .number = done.number, .role = done.role, .states = done.states.data};
    return true;
}
