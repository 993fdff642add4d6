/* signup_json -- signup's messages as JSON. */
#include "services/gateway/api/signup/signup_json.h"

#include "common/client/attributes.h"
#include "services/gateway/api/words.h"

static json_t *
texts_to_json(char *const *texts, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_string(texts[i]));
    }
    return list;
}

json_t *
campaign_to_json(const Signup__Campaign *campaign, bool is_for_staff)
{
    const Signup__Campaign *c = campaign;
    json_t *object = json_object();
    json_set_text(object, "id", c->id);
    json_set_text(object, "name", c->name);
    json_set_text(object, "summary", c->summary);
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        char *const *words;
        size_t count = attribute_words(&attributes[a], c, &words);
        if (attributes[a].fixed == NULL) {
            json_set(object, attributes[a].words, texts_to_json(words, count));
        }
    }
    json_set_text(object, "consent_wording", c->consent_wording);
    json_set_text(object, "consent_version", c->consent_version);
    if (is_for_staff) {
        json_set_text(object, "sms_sender", c->sms_sender);
        json_set_text(object, "email_from", c->email_from);
        json_set_text(object, "email_from_name", c->email_from_name);
        json_set_whole(object, "approval_above",
                       c->has_approval_above ? c->approval_above : 100);
        json_set_bool(object, "allows_drama_numbers",
                      c->has_allows_drama_numbers && c->allows_drama_numbers);
        json_set_text(object, "confirmation_sms", c->confirmation_sms);
        json_set_text(object, "confirmation_subject", c->confirmation_subject);
        json_set_text(object, "confirmation_email", c->confirmation_email);
        json_set_text(
            object, "confirms_by",
            json_word_of(channel_words, c->has_confirms_by
                                            ? (int)c->confirms_by
                                            : WORDS__CHANNEL__CHANNEL_EMAIL));
    }
    return object;
}

/* What a stranger is told does not fall when an entry is found to be another's
 * twin: else whoever typed her contact would see that it is known. Where seats
 * are few, those for good are told as they are. */
static void
set_counts(json_t *object, const Signup__Action *a, bool is_for_staff)
{
    int64_t confirmed = a->has_confirmed ? a->confirmed : 0;
    int64_t waitlisted = a->has_waitlisted ? a->waitlisted : 0;
    if (!is_for_staff) {
        confirmed += !a->has_capacity && a->has_twins ? a->twins : 0;
        waitlisted += a->has_twins_waiting ? a->twins_waiting : 0;
    }
    json_set_whole(object, "confirmed", confirmed);
    json_set_whole(object, "waitlisted", waitlisted);
    if (is_for_staff) {
        json_set_whole(object, "not_confirmed",
                       a->has_unproved ? a->unproved : 0);
        json_set_whole(object, "held", a->has_held ? a->held : 0);
        json_set_whole(object, "asked", a->has_asked ? a->asked : 0);
    }
}

json_t *
action_to_json(const Signup__Action *action, bool is_for_staff)
{
    const Signup__Action *a = action;
    json_t *object = json_object(), *gates = json_array();
    json_set_text(object, "id", a->id);
    json_set_text(object, "name", a->name);
    json_set_text(object, "kind", json_word_of(kind_words, (int)a->kind));
    json_set_text(object, "place", a->place);
    json_set_time(object, "starts_at", a->starts_at_ms);
    json_set_time(object, "ends_at", a->ends_at_ms);
    json_set(object, "capacity",
             a->has_capacity ? json_integer(a->capacity) : json_null());
    set_counts(object, a, is_for_staff);
    json_set_text(object, "summary", a->summary);
    for (size_t i = 0; i < a->n_gates; i++) {
        json_t *gate = json_object();
        json_set_text(gate, "id", a->gates[i]->id);
        json_set_text(gate, "name", a->gates[i]->name);
        (void)json_array_append_new(gates, gate);
    }
    json_set(object, "gates", gates);
    return object;
}

json_t *
excluded_to_json(Signup__Excluded *const *excluded, size_t count)
{
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++) {
        const char *rule = json_word_of(rule_words, (int)excluded[i]->rule);
        if (rule != NULL) {
            json_set_whole(object, rule, excluded[i]->count);
        }
    }
    return object;
}
