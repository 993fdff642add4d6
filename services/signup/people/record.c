/* record -- what is kept of one supporter: sealed, opened, changed. */
#include "services/signup/people/record.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/people/rules.h"
#include "signup_record.pb-c.h"

/* Name and emails at their longest, 16 consents of 30 bytes, 32 places of a
 * merge, 64 places not shown and tags: 2,300; and room for what a later version
 * keeps. */
#define PLAIN_BYTES_MAX 4096

static void
point_to_later(const struct record_later *from,
               ProtobufCMessageUnknownField *to)
{
    const uint8_t *at = from->bytes;
    for (size_t i = 0; i < from->count; i++) {
        to[i] = from->fields[i];
        to[i].data = (uint8_t *)at;
        at += to[i].len;
    }
}

/* False: more than there is room for. */
static bool
keep_later(const ProtobufCMessage *from, struct record_later *to)
{
    to->count = to->bytes_len = 0;
    for (size_t i = 0; i < from->n_unknown_fields; i++) {
        const ProtobufCMessageUnknownField *field = &from->unknown_fields[i];
        if (to->count == RECORD_LATER_FIELDS_MAX ||
            field->len > RECORD_LATER_BYTES_MAX - to->bytes_len) {
            return false;
        }
        memcpy(to->bytes + to->bytes_len, field->data, field->len);
        to->fields[to->count] = *field;
        to->fields[to->count++].data = NULL;
        to->bytes_len += field->len;
    }
    return true;
}

static void
fill_given(const struct record_given *from, Signup__Given *to)
{
    signup__given__init(to);
    to->evidence = from->evidence;
    to->at_ms = from->at_ms;
    to->has_is_withdrawn = from->is_withdrawn;
    to->is_withdrawn = from->is_withdrawn;
    to->has_proved_at_ms = from->proved_at_ms != 0;
    to->proved_at_ms = from->proved_at_ms;
}

static void
fill_contacts(const struct record *record, Signup__Record *to)
{
    to->has_phone = record->phone != 0;
    to->phone = record->phone;
    to->email = record->email[0] == '\0' ? NULL : (char *)record->email;
    to->has_phone_salt = record->salts[0] != 0;
    to->phone_salt = record->salts[0];
    to->has_email_salt = record->salts[1] != 0;
    to->email_salt = record->salts[1];
    to->has_phone_proved_at_ms = record->proved_at_ms[0] != 0;
    to->phone_proved_at_ms = record->proved_at_ms[0];
    to->has_email_proved_at_ms = record->proved_at_ms[1] != 0;
    to->email_proved_at_ms = record->proved_at_ms[1];
    to->has_confirms_by = record->confirms_by != 0;
    to->confirms_by = (Words__Channel)record->confirms_by;
    to->has_is_for_other = record->is_for_other;
    to->is_for_other = record->is_for_other;
}

/* moved: room for record->moved. */
static void
fill_merge(const struct record *record, uint32_t moved[RECORD_MOVED_MAX],
           Signup__Record *to)
{
    bool is_merged = record->is_merged;
    to->has_into = to->has_flags_before = is_merged;
    to->into = record->into;
    to->flags_before = record->flags_before;
    to->n_moved = is_merged ? record->moved_count : 0;
    to->moved = moved;
    for (size_t i = 0; i < to->n_moved; i++) {
        moved[i] = record->moved[i];
    }
    to->n_places_before = is_merged ? record->places_before_count : 0;
    to->places_before = (uint32_t *)record->places_before;
    to->n_winner_before = is_merged ? record->winner_before_count : 0;
    to->winner_before = (uint32_t *)record->winner_before;
    to->has_flags_lent = to->has_flags_taken = is_merged;
    to->flags_lent = record->flags_lent;
    to->flags_taken = record->flags_taken;
    to->has_lent_contacts = is_merged && record->lent_contacts != 0;
    to->lent_contacts = record->lent_contacts;
    to->has_lent_columns = is_merged && record->lent_columns != 0;
    to->lent_columns = record->lent_columns;
    to->has_winner_phone = is_merged && record->winner_phone != 0;
    to->winner_phone = record->winner_phone;
    to->winner_email = is_merged && record->winner_email[0] != '\0'
                           ? (char *)record->winner_email
                           : NULL;
}

