/* base -- what everything stands on: errors, memory, bytes, time, the log.
 *
 * The public header of common/base/; no library but protobuf-c and inih is
 * behind it. Each part says in its own header what it promises. */
#ifndef COMMON_BASE_BASE_H
#define COMMON_BASE_BASE_H

#include "common/base/buf.h"
#include "common/base/bytes.h"
#include "common/base/clock.h"
#include "common/base/conf.h"
#include "common/base/err.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/metrics.h"
#include "common/base/ring.h"
#include "common/base/rows.h"
#include "common/base/settings.h"
#include "common/base/slug.h"
#include "common/base/trace.h"
#include "common/base/utf8.h"
#include "common/base/wire.h"

#endif
