/* query -- the text of an audience question, taken apart. */
#include "services/signup/audience/query.h"

#include <stdio.h>
#include <string.h>

#define ATTRIBUTE_TERM(name, bytes, from, words, max) #name ":, "
#define ALLOWED                                                                \
    SIGNUP_COLUMNS_TABLE(ATTRIBUTE_TERM)                                       \
    "signedup:, waitlisted:, in:, consent: or all"

static const char *const kind_names[QUERY_ATTRIBUTES] = {
    [QUERY_ALL] = "all",
    [QUERY_SIGNEDUP] = "signedup",
    [QUERY_WAITLISTED] = "waitlisted",
    [QUERY_IN] = "in",
    [QUERY_CONSENT] = "consent",
};

const char *
query_kind_name(enum query_kind kind)
{
    return kind < QUERY_ATTRIBUTES ? kind_names[kind]
                                   : attributes[kind - QUERY_ATTRIBUTES].name;
}

/* One term's bytes, borrowed from the text. */
struct piece {
    const char *at;
    size_t len;
    int ordinal; /* from 1, for the sentence */
};

/* What of a piece may be shown again: printable ASCII, at most 40 bytes. */
static const char *
shown(const struct piece *piece, char to[QUERY_VALUE_SIZE])
{
    size_t n =
        piece->len < QUERY_VALUE_SIZE ? piece->len : QUERY_VALUE_SIZE - 1;
    for (size_t i = 0; i < n; i++) {
        char c = piece->at[i];
        to[i] = c >= 0x20 && c < 0x7f ? c : '?';
    }
    to[n] = '\0';
    return to;
}

static enum err
refuse(const struct piece *piece, const char *what, char why[QUERY_WHY_SIZE])
{
    char text[QUERY_VALUE_SIZE];
    (void)snprintf(why, QUERY_WHY_SIZE, "term %d, \"%s\": %s", piece->ordinal,
                   shown(piece, text), what);
    return ERR_BAD_REQUEST;
}

static enum err
add_value(const struct piece *term, const char *at, size_t len,
          struct query_term *out, char why[QUERY_WHY_SIZE])
{
    if (len == 0) {
        return refuse(term, "a value is missing", why);
    }
    if (len >= QUERY_VALUE_SIZE) {
        return refuse(term, "a value has at most 40 letters", why);
    }
    if (out->value_count == QUERY_VALUES_MAX) {
        return refuse(term, "a term has at most 32 values", why);
    }
    for (size_t i = 0; i < len; i++) {
        if (!slug_is_byte(at[i])) {
            return refuse(term, "a value is made of a-z, 0-9 and -", why);
        }
    }
    char *to = out->values[out->value_count++];
    memcpy(to, at, len);
    to[len] = '\0';
    return ERR_NONE;
}

static enum err
read_values(const struct piece *term, const char *at, const char *end,
            struct query_term *out, char why[QUERY_WHY_SIZE])
{
    for (;;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma == NULL ? end : comma;
        enum err err = add_value(term, at, (size_t)(stop - at), out, why);
        if (err != ERR_NONE || comma == NULL) {
            return err;
        }
        at = comma + 1;
    }
}

static bool
find_kind(const char *at, size_t len, enum query_kind *out)
{
    for (int kind = 0; kind < QUERY_KIND_COUNT; kind++) {
        const char *name = query_kind_name((enum query_kind)kind);
        if (strlen(name) == len && memcmp(name, at, len) == 0) {
            *out = (enum query_kind)kind;
            return true;
        }
    }
    return false;
}

static enum err
read_term(const struct piece *piece, struct query_term *out,
          char why[QUERY_WHY_SIZE])
{
    const char *at = piece->at, *end = piece->at + piece->len;
    *out = (struct query_term){.is_not = *at == '-'};
    if (out->is_not) {
        at++;
    }
    const char *colon = memchr(at, ':', (size_t)(end - at));
    const char *name_end = colon == NULL ? end : colon;
    if (!find_kind(at, (size_t)(name_end - at), &out->kind)) {
        return refuse(piece, "not a question we know; use " ALLOWED, why);
    }
    if (out->kind == QUERY_ALL) {
        return colon == NULL ? ERR_NONE
                             : refuse(piece, "all takes no value", why);
    }
    if (colon == NULL) {
        return refuse(piece, "a colon and a value are missing", why);
    }
    return read_values(piece, colon + 1, end, out, why);
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next term from *at on; false at the end of the text. */
static bool
next_piece(const char **at, struct piece *piece)
{
    while (is_space(**at)) {
        (*at)++;
    }
    piece->at = *at;
    while (**at != '\0' && !is_space(**at)) {
        (*at)++;
    }
    piece->len = (size_t)(*at - piece->at);
    piece->ordinal++;
    return piece->len > 0;
}

enum err
query_parse(const char *text, struct query *out, char why[QUERY_WHY_SIZE])
{
    out->term_count = 0;
    if (strnlen(text, QUERY_BYTES_MAX + 1) > QUERY_BYTES_MAX) {
        (void)snprintf(why, QUERY_WHY_SIZE, "an audience has at most %d bytes",
                       QUERY_BYTES_MAX);
        return ERR_BAD_REQUEST;
    }
    struct piece piece = {0};
    while (next_piece(&text, &piece)) {
        if (out->term_count == QUERY_TERMS_MAX) {
            return refuse(&piece, "an audience has at most 32 terms", why);
        }
        enum err err = read_term(&piece, &out->terms[out->term_count], why);
        if (err != ERR_NONE) {
            return err;
        }
        out->term_count++;
    }
    if (out->term_count == 0) {
        (void)snprintf(
            why, QUERY_WHY_SIZE,
            "an audience is empty; say all for everyone, or " ALLOWED);
        return ERR_BAD_REQUEST;
    }
    return ERR_NONE;
}
