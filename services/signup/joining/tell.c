/* tell -- notes about a contact. */
#include "services/signup/joining/tell.h"

#include <inttypes.h>
#include <stdio.h>

#include "services/signup/joining/household.h"

#define DAY_MS INT64_C(86400000)
#define TELL_VALID_MS (2 * DAY_MS)

struct telling {
    const struct record *record; /* whose contact it goes to */
    int channel;
    const char *subject;
    struct buf *text;
    const char *key;
    enum note_kind kind;
    uint32_t number, salt; /* of the link in it; 0: none */
};

static void
tell(struct changes *changes, const struct telling *telling)
{
    char phone[PHONE_TEXT_SIZE];
    const struct record *record = telling->record;
    struct note note = {.channel = (Words__Channel)(telling->channel + 1),
                        .address = record->email,
                        .subject = telling->subject,
                        .text = buf_string(telling->text),
                        .key = telling->key,
                        .kind = telling->kind,
                        .expires_at_ms = clock_wall_ms() + TELL_VALID_MS};
    note.link.number = telling->number;
    note.link.salt = telling->salt;
    if (telling->channel == 0) {
        address_phone_text(record->phone, phone);
        note.address = phone;
    }
    changes_note(changes, &note);
}

void
tell_link(struct changes *changes, const struct roster_person *person,
          int channel)
{
    char key[NOTE_KEY_BYTES_MAX];
    uint8_t hash[ADDRESS_HASH_BYTES];
    struct buf text;
    buf_init(&text, 0);
    (void)household_hash(changes->campaign, &person->record, channel, hash);
    (void)snprintf(key, sizeof(key), "link:%.4s%02x%02x%02x%02x%02x%02x:%d",
                   (const char *)hash, hash[4], hash[5], hash[6], hash[7],
                   hash[8], hash[9], (int)(clock_wall_ms() / DAY_MS));
    buf_printf(&text,
               "%s: somebody who signed up gave this %s as theirs. Was it "
               "you? Say so here: {{confirm_url}} If not, do nothing.",
               changes->campaign->definition->name,
               channel == 0 ? "number" : "address");
    tell(changes, &(struct telling){.record = &person->record,
                                    .channel = channel,
                                    .subject = "Is this address yours?",
                                    .text = &text,
                                    .key = key,
                                    .kind = NOTE_LINK,
                                    .number = person->number,
                                    .salt = person->record.salts[channel]});
    buf_fini(&text);
}

void
tell_moved(struct changes *changes, const struct roster_person *person,
           const struct record *was, int channel)
{
    char key[NOTE_KEY_BYTES_MAX], name[NAME_BYTES_MAX + 1];
    struct buf text;
    buf_init(&text, 0);
    names_first(was->name, name);
    (void)snprintf(key, sizeof(key), "moved:%" PRIu32 ":%" PRIu32,
                   person->number, was->salts[channel]);
    buf_printf(&text,
               "%s: messages for %s go to another %s from now on, and not here "
               "any more. If that is wrong, tell the organisers.",
               changes->campaign->definition->name, name,
               channel == 0 ? "number" : "address");
    tell(changes, &(struct telling){.record = was,
                                    .channel = channel,
                                    .subject = "Your messages go elsewhere now",
                                    .text = &text,
                                    .key = key});
    buf_fini(&text);
}
