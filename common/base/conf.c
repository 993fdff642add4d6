/* conf -- the configuration: one INI file, then the environment.
 *
 * Limits: a line LINE_BYTES_MAX bytes, a section or key NAME_BYTES_MAX; inih
 * would cut longer ones in silence, so they end the program here. */
#include "common/base/conf.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/mem.h"

#define LINE_BYTES_MAX 8192
#define NAME_BYTES_MAX 48
#define ENTRIES_MAX 4096

struct entry {
    char *section, *key, *value;
    int line;
};

struct conf {
    char *path;
    struct entry entries[ENTRIES_MAX];
    size_t count;
};

struct reading {
    struct conf *conf;
    FILE *file;
    int line;
};

static const struct entry *
find_entry(const struct conf *conf, const char *section, const char *key)
{
    for (size_t i = 0; i < conf->count; i++) {
        const struct entry *entry = &conf->entries[i];
        if (strcmp(entry->section, section) == 0 &&
            strcmp(entry->key, key) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* As fgets; a line that does not fit ends the program. */
static char *
read_line(char *to, int size, void *stream)
{
    struct reading *reading = stream;
    if (fgets(to, size, reading->file) == NULL) {
        return NULL;
    }
    reading->line++;
    if (strlen(to) + 1 == (size_t)size && to[size - 2] != '\n') {
        log_fatal("%s:%d: the line is longer than %d bytes",
                  reading->conf->path, reading->line, LINE_BYTES_MAX);
    }
    return to;
}

static int
add_entry(void *arg, const char *section, const char *key, const char *value)
{
    struct reading *reading = arg;
    struct conf *conf = reading->conf;
    if (strlen(section) > NAME_BYTES_MAX || strlen(key) > NAME_BYTES_MAX) {
        log_fatal("%s:%d: a section or key is longer than %d bytes", conf->path,
                  reading->line, NAME_BYTES_MAX);
    }
    if (find_entry(conf, section, key) != NULL) {
        log_fatal("%s:%d: [%s] %s is set twice", conf->path, reading->line,
                  section, key);
    }
    if (conf->count == ENTRIES_MAX) {
        log_fatal("%s:%d: more than %d settings", conf->path, reading->line,
                  ENTRIES_MAX);
    }
    conf->entries[conf->count++] =
        (struct entry){mem_copy_string(section), mem_copy_string(key),
                       mem_copy_string(value), reading->line};
    return 1;
}

static void
set_up_parser(void)
{
    ini_use_stack = true;
    ini_max_line = LINE_BYTES_MAX + 2; /* the newline and the NUL */
    ini_allow_multiline = false;
    ini_allow_inline_comments = false; /* " ;" may be part of a value */
    ini_stop_on_first_error = true;
}

struct conf *
conf_open(const char *path)
{
    struct conf *conf = mem_new(sizeof(*conf));
    if (path == NULL) {
        return conf;
    }
    conf->path = mem_copy_string(path);
    struct reading reading = {conf, fopen(path, "re"), 0};
    if (reading.file == NULL) {
        log_fatal("cannot read the configuration %s: %s", path,
                  strerror(errno));
    }
    set_up_parser();
    /* inih hands one pointer to the reader and another to the handler. */
    int bad_line = ini_parse_stream(read_line, &reading, add_entry, &reading);
    if (bad_line != 0) {
        log_fatal("%s:%d: neither [section], key = value nor a comment", path,
                  bad_line);
    }
    if (ferror(reading.file)) {
        log_fatal("cannot read the configuration %s to its end", path);
    }
    (void)fclose(reading.file);
    return conf;
}

void
conf_close(struct conf **conf)
{
    if (*conf == NULL) {
        return;
    }
    for (size_t i = 0; i < (*conf)->count; i++) {
        free((*conf)->entries[i].section);
        free((*conf)->entries[i].key);
        free((*conf)->entries[i].value);
    }
    free((*conf)->path);
    free(*conf);
    *conf = NULL;
}

static const char *
find_in_environment(const char *section, const char *key)
{
    char *name = mem_format("MUSTER_%s_%s", section, key);
    for (char *c = name; *c != '\0'; c++) {
        *c =
            isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
    }
    const char *value = getenv(name);
    free(name);
    return value;
}

/* ---- one value ---- */

/* A row, with what stands in the place of its <part>. */
struct wanted {
    const struct setting_row *row;
    const char *section, *key;
};

static struct wanted
wanted_of(enum setting setting, const char *name)
{
    const struct setting_row *row = settings_row(setting);
    bool is_of_section = strchr(row->section, '<') != NULL;
    struct wanted wanted = {row, row->section, row->key};
    if (name != NULL && is_of_section) {
        wanted.section = name;
    } else if (name != NULL) {
        wanted.key = name;
    }
    assert(settings_fits(row, wanted.section, wanted.key));
    return wanted;
}

static const char *
find_value(const struct conf *conf, const struct wanted *wanted)
{
    const char *value = find_in_environment(wanted->section, wanted->key);
    const struct entry *entry = find_entry(conf, wanted->section, wanted->key);
    return value != NULL ? value : entry != NULL ? entry->value : NULL;
}

static const char *
read_value(const struct conf *conf, const struct wanted *wanted)
{
    const char *value = find_value(conf, wanted);
    if (value == NULL && settings_is_needed(wanted->row)) {
        log_fatal("[%s] %s is not set: %s (%s)", wanted->section, wanted->key,
                  wanted->row->about, wanted->row->form);
    }
    return value != NULL ? value : settings_usual(wanted->row);
}

static int64_t
read_number(const struct conf *conf, const struct wanted *w)
{
    const char *value = read_value(conf, w);
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0) {
        log_fatal("[%s] %s = %s: not a whole number", w->section, w->key,
                  value);
    }
    if (number < (int64_t)w->row->min || number > (int64_t)w->row->max) {
        log_fatal("[%s] %s = %s: not from %.0f to %.0f", w->section, w->key,
                  value, w->row->min, w->row->max);
    }
    return number;
}

static double
read_rate(const struct conf *conf, const struct wanted *w)
{
    const char *value = read_value(conf, w);
    char *end;
    double rate = strtod(value, &end);
    if (end == value || *end != '\0' ||
        !(rate >= w->row->min && rate <= w->row->max)) {
        log_fatal("[%s] %s = %s: %s, from %.10g to %.10g", w->section, w->key,
                  value, w->row->form, w->row->min, w->row->max);
    }
    return rate;
}

static bool
read_bool(const struct conf *conf, const struct wanted *w)
{
    static const char *const words[] = {"no",  "yes", "false", "true",
                                        "off", "on",  "0",     "1"};
    const char *value = read_value(conf, w);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i]) == 0) {
            return i % 2 == 1;
        }
    }
    log_fatal("[%s] %s = %s: neither yes nor no", w->section, w->key, value);
}

