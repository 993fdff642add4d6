/* phone_prefix -- UK mobile numbers, without asking the library each time. */
#include "common/text/phone_prefix.h"

#include <stdbool.h>
#include <string.h>

#define UK 44
#define NATIONAL_DIGITS 10
#define DIGITS_MAX 16
#define PREFIXES 100000U /* the five digits after the 7 */
#define PREFIX_DIVISOR 10000U
#define DRAMA_PREFIX 70090U /* 07700 900: no network's, as facts of its own */

/* enum phone_kind + 1, and whether it is at home; 0: not asked */
#define IS_HOME 0x80U
static unsigned char kinds[PREFIXES];

/* Digits, spaces and hyphens, "+" first: the digits, without "+". False:
 * another form. */
static bool
read_digits(const char *typed, char digits[DIGITS_MAX + 1], bool *has_plus)
{
    size_t count = 0;
    *has_plus = *typed == '+';
    for (const char *at = typed + *has_plus; *at != '\0'; at++) {
        if (*at == ' ' || *at == '-') {
            continue;
        }
        if (*at < '0' || *at > '9' || count == DIGITS_MAX) {
            return false;
        }
        digits[count++] = *at;
    }
    digits[count] = '\0';
    return true;
}

/* "+44 7…" and "07…" of the right length. */
static bool
find_national(const char *typed, uint64_t *out)
{
    char digits[DIGITS_MAX + 1] = "";
    bool has_plus = false;
    if (!read_digits(typed, digits, &has_plus)) {
        return false;
    }
    const char *prefix = has_plus ? "447" : "07";
    size_t skip = strlen(prefix) - 1;
    if (strncmp(digits, prefix, skip + 1) != 0 ||
        strlen(digits) != skip + NATIONAL_DIGITS) {
        return false;
    }
    *out = 0;
    for (const char *at = digits + skip; *at != '\0'; at++) {
        *out = *out * 10 + (uint64_t)(*at - '0');
    }
    return true;
}

struct phone_facts
phone_read(const char *typed)
{
    uint64_t national;
    if (!find_national(typed, &national)) {
        return phone_shim_read(typed);
    }
    uint64_t prefix = national / PREFIX_DIVISOR % PREFIXES;
    if (prefix == DRAMA_PREFIX) {
        return phone_shim_read(typed);
    }
    if (kinds[prefix] == 0) {
        struct phone_facts facts = phone_shim_read(typed);
        kinds[prefix] = (unsigned char)((unsigned)facts.kind + 1 +
                                        (facts.is_home ? IS_HOME : 0));
    }
    return (struct phone_facts){
        (enum phone_kind)((kinds[prefix] & ~IS_HOME) - 1), UK, national,
        (kinds[prefix] & IS_HOME) != 0};
}
