/* columns -- a campaign's columns in memory, each chunk proved fresh. */
#include "services/signup/audience/columns.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/definitions/campaigns.h"

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
    struct campaign *campaign;
    struct column *first;
    size_t bytes;
    int reads_open; /* while any is, nothing is forgotten */
};

struct columns *
columns_new(struct campaign *campaign)
{
    struct columns *columns = mem_new(sizeof(*columns));
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
find_column(const struct columns *columns, const struct slot *slot)
{
    struct column *column = columns->first;
    while (column != NULL && strcmp(column->name, slot->column) != 0) {
        column = column->next;
    }
    return column;
}

static struct column *
get_column(struct columns *columns, const struct slot *slot, uint32_t chunks)
{
    struct column *column = find_column(columns, slot);
    if (column == NULL) {
        column = mem_new(sizeof(*column));
        (void)snprintf(column->name, sizeof(column->name), "%s", slot->column);
        column->chunk_bytes =
            slot->source == SLOT_BYTES ? CHUNK_PEOPLE : CHUNK_BIT_BYTES;
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
columns_get(const struct columns *columns, const struct slot *slot,
            uint32_t chunk)
{
    const struct column *column = find_column(columns, slot);
    if (column == NULL || chunk >= column->chunk_count ||
        column->chunks[chunk].bytes == NULL) {
        return zeros;
    }
    return column->chunks[chunk].bytes;
}

/* ---- reading ---- */

struct read {
    struct columns *columns;
    const struct plan *plan;
    struct columns_window window;
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

/* Stamp and bytes alternate; no bytes: as known. */
static void
take_chunks(struct read *read, const struct store_reply *reply)
{
    uint32_t end = read->window.chunk + read->window.chunk_count;
    size_t at = 1;
    for (size_t s = 0; s < read->plan->slot_count; s++) {
        const struct slot *slot = &read->plan->slots[s];
        if (slot->source == SLOT_PRESENT) {
            continue;
        }
        struct column *column = get_column(read->columns, slot, end);
        for (uint32_t c = read->window.chunk; c < end; c++, at += 2) {
            assert(at + 1 < reply->count);
            if (reply->items[at + 1].type == STORE_NIL) {
                continue;
            }
            (void)snprintf(column->chunks[c].stamp, STAMP_SIZE, "%s",
                           reply->items[at].string);
            put_bytes(read->columns, column, &column->chunks[c],
                      &reply->items[at + 1]);
        }
    }
}

static void
on_chunks(void *arg, enum err err, const struct store_reply *reply)
{
    struct read *read = arg;
    uint32_t people = 0;
    read->columns->reads_open--;
    if (err == ERR_NONE) {
        take_chunks(read, reply);
        people = (uint32_t)reply->items[0].integer;
    }
    read->cb(read->arg, err, people);
    free(read);
}

/* A chunk that was never written has the stamp "", which is not the same as
 * never read. */
static const char *
known_stamp(const struct column *column, uint32_t chunk)
{
    return column->chunks[chunk].bytes == NULL ? NOT_KNOWN
                                               : column->chunks[chunk].stamp;
}

void
columns_read(struct columns *columns, const struct plan *plan,
             struct columns_window window, columns_cb *cb, void *arg)
{
    assert(window.chunk_count <= COLUMNS_WINDOW_CHUNKS);
    if (columns->bytes > COLUMNS_BYTES_MAX && columns->reads_open == 0) {
        forget_all(columns);
    }
    struct read *read = mem_new(sizeof(*read));
    *read = (struct read){columns, plan, window, cb, arg};
    char first[NUMBER_SIZE], count[NUMBER_SIZE];
    (void)snprintf(first, sizeof(first), "%" PRIu32, window.chunk);
    (void)snprintf(count, sizeof(count), "%" PRIu32, window.chunk_count);
    struct bytes args[2 + PLAN_SLOTS_MAX * (COLUMNS_WINDOW_CHUNKS + 1)] = {
        bytes_of_string(first), bytes_of_string(count)};
    size_t n = 2;
    for (size_t s = 0; s < plan->slot_count; s++) {
        const struct slot *slot = &plan->slots[s];
        if (slot->source == SLOT_PRESENT) {
            continue;
        }
        const struct column *column =
            get_column(columns, slot, window.chunk + window.chunk_count);
        args[n++] = bytes_of_string(column->name);
        for (uint32_t c = 0; c < window.chunk_count; c++) {
            args[n++] = bytes_of_string(known_stamp(column, window.chunk + c));
        }
    }
    columns->reads_open++;
    su_read_columns(columns->campaign->signup->su, columns->campaign->id,
                    (struct su_args){args, n}, on_chunks, read);
}
