/* buf -- bytes that grow, up to a stated maximum. */
#include "common/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#define LEN_MAX_DEFAULT ((size_t)1 << 30)
#define CAP_MIN 64

void
buf_init(struct buf *b, size_t len_max)
{
    *b = (struct buf){.len_max = len_max};
}

void
buf_fini(struct buf *b)
{
    free(b->data);
    *b = (struct buf){.len_max = b->len_max};
}

void
buf_reset(struct buf *b)
{
    b->len = 0;
    b->is_cut = false;
    if (b->data != NULL) {
        b->data[0] = '\0';
    }
}

char *
buf_room(struct buf *b, size_t len)
{
    size_t max = b->len_max == 0 ? LEN_MAX_DEFAULT : b->len_max;
    if (len > max || b->len > max - len) {
        b->is_cut = true;
        return NULL;
    }
    size_t need = b->len + len + 1;
    if (need > b->cap) {
        size_t cap = b->cap == 0 ? CAP_MIN : b->cap;
        while (cap < need) {
            cap *= 2;
        }
        b->data = mem_resize(b->data, cap);
        b->cap = cap;
    }
    return b->data + b->len;
}

void
buf_add(struct buf *b, const void *bytes, size_t len)
{
    char *to = buf_room(b, len);
    if (to == NULL) {
        return;
    }
    if (len > 0) {
        memcpy(to, bytes, len);
    }
    b->len += len;
    b->data[b->len] = '\0';
}

void
buf_add_string(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void
buf_add_byte(struct buf *b, uint8_t byte)
{
    buf_add(b, &byte, 1);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *to = n < 0 ? NULL : buf_room(b, (size_t)n);
    if (to != NULL) {
        (void)vsnprintf(to, (size_t)n + 1, format, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

const char *
buf_string(const struct buf *b)
{
    return b->data == NULL ? "" : b->data;
}

char *
buf_take(struct buf *b, size_t *len_out)
{
    if (b->data == NULL) {
        b->data = mem_new(1);
    }
    char *data = b->data;
    if (len_out != NULL) {
        *len_out = b->len;
    }
    *b = (struct buf){.len_max = b->len_max};
    return data;
}
