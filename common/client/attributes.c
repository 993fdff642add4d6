/* attributes -- the columns of what is said of a supporter. */
#include "common/client/attributes.h"

#include <assert.h>

/* words.Format's values, in order. */
static char *const words_formats[] = {"plain", "easy-read", "welsh",
                                      "large-print"};

#define FROM_campaign(name, words)                                             \
    .list_at = offsetof(Signup__Campaign, words),                              \
    .count_at = offsetof(Signup__Campaign, n_##words),                         \
    .asked_at = offsetof(Signup__SignUp, name),                                \
    .shown_at = offsetof(Signup__Supporter, name)
#define FROM_fixed(name, words) .fixed = words_##words
#define ATTRIBUTE(column, width, from, list, max)                              \
    {.name = #column,                                                          \
     .bytes = (width),                                                         \
     .words_max = (max),                                                       \
     .words = #list,                                                           \
     .list_fault =                                                             \
         #list " are at most " #max " different ids of a-z, 0-9 and -",        \
     .change_fault =                                                           \
         #list " can be added at the end, never removed or reordered",         \
     .word_fault = #column " is none of this campaign's",                      \
     FROM_##from(column, list)},

#define IS_LONGEST(column, width, from, list, max)                             \
    static_assert((max) <= ATTRIBUTE_WORDS_MAX, "the list is too long");
SIGNUP_COLUMNS_TABLE(IS_LONGEST)

const struct attribute attributes[ATTRIBUTE_COUNT] = {
    SIGNUP_COLUMNS_TABLE(ATTRIBUTE)};

static void *
field_at(const void *message, size_t at)
{
    return (char *)message + at;
}

size_t
attribute_words(const struct attribute *attribute,
                const Signup__Campaign *campaign, char *const **out)
{
    if (attribute->fixed != NULL) {
        *out = attribute->fixed;
        return attribute->words_max;
    }
    *out = *(char ***)field_at(campaign, attribute->list_at);
    return *(size_t *)field_at(campaign, attribute->count_at);
}

const char *
attribute_asked(const struct attribute *attribute,
                const Signup__SignUp *sign_up)
{
    const char *word = *(char **)field_at(sign_up, attribute->asked_at);
    return word == NULL || *word == '\0' ? NULL : word;
}

void
attribute_put_words(const struct attribute *attribute,
                    Signup__Campaign *campaign, char **words, size_t count)
{
    *(char ***)field_at(campaign, attribute->list_at) = words;
    *(size_t *)field_at(campaign, attribute->count_at) = count;
}

void
attribute_ask(const struct attribute *attribute, Signup__SignUp *sign_up,
              const char *word)
{
    *(char **)field_at(sign_up, attribute->asked_at) = (char *)word;
}

char **
attribute_shown(const struct attribute *attribute, Signup__Supporter *supporter)
{
    return field_at(supporter, attribute->shown_at);
}
