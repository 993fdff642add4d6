/* bus_api -- what may be asked of signup, as one table. */
#include "services/signup/audience/flows.h"
#include "services/signup/definitions/flows.h"
#include "services/signup/joining/flows.h"
#include "services/signup/joining/signup_flow.h"
#include "services/signup/keep/feed.h"
#include "services/signup/notes/flows.h"
#include "services/signup/signup.h"
#include "services/signup/supporter/flows.h"

static const struct asked_row rows[] = {
    {SIGNUP__REQUEST__IS_SIGN_UP, signup_flow_start},
    {SIGNUP__REQUEST__IS_PUT_CAMPAIGN, put_flow_campaign},
    {SIGNUP__REQUEST__IS_PUT_ACTION, put_flow_action},
    {SIGNUP__REQUEST__IS_LIST_CAMPAIGNS, list_flow_campaigns},
    {SIGNUP__REQUEST__IS_LIST_ACTIONS, list_flow_actions},
    {SIGNUP__REQUEST__IS_GET_SUPPORTER, get_flow_start},
    {SIGNUP__REQUEST__IS_SET_CONSENT, consent_flow_set},
    {SIGNUP__REQUEST__IS_PREVIEW, audience_flow_preview},
    {SIGNUP__REQUEST__IS_MEASURE, measure_flow_start},
    {SIGNUP__REQUEST__IS_FREEZE, audience_flow_freeze},
    {SIGNUP__REQUEST__IS_RESOLVE, resolve_flow_start},
    {SIGNUP__REQUEST__IS_SINCE, feed_flow_since},
    {SIGNUP__REQUEST__IS_CANCEL, cancel_flow_start},
    {SIGNUP__REQUEST__IS_OPEN_CONTACT, open_flow_contact},
    {SIGNUP__REQUEST__IS_PROVE, prove_flow_start},
    {SIGNUP__REQUEST__IS_CHANGE_CONTACT, change_flow_contact},
    {SIGNUP__REQUEST__IS_MERGE, merge_flow_start},
    {SIGNUP__REQUEST__IS_SPLIT, merge_flow_split},
    {SIGNUP__REQUEST__IS_MAKE_CODE, code_flow_make},
    {SIGNUP__REQUEST__IS_TRY_CODE, code_flow_try},
    {SIGNUP__REQUEST__IS_STOP_TEXTS, stop_flow_start},
    {SIGNUP__REQUEST__IS_LIST_CALLS, calls_flow_list},
    {SIGNUP__REQUEST__IS_GET_BUDGETS, budgets_flow_get},
};

const struct asked_api signup_api = {
    .name = "signup",
    .request = &signup__request__descriptor,
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
    .body_bytes_max = BUS_BODY_BYTES_MAX,
};
