/* names -- whether two typed names can be one person's. */
#include "services/signup/people/names.h"

#include <stdint.h>
#include <string.h>

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

/* Letters to add, drop or change (Levenshtein). */
static size_t
edit_distance(const char *a, const char *b)
{
    size_t row[WORD_SIZE + 1], b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b_len; j++) {
            size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = least(change, least(row[j], row[j + 1]) + 1);
        }
    }
    return row[b_len];
}

static bool
is_alike(const char *a, const char *b)
{
    size_t len = least(strlen(a), strlen(b));
    if (strncmp(a, b, len) == 0) {
        return true; /* equal, an initial, or a short form */
    }
    size_t slips = len >= 7 ? 2 : len >= 4 ? 1 : 0;
    return edit_distance(a, b) <= slips;
}

static bool
has_word(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->word[i], word) == 0) {
            return true;
        }
    }
    return false;
}

bool
names_clearly_differ(const char *a, const char *b)
{
    struct words x, y;
    split(a, &x);
    split(b, &y);
    if (x.count == 0 || y.count == 0) {
        return false;
    }
    return !is_alike(x.word[0], y.word[0]) && !has_word(&y, x.word[0]) &&
           !has_word(&x, y.word[0]);
}

bool
names_tidy(const char *typed, char out[NAME_BYTES_MAX + 1])
{
    size_t len = 0, letters = 0;
    for (const unsigned char *c = (const unsigned char *)typed; *c; c++) {
        bool is_space = *c == ' ' || *c == '\t';
        /* U+0080..U+009F and U+2028/9 are control characters too. */
        bool is_control = (*c < 0x20 && !is_space) || *c == 0x7f ||
                          (*c == 0xc2 && c[1] < 0xa0) ||
                          (*c == 0xe2 && c[1] == 0x80 && (c[2] & 0xfe) == 0xa8);
        if (is_control || len == NAME_BYTES_MAX) {
            return false;
        }
        if (is_space && (len == 0 || out[len - 1] == ' ')) {
            continue;
        }
        letters += (*c & 0xc0) != 0x80;
        out[len++] = is_space ? ' ' : (char)*c;
    }
    if (len > 0 && out[len - 1] == ' ') {
        len--;
        letters--;
    }
    out[len] = '\0';
    return len > 0 && letters <= NAME_LETTERS_MAX;
}

void
names_first(const char *name, char out[NAME_BYTES_MAX + 1])
{
    const char *at = name;
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
