/* binding -- what was typed, bound to the campaign's words and to one form. */
#include <string.h>

#include "common/base/base.h"
#include "services/signup/joining/signing.h"

/* A form's empty field is one that was not filled in. */
static bool
is_filled(const char *field)
{
    return field != NULL && *field != '\0';
}

/* Once, however often it was named. */
static void
add_action(struct signing *signing, const struct campaign_action *action)
{
    for (size_t i = 0; i < signing->action_count; i++) {
        if (signing->actions[i] == action) {
            return;
        }
    }
    signing->actions[signing->action_count++] = action;
}

struct signup_fault
signing_bind_attributes(struct signing *signing)
{
    const Signup__SignUp *ask = signup_request(signing->asked)->sign_up;
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        const struct attribute *attribute = &attributes[a];
        if (attribute->fixed != NULL) {
            continue;
        }
        const char *word = attribute_asked(attribute, ask);
        signing->said[a] =
            word == NULL
                ? 0
                : (uint16_t)slugs_find(&signing->campaign->words[a], word);
        if (word != NULL && signing->said[a] == 0) {
            return (struct signup_fault){attribute->name,
                                         attribute->word_fault};
        }
    }
    signing->said[ATTRIBUTE_format] =
        ask->has_format ? (uint16_t)(ask->format + 1) : 0;
    return (struct signup_fault){NULL, NULL};
}

struct signup_fault
signing_bind_actions(struct signing *signing)
{
    const Signup__SignUp *ask = signup_request(signing->asked)->sign_up;
    signing->action_count = 0;
    for (size_t i = 0; i < ask->n_actions; i++) {
        const struct campaign_action *action =
            campaign_find_action(signing->campaign, ask->actions[i]);
        if (action == NULL) {
            return (struct signup_fault){"actions",
                                         "this campaign has no such action"};
        }
        add_action(signing, action);
    }
    return (struct signup_fault){NULL, NULL};
}

static struct signup_fault
bind_phone(struct signing *signing, const char *typed)
{
    const struct campaign *campaign = signing->campaign;
    const char *why = NULL;
    char phone[PHONE_TEXT_SIZE];
    signing->is_rung = false;
    bool allows_drama = campaign->definition->allows_drama_numbers;
    if (contact_phone(typed, allows_drama, phone, &why) != ERR_NONE &&
        contact_landline(typed, phone) != ERR_NONE) {
        return (struct signup_fault){"phone", why};
    }
    signing->record.phone = address_phone_digits(phone);
    signing->is_rung = contact_is_landline(phone) ||
                       (!signing_is_vouched(signing) &&
                        !address_is_texted(signing->record.phone));
    address_hash_phone(campaign->signup->keys, campaign->id,
                       signing->record.phone, signing->phone_hash);
    return (struct signup_fault){NULL, NULL};
}

static struct signup_fault
bind_email(struct signing *signing, const char *typed)
{
    const struct campaign *campaign = signing->campaign;
    const char *why = NULL;
    if (contact_email(typed, signing->record.email, &why) != ERR_NONE) {
        return (struct signup_fault){"email", why};
    }
    address_hash_email(campaign->signup->keys, campaign->id,
                       signing->record.email, signing->email_hash);
    return (struct signup_fault){NULL, NULL};
}

/* A seat that is scarce is not kept for who cannot be told of it. */
static bool
asks_for_seats(const struct signing *signing)
{
    for (size_t i = 0; i < signing->action_count; i++) {
        if (signing->actions[i]->definition->has_capacity) {
            return true;
        }
    }
    return false;
}

struct signup_fault
signing_bind_contacts(struct signing *signing)
{
    const Signup__SignUp *ask = signup_request(signing->asked)->sign_up;
    struct signup_fault fault = {NULL, NULL};
    if (is_filled(ask->phone)) {
        fault = bind_phone(signing, ask->phone);
    }
    if (fault.detail == NULL && is_filled(ask->email)) {
        fault = bind_email(signing, ask->email);
    }
    bool has_way = (signing->record.phone != 0 && !signing->is_rung) ||
                   signing->record.email[0] != '\0';
    if (fault.detail == NULL && !has_way && asks_for_seats(signing)) {
        fault = (struct signup_fault){
            "phone", "the seats here are limited, so we must be able to write "
                     "to you: give a mobile number of the United Kingdom, or "
                     "an email address"};
    }
    return fault;
}
