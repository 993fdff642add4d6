/* settings -- the table, and which row something is of.
 *
 * A row's section and key are patterns: <service> is a name, <n> a number,
 * <route> whatever follows. In a variable of the environment all are capitals
 * and what is neither letter nor digit is an underscore. */
#include "common/base/settings.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "common/base/buf.h"

#define ROUTE_LEN_MAX 31

static const struct setting_row rows[SETTING_COUNT] = {
#define SETTING(id, section, key, type, usual, min, max, form, about)          \
    [SET_##id] = {section, key, SETTING_##type, usual, min, max, form, about},
#include "common/base/settings.def"
#undef SETTING
};

static const char *const services[] = {
#define SERVICE(name, ...) #name,
#include "service_rows.def"
#undef SERVICE
};
#define SERVICE_COUNT ((int)(sizeof(services) / sizeof(services[0])))

/* Not settings, but read elsewhere: by ./muster, the command-line tool, the
 * tests. */
static const char *const others[] = {
    "MUSTER_ADMIN_PORT", "MUSTER_BENCH_PERF", "MUSTER_BIN",
    "MUSTER_BUILD",      "MUSTER_CAMPAIGN",   "MUSTER_CONFIG",
    "MUSTER_HOST",       "MUSTER_KEEP",       "MUSTER_LONG",
    "MUSTER_NPM_CACHE",  "MUSTER_PORT",       "MUSTER_PUBLIC_URL",
    "MUSTER_REDIS_ACL",  "MUSTER_REDIS_FROM", "MUSTER_SEED",
    "MUSTER_SEEDS",      "MUSTER_SOURCE",     "MUSTER_TEST_CLOCK",
    "MUSTER_TOKEN",      "MUSTER_URL",        "MUSTER_VAR",
};

const struct setting_row *
settings_row(enum setting setting)
{
    return &rows[setting];
}

const char *
settings_usual(const struct setting_row *row)
{
    return row->usual[0] == '(' ? NULL : row->usual;
}

bool
settings_is_needed(const struct setting_row *row)
{
    return strcmp(row->usual, "(needed)") == 0;
}

/* ---- patterns ---- */

struct how {
    bool is_variable; /* capitals and underscores */
    bool is_strict;   /* <service> is one of ours */
};

static char
as_written(char c, const struct how *how)
{
    if (!how->is_variable) {
        return c;
    }
    return isalnum((unsigned char)c) ? (char)toupper((unsigned char)c) : '_';
}

static bool
is_service(const char *text, size_t len, const struct how *how)
{
    for (int i = 0; i < SERVICE_COUNT; i++) {
        size_t at = 0;
        while (at < len && services[i][at] != '\0' &&
               as_written(services[i][at], how) == text[at]) {
            at++;
        }
        if (at == len && services[i][at] == '\0') {
            return true;
        }
    }
    return false;
}

/* Whether the first len bytes of text can be what the part ("<n>") stands
 * for. */
static bool
is_part(const char *part, const char *text, size_t len, const struct how *how)
{
    if (part[1] == 'n') {
        return strspn(text, "0123456789") >= len;
    }
    if (part[1] == 'r') {
        return len <= ROUTE_LEN_MAX;
    }
    return how->is_strict ? is_service(text, len, how)
                          : strcspn(text, "._") >= len;
}

static bool matches(const char *pattern, const char *text,
                    const struct how *how);

static bool
part_matches(const char *pattern, const char *text, const struct how *how)
{
    const char *rest = strchr(pattern, '>') + 1;
    size_t len = strlen(text);
    for (size_t i = 1; i <= len; i++) {
        if (is_part(pattern, text, i, how) && matches(rest, text + i, how)) {
            return true;
        }
    }
    return false;
}

static bool
matches(const char *pattern, const char *text, const struct how *how)
{
    while (*pattern != '\0' && *pattern != '<') {
        if (as_written(*pattern++, how) != *text++) {
            return false;
        }
    }
    return *pattern == '\0' ? *text == '\0' : part_matches(pattern, text, how);
}

bool
settings_fits(const struct setting_row *row, const char *section,
              const char *key)
{
    const struct how how = {false, false};
    return matches(row->section, section, &how) && matches(row->key, key, &how);
}

const struct setting_row *
settings_find(const char *section, const char *key)
{
    const struct how how = {false, true};
    for (int i = 0; i < SETTING_COUNT; i++) {
        if (matches(rows[i].section, section, &how) &&
            matches(rows[i].key, key, &how)) {
            return &rows[i];
        }
    }
    return NULL;
}

bool
settings_knows_variable(const char *variable)
{
    const struct how how = {true, true};
    struct buf pattern;
    bool is_known = false;
    buf_init(&pattern, 0);
    for (int i = 0; i < SETTING_COUNT && !is_known; i++) {
        buf_reset(&pattern);
        buf_printf(&pattern, "MUSTER_%s_%s", rows[i].section, rows[i].key);
        is_known = matches(buf_string(&pattern), variable, &how);
    }
    buf_fini(&pattern);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        is_known = is_known || strcmp(others[i], variable) == 0;
    }
    return is_known;
}

/* ---- patterns filled in ---- */

static void
fill(const char *pattern, const char *service, const char *like, struct buf *to)
{
    const char *digits = like + strcspn(like, "0123456789");
    const char *dot = strchr(like, '.');
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '<') {
            buf_add_byte(to, (uint8_t)*pattern);
            continue;
        }
        if (pattern[1] == 's') {
            buf_add_string(to, service);
        } else if (pattern[1] == 'r') {
            buf_add_string(to, dot == NULL ? "" : dot + 1);
        } else if (*digits == '\0') {
            buf_add_byte(to, '0');
        } else {
            buf_add(to, digits, strspn(digits, "0123456789"));
        }
        pattern = strchr(pattern, '>');
    }
}

bool
settings_spell(const struct setting_row *row, int n, const char *like,
               struct buf *section, struct buf *key)
{
    bool has_service = strstr(row->key, "<service>") != NULL;
    if (n >= (has_service ? SERVICE_COUNT : 1)) {
        return false;
    }
    bool is_route = strstr(row->section, "<route>") != NULL;
    buf_reset(section);
    buf_reset(key);
    fill(row->section, services[n], is_route ? like : "", section);
    fill(row->key, services[n], is_route ? "" : like, key);
    return true;
}
