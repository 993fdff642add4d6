/* wire -- protobuf, packed and unpacked within limits.
 *
 * protobuf-c accepts too much: wire_unpack gives it a budget of memory (64
 * KiB and 24 times the message, at most 32 MiB) and refuses the empty message
 * where a required field is missing, embedded NUL and bad UTF-8 in any string
 * field, and enum values that the proto does not name, at every depth. */
#ifndef COMMON_BASE_WIRE_H
#define COMMON_BASE_WIRE_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

#include "common/base/buf.h"

#define WIRE_OUTSIDE_BYTES_MAX                                                 \
    ((size_t)64 * 1024) /* frames that began outside */

/* NULL when it is not a valid message. Free with wire_free. */
void *wire_unpack(const ProtobufCMessageDescriptor *type, const void *bytes,
                  size_t len, size_t len_max);
void wire_free(void *message); /* NULL is fine */
/* The same message, owned by the caller; free with wire_free. Aborts when it
 * is none that wire_unpack would take: it is ours. */
void *wire_copy(const void *message);
/* Which field a message that is one oneof and nothing else holds; 0: none. */
int wire_case(const void *message);
/* Appends the packed message. */
void wire_pack(const void *message, struct buf *to);

#endif
