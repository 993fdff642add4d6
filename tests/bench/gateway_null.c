// links: svc_gateway
/* gateway_null -- the gateway with nothing behind it, for measuring against.
 *
 * The same program as muster-gateway, the same routes, but what it would ask
 * of signup, checkin and broadcast is answered from the next turn of its own
 * loop: no bus, no store. What a real sign-up or check-in costs beyond this
 * is the price of being remembered. */
#include <stdlib.h>

#include "common/base/base.h"
#include "common/client/broadcast.h"
#include "common/client/checkin.h"
#include "common/client/signup.h"
#include "services/gateway/start.h"

struct pending_signup {
    signup_answer_cb *cb;
    void *arg;
    size_t action_count;
};

static void
answer_signup(void *arg)
{
    struct pending_signup *pending = arg;
    Signup__Reply reply = SIGNUP__REPLY__INIT;
    Signup__SignedUp signed_up = SIGNUP__SIGNED_UP__INIT;
    Signup__Place place = SIGNUP__PLACE__INIT, *places[] = {&place};
    place.action = "rally";
    place.action_number = 1;
    place.state = WORDS__PLACE_STATE__PLACE_CONFIRMED;
    signed_up.campaign_number = 1;
    signed_up.n_places = pending->action_count > 0 ? 1 : 0;
    signed_up.places = places;
    reply.is_case = SIGNUP__REPLY__IS_SIGN_UP;
    reply.sign_up = &signed_up;
    pending->cb(pending->arg, ERR_NONE, "", &reply);
    free(pending);
}

static void
refuse_signup(void *arg)
{
    struct pending_signup *pending = arg;
    pending->cb(pending->arg, ERR_UNAVAILABLE, "nothing is behind this", NULL);
    free(pending);
}

void
signup_ask(struct bus_peer *peer, int instance, const Signup__Request *request,
           signup_answer_cb *cb, void *arg)
{
    struct pending_signup *pending = mem_new(sizeof(*pending));
    bool is_sign_up = request->is_case == SIGNUP__REQUEST__IS_SIGN_UP;
    (void)peer;
    (void)instance;
    *pending = (struct pending_signup){
        cb, arg, is_sign_up ? request->sign_up->n_actions : 0};
    loop_defer(gateway_loop(), is_sign_up ? answer_signup : refuse_signup,
               pending);
}

struct pending_checkin {
    checkin_answer_cb *cb;
    void *arg;
    size_t bearer_count;
};

static void
answer_mark(void *arg)
{
    struct pending_checkin *pending = arg;
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    Checkin__Marked marked = CHECKIN__MARKED__INIT;
    marked.is_first = true;
    reply.is_case = CHECKIN__REPLY__IS_MARK;
    reply.mark = &marked;
    pending->cb(pending->arg, ERR_NONE, "", &reply);
    free(pending);
}

static void
answer_issue(void *arg)
{
    struct pending_checkin *pending = arg;
    Checkin__Reply reply = CHECKIN__REPLY__INIT;
    Checkin__Tickets tickets = CHECKIN__TICKETS__INIT;
    Checkin__Ticket ticket = CHECKIN__TICKET__INIT;
    ticket.code = "00000000000000";
    tickets.n_tickets = pending->bearer_count;
    tickets.tickets =
        mem_new_array(tickets.n_tickets + 1, sizeof(tickets.tickets[0]));
    for (size_t i = 0; i < tickets.n_tickets; i++) {
        tickets.tickets[i] = &ticket;
    }
    reply.is_case = CHECKIN__REPLY__IS_ISSUE;
    reply.issue = &tickets;
    pending->cb(pending->arg, ERR_NONE, "", &reply);
    free(tickets.tickets);
    free(pending);
}

static void
refuse_checkin(void *arg)
{
    struct pending_checkin *pending = arg;
    pending->cb(pending->arg, ERR_UNAVAILABLE, "nothing is behind this", NULL);
    free(pending);
}

void
checkin_ask(struct bus_peer *peer, int instance,
            const Checkin__Request *request, checkin_answer_cb *cb, void *arg)
{
    struct pending_checkin *pending = mem_new(sizeof(*pending));
    bool is_mark = request->is_case == CHECKIN__REQUEST__IS_MARK;
    bool is_issue = request->is_case == CHECKIN__REQUEST__IS_ISSUE;
    (void)peer;
    (void)instance;
    *pending = (struct pending_checkin){
        cb, arg, is_issue ? request->issue->n_bearers : 0};
    loop_defer(gateway_loop(),
               is_mark    ? answer_mark
               : is_issue ? answer_issue
                          : refuse_checkin,
               pending);
}

struct pending_broadcast {
    broadcast_answer_cb *cb;
    void *arg;
};

static void
refuse_broadcast(void *arg)
{
    struct pending_broadcast *pending = arg;
    pending->cb(pending->arg, ERR_UNAVAILABLE, "nothing is behind this", NULL);
    free(pending);
}

void
broadcast_ask(struct bus_peer *peer, int instance,
              const Broadcast__Request *request, broadcast_answer_cb *cb,
              void *arg)
{
    struct pending_broadcast *pending = mem_new(sizeof(*pending));
    (void)peer;
    (void)instance;
    (void)request;
    *pending = (struct pending_broadcast){cb, arg};
    loop_defer(gateway_loop(), refuse_broadcast, pending);
}

int
main(int argc, char **argv)
{
    return gateway_main(argc, argv, false);
}
