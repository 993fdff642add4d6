/* asked -- one request on its way through a service.
 *
 * A service's bus_api.c is one table of struct asked_row and one struct
 * asked_api; asked_serve unpacks a request, finds its row and calls it. The
 * handler owns the asked until it ends it by exactly one asked_answer or
 * asked_refuse, then or later. */
#ifndef COMMON_SERVICE_ASKED_H
#define COMMON_SERVICE_ASKED_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/base.h"
#include "common/bus/bus.h"

struct asked {
    void *service;       /* the service's own struct */
    const void *message; /* its Request; borrowed until the end */
    struct bus_request *request;
    struct asked_desk *desk;
};

struct asked_row {
    int is_case; /* which of the Request's oneof */
    void (*handle)(struct asked *asked);
};

struct asked_api {
    const char *name; /* of the service, for its sentences */
    const ProtobufCMessageDescriptor *request; /* one oneof, nothing else */
    const struct asked_row *rows;
    size_t row_count;
    size_t body_bytes_max; /* of a request */
};

/* Embed it, begin it by asked_init, hand it to bus_serve with asked_serve. */
struct asked_desk {
    const struct asked_api *api; /* borrowed */
    void *service;
    size_t open; /* taken, not yet ended */
};

void asked_init(struct asked_desk *desk, const struct asked_api *api,
                void *service);
/* A bus_serve_cb; arg is the desk. What has no row is refused. */
void asked_serve(void *desk, struct bus_request *request);
bool asked_is_idle(void *desk); /* nothing is open */

/* Each ends asked. reply: the service's Reply. */
void asked_answer(struct asked *asked, const void *reply);
/* detail: a sentence that says what to do; NULL: the usual one for err. */
void asked_refuse(struct asked *asked, enum err err, const char *detail);
void asked_refuse_fault(struct asked *asked, const struct bus_fault *fault);

#endif
