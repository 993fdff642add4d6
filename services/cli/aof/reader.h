/* reader -- Redis' append-only file, read as it comes: how far it is whole.
 *
 * Whole is a command with its last byte, and what stands between a MULTI and
 * its EXEC only together (a script's writes stand so). Lines of "#" are
 * annotations. Pure: no file, no clock, no memory of its own; however the
 * bytes are split, the outcome is the same. Stricter than Redis, which reads
 * lengths with atoi() and does not look at a line's end. */
#ifndef CLI_AOF_READER_H
#define CLI_AOF_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AOF_NAME_MAX 6 /* "MULTI" and one more */

enum aof_state {
    AOF_COMMAND,  /* "*" or "#" comes */
    AOF_NOTE,     /* to the end of a line that began with "#" */
    AOF_COUNT,    /* after "*": how many arguments */
    AOF_MARK,     /* "$" comes */
    AOF_SIZE,     /* after "$": how many bytes */
    AOF_DATA,     /* that many bytes */
    AOF_DATA_END, /* CR LF after them */
};

enum aof_end {
    AOF_WHOLE,  /* it ends where a transaction ended */
    AOF_TORN,   /* it ends in the midst of one */
    AOF_BROKEN, /* at `broken` stands what cannot be */
};

struct aof_reader {
    uint64_t at;       /* bytes read */
    uint64_t whole;    /* of these, up to the end of a transaction */
    uint64_t command;  /* where the command in hand began */
    uint64_t argument; /* where the bytes of its last argument began */
    uint64_t broken;   /* if why is not NULL */
    const char *why;   /* the rest of "at byte 7, where "; NULL: not broken */
    uint64_t commands; /* whole ones */
    enum aof_state state;
    bool is_in_multi, is_cr;
    uint64_t number, left; /* of a line; arguments or bytes to come */
    uint64_t arguments;    /* to come, with the one in hand */
    unsigned digits, name_len;
    char name[AOF_NAME_MAX]; /* of the command in hand */
    bool is_one_word;
};

void aof_reader_init(struct aof_reader *r);
/* Stops, for good, at what cannot be. */
void aof_read(struct aof_reader *r, const void *bytes, size_t len);
/* What it is if nothing more comes. */
enum aof_end aof_reader_end(const struct aof_reader *r);
/* Where the bytes of an argument that is not complete began, else `at`. */
uint64_t aof_reader_open_argument(const struct aof_reader *r);

/* ---- what follows the last whole transaction ---- */

/* A tail that was never written whole ends in an argument, and holds nothing
 * that looks like the next command; where something does, a length was
 * damaged and what follows is not a tail. A disk may also have the length of
 * a last write and not its bytes, which are 0 then. */
struct aof_tail {
    bool has_command; /* CR LF "*" digits CR LF "$" was seen */
    bool is_zero;     /* nothing but 0 was read */
    unsigned step;
};

void aof_tail_init(struct aof_tail *t);
void aof_tail_read(struct aof_tail *t, const void *bytes, size_t len);

#endif
