/* base_wire -- any bytes as an envelope or a request: refused or valid.
 *
 * What is accepted must pack to as many bytes as it says; those need not be
 * accepted again, since protobuf-c moves unknown fields about. */
#include <stdint.h>
#include <stdlib.h>

#include "broadcast.pb-c.h"
#include "checkin.pb-c.h"
#include "common/base/base.h"
#include "common/bus/bus.h"
#include "feed.pb-c.h"
#include "signup.pb-c.h"
#include "wire.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const ProtobufCMessageDescriptor *const types[] = {
    &wire__ask__descriptor,          &wire__answer__descriptor,
    &feed__page__descriptor,         &signup__request__descriptor,
    &broadcast__request__descriptor, &checkin__request__descriptor,
    &signup__reply__descriptor,      &broadcast__reply__descriptor,
    &checkin__reply__descriptor,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const ProtobufCMessageDescriptor *type =
        types[data[0] % (sizeof(types) / sizeof(types[0]))];
    void *message = wire_unpack(type, data + 1, size - 1, BUS_BODY_BYTES_MAX);
    if (message == NULL) {
        return 0;
    }
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(message, &packed);
    if (packed.len != protobuf_c_message_get_packed_size(message)) {
        abort();
    }
    wire_free(wire_unpack(type, buf_string(&packed), packed.len, packed.len));
    wire_free(message);
    buf_fini(&packed);
    return 0;
}
