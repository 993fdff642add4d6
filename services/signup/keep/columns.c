/* columns -- a campaign's columns in memory, each chunk proved fresh. */
#include "services/signup/keep/columns.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/store.h"

#define STAMP_SIZE 48
#define NUMBER_SIZE 16
#define NOT_KNOWN "-"

static const uint8_t zeros[CHUNK_PEOPLE];

struct chunk {
    char stamp[STAMP_SIZE]; /* "": never read */
    uint8_t *bytes;         /* NULL: all zero */
};

struct column {
    char name[COLUMN_NAME_SIZE];
    size_t chunk_bytes;
    uint32_t chunk_count;
    struct chunk *chunks;
    struct column *next;
};

struct columns {
    struct su *su;
    const char *campaign;
    struct column *first;
    size_t bytes;
    int reads_open; /* while any is, nothing is forgotten */
};

struct columns *
columns_new(struct su *su, const char *campaign)
{
    struct columns *columns = mem_new(sizeof(*columns));
    columns->su = su;
    columns->campaign = campaign;
    return columns;
}

static void
forget_all(struct columns *columns)
{
    while (columns->first != NULL) {
        struct column *column = columns->first;
        columns->first = column->next;
        for (uint32_t i = 0; i < column->chunk_count; i++) {
            free(column->chunks[i].bytes);
        }
        free(column->chunks);
        free(column);
    }
    columns->bytes = 0;
}

void
columns_free(struct columns **columns)
{
    if (*columns == NULL) {
        return;
    }
    forget_all(*columns);
    free(*columns);
    *columns = NULL;
}

static struct column *
find_column(const struct columns *columns, const char *name)
{
    struct column *column = columns->first;
    while (column != NULL && strcmp(column->name, name) != 0) {
        column = column->next;
    }
    return column;
}

static struct column *
get_column(struct columns *columns, const struct column_name *name,
           uint32_t chunks)
{
    struct column *column = find_column(columns, name->name);
    if (column == NULL) {
        column = mem_new(sizeof(*column));
        (void)snprintf(column->name, sizeof(column->name), "%s", name->name);
        column->chunk_bytes = name->is_bits ? CHUNK_BIT_BYTES : CHUNK_PEOPLE;
        column->next = columns->first;
        columns->first = column;
    }
    if (chunks > column->chunk_count) {
        column->chunks =
            mem_resize(column->chunks, chunks * sizeof(column->chunks[0]));
        memset(&column->chunks[column->chunk_count], 0,
               (chunks - column->chunk_count) * sizeof(column->chunks[0]));
        column->chunk_count = chunks;
    }
    return column;
}

const uint8_t *
columns_get(const struct columns *columns, const struct column_name *name,
            uint32_t chunk)
{
    const struct column *column = find_column(columns, name->name);
    if (column == NULL || chunk >= column->chunk_count ||
        column->chunks[chunk].bytes == NULL) {
        return zeros;
    }
    return column->chunks[chunk].bytes;
}

/* ---- reading ---- */

struct columns_reading {
    struct columns *columns;
    struct columns_wanted wanted;
    columns_cb *cb;
    void *arg;
};

/* What Redis holds may be shorter than the chunk: the rest is zero. */
static void
put_bytes(struct columns *columns, const struct column *column,
          struct chunk *chunk, const struct store_reply *from)
{
    if (chunk->bytes == NULL && from->len > 0) {
        chunk->bytes = mem_new(column->chunk_bytes);
        columns->bytes += column->chunk_bytes;
    }
    if (chunk->bytes != NULL) {
        size_t len =
            from->len < column->chunk_bytes ? from->len : column->chunk_bytes;
        memcpy(chunk->bytes, from->string, len);
        memset(chunk->bytes + len, 0, column->chunk_bytes - len);
    }
}

/* Stamp and bytes alternate; no bytes: as known. False: the reply is not of
 * the shape that was asked for. */
static bool
take_chunks(struct columns_reading *reading, const struct store_reply *reply)
{
    const struct columns_wanted *wanted = &reading->wanted;
    uint32_t end = wanted->window.chunk + wanted->window.chunk_count;
    if (reply->count != 1 + wanted->count * wanted->window.chunk_count * 2) {
        return false;
    }
    const struct store_reply *at = &reply->items[1];
    for (size_t i = 0; i < wanted->count; i++) {
        struct column *column =
            get_column(reading->columns, &wanted->names[i], end);
        for (uint32_t c = wanted->window.chunk; c < end; c++, at += 2) {
            if (at[1].type == STORE_NIL) {
                continue;
            }
            (void)snprintf(column->chunks[c].stamp, STAMP_SIZE, "%s",
                           at[0].string);
            put_bytes(reading->columns, column, &column->chunks[c], &at[1]);
        }
    }
    return true;
}

static void
on_chunks(void *arg, enum err err, const struct store_reply *reply)
{
    struct columns_reading *reading = arg;
    uint32_t people = 0;
    reading->columns->reads_open--;
    if (err == ERR_NONE && !take_chunks(reading, reply)) {
        err = ERR_INTERNAL;
    }
    if (err == ERR_NONE) {
        people = (uint32_t)reply->items[0].integer;
    }
    reading->cb(reading->arg, err, people);
    free(reading);
}

/* A chunk that was never written has the stamp "", which is not the same as
 * never read. */
static const char *
known_stamp(const struct column *column, uint32_t chunk)
{
    return column->chunks[chunk].bytes == NULL ? NOT_KNOWN
                                               : column->chunks[chunk].stamp;
}

static void
send_read(struct columns_reading *reading)
{
    struct columns *columns = reading->columns;
    const struct columns_window *window = &reading->wanted.window;
    char first[NUMBER_SIZE], count[NUMBER_SIZE];
    (void)snprintf(first, sizeof(first), "%" PRIu32, window->chunk);
    (void)snprintf(count, sizeof(count), "%" PRIu32, window->chunk_count);
    struct bytes args[COLUMNS_ARG_WANTED +
                      COLUMNS_WANTED_MAX * (COLUMNS_WINDOW_CHUNKS + 1)] = {
        [COLUMNS_ARG_FIRST] = bytes_of_string(first),
        [COLUMNS_ARG_CHUNKS] = bytes_of_string(count)};
    size_t n = COLUMNS_ARG_WANTED;
    for (size_t i = 0; i < reading->wanted.count; i++) {
        const struct column *column =
            get_column(columns, &reading->wanted.names[i],
                       window->chunk + window->chunk_count);
        args[n++] = bytes_of_string(column->name);
        for (uint32_t c = 0; c < window->chunk_count; c++) {
            args[n++] = bytes_of_string(known_stamp(column, window->chunk + c));
        }
    }
    columns->reads_open++;
    su_read_columns(columns->su, columns->campaign, (struct su_args){args, n},
                    on_chunks, reading);
}

void
columns_read(struct columns *columns, const struct columns_wanted *wanted,
             columns_cb *cb, void *arg)
{
    assert(wanted->window.chunk_count <= COLUMNS_WINDOW_CHUNKS &&
           wanted->count <= COLUMNS_WANTED_MAX);
    if (columns->bytes > COLUMNS_BYTES_MAX && columns->reads_open == 0) {
        forget_all(columns);
    }
    struct columns_reading *reading = mem_new(sizeof(*reading));
    *reading = (struct columns_reading){columns, *wanted, cb, arg};
    send_read(reading);
}
