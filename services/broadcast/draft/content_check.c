/* content_check -- may a broadcast be made of this? One row for each rule. */
#include "services/broadcast/draft/content_check.h"

#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"
#include "services/broadcast/keep/record.h"

#define NAME_BYTES_MAX 400 /* 100 characters */
#define AUDIENCE_BYTES_MAX 1000
#define SMS_BYTES_MAX 2000
#define SUBJECT_BYTES_MAX 300
#define EMAIL_BYTES_MAX 40000 /* text and html together: under a frame */
#define KEY_BYTES_MAX 80

static size_t
len_of(const char *text)
{
    return text == NULL ? 0 : strlen(text);
}

static bool
has_len(const char *text, size_t max)
{
    return len_of(text) > 0 && len_of(text) <= max;
}

static bool
is_visible(const char *text, size_t max)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x21 || text[i] > 0x7e) {
            return false;
        }
    }
    return len > 0 && len <= max;
}

/* ---- the rules ---- */

typedef bool rule(const Broadcast__Create *create);

static bool
has_name(const Broadcast__Create *create)
{
    return has_len(create->content->name, NAME_BYTES_MAX);
}

static bool
has_class(const Broadcast__Create *create)
{
    Words__Class class_ = create->content->class_;
    return class_ == WORDS__CLASS__CLASS_SERVICE ||
           class_ == WORDS__CLASS__CLASS_CAMPAIGN ||
           class_ == WORDS__CLASS__CLASS_SAFETY;
}

static bool
is_nobodys_system(const Broadcast__Create *create)
{
    return !create->content->has_is_system || !create->content->is_system;
}

static bool
has_audience(const Broadcast__Create *create)
{
    return has_len(create->content->audience, AUDIENCE_BYTES_MAX);
}

static bool
has_action_if_service(const Broadcast__Create *create)
{
    return create->content->class_ != WORDS__CLASS__CLASS_SERVICE ||
           create->content->action != NULL;
}

static bool
has_some_text(const Broadcast__Create *create)
{
    return create->content->sms_text != NULL ||
           create->content->email_text != NULL;
}

static bool
is_sms_short(const Broadcast__Create *create)
{
    return len_of(create->content->sms_text) <= SMS_BYTES_MAX;
}

static bool
is_subject_short(const Broadcast__Create *create)
{
    return len_of(create->content->email_subject) <= SUBJECT_BYTES_MAX;
}

static bool
is_email_short(const Broadcast__Create *create)
{
    return len_of(create->content->email_text) +
               len_of(create->content->email_html) <=
           EMAIL_BYTES_MAX;
}

static bool
has_subject_if_email(const Broadcast__Create *create)
{
    return create->content->email_text == NULL ||
           create->content->email_subject != NULL;
}

static bool
has_text_if_html(const Broadcast__Create *create)
{
    return create->content->email_html == NULL ||
           create->content->email_text != NULL;
}

static bool
is_service_if_standing(const Broadcast__Create *create)
{
    return !create->content->has_is_standing || !create->content->is_standing ||
           create->content->class_ == WORDS__CLASS__CLASS_SERVICE;
}

static bool
has_ticket(const char *text)
{
    return text != NULL && (strstr(text, "{{ticket_url}}") != NULL ||
                            strstr(text, "{{ticket_code}}") != NULL);
}

bool
content_is_confirmation(const Broadcast__Content *content)
{
    return content->has_is_standing && content->is_standing &&
           (has_ticket(content->sms_text) || has_ticket(content->email_text) ||
            has_ticket(content->email_html));
}

static bool
is_no_confirmation(const Broadcast__Create *create)
{
    return !content_is_confirmation(create->content);
}

static bool
is_key_visible(const Broadcast__Create *create)
{
    return is_visible(create->idempotency_key, KEY_BYTES_MAX);
}

static bool
is_staff_visible(const Broadcast__Create *create)
{
    return is_visible(create->staff, RECORD_STAFF_MAX);
}

#define TOO_LONG                                                               \
    "a text is too long (SMS 2,000 bytes, subject 300, email 40,000)"

static const struct {
    rule *is_good;
    const char *field, *detail;
} rules[] = {
    {has_name, "name", "name: 1 to 100 characters"},
    {has_class, "class",
     "class: service, campaign or safety (confirmations go by themselves: "
     "change the campaign for their words)"},
    {is_nobodys_system, "is_system",
     "is_system: only what the system makes by itself"},
    {has_audience, "audience",
     "audience: a query of 1 to 1,000 bytes (\"all\" is everyone)"},
    {has_action_if_service, "action",
     "action: a service message is about an action"},
    {has_some_text, "sms_text", "sms_text or email_text: at least one"},
    {is_sms_short, "sms_text", TOO_LONG},
    {is_subject_short, "email_subject", TOO_LONG},
    {is_email_short, "email_text", TOO_LONG},
    {has_subject_if_email, "email_subject",
     "email_subject: an email needs one"},
    {has_text_if_html, "email_text", "email_text: needed beside the HTML"},
    {is_service_if_standing, "is_standing",
     "is_standing: a standing broadcast is of class service"},
    {is_no_confirmation, "is_standing", CONTENT_CONFIRMS},
    {is_key_visible, "idempotency_key",
     "idempotency key: 1 to 80 visible ASCII characters"},
    {is_staff_visible, "staff", "staff: 1 to 64 visible ASCII characters"},
};

/* ---- the texts' fields ---- */

static const char *const field_names[] = {
    "name",  "first_name", "campaign",   "preferences_url", "action",
    "place", "starts",     "ticket_url", "ticket_code",
};
#define FIELDS (sizeof(field_names) / sizeof(*field_names))
#define FIELDS_WITHOUT_ACTION 4

static void
check_templates(const Broadcast__Content *content, struct bus_fault *fault_out,
                char **owned_out)
{
    const struct {
        const char *name, *text;
    } texts[] = {
        {"sms_text", content->sms_text},
        {"email_subject", content->email_subject},
        {"email_text", content->email_text},
        {"email_html", content->email_html},
    };
    size_t fields = content->action == NULL ? FIELDS_WITHOUT_ACTION : FIELDS;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        char *why = NULL;
        if (texts[i].text == NULL || template_check(texts[i].text, field_names,
                                                    fields, &why) == ERR_NONE) {
            continue;
        }
        *owned_out = mem_format("%s: %s", texts[i].name, why);
        *fault_out = (struct bus_fault){.err = ERR_BAD_REQUEST,
                                        .detail = *owned_out,
                                        .field = texts[i].name,
                                        .type = "invalid-field"};
        free(why);
        return;
    }
}

/* An empty text is no text. */
static void
drop_empty(char **text)
{
    if (len_of(*text) == 0) {
        *text = NULL;
    }
}

void
content_check(const Broadcast__Create *create, struct bus_fault *fault_out,
              char **owned_out)
{
    Broadcast__Content *content = create->content;
    *owned_out = NULL;
    drop_empty(&content->action);
    drop_empty(&content->sms_text);
    drop_empty(&content->email_subject);
    drop_empty(&content->email_text);
    drop_empty(&content->email_html);
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (!rules[i].is_good(create)) {
            *fault_out = (struct bus_fault){.err = ERR_BAD_REQUEST,
                                            .detail = rules[i].detail,
                                            .field = rules[i].field,
                                            .type = "invalid-field"};
            return;
        }
    }
    check_templates(content, fault_out, owned_out);
}
