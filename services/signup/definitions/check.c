/* check -- whether a campaign or an action may be put so. */
#include "services/signup/definitions/check.h"

#include <stdbool.h>
#include <string.h>

#include "common/client/attributes.h"
#include "common/text/text.h"
#include "services/signup/definitions/slugs.h"
#include "services/signup/keep/store.h"

struct text_rule {
    const char *text; /* NULL: absent */
    size_t bytes_max;
    bool is_line; /* no control characters at all */
    struct signup_fault fault;
};

static const struct signup_fault fine = {NULL, NULL};

static bool
is_good_text(const struct text_rule *rule)
{
    if (rule->text == NULL) {
        return true;
    }
    for (const char *c = rule->text; *c != '\0'; c++) {
        bool is_control = ((unsigned char)*c < 0x20 || *c == 0x7f);
        if (is_control && (rule->is_line || *c != '\n')) {
            return false;
        }
    }
    return strlen(rule->text) <= rule->bytes_max;
}

static struct signup_fault
check_texts(const struct text_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_good_text(&rules[i])) {
            return rules[i].fault;
        }
    }
    return fine;
}

/* All good, and no two the same. */
static bool
are_slugs(char *const *list, size_t count)
{
    struct slugs slugs = {.size = 0};
    bool are = slugs_add_list(&slugs, list, count);
    for (size_t i = 0; i < count; i++) {
        are &= slug_is_valid(list[i]);
    }
    slugs_fini(&slugs);
    return are;
}

static struct signup_fault
check_lists(const Signup__Campaign *c)
{
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        char *const *words;
        size_t count = attribute_words(&attributes[a], c, &words);
        if (count > attributes[a].words_max || !are_slugs(words, count)) {
            return (struct signup_fault){attributes[a].words,
                                         attributes[a].list_fault};
        }
    }
    return fine;
}

static struct signup_fault
check_senders(const Signup__Campaign *c)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 &-+";
    if (c->sms_sender != NULL &&
        (strlen(c->sms_sender) > DEFINITION_SENDER_BYTES_MAX ||
         c->sms_sender[strspn(c->sms_sender, letters)] != '\0')) {
        return (struct signup_fault){
            "sms_sender", "sms_sender has at most 11 letters and digits"};
    }
    char normal[EMAIL_TEXT_SIZE];
    const char *why;
    if (c->email_from != NULL && c->email_from[0] != '\0' &&
        contact_email(c->email_from, normal, &why) != ERR_NONE) {
        return (struct signup_fault){"email_from",
                                     "email_from is not an email address"};
    }
    return fine;
}

struct signup_fault
definition_check_campaign(const Signup__Campaign *c)
{
    if (!slug_is_valid(c->id) || strcmp(c->id, "muster") == 0) {
        return (struct signup_fault){
            "id",
            "a campaign's id is 1 to 40 of a-z, 0-9 and -, and not muster"};
    }
    const struct text_rule rules[] = {
        {c->name,
         DEFINITION_NAME_BYTES_MAX,
         true,
         {"name", "name is one line of at most 200 bytes"}},
        {c->email_from_name,
         DEFINITION_NAME_BYTES_MAX,
         true,
         {"email_from_name",
          "email_from_name is one line of at most 200 bytes"}},
        {c->consent_wording,
         DEFINITION_TEXT_BYTES_MAX,
         false,
         {"consent_wording", "consent_wording has at most 1,000 bytes"}},
        {c->consent_version,
         40,
         true,
         {"consent_version", "consent_version has at most 40 bytes"}},
        {c->summary,
         DEFINITION_TEXT_BYTES_MAX,
         false,
         {"summary", "summary has at most 1,000 bytes"}},
    };
    struct signup_fault fault =
        check_texts(rules, sizeof(rules) / sizeof(rules[0]));
    if (fault.detail == NULL && c->name[0] == '\0') {
        fault = (struct signup_fault){"name", "a campaign needs a name"};
    }
    if (fault.detail == NULL) {
        fault = check_lists(c);
    }
    if (fault.detail == NULL) {
        fault = definition_check_confirmation(c);
    }
    return fault.detail != NULL ? fault : check_senders(c);
}

static bool
is_prefix(char *const *from, size_t from_count, char *const *to,
          size_t to_count)
{
    if (from_count > to_count) {
        return false;
    }
    for (size_t i = 0; i < from_count; i++) {
        if (strcmp(from[i], to[i]) != 0) {
            return false;
        }
    }
    return true;
}

struct signup_fault
definition_check_change(const Signup__Campaign *from,
                        const Signup__Campaign *to)
{
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        char *const *were, *const *are;
        size_t were_count = attribute_words(&attributes[a], from, &were);
        size_t count = attribute_words(&attributes[a], to, &are);
        if (!is_prefix(were, were_count, are, count)) {
            return (struct signup_fault){attributes[a].words,
                                         attributes[a].change_fault};
        }
    }
    return fine;
}

static bool
is_good_gate(const Signup__Gate *gate)
{
    const struct text_rule name = {
        gate->name, DEFINITION_NAME_BYTES_MAX, true, {NULL, NULL}};
    return slug_is_valid(gate->id) && gate->name[0] != '\0' &&
           is_good_text(&name);
}

static struct signup_fault
check_gates(const Signup__Action *a)
{
    struct slugs ids = {.size = 0};
    struct signup_fault fault = {"gates", NULL};
    if (a->n_gates > DEFINITION_GATES_MAX) {
        fault.detail = "an action has at most 256 gates";
        return fault;
    }
    for (size_t i = 0; i < a->n_gates && fault.detail == NULL; i++) {
        if (!is_good_gate(a->gates[i])) {
            fault.detail = "a gate has an id of a-z, 0-9 and -, and a name";
        } else if (!slugs_add(&ids, a->gates[i]->id, (uint32_t)i + 1)) {
            fault.detail = "two gates have the same id";
        }
    }
    slugs_fini(&ids);
    return fault;
}

struct signup_fault
definition_check_action(const Signup__Action *a)
{
    if (!slug_is_valid(a->id)) {
        return (struct signup_fault){
            "id", "an action's id is 1 to 40 of a-z, 0-9 and -"};
    }
    const struct text_rule rules[] = {
        {a->name,
         DEFINITION_NAME_BYTES_MAX,
         true,
         {"name", "name is one line of at most 200 bytes"}},
        {a->place,
         DEFINITION_NAME_BYTES_MAX,
         true,
         {"place", "place is one line of at most 200 bytes"}},
        {a->summary,
         DEFINITION_TEXT_BYTES_MAX,
         false,
         {"summary", "summary has at most 1,000 bytes"}},
    };
    struct signup_fault fault =
        check_texts(rules, sizeof(rules) / sizeof(rules[0]));
    if (fault.detail != NULL) {
        return fault;
    }
    if (a->name[0] == '\0') {
        return (struct signup_fault){"name", "an action needs a name"};
    }
    if (a->kind == WORDS__ACTION_KIND__KIND_NONE ||
        protobuf_c_enum_descriptor_get_value(&words__action_kind__descriptor,
                                             (int)a->kind) == NULL) {
        return (struct signup_fault){"kind",
                                     "an action needs a kind that is known"};
    }
    if (a->starts_at_ms <= 0 || a->ends_at_ms <= a->starts_at_ms) {
        return (struct signup_fault){"ends_at",
                                     "an action ends after it starts"};
    }
    return check_gates(a);
}
