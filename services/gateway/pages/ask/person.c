/* person -- one supporter, by campaign number and number.
 *
 *   person_find -> about_find -> ask_supporter -> supporter_found
 *               -> person->found */
#include "common/base/base.h"
#include "services/gateway/gateway.h"
#include "services/gateway/pages/ask/flow.h"

static void
supporter_found(void *arg, enum err err, const char *detail,
                const Signup__Reply *reply)
{
    (void)detail;
    struct exchange *x = arg;
    struct person *person = x->state;
    if (page_answered(x, err, person->about.what)) {
        person->found(x, person, person->about.actions, reply->get_supporter);
    }
}

static void
ask_supporter(struct exchange *x)
{
    struct person *person = x->state;
    Signup__Proof by;
    Signup__GetSupporter get = SIGNUP__GET_SUPPORTER__INIT;
    get.campaign = person->about.campaign;
    get.number = person->number;
    get.by = page_proof(&person->link, &by);
    signup_ask_get_supporter(x->gateway->signup, &get, supporter_found, x);
}

static void
fini(void *state)
{
    struct person *person = state;
    about_fini(&person->about);
}

struct person *
person_new(struct exchange *x, const char *what, person_cb *found)
{
    struct person *person = exchange_state_owning(x, sizeof(*person), fini);
    person->about.what = what;
    person->about.found = ask_supporter;
    person->found = found;
    return person;
}

void
person_find(struct exchange *x)
{
    about_find(x);
}
