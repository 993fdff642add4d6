/* here_flow -- /here/{c}/{a}/{gate}: a marcher checks in at a gate's poster.
 *
 *   GET   actions_listed -> the form
 *   POST  marked (checkin says) -> actions_listed -> in, or the form again
 *
 * The form carries its own scan id, so that sending it twice counts once; a
 * form that is shown again has a new one. */
#include <stdio.h>
#include <string.h>

#include "common/client/checkin.h"
#include "services/gateway/door/guesses.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"
#include "services/gateway/pages/frame/action.h"
#include "services/gateway/pages/here/show_here.h"
#include "services/gateway/pages/pages.h"

#define SCAN_ID_BYTES 12
#define SCAN_ID_SIZE 65 /* as checkin.proto's Mark.scan_id */
#define CODE_SIZE 256   /* with what is pasted round it */
#define DEVICE_SIZE 41  /* as checkin.proto's Mark.device */

struct here {
    char code[CODE_SIZE];
    char scan_id[SCAN_ID_SIZE];
    bool is_act, was_present;
    enum err err; /* of the mark */
};

static const Signup__Gate *
find_gate(const Signup__Action *action, const char *id)
{
    for (size_t i = 0; action != NULL && i < action->n_gates; i++) {
        if (strcmp(action->gates[i]->id, id) == 0) {
            return action->gates[i];
        }
    }
    return NULL;
}

static const char *
error_words(const struct here *here)
{
    if (!here->is_act || here->err == ERR_NONE) {
        return NULL;
    }
    if (here->err == ERR_NOT_FOUND || here->err == ERR_BAD_REQUEST) {
        return "We do not know this code here. Please check it, letter by "
               "letter, and that it is for this action.";
    }
    return "That did not work just now. Please try again.";
}

static void
reply_here(struct exchange *x, const Signup__Action *action,
           const Signup__Gate *gate)
{
    struct here *here = x->state;
    struct buf html, scan_id;
    uint8_t random[SCAN_ID_BYTES];
    buf_init(&html, 0);
    buf_init(&scan_id, 0);
    crypto_random(random, sizeof(random));
    crypto_add_base64url(&scan_id, random, sizeof(random));
    const struct show_here shown = {
        .campaign = exchange_param(x, "c"),
        .action = action,
        .gate = gate,
        .scan_id = buf_string(&scan_id),
        .code = here->code,
        .error = error_words(here),
    };
    if (here->is_act && here->err == ERR_NONE) {
        show_here_done(&html, &shown, here->was_present);
    } else {
        show_here(&html, &shown);
    }
    reply_html(x, here->is_act ? err_http_status(here->err) : 200, &html);
    buf_fini(&scan_id);
    buf_fini(&html);
}

static void
actions_listed(void *arg, enum err err, const char *detail,
               const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    const Signup__Action *action = NULL;
    const Signup__Gate *gate = NULL;
    if (err == ERR_NONE) {
        action = action_find(reply->list_actions, exchange_param(x, "a"));
        gate = find_gate(action, exchange_param(x, "gate"));
        err = gate == NULL ? ERR_NOT_FOUND : ERR_NONE;
    }
    if (page_answered(x, err, "gate")) {
        reply_here(x, action, gate);
    }
}

void
page_here(struct exchange *x)
{
    struct here *here = exchange_state(x, sizeof(*here));
    const char *code = exchange_query(x, "code");
    snprintf(here->code, sizeof(here->code), "%s", code ? code : "");
    page_ask_actions(x, exchange_param(x, "c"), actions_listed);
}

/* ---- the mark ---- */

static void
marked(void *arg, enum err err, const char *detail, const Checkin__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct here *here = x->state;
    guesses_learn(x, here->code, err);
    here->err = err;
    here->was_present = err == ERR_NONE && reply->mark->was_present;
    page_ask_actions(x, exchange_param(x, "c"), actions_listed);
}

static void
read_form(struct exchange *x, struct here *here)
{
    const char *form = exchange_form(x);
    if (form == NULL) {
        return;
    }
    if (!http_form_value(form, "code", 0, here->code, sizeof(here->code))) {
        here->code[0] = '\0';
    }
    if (!http_form_value(form, "scan_id", 0, here->scan_id,
                         sizeof(here->scan_id))) {
        here->scan_id[0] = '\0';
    }
}

void
page_here_act(struct exchange *x)
{
    struct here *here = exchange_state(x, sizeof(*here));
    char device[DEVICE_SIZE];
    here->is_act = true;
    read_form(x, here);
    if (!guesses_admit_or_reply(x, here->code)) {
        return;
    }
    snprintf(device, sizeof(device), "self-%s", exchange_param(x, "gate"));
    Checkin__Mark mark = CHECKIN__MARK__INIT;
    mark.campaign = (char *)exchange_param(x, "c");
    mark.action = (char *)exchange_param(x, "a");
    mark.gate = (char *)exchange_param(x, "gate");
    mark.kind = CHECKIN__MARK_KIND__ARRIVED;
    mark.code = here->code;
    mark.scan_id = here->scan_id;
    mark.device = device;
    checkin_ask_mark(x->gateway->checkin, &mark, marked, x);
}
