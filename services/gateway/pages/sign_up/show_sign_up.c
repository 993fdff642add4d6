/* show_sign_up -- a campaign's page: the form, what was typed, what is wrong.
 *
 * What was typed is looked up in the form itself, by the form's own names;
 * the page's address may fill the form in the same way (?actions=march). */
#include "services/gateway/pages/sign_up/show_sign_up.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/http.h"
#include "services/gateway/pages/frame/action.h"
#include "services/gateway/pages/frame/view.h"
#include "services/gateway/pages/frame/words.h"

extern const char html_campaign[], html_campaign_action[];

#define TYPED_SIZE 512
#define ACTIONS_MAX 32 /* as signup.proto's SignUp.actions */

static const char *
error_of(const struct show_form *form, const char *field)
{
    for (size_t i = 0; i < form->error_count; i++) {
        if (strcmp(form->errors[i].field, field) == 0) {
            return form->errors[i].detail;
        }
    }
    return "";
}

static const char *
invalid_of(const struct show_form *form, const char *field)
{
    return error_of(form, field)[0] != '\0' ? "true" : "false";
}

static const char *
typed_of(const struct show_form *form, const char *field, char to[TYPED_SIZE])
{
    to[0] = '\0';
    if (!http_form_value(form->typed, field, 0, to, TYPED_SIZE)) {
        to[0] = '\0';
    }
    return to;
}

static const char *
checked_of(const struct show_form *form, const char *field)
{
    char typed[TYPED_SIZE];
    return strcmp(typed_of(form, field, typed), "yes") == 0 ? "checked" : "";
}

/* A yes to words that have changed is asked for again. */
static const char *
consent_of(const struct show_form *form, const char *field)
{
    return error_of(form, "consent_version")[0] != '\0'
               ? ""
               : checked_of(form, field);
}