/* Returns the length. */
static size_t
pack(const struct record *record, uint8_t to[PLAIN_BYTES_MAX])
{
    Signup__Given given[RECORD_GIVEN_MAX], *pointers[RECORD_GIVEN_MAX];
    for (size_t i = 0; i < record->given_count; i++) {
        fill_given(&record->given[i], &given[i]);
        pointers[i] = &given[i];
    }
    Signup__Record message = SIGNUP__RECORD__INIT;
    ProtobufCMessageUnknownField later[RECORD_LATER_FIELDS_MAX];
    uint32_t moved[RECORD_MOVED_MAX];
    point_to_later(&record->later, later);
    message.base.n_unknown_fields = (unsigned)record->later.count;
    message.base.unknown_fields = later;
    message.name = (char *)record->name;
    message.n_given = record->given_count;
    message.given = pointers;
    fill_contacts(record, &message);
    fill_merge(record, moved, &message);
    message.n_hidden = record->hidden_count;
    message.hidden = (uint32_t *)record->hidden;
    assert(signup__record__get_packed_size(&message) <= PLAIN_BYTES_MAX);
    return signup__record__pack(&message, to);
}

void
record_seal(const struct record_keys *keys, const char *campaign,
            const struct record *record, struct buf *to)
{
    uint8_t plain[PLAIN_BYTES_MAX];
    size_t len = pack(record, plain);
    const struct record_key *newest = &keys->list[keys->count - 1];
    buf_add_byte(to, newest->name);
    char *room = buf_room(to, len + CRYPTO_SEAL_EXTRA_BYTES);
    assert(room != NULL);
    crypto_seal(&newest->key, bytes_of(plain, len), bytes_of_string(campaign),
                (uint8_t *)room);
    to->len += len + CRYPTO_SEAL_EXTRA_BYTES;
    to->data[to->len] = '\0';
}

/* What is absent reads as 0. */
static void
read_contacts(const Signup__Record *from, struct record *to)
{
    to->phone = from->phone;
    (void)snprintf(to->email, sizeof(to->email), "%s",
                   from->email == NULL ? "" : from->email);
    to->salts[0] = from->phone_salt;
    to->salts[1] = from->email_salt;
    to->proved_at_ms[0] = from->phone_proved_at_ms;
    to->proved_at_ms[1] = from->email_proved_at_ms;
    to->confirms_by = from->has_confirms_by ? (int)from->confirms_by : 0;
    to->is_for_other = from->is_for_other;
}

static void
copy_list(const uint32_t *from, size_t count, uint32_t *to)
{
    if (count > 0) {
        memcpy(to, from, count * sizeof(to[0]));
    }
}

static void
read_merge(const Signup__Record *from, struct record *to)
{
    to->is_merged = from->has_into;
    to->into = from->into;
    to->flags_before = from->flags_before;
    to->moved_count = from->n_moved;
    for (size_t i = 0; i < from->n_moved; i++) {
        to->moved[i] = (uint16_t)from->moved[i];
    }
    to->places_before_count = from->n_places_before;
    copy_list(from->places_before, from->n_places_before, to->places_before);
    to->winner_before_count = from->n_winner_before;
    copy_list(from->winner_before, from->n_winner_before, to->winner_before);
    to->flags_lent = from->flags_lent;
    to->flags_taken = from->flags_taken;
    to->lent_contacts = from->lent_contacts;
    to->lent_columns = from->lent_columns;
    to->winner_phone = from->winner_phone;
    (void)snprintf(to->winner_email, sizeof(to->winner_email), "%s",
                   from->winner_email == NULL ? "" : from->winner_email);
}

/* False: more of something than there is room for. */
static bool
has_room_for(const Signup__Record *message)
{
    return message->n_given <= RECORD_GIVEN_MAX &&
           message->n_moved <= RECORD_MOVED_MAX &&
           message->n_places_before <= RECORD_MOVED_MAX &&
           message->n_winner_before <= RECORD_MOVED_MAX &&
           message->n_hidden <= RECORD_HIDDEN_MAX;
}

