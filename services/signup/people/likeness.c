/* likeness -- whether two typed names are one person's. */
#include "services/signup/people/likeness.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "services/signup/people/fold.h"
#include "services/signup/people/short_forms.h"

#define WORDS_MAX 12            /* those behind are one with the last */
#define SLIPS_WORD_BYTES_MAX 64 /* longer ones are alike if they are equal */

struct word {
    const char *at; /* in the name's text */
    size_t len;
};

enum title {
    TITLE_NONE,
    TITLE_EITHER,
    TITLE_HIS,
    TITLE_HERS,
};

/* A name taken apart: folded words, without the titles. */
struct words {
    size_t count, len;
    struct word word[WORDS_MAX];
    bool has_his, has_hers; /* titles */
    char text[NAME_BYTES_MAX + 1];
};

static const struct {
    const char *word;
    enum title title;
} titles[] = {
    {"mr", TITLE_HIS},      {"sir", TITLE_HIS},
    {"lord", TITLE_HIS},    {"mrs", TITLE_HERS},
    {"ms", TITLE_HERS},     {"miss", TITLE_HERS},
    {"lady", TITLE_HERS},   {"dame", TITLE_HERS},
    {"mx", TITLE_EITHER},   {"dr", TITLE_EITHER},
    {"prof", TITLE_EITHER}, {"professor", TITLE_EITHER},
    {"rev", TITLE_EITHER},  {"revd", TITLE_EITHER},
    {"cllr", TITLE_EITHER}, {"councillor", TITLE_EITHER},
};

static bool
is_word(const struct word *word, const char *text)
{
    return word->len == strlen(text) && memcmp(word->at, text, word->len) == 0;
}

static bool
is_same_word(const struct word *a, const struct word *b)
{
    return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

static enum title
title_of(const struct word *word)
{
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (is_word(word, titles[i].word)) {
            return titles[i].title;
        }
    }
    return TITLE_NONE;
}

/* ---- taken apart ---- */

static size_t
letters_of(const struct word *word)
{
    size_t letters = 0;
    for (size_t i = 0; i < word->len; i++) {
        letters += (word->at[i] & 0xc0) != 0x80;
    }
    return letters;
}

/* Folds name into out's text, and finds the words in it. Returns the words
 * before the one comma there is; 0: none, or several. */
static size_t
find_words(const char *name, struct words *out)
{
    size_t commas = 0, before = 0;
    bool is_within = false;
    const char *end = name + strnlen(name, NAME_BYTES_MAX);
    while (name < end) {
        struct fold fold = fold_next(&name);
        if (fold.kind == FOLD_COMMA || fold.kind == FOLD_GAP) {
            is_within = false;
        }
        if (fold.kind == FOLD_COMMA) {
            commas++;
            before = out->count;
        }
        if (fold.kind != FOLD_LETTER || out->len + fold.len > NAME_BYTES_MAX) {
            continue;
        }
        if (!is_within && out->count < WORDS_MAX) {
            out->word[out->count++] = (struct word){.at = out->text + out->len};
        }
        is_within = true;
        memcpy(out->text + out->len, fold.bytes, fold.len);
        out->len += fold.len;
        out->word[out->count - 1].len += fold.len;
    }
    return commas == 1 && before < out->count ? before : 0;
}

/* "Smith, Ann" is "Ann Smith". */
static void
turn_round(struct words *words, size_t before)
{
    struct word turned[WORDS_MAX];
    for (size_t i = 0; i < words->count; i++) {
        turned[i] = words->word[(i + before) % words->count];
    }
    memcpy(words->word, turned, words->count * sizeof(turned[0]));
}

/* A name that is nothing but titles keeps them as words. */
static void
take_titles_out(struct words *words)
{
    size_t kept = 0;
    struct word rest[WORDS_MAX];
    for (size_t i = 0; i < words->count; i++) {
        enum title title = title_of(&words->word[i]);
        words->has_his |= title == TITLE_HIS;
        words->has_hers |= title == TITLE_HERS;
        if (title == TITLE_NONE) {
            rest[kept++] = words->word[i];
        }
    }
    if (kept > 0) {
        memcpy(words->word, rest, kept * sizeof(rest[0]));
        words->count = kept;
    }
}

/* With all its titles. */
static void
take_apart(const char *name, struct words *out)
{
    memset(out, 0, sizeof(*out));
    turn_round(out, find_words(name, out));
}

/* Nothing tells a couple apart but these. */
static bool
needs_its_title(const struct words *words)
{
    return words->count < 2 || letters_of(&words->word[0]) < 2;
}

static void
add_word(const struct word *word, char out[NAME_BYTES_MAX + 1], size_t *len)
{
    if (*len + (*len > 0) + word->len > NAME_BYTES_MAX) {
        return;
    }
    if (*len > 0) {
        out[(*len)++] = ' ';
    }
    memcpy(out + *len, word->at, word->len);
    *len += word->len;
}

size_t
likeness_normalise(const char *name, char out[NAME_BYTES_MAX + 1])
{
    struct words all, words;
    take_apart(name, &all);
    words = all;
    take_titles_out(&words);
    bool has_title = words.has_his || words.has_hers;
    size_t len = 0;
    for (size_t i = 0; i < all.count; i++) {
        bool is_kept = has_title && needs_its_title(&words) &&
                       title_of(&all.word[i]) >= TITLE_HIS &&
                       words.count < all.count;
        if (is_kept) {
            add_word(&all.word[i], out, &len);
        }
    }
    for (size_t i = 0; i < words.count; i++) {
        add_word(&words.word[i], out, &len);
    }
    out[len] = '\0';
    return len;
}

