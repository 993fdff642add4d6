/* json -- JSON in and out: jansson, read strictly.
 *
 * Reading refuses duplicate names, more than JSON_DEPTH_MAX levels, bad
 * UTF-8, NUL, anything behind the value. Typed fields are read through a
 * struct json_fields, which collects every mistake by its name, so that a
 * caller hears of all of them at once, and refuses names nobody asked for.
 *
 * No other file includes jansson; json_t and its functions come from here. */
#ifndef COMMON_TEXT_JSON_H
#define COMMON_TEXT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/base.h"

#define JSON_DEPTH_MAX 16
#define JSON_ERRORS_MAX 16
#define JSON_FIELDS_MAX 40 /* names asked for in one object */
#define JSON_WHY_SIZE 160

/* NULL: not JSON; why says what and where ("line 1, column 7: …"), and holds
 * nothing of the text. Owned by the caller: json_decref. */
json_t *json_read(const char *text, size_t len, char why[JSON_WHY_SIZE]);
/* Appends compact JSON. */
void json_write(const json_t *value, struct buf *to);

/* ---- reading typed fields ---- */

struct json_error_item {
    char field[64];   /* "gates[2].name" */
    char detail[96];  /* said of the field: "is missing" */
    bool is_sentence; /* detail stands alone, its own subject in it */
};

struct json_errors {
    size_t count; /* beyond JSON_ERRORS_MAX only counted */
    struct json_error_item items[JSON_ERRORS_MAX];
};

struct json_fields {
    const json_t *object;
    struct json_errors *errors;
    const char *prefix; /* "" or "gates[2]." */
    const char *seen[JSON_FIELDS_MAX];
    size_t seen_count;
};

enum json_flags {
    JSON_OPTIONAL = 0,
    JSON_REQUIRED = 1,
    JSON_MULTILINE = 2, /* text: \n and \t are fine */
    JSON_MAY_BE_EMPTY = 4,
    JSON_PASTED = 8, /* text: tabs and ends of lines are its reader's matter */
};

struct json_range {
    int64_t min, max;
};

struct json_word {
    const char *word; /* NULL ends a list */
    int value;
};

/* object and prefix are borrowed; not an object: one error. */
void json_fields_init(struct json_fields *f, const json_t *object,
                      const char *prefix, struct json_errors *errors);
/* Refuses what nobody asked for. True: there are no errors at all. */
bool json_fields_end(struct json_fields *f);

/* Each gives the fallback (NULL, false, 0 …) when the field is absent, null
 * or wrong; wrong and missing required ones are noted as errors. */

/* chars_max counts characters, not bytes. Refuses control characters. */
const char *json_text(struct json_fields *f, const char *name, unsigned flags,
                      size_t chars_max);
bool json_bool(struct json_fields *f, const char *name, bool fallback);
/* False: not there (or wrong); *out is untouched then. */
bool json_whole(struct json_fields *f, const char *name, unsigned flags,
                struct json_range range, int64_t *out);
/* RFC 3339 to milliseconds. */
bool json_time(struct json_fields *f, const char *name, unsigned flags,
               int64_t *out);
/* The value of the word, or fallback. */
int json_choice(struct json_fields *f, const char *name, unsigned flags,
                const struct json_word *words, int fallback);
/* An array of at most items_max; NULL when absent. */
const json_t *json_list(struct json_fields *f, const char *name, unsigned flags,
                        size_t items_max);
/* Notes a mistake that only the caller can see. */
void json_complain(struct json_fields *f, const char *name, const char *detail);
void json_errors_add(struct json_errors *errors, const char *field,
                     const char *detail);
/* The same; detail is a sentence of its own. */
void json_errors_add_sentence(struct json_errors *errors, const char *field,
                              const char *detail);

/* The word of a value, or NULL. */
const char *json_word_of(const struct json_word *words, int value);

/* ---- writing ---- */

/* NULL text becomes null. */
void json_set_text(json_t *object, const char *name, const char *text);
void json_set_whole(json_t *object, const char *name, int64_t number);
void json_set_bool(json_t *object, const char *name, bool value);
/* RFC 3339; negative: null. */
void json_set_time(json_t *object, const char *name, int64_t wall_ms);
/* Takes value. */
void json_set(json_t *object, const char *name, json_t *value);

#endif
