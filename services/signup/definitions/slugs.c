/* slugs -- finds an id in a list that may be long. */
#include "services/signup/definitions/slugs.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

#define SIZE_MIN 16

struct slugs_entry {
    const char *slug; /* NULL: free */
    uint32_t number;
};

void
slugs_fini(struct slugs *slugs)
{
    free(slugs->entries);
    *slugs = (struct slugs){.size = 0};
}

/* FNV-1a. */
static size_t
hash_slug(const char *slug)
{
    uint32_t hash = 2166136261U;
    for (; *slug != '\0'; slug++) {
        hash = (hash ^ (uint8_t)*slug) * 16777619U;
    }
    return hash;
}

/* Where slug is or would be; size is not 0 and one entry is free. */
static struct slugs_entry *
find_entry(const struct slugs *slugs, const char *slug)
{
    size_t at = hash_slug(slug) & (slugs->size - 1);
    while (slugs->entries[at].slug != NULL &&
           strcmp(slugs->entries[at].slug, slug) != 0) {
        at = (at + 1) & (slugs->size - 1);
    }
    return &slugs->entries[at];
}

/* At most half of the entries are taken. */
static void
grow(struct slugs *slugs)
{
    struct slugs_entry *old = slugs->entries;
    size_t old_size = slugs->size;
    slugs->size = old_size == 0 ? SIZE_MIN : old_size * 2;
    slugs->entries = mem_new_array(slugs->size, sizeof(slugs->entries[0]));
    for (size_t i = 0; i < old_size; i++) {
        if (old[i].slug != NULL) {
            *find_entry(slugs, old[i].slug) = old[i];
        }
    }
    free(old);
}

bool
slugs_add(struct slugs *slugs, const char *slug, uint32_t number)
{
    if (slugs->count * 2 >= slugs->size) {
        grow(slugs);
    }
    struct slugs_entry *entry = find_entry(slugs, slug);
    if (entry->slug != NULL) {
        return false;
    }
    *entry = (struct slugs_entry){slug, number};
    slugs->count++;
    return true;
}

bool
slugs_add_list(struct slugs *slugs, char *const *list, size_t count)
{
    bool are_different = true;
    for (size_t i = 0; i < count; i++) {
        are_different &= slugs_add(slugs, list[i], (uint32_t)i + 1);
    }
    return are_different;
}

uint32_t
slugs_find(const struct slugs *slugs, const char *slug)
{
    return slugs->size == 0 ? 0 : find_entry(slugs, slug)->number;
}
