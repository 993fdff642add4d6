/* slugs -- finds an id in a list that may be long. Pure.
 *
 * Roles, regions and actions are looked up for every sign-up; a campaign may
 * have thousands of them. */
#ifndef SIGNUP_DEFINITIONS_SLUGS_H
#define SIGNUP_DEFINITIONS_SLUGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slugs_entry;

struct slugs {
    size_t count, size; /* size: of entries, a power of two, or 0 */
    struct slugs_entry *entries;
};

void slugs_fini(struct slugs *slugs); /* and ready for use again */
/* slug is borrowed until slugs_fini. number is not 0. False: it is there
 * already, and stays as it was. */
bool slugs_add(struct slugs *slugs, const char *slug, uint32_t number);
/* As slugs_add, each with its index + 1. False: two are the same. */
bool slugs_add_list(struct slugs *slugs, char *const *list, size_t count);
/* 0: not there. */
uint32_t slugs_find(const struct slugs *slugs, const char *slug);

#endif
