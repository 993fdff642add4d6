/* buf -- bytes that grow, up to a stated maximum.
 *
 * Always NUL-terminated past len, so data can be read as a string. An append
 * that would pass len_max (0: 1 GiB) sets is_cut and appends nothing. */
#ifndef COMMON_BASE_BUF_H
#define COMMON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data; /* NULL until the first append */
    size_t len, cap, len_max;
    bool is_cut;
};

void buf_init(struct buf *b, size_t len_max);
void buf_fini(struct buf *b);
void buf_reset(struct buf *b); /* empties, keeps the memory */
/* Makes room for len more bytes and returns where they go (NULL if cut);
 * the caller then adds to b->len itself. */
char *buf_room(struct buf *b, size_t len);
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_add_string(struct buf *b, const char *s);
void buf_add_byte(struct buf *b, uint8_t byte);
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Never NULL. Borrowed. */
const char *buf_string(const struct buf *b);
/* Hands over the memory (owned by the caller; never NULL) and empties b. */
char *buf_take(struct buf *b, size_t *len_out);

#endif