static int
read_word(const struct conf *conf, const struct wanted *w)
{
    const char *value = read_value(conf, w);
    const char *word = w->row->form;
    for (int i = 0; *word != '\0'; i++) {
        size_t len = strcspn(word, "|");
        if (strlen(value) == len && strncmp(word, value, len) == 0) {
            return i;
        }
        word += len + (word[len] == '|');
    }
    log_fatal("[%s] %s = %s: not one of %s", w->section, w->key, value,
              w->row->form);
}

bool
conf_has(const struct conf *conf, enum setting setting)
{
    struct wanted wanted = wanted_of(setting, NULL);
    return find_value(conf, &wanted) != NULL;
}

const char *
conf_text_of(const struct conf *conf, enum setting setting, const char *name)
{
    struct wanted wanted = wanted_of(setting, name);
    return read_value(conf, &wanted);
}

const char *
conf_text(const struct conf *conf, enum setting setting)
{
    return conf_text_of(conf, setting, NULL);
}

int64_t
conf_number_of(const struct conf *conf, enum setting setting, const char *name)
{
    struct wanted wanted = wanted_of(setting, name);
    assert(wanted.row->type == SETTING_NUMBER);
    return read_number(conf, &wanted);
}

int64_t
conf_number(const struct conf *conf, enum setting setting)
{
    return conf_number_of(conf, setting, NULL);
}

double
conf_rate_of(const struct conf *conf, enum setting setting, const char *name)
{
    struct wanted wanted = wanted_of(setting, name);
    assert(wanted.row->type == SETTING_RATE);
    return read_rate(conf, &wanted);
}

