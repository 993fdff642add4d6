/* short_forms -- first names that go by others: Bob is Robert. Pure. */
#ifndef SIGNUP_PEOPLE_SHORT_FORMS_H
#define SIGNUP_PEOPLE_SHORT_FORMS_H

#include <stdbool.h>
#include <stddef.h>

/* Two folded words. True: both stand in one row of names. */
bool short_forms_match(const char *a, size_t a_len, const char *b,
                       size_t b_len);

#endif
