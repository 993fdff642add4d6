/* settings_near -- what a misspelt setting may have been meant to be: the one
 * that the fewest letters added, left out, changed or swapped turn it into. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/settings.h"

#define NAME_LEN_MAX 95

static int
least(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Optimal string alignment; more than NAME_LEN_MAX letters are not like
 * anything. */
static int
distance(const char *a, const char *b)
{
    int costs[3][NAME_LEN_MAX + 2];
    int *before = costs[0], *last = costs[1], *now = costs[2];
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > NAME_LEN_MAX || b_len > NAME_LEN_MAX) {
        return 2 * NAME_LEN_MAX;
    }
    for (size_t j = 0; j <= b_len; j++) {
        last[j] = (int)j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        now[0] = (int)i;
        for (size_t j = 1; j <= b_len; j++) {
            int change = last[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(last[j] + 1, now[j - 1] + 1, change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
                a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j]) {
                now[j] = before[j - 2] + 1;
            }
        }
        int *free_one = before;
        before = last;
        last = now;
        now = free_one;
    }
    return last[b_len];
}

/* Of a name of so many letters, a third may be wrong. */
static int
distance_max(size_t len)
{
    return len < 6 ? 2 : (int)len / 3;
}

/* What the rows are measured against, and the nearest so far. */
struct search {
    const char *section, *key; /* or variable alone */
    const char *variable;
    const char *like; /* what <n> and <route> are taken from */
    struct buf section_buf, key_buf;
    const struct setting_row *row;
    char *name;
    int distance;
};

static void
write_variable(const char *section, const char *key, struct buf *to)
{
    buf_printf(to, "MUSTER_%s_%s", section, key);
    for (size_t i = 0; i < to->len; i++) {
        int c = ((const uint8_t *)to->data)[i];
        to->data[i] = (char)(isalnum(c) ? toupper(c) : '_');
    }
}

static void
measure(struct search *s, const struct setting_row *row)
{
    const char *section = buf_string(&s->section_buf);
    const char *key = buf_string(&s->key_buf);
    struct buf name;
    int found;
    buf_init(&name, 0);
    if (s->variable != NULL) {
        write_variable(section, key, &name);
        found = distance(s->variable, buf_string(&name));
    } else {
        buf_printf(&name, "[%s] %s", section, key);
        found = distance(s->section, section) + distance(s->key, key);
    }
    if (found < s->distance) {
        free(s->name);
        s->row = row;
        s->name = mem_copy_string(buf_string(&name));
        s->distance = found;
    }
    buf_fini(&name);
}

static void
search(struct search *s, enum setting from, enum setting to)
{
    buf_init(&s->section_buf, 0);
    buf_init(&s->key_buf, 0);
    for (enum setting i = from; i < to; i++) {
        const struct setting_row *row = settings_row(i);
        for (int n = 0;
             settings_spell(row, n, s->like, &s->section_buf, &s->key_buf);
             n++) {
            measure(s, row);
        }
    }
    buf_fini(&s->section_buf);
    buf_fini(&s->key_buf);
}

const struct setting_row *
settings_near(const char *section, const char *key, char **near_out)
{
    char *like = mem_format("%s", strchr(section, '.') != NULL ? section : key);
    struct search s = {.section = section, .key = key, .like = like};
    s.distance = distance_max(strlen(section) + strlen(key)) + 1;
    search(&s, 0, SETTING_COUNT);
    free(like);
    if (near_out != NULL) {
        *near_out = s.name;
    } else {
        free(s.name);
    }
    return s.row;
}

/* "MUSTER_ROUTE_SMS_A_RATTE" -> ".SMS_A": what stands before as many words as
 * the key has. */
static char *
guess_route(const char *variable, const char *key)
{
    static const char head[] = "MUSTER_ROUTE_";
    if (strlen(variable) < sizeof(head)) {
        return mem_copy_string(".");
    }
    char *route = mem_format(".%s", variable + sizeof(head) - 1);
    const char *word = key;
    do {
        char *last = strrchr(route, '_');
        if (last != NULL) {
            *last = '\0';
        }
        word = strchr(word, '_');
    } while (word++ != NULL);
    return route;
}

char *
settings_near_variable(const char *variable)
{
    struct search s = {.variable = variable};
    s.distance = distance_max(strlen(variable) - strlen("MUSTER_")) + 1;
    for (enum setting i = 0; i < SETTING_COUNT; i++) {
        const struct setting_row *row = settings_row(i);
        bool is_route = strstr(row->section, "<route>") != NULL;
        char *like = is_route ? guess_route(variable, row->key)
                              : mem_copy_string(variable);
        s.like = like;
        search(&s, i, i + 1);
        free(like);
    }
    return s.name;
}
