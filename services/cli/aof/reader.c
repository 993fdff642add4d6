/* reader -- see reader.h. */
#include "services/cli/aof/reader.h"

#include <string.h>
#include <strings.h>

#define DIGITS_MAX 10
#define ARGUMENTS_MAX INT32_MAX
#define ARGUMENT_BYTES_MAX ((uint64_t)512 * 1024 * 1024)
#define NOTE_BYTES_MAX 1024

void
aof_reader_init(struct aof_reader *r)
{
    *r = (struct aof_reader){.state = AOF_COMMAND};
}

static void
refuse_at(struct aof_reader *r, uint64_t at, const char *why)
{
    r->broken = at;
    r->why = why;
}

static void
refuse(struct aof_reader *r, const char *why)
{
    refuse_at(r, r->at, why);
}

/* ---- whole commands ---- */

static bool
is_named(const struct aof_reader *r, const char *name)
{
    size_t len = strlen(name);
    return r->is_one_word && r->name_len == len &&
           strncasecmp(r->name, name, len) == 0;
}

static void
end_command(struct aof_reader *r)
{
    r->state = AOF_COMMAND;
    if (is_named(r, "MULTI")) {
        if (r->is_in_multi) {
            refuse_at(r, r->command, "a transaction begins within another");
            return;
        }
        r->is_in_multi = true;
    } else if (is_named(r, "EXEC")) {
        if (!r->is_in_multi) {
            refuse_at(r, r->command, "a transaction ends that never began");
            return;
        }
        r->is_in_multi = false;
    }
    r->commands++;
    if (!r->is_in_multi) {
        r->whole = r->at;
    }
}

static void
end_argument(struct aof_reader *r)
{
    r->arguments--;
    if (r->arguments == 0) {
        end_command(r);
    } else {
        r->state = AOF_MARK;
    }
}

/* ---- lines ---- */

static void
begin_line(struct aof_reader *r, enum aof_state state)
{
    r->state = state;
    r->number = 0;
    r->digits = 0;
    r->is_cr = false;
}

/* The next byte of "<digits> CR LF"; whether that was the last. */
static bool
ends_number(struct aof_reader *r, uint8_t byte)
{
    if (r->is_cr) {
        if (byte != '\n') {
            refuse(r, "a line should end");
        }
        return byte == '\n';
    }
    if (byte == '\r' && r->digits > 0) {
        r->is_cr = true;
    } else if (byte >= '0' && byte <= '9' && r->digits < DIGITS_MAX) {
        r->number = r->number * 10 + (uint64_t)(byte - '0');
        r->digits++;
    } else {
        refuse(r, "a number should stand");
    }
    return false;
}

static void
take_command(struct aof_reader *r, uint8_t byte)
{
    r->command = r->at;
    if (byte == '*') {
        begin_line(r, AOF_COUNT);
    } else if (byte == '#') {
        begin_line(r, AOF_NOTE);
        r->left = NOTE_BYTES_MAX;
    } else {
        refuse(r, "a command should begin");
    }
}

static void
take_note(struct aof_reader *r, uint8_t byte)
{
    if (byte == '\n') {
        r->state = AOF_COMMAND;
        if (!r->is_in_multi) {
            r->whole = r->at + 1;
        }
    } else if (--r->left == 0) {
        refuse(r, "a line goes on for too long");
    }
}

static void
take_count(struct aof_reader *r, uint8_t byte)
{
    if (!ends_number(r, byte)) {
        return;
    }
    if (r->number == 0 || r->number > ARGUMENTS_MAX) {
        refuse_at(r, r->command, "a command has an impossible length");
        return;
    }
    r->arguments = r->number;
    r->is_one_word = r->number == 1;
    r->name_len = 0;
    r->state = AOF_MARK;
}

