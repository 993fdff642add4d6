/* slots -- which of a Cluster's 16,384 slots a key lies in. Pure.
 *
 * Source: the Redis Cluster specification, "Key distribution model". For the
 * store alone. */
#ifndef COMMON_STORE_SLOTS_H
#define COMMON_STORE_SLOTS_H

#include "common/base/base.h"

#define STORE_SLOTS 16384

/* CRC16 (XMODEM) of what stands between the key's first { and the next }, or
 * of all of it when there is nothing between them. */
int store_slot_of(const struct bytes *key);

#endif
