/* json -- JSON in and out: jansson, read strictly. */
#include "common/text/json.h"

#include <stdio.h>
#include <string.h>

#include "common/base/base.h"

/* ---- reading ---- */

/* jansson would go 2,048 levels deep; brackets inside strings do not count. */
static bool
is_too_deep(const char *text, size_t len)
{
    size_t depth = 0;
    bool is_string = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (is_string) {
            i += c == '\\';
            is_string = c != '"';
        } else if (c == '"') {
            is_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX) {
                return true;
            }
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
        }
    }
    return false;
}

/* jansson's own sentence quotes the text; this one must not. */
static const char *
what_is_wrong(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_invalid_utf8:
        return "the text is not UTF-8";
    case json_error_premature_end_of_input:
        return "the text ends too early";
    case json_error_end_of_input_expected:
        return "there is something behind the end";
    case json_error_duplicate_key:
        return "a name is there twice";
    case json_error_numeric_overflow:
        return "a number is too large";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a text holds a NUL";
    case json_error_unknown:
    case json_error_out_of_memory:
    case json_error_stack_overflow:
    case json_error_cannot_open_file:
    case json_error_invalid_argument:
    case json_error_invalid_syntax:
    case json_error_invalid_format:
    case json_error_wrong_type:
    case json_error_null_value:
    case json_error_item_not_found:
    case json_error_index_out_of_range:
    default:
        return "this is not JSON";
    }
}

json_t *
json_read(const char *text, size_t len, char why[JSON_WHY_SIZE])
{
    json_error_t error;
    if (is_too_deep(text, len)) {
        (void)snprintf(why, JSON_WHY_SIZE, "more than %d levels of brackets",
                       JSON_DEPTH_MAX);
        return NULL;
    }
    json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        (void)snprintf(why, JSON_WHY_SIZE, "line %d, column %d: %s", error.line,
                       error.column, what_is_wrong(&error));
    }
    return value;
}

static int
add_piece(const char *bytes, size_t len, void *arg)
{
    buf_add(arg, bytes, len);
    return 0;
}

void
json_write(const json_t *value, struct buf *to)
{
    (void)json_dump_callback(value, add_piece, to,
                             JSON_COMPACT | JSON_ENCODE_ANY);
}

/* ---- errors ---- */

void
json_errors_add(struct json_errors *errors, const char *field,
                const char *detail)
{
    if (errors->count < JSON_ERRORS_MAX) {
        struct json_error_item *item = &errors->items[errors->count];
        (void)snprintf(item->field, sizeof(item->field), "%s", field);
        (void)snprintf(item->detail, sizeof(item->detail), "%s", detail);
    }
    errors->count++;
}

void
json_errors_add_sentence(struct json_errors *errors, const char *field,
                         const char *detail)
{
    size_t at = errors->count;
    json_errors_add(errors, field, detail);
    if (at < JSON_ERRORS_MAX) {
        errors->items[at].is_sentence = true;
    }
}

void
json_complain(struct json_fields *f, const char *name, const char *detail)
{
    char field[64];
    (void)snprintf(field, sizeof(field), "%s%s", f->prefix, name);
    json_errors_add(f->errors, field, detail);
}

/* ---- fields ---- */

void
json_fields_init(struct json_fields *f, const json_t *object,
                 const char *prefix, struct json_errors *errors)
{
    f->object = object;
    f->errors = errors;
    f->prefix = prefix;
    f->seen_count = 0;
    if (!json_is_object(object)) {
        json_complain(f, "", "must be an object");
        f->object = NULL;
    }
}