static void
take_size(struct aof_reader *r, uint8_t byte)
{
    if (!ends_number(r, byte)) {
        return;
    }
    if (r->number > ARGUMENT_BYTES_MAX) {
        refuse(r, "an argument has an impossible length");
        return;
    }
    r->left = r->number;
    r->argument = r->at + 1;
    r->is_cr = false;
    r->state = r->left == 0 ? AOF_DATA_END : AOF_DATA;
}

static void
take_data_end(struct aof_reader *r, uint8_t byte)
{
    if (byte != (r->is_cr ? '\n' : '\r')) {
        refuse(r, "the end of an argument should stand");
    } else if (!r->is_cr) {
        r->is_cr = true;
    } else {
        r->at++; /* the command's last byte is read */
        end_argument(r);
        r->at--;
    }
}

static void
take_byte(struct aof_reader *r, uint8_t byte)
{
    switch (r->state) {
    case AOF_COMMAND:
        take_command(r, byte);
        break;
    case AOF_NOTE:
        take_note(r, byte);
        break;
    case AOF_COUNT:
        take_count(r, byte);
        break;
    case AOF_MARK:
        if (byte == '$') {
            begin_line(r, AOF_SIZE);
        } else {
            refuse(r, "an argument should begin");
        }
        break;
    case AOF_SIZE:
        take_size(r, byte);
        break;
    case AOF_DATA_END:
        take_data_end(r, byte);
        break;
    case AOF_DATA: /* take_data's */
        break;
    }
    if (r->why == NULL) {
        r->at++;
    }
}

/* ---- bytes ---- */

static size_t
take_data(struct aof_reader *r, const uint8_t *bytes, size_t len)
{
    size_t count = r->left < len ? (size_t)r->left : len;
    for (size_t i = 0;
         r->is_one_word && i < count && r->name_len < AOF_NAME_MAX; i++) {
        r->name[r->name_len++] = (char)bytes[i];
    }
    r->at += count;
    r->left -= count;
    if (r->left == 0) {
        r->state = AOF_DATA_END;
    }
    return count;
}

void
aof_read(struct aof_reader *r, const void *bytes, size_t len)
{
    const uint8_t *at = bytes, *end = at + len;
    while (at < end && r->why == NULL) {
        if (r->state == AOF_DATA) {
            at += take_data(r, at, (size_t)(end - at));
        } else {
            take_byte(r, *at);
            at++;
        }
    }
}

enum aof_end
aof_reader_end(const struct aof_reader *r)
{
    if (r->why != NULL) {
        return AOF_BROKEN;
    }
    return r->whole == r->at ? AOF_WHOLE : AOF_TORN;
}

uint64_t
aof_reader_open_argument(const struct aof_reader *r)
{
    bool is_open = r->state == AOF_DATA || r->state == AOF_DATA_END;
    return is_open ? r->argument : r->at;
}

/* ---- the tail ---- */

enum tail_step { ANYTHING, CR, LF, STAR, DIGIT, CR_AFTER, LF_AFTER };

void
aof_tail_init(struct aof_tail *t)
{
    *t = (struct aof_tail){.is_zero = true};
}

/* What comes after `step` when byte is read; the beginning of one may be the
 * end of another. */
static enum tail_step
step_after(enum tail_step step, uint8_t byte)
{
    bool is_digit = byte >= '0' && byte <= '9';
    if (byte == '\r') {
        return step == DIGIT ? CR_AFTER : CR;
    }
    if (byte == '\n' && (step == CR || step == CR_AFTER)) {
        return step == CR ? LF : LF_AFTER;
    }
    if (byte == '*' && (step == LF || step == LF_AFTER)) {
        return STAR;
    }
    return is_digit && (step == STAR || step == DIGIT) ? DIGIT : ANYTHING;
}

void
aof_tail_read(struct aof_tail *t, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) {
        t->is_zero = t->is_zero && at[i] == 0;
        t->has_command =
            t->has_command || (t->step == LF_AFTER && at[i] == '$');
        t->step = step_after(t->step, at[i]);
    }
}
