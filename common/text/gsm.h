/* gsm -- how many SMS parts a text needs (3GPP TS 23.038, 23.040).
 *
 * GSM-7: 160 septets, or 153 a part; ^ { } \ [ ] ~ | and the euro sign cost
 * two and are never split. Anything else: UCS-2, 70 units, or 67 a part, no
 * surrogate pair split. */
#ifndef COMMON_TEXT_GSM_H
#define COMMON_TEXT_GSM_H

#include <stdbool.h>
#include <stddef.h>

struct gsm_count {
    unsigned parts; /* 0 for the empty text */
    unsigned units; /* septets or UTF-16 units in all */
    bool is_ucs2;
};

/* text: valid UTF-8 (an invalid byte counts as U+FFFD). */
struct gsm_count gsm_count(const char *text);

#endif
