/* consent_api -- whom to ring, a STOP that somebody told us, and how much of
 * the limits on messages to unproved contacts is used: for staff.
 *
 * A STOP may be passed on by staff; a START comes from the number alone. */
#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "services/gateway/api/api.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/staff/audit.h"

#define PHONE_CHARS_MAX 60

/* ---- GET …/calls ---- */

static bool
is_held(Words__PlaceState state)
{
    return state != WORDS__PLACE_STATE__PLACE_NONE &&
           state != WORDS__PLACE_STATE__PLACE_CANCELLED;
}

static json_t *
call_to_json(const Signup__Call *call)
{
    json_t *item = json_object(), *actions = json_array();
    json_set_text(item, "name", call->name);
    json_set_text(item, "phone", call->phone);
    for (size_t i = 0; i < call->n_places; i++) {
        if (is_held(call->places[i]->state)) {
            (void)json_array_append_new(actions,
                                        json_string(call->places[i]->action));
        }
    }
    json_set(item, "actions", actions);
    return item;
}

static void
on_calls(void *arg, enum err err, const char *detail,
         const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Signup__Calls *calls = reply->list_calls;
    json_t *body = json_object(), *list = json_array();
    for (size_t i = 0; i < calls->n_calls; i++) {
        (void)json_array_append_new(list, call_to_json(calls->calls[i]));
    }
    json_set(body, "calls", list);
    if (calls->has_next) {
        json_set_whole(body, "next", calls->next);
    }
    reply_json(x, 200, body);
}

static void
ask_calls(struct exchange *x)
{
    Signup__ListCalls list = SIGNUP__LIST_CALLS__INIT;
    list.campaign = (char *)exchange_campaign(x);
    list.has_after = exchange_query(x, "after") != NULL;
    list.after = (uint32_t)exchange_query_whole(x, "after", 0, UINT32_MAX);
    signup_ask_list_calls(x->gateway->signup, &list, on_calls, x);
}

void
list_calls(struct exchange *x)
{
    (void)exchange_query_whole(x, "after", 0, UINT32_MAX);
    if (x->errors.count > 0) {
        reply_errors(x);
        return;
    }
    audit_act(x, "calls", ask_calls);
}

/* ---- POST …/stops ---- */

static void
on_stopped(void *arg, enum err err, const char *detail,
           const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    json_t *body = json_object();
    json_set_bool(body, "is_changed", reply->stop_texts->is_changed);
    reply_json(x, 200, body);
}

static void
ask_stop(struct exchange *x)
{
    Signup__StopTexts *stop = x->state;
    signup_ask_stop_texts(x->gateway->signup, stop, on_stopped, x);
}

void
record_stop(struct exchange *x)
{
    if (!exchange_read_json(x)) {
        return;
    }
    struct json_fields f;
    Signup__StopTexts *stop = exchange_state(x, sizeof(*stop));
    signup__stop_texts__init(stop);
    json_fields_init(&f, x->body, "", &x->errors);
    stop->campaign = (char *)exchange_campaign(x);
    stop->phone = (char *)json_text(&f, "phone", JSON_REQUIRED | JSON_PASTED,
                                    PHONE_CHARS_MAX);
    if (!json_fields_end(&f)) {
        reply_errors(x);
        return;
    }
    audit_act(x, "stops", ask_stop); /* not the number */
}

/* ---- GET …/budgets ---- */

static void
on_budgets(void *arg, enum err err, const char *detail,
           const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    const Signup__Budgets *budgets = reply->get_budgets;
    json_t *body = json_object(), *list = json_array();
    for (size_t i = 0; i < budgets->n_budgets; i++) {
        const Signup__Budget *budget = budgets->budgets[i];
        json_t *item = json_object();
        json_set_text(item, "name", budget->name);
        json_set_whole(item, "used", (int64_t)budget->used);
        json_set_whole(item, "max", (int64_t)budget->max);
        json_set_whole(item, "held_back", (int64_t)budget->held_back);
        json_set_time(item, "held_since",
                      budget->has_since_ms ? budget->since_ms : -1);
        json_set_bool(item, "is_alarm", budget->is_alarm);
        (void)json_array_append_new(list, item);
    }
    json_set_bool(body, "is_alarm", budgets->is_alarm);
    json_set(body, "budgets", list);
    reply_json(x, 200, body);
}

void
get_budgets(struct exchange *x)
{
    Signup__GetBudgets get = SIGNUP__GET_BUDGETS__INIT;
    get.campaign = (char *)exchange_campaign(x);
    signup_ask_get_budgets(x->gateway->signup, &get, on_budgets, x);
}
