/* people_api -- two supporters who are one person, and who are not: for staff.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/client/signup.h"
#include "services/gateway/api/api.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/staff/audit.h"

#define NUMBER_MAX ((1U << 24) - 1)
#define NUMBER_DIGITS_MAX 8

struct joining {
    uint32_t number, into;
    char subject[AUDIT_SUBJECT_SIZE];
};

/* The path's {n}. False: there is no such supporter, and it has replied. */
static bool
read_number(struct exchange *x, uint32_t *out)
{
    const char *text = exchange_param(x, "n");
    size_t digits = strspn(text, "0123456789");
    bool is_number =
        digits > 0 && digits <= NUMBER_DIGITS_MAX && text[digits] == '\0';
    unsigned long number = is_number ? strtoul(text, NULL, 10) : 0;
    if (!is_number || number > NUMBER_MAX) {
        reply_problem(x, 404, "there is no such supporter");
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

static void
on_joined(void *arg, enum err err, const char *detail,
          const Signup__Reply *reply)
{
    struct exchange *x = arg;
    if (!exchange_answered(x, err, detail)) {
        return;
    }
    /* One place in the oneof for both. */
    json_t *body = json_object();
    json_set_bool(body, "is_changed", reply->merge->is_changed);
    reply_json(x, 200, body);
}

/* ---- POST …/supporters/{n}/merge ---- */

static void
ask_merge(struct exchange *x)
{
    const struct joining *joining = x->state;
    Signup__Merge merge = SIGNUP__MERGE__INIT;
    merge.campaign = (char *)exchange_campaign(x);
    merge.number = joining->number;
    merge.into = joining->into;
    signup_ask_merge(x->gateway->signup, &merge, on_joined, x);
}

void
merge_supporter(struct exchange *x)
{
    uint32_t number;
    if (!read_number(x, &number) || !exchange_read_json(x)) {
        return;
    }
    struct json_fields f;
    int64_t into = 0;
    struct joining *joining = exchange_state(x, sizeof(*joining));
    json_fields_init(&f, x->body, "", &x->errors);
    (void)json_whole(&f, "into", JSON_REQUIRED,
                     (struct json_range){0, NUMBER_MAX}, &into);
    if (!json_fields_end(&f)) {
        reply_errors(x);
        return;
    }
    joining->number = number;
    joining->into = (uint32_t)into;
    (void)snprintf(joining->subject, sizeof(joining->subject),
                   "%" PRIu32 " into %" PRIu32, joining->number, joining->into);
    audit_act(x, joining->subject, ask_merge);
}

/* ---- POST …/supporters/{n}/split ---- */

static void
ask_split(struct exchange *x)
{
    const struct joining *joining = x->state;
    Signup__Split split = SIGNUP__SPLIT__INIT;
    split.campaign = (char *)exchange_campaign(x);
    split.number = joining->number;
    signup_ask_split(x->gateway->signup, &split, on_joined, x);
}

void
split_supporter(struct exchange *x)
{
    uint32_t number;
    if (!read_number(x, &number)) {
        return;
    }
    struct joining *joining = exchange_state(x, sizeof(*joining));
    joining->number = number;
    (void)snprintf(joining->subject, sizeof(joining->subject), "%" PRIu32,
                   number);
    audit_act(x, joining->subject, ask_split);
}