/* ---- two words ---- */

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters to add, drop, change, or of two that stand the wrong way round
 * (Damerau and Levenshtein, restricted). a, b: short enough. */
static size_t
count_slips(const struct word *a, const struct word *b)
{
    size_t rows[3][SLIPS_WORD_BYTES_MAX + 1];
    for (size_t j = 0; j <= b->len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a->len; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b->len; j++) {
            size_t is_other = a->at[i - 1] != b->at[j - 1];
            size_t slips =
                least(last[j - 1] + is_other, least(last[j], now[j - 1]) + 1);
            bool is_turned = i > 1 && j > 1 && a->at[i - 1] == b->at[j - 2] &&
                             a->at[i - 2] == b->at[j - 1];
            now[j] =
                is_turned ? least(slips, rows[(i + 1) % 3][j - 2] + 1) : slips;
        }
    }
    return rows[a->len % 3][b->len];
}

/* In short names one letter is another name: Tom and Tim. */
static bool
is_slip(const struct word *a, const struct word *b)
{
    size_t len = least(a->len, b->len);
    if (a->len > SLIPS_WORD_BYTES_MAX || b->len > SLIPS_WORD_BYTES_MAX) {
        return false;
    }
    bool is_one_more = len == 3 && a->len != b->len;
    size_t slips = len >= 7 ? 2 : len >= 4 || is_one_more ? 1 : 0;
    return count_slips(a, b) <= slips;
}

static bool
is_alike(const struct word *a, const struct word *b)
{
    size_t len = least(a->len, b->len);
    return memcmp(a->at, b->at, len) == 0 || /* or an initial */
           short_forms_match(a->at, a->len, b->at, b->len) || is_slip(a, b);
}

/* ---- two names ---- */

/* Each word of few is like one of many, each of these once. */
static bool
is_within(const struct words *few, const struct words *many)
{
    bool is_used[WORDS_MAX] = {false};
    for (size_t i = 0; i < few->count; i++) {
        size_t best = WORDS_MAX;
        for (size_t j = 0; j < many->count; j++) {
            bool is_same = is_same_word(&few->word[i], &many->word[j]);
            if (!is_used[j] &&
                (is_same || (best == WORDS_MAX &&
                             is_alike(&few->word[i], &many->word[j])))) {
                best = j;
            }
            if (is_same && best == j) {
                break;
            }
        }
        if (best == WORDS_MAX) {
            return false;
        }
        is_used[best] = true;
    }
    return true;
}

static struct word
run_together(const struct words *words, char out[NAME_BYTES_MAX + 1])
{
    size_t len = 0;
    for (size_t i = 0; i < words->count; i++) {
        memcpy(out + len, words->word[i].at, words->word[i].len);
        len += words->word[i].len;
    }
    return (struct word){out, len};
}

/* "AnneMarie Lee" and "Anne Marie Lee". */
static bool
is_one_run(const struct words *a, const struct words *b)
{
    char a_run[NAME_BYTES_MAX + 1], b_run[NAME_BYTES_MAX + 1];
    struct word x = run_together(a, a_run), y = run_together(b, b_run);
    return is_same_word(&x, &y);
}

/* "AJ Lee" is what "Amy Jane Lee" begins with: the letters of initials. */
static bool
is_initialled(const struct words *few, const struct words *many)
{
    const struct word *first = &few->word[0];
    if (few->count < 2 || first->len < 2 ||
        first->len + few->count - 1 != many->count) {
        return false;
    }
    for (size_t i = 0; i < first->len; i++) {
        if (first->at[i] != many->word[i].at[0]) {
            return false;
        }
    }
    for (size_t i = 1; i < few->count; i++) {
        if (!is_alike(&few->word[i], &many->word[first->len + i - 1])) {
            return false;
        }
    }
    return true;
}

static bool
is_couple(const struct words *a, const struct words *b)
{
    return (a->has_his && !a->has_hers && b->has_hers && !b->has_his) ||
           (a->has_hers && !a->has_his && b->has_his && !b->has_hers);
}

static bool
may_be_one(const struct words *a, const struct words *b)
{
    const struct words *few = a->count <= b->count ? a : b;
    const struct words *many = few == a ? b : a;
    return is_within(few, many) || is_one_run(a, b) || is_initialled(few, many);
}

enum likeness
likeness_compare(const char *a, const char *b)
{
    char a_text[NAME_BYTES_MAX + 1], b_text[NAME_BYTES_MAX + 1];
    size_t a_len = likeness_normalise(a, a_text);
    size_t b_len = likeness_normalise(b, b_text);
    if (a_len == 0 || b_len == 0) {
        return LIKENESS_UNSURE;
    }
    struct words x, y;
    take_apart(a, &x);
    take_apart(b, &y);
    take_titles_out(&x);
    take_titles_out(&y);
    if (strcmp(a_text, b_text) == 0) {
        return is_couple(&x, &y) ? LIKENESS_UNSURE : LIKENESS_SAME;
    }
    return !is_couple(&x, &y) && may_be_one(&x, &y) ? LIKENESS_UNSURE
                                                    : LIKENESS_OTHER;
}