bool
conf_bool_of(const struct conf *conf, enum setting setting, const char *name)
{
    struct wanted wanted = wanted_of(setting, name);
    assert(wanted.row->type == SETTING_BOOL);
    return read_bool(conf, &wanted);
}

bool
conf_bool(const struct conf *conf, enum setting setting)
{
    return conf_bool_of(conf, setting, NULL);
}

int
conf_word_of(const struct conf *conf, enum setting setting, const char *name)
{
    struct wanted wanted = wanted_of(setting, name);
    assert(wanted.row->type == SETTING_WORD);
    return read_word(conf, &wanted);
}

int
conf_word(const struct conf *conf, enum setting setting)
{
    return conf_word_of(conf, setting, NULL);
}

/* ---- all of them ---- */

static bool
is_seen_before(const struct conf *conf, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(conf->entries[i].section, conf->entries[index].section) ==
            0) {
            return true;
        }
    }
    return false;
}

void
conf_each_section(const struct conf *conf, const char *prefix,
                  void (*cb)(void *arg, const char *section), void *arg)
{
    for (size_t i = 0; i < conf->count; i++) {
        const char *section = conf->entries[i].section;
        if (strncmp(section, prefix, strlen(prefix)) == 0 &&
            !is_seen_before(conf, i)) {
            cb(arg, section);
        }
    }
}

/* ---- what is not a setting ---- */

static const char lists_them[] = "`muster settings` lists them all";

struct checking {
    void (*cb)(void *arg, bool is_of_route, const char *sentence);
    void *arg;
};

static bool
is_of_route(const char *section, const struct setting_row *near)
{
    return strncmp(section, "route.", strlen("route.")) == 0 ||
           (near != NULL && strstr(near->section, "<route>") != NULL);
}

static void
check_entry(const struct conf *conf, const struct entry *entry,
            const struct checking *checking)
{
    if (settings_find(entry->section, entry->key) != NULL) {
        return;
    }
    char *near;
    const struct setting_row *row =
        settings_near(entry->section, entry->key, &near);
    char *sentence =
        mem_format("%s:%d: [%s] %s: there is no such setting; %s%s%s",
                   conf->path, entry->line, entry->section, entry->key,
                   near == NULL ? lists_them : "did you mean ",
                   near == NULL ? "" : near, near == NULL ? "" : "?");
    checking->cb(checking->arg, is_of_route(entry->section, row), sentence);
    free(sentence);
    free(near);
}

static void
check_variable(const char *variable, const struct checking *checking)
{
    char *name = mem_format("%.*s", (int)strcspn(variable, "="), variable);
    if (!settings_knows_variable(name)) {
        char *near = settings_near_variable(name);
        char *sentence = mem_format(
            "%s in the environment: there is no such setting; %s%s%s", name,
            near == NULL ? lists_them : "did you mean ",
            near == NULL ? "" : near, near == NULL ? "" : "?");
        checking->cb(checking->arg, false, sentence);
        free(sentence);
        free(near);
    }
    free(name);
}

void
conf_check(const struct conf *conf,
           void (*cb)(void *arg, bool is_of_route, const char *sentence),
           void *arg)
{
    const struct checking checking = {cb, arg};
    for (size_t i = 0; i < conf->count; i++) {
        check_entry(conf, &conf->entries[i], &checking);
    }
    for (char **at = environ; *at != NULL; at++) {
        if (strncmp(*at, "MUSTER_", strlen("MUSTER_")) == 0) {
            check_variable(*at, &checking);
        }
    }
}

void
conf_check_values(const struct conf *conf)
{
    for (size_t i = 0; i < conf->count; i++) {
        const struct entry *entry = &conf->entries[i];
        const struct wanted wanted = {settings_find(entry->section, entry->key),
                                      entry->section, entry->key};
        if (wanted.row == NULL) {
            continue;
        }
        switch (wanted.row->type) {
        case SETTING_NUMBER:
            (void)read_number(conf, &wanted);
            break;
        case SETTING_RATE:
            (void)read_rate(conf, &wanted);
            break;
        case SETTING_BOOL:
            (void)read_bool(conf, &wanted);
            break;
        case SETTING_WORD:
            (void)read_word(conf, &wanted);
            break;
        case SETTING_TEXT:
        default:
            break;
        }
    }
}