static bool
is_seen(const struct json_fields *f, const char *name)
{
    for (size_t i = 0; i < f->seen_count; i++) {
        if (strcmp(f->seen[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* A name from outside becomes part of an answer: only plain ones do. */
static bool
is_plain_name(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789") ==
               strlen(name) &&
           strlen(name) <= 40;
}

bool
json_fields_end(struct json_fields *f)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)f->object, name, value)
    {
        if (!is_seen(f, name)) {
            json_complain(f, is_plain_name(name) ? name : "(another)",
                          "is not a field that is known here");
        }
    }
    return f->errors->count == 0;
}

/* The field's value; NULL when absent or null (noted when required). */
static const json_t *
look_up(struct json_fields *f, const char *name, unsigned flags)
{
    if (f->seen_count == JSON_FIELDS_MAX) {
        log_fatal("more than %d fields in one object", JSON_FIELDS_MAX);
    }
    f->seen[f->seen_count++] = name;
    const json_t *value = json_object_get(f->object, name);
    if (value != NULL && !json_is_null(value)) {
        return value;
    }
    if ((flags & JSON_REQUIRED) != 0 && f->object != NULL) {
        json_complain(f, name, "is missing");
    }
    return NULL;
}

static size_t
count_chars(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return count;
}

static bool
has_controls(const char *text, unsigned flags)
{
    bool has_lines = (flags & (JSON_MULTILINE | JSON_PASTED)) != 0,
         has_any_end = (flags & JSON_PASTED) != 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool is_fine =
            has_lines && (*c == '\n' || *c == '\t' ||
                          (*c == '\r' && (has_any_end || c[1] == '\n')));
        if ((*c < 0x20 || *c == 0x7f) && !is_fine) {
            return true;
        }
    }
    return false;
}

static const char *
wrong_text(const char *text, unsigned flags, size_t chars_max)
{
    static char too_long[64];
    if (text[0] == '\0' && (flags & JSON_MAY_BE_EMPTY) == 0) {
        return "is empty";
    }
    if (count_chars(text) > chars_max) {
        (void)snprintf(too_long, sizeof(too_long),
                       "is longer than %zu characters", chars_max);
        return too_long;
    }
    if (has_controls(text, flags)) {
        return "holds a control character";
    }
    return NULL;
}

const char *
json_text(struct json_fields *f, const char *name, unsigned flags,
          size_t chars_max)
{
    const json_t *value = look_up(f, name, flags);
    if (value == NULL) {
        return NULL;
    }
    if (!json_is_string(value)) {
        json_complain(f, name, "must be a text");
        return NULL;
    }
    const char *text = json_string_value(value);
    const char *wrong = wrong_text(text, flags, chars_max);
    if (wrong != NULL) {
        json_complain(f, name, wrong);
        return NULL;
    }
    return text;
}

bool
json_bool(struct json_fields *f, const char *name, bool fallback)
{
    const json_t *value = look_up(f, name, JSON_OPTIONAL);
    if (value != NULL && !json_is_boolean(value)) {
        json_complain(f, name, "must be true or false");
        return fallback;
    }
    return value == NULL ? fallback : json_is_true(value);
}

bool
json_whole(struct json_fields *f, const char *name, unsigned flags,
           struct json_range range, int64_t *out)
{
    const json_t *value = look_up(f, name, flags);
    if (value == NULL) {
        return false;
    }
    int64_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < range.min || number > range.max) {
        char detail[96];
        (void)snprintf(detail, sizeof(detail),
                       "must be a whole number from %lld to %lld",
                       (long long)range.min, (long long)range.max);
        json_complain(f, name, detail);
        return false;
    }
    *out = number;
    return true;
}

bool
json_time(struct json_fields *f, const char *name, unsigned flags, int64_t *out)
{
    const json_t *value = look_up(f, name, flags);
    if (value == NULL) {
        return false;
    }
    int64_t ms =
        json_is_string(value) ? clock_parse(json_string_value(value)) : -1;
    if (ms < 0) {
        json_complain(f, name, "must be a time such as 2026-02-25T11:00:00Z");
        return false;
    }
    *out = ms;
    return true;
}

int
json_choice(struct json_fields *f, const char *name, unsigned flags,
            const struct json_word *words, int fallback)
{
    const json_t *value = look_up(f, name, flags);
    if (value == NULL) {
        return fallback;
    }
    const char *text = json_string_value(value);
    struct buf detail;
    buf_init(&detail, 0);
    buf_add_string(&detail, "must be one of:");
    for (const struct json_word *w = words; w->word != NULL; w++) {
        if (text != NULL && strcmp(text, w->word) == 0) {
            buf_fini(&detail);
            return w->value;
        }
        buf_printf(&detail, " %s", w->word);
    }
    json_complain(f, name, buf_string(&detail));
    buf_fini(&detail);
    return fallback;
}

const json_t *
json_list(struct json_fields *f, const char *name, unsigned flags,
          size_t items_max)
{
    const json_t *value = look_up(f, name, flags);
    if (value == NULL) {
        return NULL;
    }
    if (!json_is_array(value) || json_array_size(value) > items_max) {
        char detail[96];
        (void)snprintf(detail, sizeof(detail), "must be a list of at most %zu",
                       items_max);
        json_complain(f, name, detail);
        return NULL;
    }
    return value;
}

const char *
json_word_of(const struct json_word *words, int value)
{
    for (; words->word != NULL; words++) {
        if (words->value == value) {
            return words->word;
        }
    }
    return NULL;
}

/* ---- writing ---- */

void
json_set(json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        log_error("json.not_set", log_str("name", name));
    }
}

void
json_set_text(json_t *object, const char *name, const char *text)
{
    json_set(object, name, text == NULL ? json_null() : json_string(text));
}

void
json_set_whole(json_t *object, const char *name, int64_t number)
{
    json_set(object, name, json_integer(number));
}

void
json_set_bool(json_t *object, const char *name, bool value)
{
    json_set(object, name, json_boolean(value));
}

void
json_set_time(json_t *object, const char *name, int64_t wall_ms)
{
    char text[CLOCK_TEXT_SIZE];
    json_set_text(object, name,
                  wall_ms < 0 ? NULL : clock_format(wall_ms, text));
}