static bool
unpack(const uint8_t *plain, size_t len, struct record *out)
{
    Signup__Record *message =
        wire_unpack(&signup__record__descriptor, plain, len, PLAIN_BYTES_MAX);
    if (message == NULL || !has_room_for(message) ||
        !keep_later(&message->base, &out->later)) {
        wire_free(message);
        return false;
    }
    (void)snprintf(out->name, sizeof(out->name), "%s", message->name);
    read_contacts(message, out);
    read_merge(message, out);
    out->hidden_count = message->n_hidden;
    copy_list(message->hidden, message->n_hidden, out->hidden);
    out->given_count = message->n_given;
    for (size_t i = 0; i < message->n_given; i++) {
        const Signup__Given *given = message->given[i];
        out->given[i] =
            (struct record_given){given->evidence, given->at_ms,
                                  given->is_withdrawn, given->proved_at_ms};
    }
    wire_free(message);
    return true;
}

/* sealed: without the key's name. */
static bool
unseal(const struct record_key *key, const char *campaign, struct bytes sealed,
       struct record *out)
{
    uint8_t plain[PLAIN_BYTES_MAX];
    return sealed.len >= CRYPTO_SEAL_EXTRA_BYTES &&
           sealed.len - CRYPTO_SEAL_EXTRA_BYTES <= sizeof(plain) &&
           crypto_unseal(&key->key, sealed, bytes_of_string(campaign), plain) &&
           unpack(plain, sealed.len - CRYPTO_SEAL_EXTRA_BYTES, out);
}

static const struct record_key *
find_key(const struct record_keys *keys, uint8_t name)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->list[i].name == name) {
            return &keys->list[i];
        }
    }
    return NULL;
}

/* Any byte may begin what has no name of a key: the seal itself says which
 * it was. */
bool
record_unseal(const struct record_keys *keys, const char *campaign,
              struct bytes sealed, struct record *out)
{
    const uint8_t *bytes = sealed.data;
    const struct record_key *named =
        sealed.len == 0 ? NULL : find_key(keys, bytes[0]);
    const struct record_key *first = find_key(keys, RECORD_KEY_FIRST);
    return (named != NULL &&
            unseal(named, campaign, bytes_of(bytes + 1, sealed.len - 1),
                   out)) ||
           (first != NULL && unseal(first, campaign, sealed, out));
}

uint32_t
record_new_salt(void)
{
    uint16_t salt = 0;
    while (salt == 0) {
        crypto_random(&salt, sizeof(salt));
        salt &= RECORD_SALT_MAX;
    }
    return salt;
}

/* When full, the oldest but the first makes room: the first is what was
 * relied on from the start. */
static void
append(struct record *record, const struct record_given *given)
{
    if (record->given_count == RECORD_GIVEN_MAX) {
        record->given_count--;
        memmove(&record->given[1], &record->given[2],
                (record->given_count - 1) * sizeof(record->given[0]));
    }
    record->given[record->given_count++] = *given;
}

int
record_given_channel(const struct record_given *given)
{
    return (int)(given->evidence & 1);
}

const struct record_given *
record_find_given(const struct record *record, int channel)
{
    for (size_t i = record->given_count; i-- > 0;) {
        const struct record_given *given = &record->given[i];
        if (record_given_channel(given) == channel && !given->is_withdrawn) {
            return given;
        }
    }
    return NULL;
}

static bool
is_overtaken(const struct record *record, const struct record_given *by)
{
    for (size_t i = 0; i < record->given_count; i++) {
        const struct record_given *known = &record->given[i];
        if (record_given_channel(known) == record_given_channel(by) &&
            known->at_ms > by->at_ms) {
            return true;
        }
    }
    return false;
}

bool
record_apply_consent(struct record *record, uint32_t *flags,
                     const struct record_given *given, bool is_import)
{
    int i = record_given_channel(given);
    bool is_withdrawn = (*flags & FLAG_WITHDRAWN(i)) != 0;
    bool is_said = given->is_withdrawn ? is_withdrawn
                                       : rules_has_consent(*flags, i) ||
                                             (is_withdrawn && is_import);
    if (is_said || is_overtaken(record, given)) {
        return false;
    }
    append(record, given);
    if (given->is_withdrawn) {
        *flags = (*flags | FLAG_WITHDRAWN(i)) & ~FLAG_GIVEN(i);
    } else {
        *flags = (*flags | FLAG_GIVEN(i)) & ~FLAG_WITHDRAWN(i);
    }
    return true;
}
