/* contact_page -- what whoever holds a contact is shown. */
#ifndef SIGNUP_JOINING_CONTACT_PAGE_H
#define SIGNUP_JOINING_CONTACT_PAGE_H

#include "common/service/asked.h"
#include "services/signup/joining/household.h"

/* Before its proof: by's own entry, as typed. After it: everybody of that
 * contact, each with the places that were made with it, and who is asked
 * about. is_case: of the Reply. Ends asked. */
void contact_page_answer(struct asked *asked, int is_case,
                         const struct household *household);
/* "Not me" was said. household may be NULL. */
void contact_page_answer_refused(struct asked *asked, int is_case,
                                 const Signup__Proof *by,
                                 const struct household *household);

/* The contact by which it was opened is nobody's there any more. */
void contact_page_answer_gone(struct asked *asked, int is_case,
                              const Signup__Proof *by);

#endif
