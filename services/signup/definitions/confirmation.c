/* confirmation -- a campaign's own words for its confirmations. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/signup/definitions/check.h"

#define EMAIL_BYTES_MAX 4000

/* What they may name. An entry has no one action, hence no place or start;
 * its tickets are behind the link. */
static const char *const names[] = {
    "name",        "first_name", "campaign",   "actions",
    "confirm_url", "not_me_url", "ticket_url", "preferences_url"};
#define NAMES "name, first_name, campaign, actions, confirm_url, not_me_url"

static bool
is_template(const char *text)
{
    char *why = NULL;
    enum err err =
        template_check(text, names, sizeof(names) / sizeof(*names), &why);
    free(why);
    return err == ERR_NONE;
}

/* As template_check reads it: spaces inside the braces are allowed. */
static bool
has_field(const char *text, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = strstr(text, "{{"); at != NULL;
         at = strstr(at, "{{")) {
        at += 2;
        at += strspn(at, " ");
        if (strncmp(at, name, len) == 0 && (at[len] == ' ' || at[len] == '}')) {
            return true;
        }
    }
    return false;
}

static bool
is_said(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Of a text, a subject and a mail; NULL: fine. */
static const char *
find_fault_of_sms(const char *text)
{
    if (strlen(text) > DEFINITION_SMS_BYTES_MAX || !is_template(text)) {
        return "confirmation_sms has at most 480 bytes, and of fields " NAMES;
    }
    if (!has_field(text, "confirm_url") && !has_field(text, "ticket_url")) {
        return "confirmation_sms needs {{confirm_url}}: without the link "
               "nobody can confirm, or say \"Not me\"";
    }
    return NULL;
}

static const char *
find_fault_of_subject(const char *text)
{
    if (strlen(text) > DEFINITION_NAME_BYTES_MAX || !is_template(text) ||
        strpbrk(text, "\r\n") != NULL) {
        return "confirmation_subject is one line of at most 200 bytes, and of "
               "fields has " NAMES;
    }
    return NULL;
}

static const char *
find_fault_of_email(const char *text)
{
    if (strlen(text) > EMAIL_BYTES_MAX || !is_template(text)) {
        return "confirmation_email has at most 4,000 bytes, and of "
               "fields " NAMES;
    }
    if (!has_field(text, "confirm_url")) {
        return "confirmation_email needs {{confirm_url}}: without the link "
               "nobody can confirm";
    }
    if (!has_field(text, "not_me_url")) {
        return "confirmation_email needs {{not_me_url}}, the way out of whom "
               "a stranger signed up";
    }
    return NULL;
}

struct signup_fault
definition_check_confirmation(const Signup__Campaign *c)
{
    const struct {
        const char *field, *text;
        const char *(*find_fault)(const char *text);
    } rules[] = {
        {"confirmation_sms", c->confirmation_sms, find_fault_of_sms},
        {"confirmation_subject", c->confirmation_subject,
         find_fault_of_subject},
        {"confirmation_email", c->confirmation_email, find_fault_of_email},
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        const char *why =
            is_said(rules[i].text) ? rules[i].find_fault(rules[i].text) : NULL;
        if (why != NULL) {
            return (struct signup_fault){rules[i].field, why};
        }
    }
    if (c->has_confirms_by && c->confirms_by != WORDS__CHANNEL__CHANNEL_SMS &&
        c->confirms_by != WORDS__CHANNEL__CHANNEL_EMAIL) {
        return (struct signup_fault){"confirms_by",
                                     "confirms_by is sms or email"};
    }
    return (struct signup_fault){NULL, NULL};
}
