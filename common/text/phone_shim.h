/* phone_shim -- libphonenumber (C++) as two plain C functions' worth.
 * phone_prefix.c and, through it, contact.c alone use it. */
#ifndef COMMON_TEXT_PHONE_SHIM_H
#define COMMON_TEXT_PHONE_SHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum phone_kind {
    PHONE_NOT_A_NUMBER,
    PHONE_INVALID, /* a number's form, but nobody's */
    PHONE_MOBILE,
    PHONE_LANDLINE,
    PHONE_PERSONAL, /* 070 */
    PHONE_PREMIUM,  /* 09, and shared-cost */
    PHONE_OTHER,
};

struct phone_facts {
    enum phone_kind kind;
    int country_code;
    uint64_t national;
    int is_home; /* of the United Kingdom itself, not of its islands */
};

/* As typed in the United Kingdom. Never throws. The first call takes 7 ms,
 * the others 34 us. */
struct phone_facts phone_shim_read(const char *typed);

#ifdef __cplusplus
}
#endif

#endif
