/* note -- one message to one contact: made, sealed, opened. */
#include "services/signup/notes/note.h"

#include <stdlib.h>
#include <string.h>

#include "services/signup/keep/feed.h"
#include "services/signup/keep/store_notes.h"
#include "services/signup/people/address.h"
#include "signup_record.pb-c.h"

#define DAY_MS 86400000
#define KEY_HASH_BYTES 16
#define PLAIN_BYTES_MAX                                                        \
    (EMAIL_TEXT_SIZE + NOTE_SUBJECT_BYTES_MAX + NOTE_TEXT_BYTES_MAX + 32)

static void
derive_key(const struct campaign *campaign, const char *purpose,
           struct crypto_key *out)
{
    crypto_key_derive(&campaign->signup->keys->check, purpose, out);
}

size_t
note_cut(const char *text, size_t max)
{
    size_t len = strlen(text);
    if (len > max) {
        len = max;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    return len;
}

static char *
copy_cut(const char *text, size_t max)
{
    return mem_format("%.*s", (int)note_cut(text, max), text);
}

static void
seal(const struct campaign *campaign, const struct note *note, struct buf *to)
{
    const char *subject =
        note->subject == NULL ? campaign->definition->name : note->subject;
    Signup__Note words = SIGNUP__NOTE__INIT;
    words.address = (char *)note->address;
    words.subject = copy_cut(subject, NOTE_SUBJECT_BYTES_MAX);
    words.text = copy_cut(note->text, NOTE_TEXT_BYTES_MAX);
    words.has_number = words.has_salt = note->link.salt != 0;
    words.number = note->link.number;
    words.salt = note->link.salt;
    struct buf plain;
    buf_init(&plain, 0);
    wire_pack(&words, &plain);
    struct crypto_key key;
    derive_key(campaign, "note", &key);
    char *room = buf_room(to, plain.len + CRYPTO_SEAL_EXTRA_BYTES);
    crypto_seal(&key, bytes_of(plain.data, plain.len),
                bytes_of_string(campaign->id), (uint8_t *)room);
    to->len += plain.len + CRYPTO_SEAL_EXTRA_BYTES;
    buf_fini(&plain);
    free(words.subject);
    free(words.text);
}

void
note_pack(const struct campaign *campaign, const struct note *note,
          struct buf *to)
{
    const struct address_keys *keys = campaign->signup->keys;
    struct note_item_row row = {.channel = (uint8_t)note->channel,
                                .kind = (uint8_t)note->kind,
                                .passes_stop = note->passes_stop,
                                .day = (uint32_t)(clock_wall_ms() / DAY_MS),
                                .expires = (uint64_t)note->expires_at_ms};
    struct crypto_key key;
    derive_key(campaign, "note-key", &key);
    crypto_digest(&key, note->key, strnlen(note->key, NOTE_KEY_BYTES_MAX),
                  row.key, KEY_HASH_BYTES);
    if (note->channel == WORDS__CHANNEL__CHANNEL_SMS) {
        address_hash_phone(keys, campaign->id,
                           address_phone_digits(note->address), row.contact);
    } else {
        address_hash_email(keys, campaign->id, note->address, row.contact);
    }
    struct buf sealed;
    buf_init(&sealed, 0);
    seal(campaign, note, &sealed);
    row.sealed = bytes_of(sealed.data, sealed.len);
    note_item_row_append(to, &row);
    buf_fini(&sealed);
}

bool
note_open(const struct campaign *campaign, struct bytes sealed,
          struct note_words *out)
{
    uint8_t plain[PLAIN_BYTES_MAX];
    struct crypto_key key;
    derive_key(campaign, "note", &key);
    if (sealed.len < CRYPTO_SEAL_EXTRA_BYTES ||
        sealed.len - CRYPTO_SEAL_EXTRA_BYTES > sizeof(plain) ||
        !crypto_unseal(&key, sealed, bytes_of_string(campaign->id), plain)) {
        return false;
    }
    Signup__Note *words =
        wire_unpack(&signup__note__descriptor, plain,
                    sealed.len - CRYPTO_SEAL_EXTRA_BYTES, sizeof(plain));
    if (words == NULL) {
        return false;
    }
    (void)snprintf(out->address, sizeof(out->address), "%s", words->address);
    (void)snprintf(out->subject, sizeof(out->subject), "%s",
                   words->subject == NULL ? "" : words->subject);
    (void)snprintf(out->text, sizeof(out->text), "%s", words->text);
    out->number = words->number;
    out->salt = words->salt;
    wire_free(words);
    return true;
}

/* ---- a change of its own ---- */

struct making {
    struct campaign *campaign;
    note_made_cb *cb;
    void *arg;
};

static void
made(void *arg, enum err err, const struct store_reply *reply)
{
    struct making *making = arg;
    if (err == ERR_NONE && (reply->type != STORE_ARRAY || reply->count != 2)) {
        err = ERR_INTERNAL;
    }
    uint32_t number = 0;
    if (err == ERR_NONE) {
        feed_flow_announce(making->campaign->signup, making->campaign->id,
                           (uint64_t)reply->items[0].integer);
        number = (uint32_t)reply->items[1].integer;
    }
    making->cb(making->arg, err, number);
    free(making);
}

void
note_make(struct campaign *campaign, const struct note *note, note_made_cb *cb,
          void *arg)
{
    struct making *making = mem_new(sizeof(*making));
    *making = (struct making){campaign, cb, arg};
    struct buf tail, item;
    buf_init(&tail, 0);
    buf_init(&item, 0);
    feed_flow_add_tail(&tail);
    note_pack(campaign, note, &item);
    struct bytes args[MAKE_NOTE_ARGS] = {
        [MAKE_NOTE_ARG_EVENT_TAIL] = bytes_of(tail.data, tail.len),
        [MAKE_NOTE_ARG_ITEM] = bytes_of(item.data, item.len)};
    su_make_note(campaign->signup->su, campaign->id,
                 (struct su_args){args, MAKE_NOTE_ARGS}, made, making);
    buf_fini(&tail);
    buf_fini(&item);
}
