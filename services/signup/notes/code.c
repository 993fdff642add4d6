/* code -- six digits that prove a contact. */
#include "services/signup/notes/code.h"

#include <stdio.h>
#include <string.h>

#include "services/signup/notes/note.h"

#define CODES 1000000U
#define TEXT_NAME_BYTES_MAX 40 /* of a campaign: one text, not two */

static bool
is_filled(const char *field)
{
    return field != NULL && *field != '\0';
}

static bool
read_phone(const struct campaign *campaign, const char *typed,
           struct code_contact *out, const char **why)
{
    if (contact_phone(typed, campaign->definition->allows_drama_numbers,
                      out->address, why) != ERR_NONE) {
        return false;
    }
    out->channel = WORDS__CHANNEL__CHANNEL_SMS;
    address_hash_phone(campaign->signup->keys, campaign->id,
                       address_phone_digits(out->address), out->hash);
    return true;
}

static bool
read_email(const struct campaign *campaign, const char *typed,
           struct code_contact *out, const char **why)
{
    if (contact_email(typed, out->address, why) != ERR_NONE) {
        return false;
    }
    out->channel = WORDS__CHANNEL__CHANNEL_EMAIL;
    address_hash_email(campaign->signup->keys, campaign->id, out->address,
                       out->hash);
    return true;
}

bool
code_read_contact(const struct campaign *campaign, const char *phone,
                  const char *email, struct code_contact *out,
                  struct signup_fault *fault)
{
    memset(out, 0, sizeof(*out));
    if (is_filled(phone) == is_filled(email)) {
        *fault = (struct signup_fault){
            "phone", "give a mobile number or an email address, one of them"};
        return false;
    }
    fault->field = is_filled(phone) ? "phone" : "email";
    fault->detail = NULL;
    return is_filled(phone) ? read_phone(campaign, phone, out, &fault->detail)
                            : read_email(campaign, email, out, &fault->detail);
}

void
code_draw(char out[CODE_SIZE])
{
    uint64_t drawn;
    crypto_random(&drawn, sizeof(drawn));
    (void)snprintf(out, CODE_SIZE, "%06u", (unsigned)(drawn % CODES));
}

bool
code_tidy(const char *typed, char out[CODE_SIZE])
{
    size_t len = 0;
    for (; *typed != '\0'; typed++) {
        bool is_digit = *typed >= '0' && *typed <= '9';
        if (strchr(" -\t\r\n", *typed) != NULL) {
            continue;
        }
        if (!is_digit || len == CODE_DIGITS) {
            return false;
        }
        out[len++] = *typed;
    }
    out[len] = '\0';
    return len == CODE_DIGITS;
}

void
code_hash(const struct campaign *campaign, const struct code_contact *contact,
          const char *code, uint8_t out[CODE_HASH_BYTES])
{
    struct crypto_key key;
    crypto_key_derive(&campaign->signup->keys->check, "code", &key);
    struct buf text;
    buf_init(&text, 0);
    buf_printf(&text, "%s/%d/%s/", campaign->id, (int)contact->channel, code);
    /* As the contact is looked up: Ann@ and ann@ are one. */
    buf_add(&text, contact->hash, sizeof(contact->hash));
    crypto_digest(&key, text.data, text.len, out, CODE_HASH_BYTES);
    buf_fini(&text);
}

/* "https://x.example/a" -> "x.example": what the browser compares. */
static void
add_host(const char *url, struct buf *to)
{
    const char *at = strstr(url, "://");
    at = at == NULL ? url : at + 3;
    buf_add(to, at, strcspn(at, ":/?#"));
}

static void
write_text(const struct code_words *words, struct buf *to)
{
    buf_printf(to, "%.*s: your code is %s. It is good for 15 minutes.",
               (int)note_cut(words->campaign, TEXT_NAME_BYTES_MAX),
               words->campaign, words->code);
    if (words->is_stopped) {
        buf_add_string(to, " Texts to you stay stopped. If you did not ask for "
                           "this, do nothing: none follows today.");
    } else {
        buf_add_string(to, " If you did not ask for it, do nothing.");
    }
    buf_add_string(to, "\n\n@");
    add_host(words->url, to);
    buf_printf(to, " #%s", words->code);
}

static void
write_mail(const struct code_words *words, struct buf *to)
{
    buf_printf(to,
               "Your code for %s is\n\n    %s\n\nType it on the page where you "
               "asked for it. It is good for 15 minutes.\n\nIf you did not ask "
               "for it, do nothing: whoever did sees nothing without it.\n",
               words->campaign, words->code);
}

void
code_write(const struct code_words *words, struct buf *to)
{
    if (words->is_text) {
        write_text(words, to);
    } else {
        write_mail(words, to);
    }
}
