/* sign_up_reply -- the answer to a sign-up: the same whoever signs up.
 *
 * JSON is answered 201 with the places of this entry and the codes of its
 * slips; a form goes on to the slip's page, with what was typed sealed in a
 * cookie for that page alone. */
#include <stdio.h>
#include <string.h>

#include "common/base/base.h"
#include "services/gateway/api/signup/sign_up.h"
#include "services/gateway/api/words.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

/* ---- a form ---- */

/* What is too long for the cookie is left out: it is only shown. */
static void
copy_typed(char *to, size_t size, const char *from)
{
    if (from != NULL && strlen(from) < size) {
        memcpy(to, from, strlen(from) + 1);
    }
}

static void
fill_slip(const struct sign_up_flow *flow, struct slip *slip)
{
    *slip = (struct slip){
        .campaign_number = flow->campaign_number,
        .number = flow->number,
        .role = flow->role,
        .confirms_by = flow->confirms_by,
        .is_vouched = flow->by != SIGNUP__ENTERED_BY__ENTERED_BY_NOBODY,
        .is_for_other = flow->is_for_other,
        .count = flow->place_count,
    };
    for (size_t i = 0; i < flow->place_count; i++) {
        slip->places[i] = (struct slip_place){flow->places[i].action_number,
                                              flow->places[i].state};
    }
}

static void
reply_to_form(struct sign_up_flow *flow)
{
    const struct gateway *g = flow->x->gateway;
    struct slip slip;
    struct slip_typed typed = {0};
    char token[SLIP_TEXT_SIZE], sealed[SLIP_COOKIE_SIZE];
    fill_slip(flow, &slip);
    copy_typed(typed.name, sizeof(typed.name), flow->name);
    copy_typed(typed.phone, sizeof(typed.phone), flow->phone);
    copy_typed(typed.email, sizeof(typed.email), flow->email);
    slip_write(&g->slip_key, &slip, token);
    slip_write_typed(&g->typed_key, token, &typed, sealed);
    bool is_https = strncmp(g->public_url, "https:", 6) == 0;
    char *cookie = mem_format(
        SLIP_COOKIE "=%s; Path=/s/; HttpOnly; SameSite=Strict; Max-Age=%d%s",
        sealed, SLIP_TYPED_S, is_https ? "; Secure" : "");
    char *to = mem_format("/s/%s", token);
    reply_redirect_with(flow->x, to,
                        (struct http_header){"Set-Cookie", cookie});
    free(to);
    free(cookie);
}

/* ---- JSON ---- */

static json_t *
place_to_json(const struct sign_up_flow *flow,
              const struct sign_up_place *place)
{
    json_t *object = json_object();
    json_set_text(object, "action", place->action);
    json_set_text(object, "state",
                  json_word_of(place_words, (int)place->state));
    if (place->code[0] == '\0') {
        json_set(object, "ticket", json_null());
        return object;
    }
    char url[512];
    json_t *ticket = json_object();
    (void)snprintf(url, sizeof(url), "%s/t/%s", flow->x->gateway->public_url,
                   place->code);
    json_set_text(ticket, "code", place->code);
    json_set_text(ticket, "url", url);
    json_set(object, "ticket", ticket);
    return object;
}

static void
reply_to_json(struct sign_up_flow *flow)
{
    json_t *body = json_object(), *places = json_array();
    for (size_t i = 0; i < flow->place_count; i++) {
        (void)json_array_append_new(places,
                                    place_to_json(flow, &flow->places[i]));
    }
    json_set(body, "places", places);
    json_set_text(body, "confirm",
                  json_word_of(channel_words, (int)flow->confirms_by));
    reply_json(flow->x, 201, body);
}

void
sign_up_reply(struct sign_up_flow *flow)
{
    if (flow->is_form) {
        reply_to_form(flow);
    } else {
        reply_to_json(flow);
    }
}
