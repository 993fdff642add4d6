/* names -- names as they are kept, and as people are greeted. */
#include "services/signup/people/names.h"

#include <stdint.h>
#include <string.h>

#include "common/text/text.h"

#define WORDS_MAX 8
#define WORD_SIZE 32 /* letters past it are not compared */

struct words {
    size_t count;
    char word[WORDS_MAX][WORD_SIZE];
};

/* Latin letters with marks, U+00C0..U+00FF, as what they are without. */
static const char latin1[] = "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiii"
                             "dnooooo/ouuuuyty";

/* One letter of name as lower-case ASCII; 0: not a letter. Other scripts are
 * folded to a byte that only equals itself most of the time. */
static char
fold_letter(const unsigned char **at)
{
    unsigned char c = *(*at)++;
    if (c < 0x80) {
        unsigned char lower = (unsigned char)(c | 0x20);
        return lower >= 'a' && lower <= 'z' ? (char)lower : 0;
    }
    uint32_t code = c;
    while ((**at & 0xc0) == 0x80) {
        code = (code << 6 | (*(*at)++ & 0x3fU)) & 0xfffffU;
    }
    code &= 0x7ff; /* of a two-byte sequence, its code point */
    if (code >= 0xc0 && code <= 0xff) {
        return latin1[code - 0xc0];
    }
    if (code >= 0x174 && code <= 0x177) { /* Welsh: w and y circumflex */
        return code < 0x176 ? 'w' : 'y';
    }
    return (char)(0x80 | (code & 0x7f));
}

static bool
is_title(const char *word)
{
    static const char *const titles[] = {"mr",   "mrs",  "ms",  "miss",
                                         "mx",   "dr",   "sir", "rev",
                                         "prof", "cllr", "lord"};
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (strcmp(titles[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static void
end_word(struct words *words, size_t *len)
{
    if (*len > 0 && !is_title(words->word[words->count])) {
        words->count++;
    }
    *len = 0;
}

static void
split(const char *name, struct words *out)
{
    memset(out, 0, sizeof(*out));
    size_t len = 0;
    const unsigned char *at = (const unsigned char *)name;
    while (*at != '\0' && out->count < WORDS_MAX) {
        bool is_apostrophe = *at == '\'';
        char letter = fold_letter(&at);
        if (letter == 0 && !is_apostrophe) {
            end_word(out, &len);
        } else if (letter != 0 && len < WORD_SIZE - 1) {
            out->word[out->count][len++] = letter;
            out->word[out->count][len] = '\0';
        }
    }
    if (out->count < WORDS_MAX) {
        end_word(out, &len);
    }
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Without the ends of lines and blanks at its ends: a stray line end comes
 * with a paste, one inside is another thing. */
static size_t
trim(const char **name)
{
    *name += strspn(*name, " \t\r\n");
    size_t len = strlen(*name);
    while (len > 0 && strchr(" \t\r\n", (*name)[len - 1]) != NULL) {
        len--;
    }
    return len;
}

/* A name on its way to out. */
struct tidying {
    char *out;
    size_t len, letters;
    bool is_seen;       /* something in it can be seen */
    bool has_blank;     /* one is to come before the next letter */
    const char *joiner; /* likewise; NULL: none */
};

static bool
put(struct tidying *tidying, const char *bytes, size_t len)
{
    if (tidying->len + len > NAME_BYTES_MAX) {
        return false;
    }
    memcpy(tidying->out + tidying->len, bytes, len);
    tidying->len += len;
    tidying->letters++;
    return true;
}

static bool
put_letter(struct tidying *tidying, const char *bytes, size_t len)
{
    bool is_fine = true;
    if (tidying->len > 0 && tidying->has_blank) {
        is_fine = put(tidying, " ", 1);
    } else if (tidying->len > 0 && tidying->joiner != NULL) {
        is_fine = put(tidying, tidying->joiner, 3);
    }
    tidying->has_blank = false;
    tidying->joiner = NULL;
    return is_fine && put(tidying, bytes, len);
}

/* False: cannot be in a name. */
static bool
tidy_one(struct tidying *tidying, const char *bytes, size_t len, uint32_t c)
{
    switch (pasted_kind_of(c)) {
    case PASTED_CONTROL:
        return false;
    case PASTED_NOTHING:
        return true;
    case PASTED_BLANK:
        tidying->has_blank = true;
        return true;
    case PASTED_JOINER:
        tidying->joiner = bytes;
        return true;
    case PASTED_PART:
        return put_letter(tidying, bytes, len);
    case PASTED_PLAIN:
    default:
        tidying->is_seen = true;
        return c == 0x2010 || c == 0x2011 ? put_letter(tidying, "-", 1)
                                          : put_letter(tidying, bytes, len);
    }
}

bool
names_tidy(const char *typed, char out[NAME_BYTES_MAX + 1])
{
    struct tidying tidying = {.out = out};
    size_t typed_len = trim(&typed);
    const char *end = typed + typed_len;
    while (typed < end) {
        const char *bytes = typed;
        uint32_t c = utf8_next(&typed);
        size_t len = (size_t)(typed - bytes);
        bool is_broken = c == UTF8_REPLACEMENT && len == 1;
        if (is_broken || !tidy_one(&tidying, bytes, len, c)) {
            return false;
        }
    }
    out[tidying.len] = '\0';
    return tidying.is_seen && tidying.letters <= NAME_LETTERS_MAX;
}

void
names_first(const char *name, char out[NAME_BYTES_MAX + 1])
{
    char tidy[NAME_BYTES_MAX + 1];
    /* What was typed before 0.3 may have odd spaces. */
    const char *at = names_tidy(name, tidy) ? tidy : name;
    for (;;) {
        size_t len = least(strcspn(at, " "), NAME_BYTES_MAX);
        struct words folded;
        memcpy(out, at, len);
        out[len] = '\0';
        split(out, &folded);
        if (folded.count > 0 || at[len] == '\0') {
            return;
        }
        at += len + 1;
    }
}