static bool
is_chosen(const struct show_form *form, const char *action)
{
    char typed[TYPED_SIZE];
    for (size_t i = 0; i < ACTIONS_MAX; i++) {
        if (!http_form_value(form->typed, "actions", i, typed, TYPED_SIZE)) {
            return false;
        }
        if (strcmp(typed, action) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- the lists to choose from ---- */

static void
add_actions(struct buf *to, const Signup__Actions *about,
            const struct show_form *form, int64_t now_ms)
{
    size_t count;
    const Signup__Action **coming = show_coming(about, now_ms, &count);
    for (size_t i = 0; i < count; i++) {
        show_action(to, html_campaign_action, about->campaign->id, coming[i],
                    is_chosen(form, coming[i]->id));
    }
    free(coming);
}

static void
add_option(struct buf *to, const char *value, const char *label,
           const char *chosen)
{
    const struct template_field fields[] = {
        {"value", value},
        {"label", label},
        {"selected", strcmp(value, chosen) == 0 ? "selected" : ""},
    };
    view_add(to,
             &(struct view){html_option, fields, VIEW_COUNT(fields), NULL, 0});
}

static void
add_options(struct buf *to, char *const *slugs, size_t count,
            const char *chosen)
{
    for (size_t i = 0; i < count; i++) {
        char label[SHOW_LABEL_SIZE];
        add_option(to, slugs[i], show_label(slugs[i], label), chosen);
    }
}

static void
add_channels(struct buf *to, const char *chosen)
{
    add_option(to, "", "You choose", "none is said");
    add_option(to, "sms", "By text", chosen);
    add_option(to, "email", "By email", chosen);
}

static void
add_errors(struct buf *to, const struct show_form *form)
{
    if (form->error_count == 0) {
        return;
    }
    struct buf items;
    buf_init(&items, 0);
    for (size_t i = 0; i < form->error_count; i++) {
        const char *field = form->errors[i].field;
        bool has_input = *field != '\0' && strcmp(field, "actions") != 0;
        const struct template_field fields[] = {
            {"field", has_input ? field : "sign-up"},
            {"detail", form->errors[i].detail},
        };
        view_add(&items, &(struct view){html_errors_item, fields,
                                        VIEW_COUNT(fields), NULL, 0});
    }
    const struct template_field fields[] = {{"heading", "Please check"}};
    const struct view_slot slots[] = {{"items", &items}};
    view_add(to, &(struct view){html_errors, fields, 1, slots, 1});
    buf_fini(&items);
}

static void
add_notice(struct buf *to, const struct show_form *form)
{
    if (form->staff_name == NULL) {
        return;
    }
    char *text = mem_format("You are signed in as %s. Whoever you sign up here "
                            "counts at once, and you answer for it.",
                            form->staff_name);
    const struct template_field fields[] = {
        {"tone", "wait"},
        {"heading", "You are at the desk"},
        {"text", text},
    };
    view_add(to,
             &(struct view){html_banner, fields, VIEW_COUNT(fields), NULL, 0});
    free(text);
}

/* ---- the page ---- */

struct slots {
    struct buf notice, errors, actions, roles, regions, formats, channels;
};

static void
fill_slots(struct slots *slots, const Signup__Actions *about,
           const struct show_form *form, int64_t now_ms)
{
    static char *const formats[] = {"plain", "easy-read", "welsh",
                                    "large-print"};
    const Signup__Campaign *campaign = about->campaign;
    char typed[TYPED_SIZE];
    add_notice(&slots->notice, form);
    add_errors(&slots->errors, form);
    add_actions(&slots->actions, about, form, now_ms);
    add_options(&slots->roles, campaign->roles, campaign->n_roles,
                typed_of(form, "role", typed));
    add_options(&slots->regions, campaign->regions, campaign->n_regions,
                typed_of(form, "region", typed));
    add_options(&slots->formats, formats, VIEW_COUNT(formats),
                typed_of(form, "format", typed));
    add_channels(&slots->channels, typed_of(form, "confirm_by", typed));
}

static void
add_form(struct buf *to, const Signup__Campaign *campaign,
         const struct show_form *form, const struct slots *parts)
{
    char name[TYPED_SIZE], phone[TYPED_SIZE], email[TYPED_SIZE];
    const char *wording = campaign->consent_wording;
    const struct template_field fields[] = {
        {"id", campaign->id},
        {"name", campaign->name},
        {"summary", campaign->summary ? campaign->summary : ""},
        {"consent_wording", wording ? wording : ""},
        {"actions_error", error_of(form, "actions")},
        {"name_error", error_of(form, "name")},
        {"name_invalid", invalid_of(form, "name")},
        {"name_value", typed_of(form, "name", name)},
        {"phone_error", error_of(form, "phone")},
        {"phone_invalid", invalid_of(form, "phone")},
        {"phone_value", typed_of(form, "phone", phone)},
        {"email_error", error_of(form, "email")},
        {"email_invalid", invalid_of(form, "email")},
        {"email_value", typed_of(form, "email", email)},
        {"role_error", error_of(form, "role")},
        {"region_error", error_of(form, "region")},
        {"format_error", error_of(form, "format")},
        {"confirm_by_error", error_of(form, "confirm_by")},
        {"no_contact_checked", checked_of(form, "no_contact")},
        {"for_other_checked", checked_of(form, "for_other")},
        {"for_me_checked",
         checked_of(form, "for_other")[0] == '\0' ? "checked" : ""},
        {"key", form->key ? form->key : ""},
        {"consent_version",
         campaign->consent_version ? campaign->consent_version : ""},
        {"consent_version_error", error_of(form, "consent_version")},
        {"consent_sms_checked", consent_of(form, "consent_sms")},
        {"consent_email_checked", consent_of(form, "consent_email")},
    };
    const struct view_slot slots[] = {
        {"notice", &parts->notice},     {"errors", &parts->errors},
        {"actions", &parts->actions},   {"roles", &parts->roles},
        {"regions", &parts->regions},   {"formats", &parts->formats},
        {"channels", &parts->channels},
    };
    view_add(to, &(struct view){html_campaign, fields, VIEW_COUNT(fields),
                                slots, VIEW_COUNT(slots)});
}

void
show_sign_up(struct buf *to, const Signup__Actions *about,
             const struct show_form *form, int64_t now_ms)
{
    struct slots slots = {0};
    struct buf main;
    buf_init(&main, 0);
    fill_slots(&slots, about, form, now_ms);
    add_form(&main, about->campaign, form, &slots);
    char *title =
        mem_format("%sSign up with %s", form->error_count > 0 ? "Error: " : "",
                   about->campaign->name);
    view_add_page(to, &(struct view_page){title, &main, false});
    free(title);
    buf_fini(&main);
    buf_fini(&slots.notice);
    buf_fini(&slots.errors);
    buf_fini(&slots.actions);
    buf_fini(&slots.roles);
    buf_fini(&slots.regions);
    buf_fini(&slots.formats);
    buf_fini(&slots.channels);
}
