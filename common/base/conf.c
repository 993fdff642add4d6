/* conf -- the configuration: one INI file, then the environment.
 *
 * Limits: a line LINE_BYTES_MAX bytes, a section or key NAME_BYTES_MAX; inih
 * would cut longer ones in silence, so they end the program here. */
#include "common/base/conf.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"

#define LINE_BYTES_MAX 8192
#define NAME_BYTES_MAX 48
#define ENTRIES_MAX 4096

struct entry {
    char *section, *key, *value;
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
    conf->entries[conf->count++] = (struct entry){
        mem_copy_string(section), mem_copy_string(key), mem_copy_string(value)};
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

const char *
conf_string(const struct conf *conf, const char *section, const char *key,
            const char *fallback)
{
    const char *value = find_in_environment(section, key);
    if (value == NULL) {
        const struct entry *entry = find_entry(conf, section, key);
        value = entry == NULL ? NULL : entry->value;
    }
    return value == NULL ? fallback : value;
}

int64_t
conf_number(const struct conf *conf, const char *section, const char *key,
            int64_t fallback, struct conf_range range)
{
    const char *value = conf_string(conf, section, key, NULL);
    if (value == NULL) {
        return fallback;
    }
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0) {
        log_fatal("[%s] %s = %s: not a whole number", section, key, value);
    }
    if (number < range.min || number > range.max) {
        log_fatal("[%s] %s = %s: not from %lld to %lld", section, key, value,
                  (long long)range.min, (long long)range.max);
    }
    return number;
}

bool
conf_bool(const struct conf *conf, const char *section, const char *key,
          bool fallback)
{
    static const char *const words[] = {"no",  "yes", "false", "true",
                                        "off", "on",  "0",     "1"};
    const char *value = conf_string(conf, section, key, NULL);
    if (value == NULL) {
        return fallback;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(value, words[i]) == 0) {
            return i % 2 == 1;
        }
    }
    log_fatal("[%s] %s = %s: neither yes nor no", section, key, value);
}

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
