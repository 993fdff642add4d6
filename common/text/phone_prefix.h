/* phone_prefix -- UK mobile numbers, without asking the library each time.
 *
 * libphonenumber takes 34 us for each number, which is more than all the rest
 * of a sign-up. Whether a UK number that begins with 7 is a mobile, a pager
 * or nobody's depends on its first six digits alone, so its answer is
 * remembered for each of those (100 KB). Whatever is typed in any other form
 * goes to it each time. For one thread. */
#ifndef COMMON_TEXT_PHONE_PREFIX_H
#define COMMON_TEXT_PHONE_PREFIX_H

#include "common/text/phone_shim.h"

/* The same answer as phone_shim_read. */
struct phone_facts phone_read(const char *typed);

#endif
