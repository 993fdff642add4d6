/* template -- {{field}} merged into a text, escaped for where it goes. */
#include "common/text/template.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/base.h"

#define NAME_LEN_MAX 40

/* Where the next field of a text is. */
struct found {
    const char *begin, *end; /* of {{ name }}, braces included */
    const char *name;
    size_t name_len;
};

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

static const char *
skip_spaces(const char *s)
{
    return s + strspn(s, " ");
}

/* False: no field is left, or *why_out says what is wrong with the next. */
static bool
find_field(const char *text, struct found *found, char **why_out)
{
    found->begin = strstr(text, "{{");
    if (found->begin == NULL) {
        return false;
    }
    found->name = skip_spaces(found->begin + 2);
    const char *s = found->name;
    while (is_name_byte(*s)) {
        s++;
    }
    found->name_len = (size_t)(s - found->name);
    s = skip_spaces(s);
    if (strncmp(s, "}}", 2) != 0) {
        *why_out = mem_format("a field is {{name}}, small letters and _ "
                              "between double braces: look near \"%.12s\"",
                              found->begin);
        return false;
    }
    if (found->name_len == 0 || found->name_len > NAME_LEN_MAX) {
        *why_out =
            mem_format("a field's name has 1 to %d letters", NAME_LEN_MAX);
        return false;
    }
    found->end = s + 2;
    return true;
}

static bool
is_named(const struct found *found, const char *name)
{
    return strncmp(found->name, name, found->name_len) == 0 &&
           name[found->name_len] == '\0';
}

static char *
unknown_field(const struct found *found)
{
    return mem_format("there is no field {{%.*s}}", (int)found->name_len,
                      found->name);
}

/* ---- escaping ---- */

static bool
is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Appends the longest run that keep() allows; returns its length. */
static size_t
add_run(struct buf *to, const char *s, size_t len, bool (*keep)(char c))
{
    size_t run = 0;
    while (run < len && keep(s[run])) {
        run++;
    }
    buf_add(to, s, run);
    return run;
}

static bool
is_text(char c)
{
    return !is_control(c) || c == '\n';
}

static void
add_text(struct buf *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        i += add_run(to, s + i, len - i, is_text);
    }
}

/* What would break the line becomes a space. */
static void
add_header(struct buf *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (len - i >= 3 && (memcmp(s + i, "\xe2\x80\xa8", 3) == 0 ||
                             memcmp(s + i, "\xe2\x80\xa9", 3) == 0)) {
            buf_add_byte(to, ' ');
            i += 2;
        } else if (s[i] == '\n' || s[i] == '\t') {
            buf_add_byte(to, ' ');
        } else if (!is_control(s[i])) {
            buf_add_byte(to, (uint8_t)s[i]);
        }
    }
}

static void
add_as_is(struct buf *to, const char *s, size_t len)
{
    buf_add(to, s, len);
}

static const char *
entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static bool
is_plain_html(char c)
{
    return entity_of(c) == NULL;
}

static void
add_html_value(struct buf *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        i += add_run(to, s + i, len - i, is_plain_html);
        if (i < len) {
            buf_add_string(to, entity_of(s[i]));
        }
    }
}

static bool
is_plain_json(char c)
{
    return !is_control(c) && c != '"' && c != '\\';
}

static void
add_json_value(struct buf *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        i += add_run(to, s + i, len - i, is_plain_json);
        if (i == len) {
            break;
        }
        if (s[i] == '\n') {
            buf_add_string(to, "\\n");
        } else if (is_control(s[i])) {
            buf_printf(to, "\\u%04x", (unsigned)s[i]);
        } else {
            buf_add_byte(to, '\\');
            buf_add_byte(to, (uint8_t)s[i]);
        }
    }
}

static bool
is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~';
}

static void
add_url_value(struct buf *to, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        i += add_run(to, s + i, len - i, is_unreserved);
        if (i < len) {
            buf_printf(to, "%%%02X", (unsigned char)s[i]);
        }
    }
}

typedef void add_fn(struct buf *to, const char *s, size_t len);

/* The author's own words, and what is merged into them. */
static const struct {
    add_fn *words, *value;
} adders[] = {
    [TEMPLATE_TEXT] = {add_text, add_text},
    [TEMPLATE_HTML] = {add_as_is, add_html_value},
    [TEMPLATE_HEADER] = {add_header, add_header},
    [TEMPLATE_JSON] = {add_as_is, add_json_value},
    [TEMPLATE_URL] = {add_as_is, add_url_value},
};

void
template_escape(const char *value, enum template_context context,
                struct buf *to)
{
    adders[context].value(to, value, strlen(value));
}

/* ---- merging ---- */

static const char *
find_value(const struct found *found, const struct template_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (is_named(found, fields->items[i].name)) {
            return fields->items[i].value;
        }
    }
    return NULL;
}

enum err
template_merge(const char *text, enum template_context context,
               const struct template_fields *fields, struct buf *to,
               char **why_out)
{
    struct found found;
    *why_out = NULL;
    while (find_field(text, &found, why_out)) {
        const char *value = find_value(&found, fields);
        if (value == NULL) {
            *why_out = unknown_field(&found);
            return ERR_BAD_REQUEST;
        }
        adders[context].words(to, text, (size_t)(found.begin - text));
        adders[context].value(to, value, strlen(value));
        text = found.end;
    }
    if (*why_out != NULL) {
        return ERR_BAD_REQUEST;
    }
    adders[context].words(to, text, strlen(text));
    return ERR_NONE;
}

enum err
template_check(const char *text, const char *const *names, size_t name_count,
               char **why_out)
{
    struct found found;
    *why_out = NULL;
    while (find_field(text, &found, why_out)) {
        size_t i = 0;
        while (i < name_count && !is_named(&found, names[i])) {
            i++;
        }
        if (i == name_count) {
            *why_out = unknown_field(&found);
            return ERR_BAD_REQUEST;
        }
        text = found.end;
    }
    return *why_out == NULL ? ERR_NONE : ERR_BAD_REQUEST;
}
