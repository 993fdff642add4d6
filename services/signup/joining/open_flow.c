/* open_flow -- a contact's page, looked at: nothing changes. */
#include "services/signup/joining/contact_page.h"
#include "services/signup/joining/flows.h"

static void
read_done(void *arg, enum err err, const char *detail,
          struct household *household)
{
    struct asked *asked = arg;
    const Signup__Proof *by = signup_request(asked)->open_contact->by;
    if (err == ERR_CONFLICT) {
        contact_page_answer_refused(asked, SIGNUP__REPLY__IS_OPEN_CONTACT, by,
                                    NULL);
    } else if (err != ERR_NONE) {
        asked_refuse(asked, err, detail);
    } else {
        contact_page_answer(asked, SIGNUP__REPLY__IS_OPEN_CONTACT, household);
    }
    household_free(&household);
}

void
open_flow_contact(struct asked *asked)
{
    const Signup__OpenContact *ask = signup_request(asked)->open_contact;
    household_read(signup_of(asked), ask->campaign, ask->by, read_done, asked);
}
