/* rows -- the little packers behind the generated <service>_rows.h.
 *
 * Numbers are big-endian, everywhere that C and Lua meet. */
#ifndef COMMON_BASE_ROWS_H
#define COMMON_BASE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/bytes.h"

/* size: 1..8 bytes; what of value does not fit is our own bug. */
void rows_put(struct buf *to, uint64_t value, size_t size);
/* Each takes from the front of from; false: it is cut short, nothing taken. */
bool rows_get(struct bytes *from, size_t size, uint64_t *out);
bool rows_get_bytes(struct bytes *from, uint8_t *out, size_t size);
/* prefix_size: of the length before it. out is borrowed from from. */
bool rows_get_string(struct bytes *from, size_t prefix_size, struct bytes *out);

#endif
