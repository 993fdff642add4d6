/* system -- what the system sends by itself. */
#include "services/broadcast/draft/system.h"

#include <stdio.h>

#include "broadcast_rows.h"
#include "common/text/text.h"

/* One link does all three in a text, for each more costs a part. */
#define CONFIRMATION_SMS                                                       \
    "{{campaign}}: {{first_name}} signed up for {{actions}}. Your ticket, "    \
    "\"Yes, that's me\" and \"Not me\": {{confirm_url}}"
#define CONFIRMATION_SUBJECT "Please confirm: {{campaign}}"
#define CONFIRMATION_EMAIL                                                     \
    "Hello {{first_name}},\n\n"                                                \
    "you signed up with {{campaign}} for:\n\n"                                 \
    "{{actions}}\n\n"                                                          \
    "Is this you? Open this page and press \"Yes, that's me\":\n"              \
    "{{confirm_url}}\n\n"                                                      \
    "Your ticket:\n"                                                           \
    "{{ticket_url}}\n\n"                                                       \
    "Where seats are few, yours is kept for 30 minutes after this message.\n"  \
    "\n"                                                                       \
    "Was it somebody else? Press \"Not me\" here, and we write no more:\n"     \
    "{{not_me_url}}\n"

static char *
words_or(char *said, const char *built_in)
{
    return said == NULL || said[0] == '\0' ? (char *)(uintptr_t)built_in : said;
}

static void
begin(Broadcast__Content *content, const char *name, Words__Class class_)
{
    broadcast__content__init(content);
    content->name = (char *)(uintptr_t)name;
    content->class_ = class_;
    content->audience = (char *)(uintptr_t) "";
    content->has_is_standing = content->is_standing = true;
    content->has_is_system = content->is_system = true;
}

void
system_fill_confirmation(const Signup__Campaign *campaign,
                         Broadcast__Content *content)
{
    static const Signup__Campaign none = SIGNUP__CAMPAIGN__INIT;
    const Signup__Campaign *said = campaign == NULL ? &none : campaign;
    begin(content, "Confirmation of sign-ups",
          WORDS__CLASS__CLASS_CONFIRMATION);
    content->sms_text = words_or(said->confirmation_sms, CONFIRMATION_SMS);
    content->email_subject =
        words_or(said->confirmation_subject, CONFIRMATION_SUBJECT);
    content->email_text =
        words_or(said->confirmation_email, CONFIRMATION_EMAIL);
}

void
system_pack_confirmation(const Signup__Campaign *campaign, struct buf *packed,
                         char hash[CONTENT_HASH_SIZE])
{
    Broadcast__Content content;
    system_fill_confirmation(campaign, &content);
    content_hash(&content, hash);
    wire_pack(&content, packed);
}

/* day and expires: 0 of what is made once. */
static void
add_made(uint32_t day, uint64_t expires, const Broadcast__Content *content,
         struct buf *made)
{
    char hash[CONTENT_HASH_SIZE];
    struct buf packed;
    buf_init(&packed, 0);
    content_hash(content, hash);
    wire_pack(content, &packed);
    struct system_made_row row = {.day = day,
                                  .expires = expires,
                                  .class_ = (uint8_t)content->class_,
                                  .hash = bytes_of_string(hash),
                                  .content = bytes_of(packed.data, packed.len)};
    system_made_row_append(made, &row);
    buf_fini(&packed);
}

void
system_add_confirmation(struct buf *made)
{
    Broadcast__Content content;
    system_fill_confirmation(NULL, &content);
    add_made(0, 0, &content, made);
}

void
system_add_notes(uint32_t day, struct buf *made)
{
    char name[64];
    Broadcast__Content content;
    struct london_time date;
    int64_t begins_ms = day * SYSTEM_DAY_MS,
            ends_ms = begins_ms + (1 + SYSTEM_NOTES_DAYS) * SYSTEM_DAY_MS;
    london_of(begins_ms + SYSTEM_DAY_MS / 2, &date);
    (void)snprintf(name, sizeof(name), "Codes and notices of %d %s %d",
                   date.day, london_month(&date), date.year);
    begin(&content, name, WORDS__CLASS__CLASS_NOTE);
    content.sms_text = (char *)(uintptr_t) "{{note_text}}";
    content.email_subject = (char *)(uintptr_t) "{{note_subject}}";
    content.email_text = (char *)(uintptr_t) "{{note_text}}";
    add_made(day, (uint64_t)ends_ms, &content, made);
}
