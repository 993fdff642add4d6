/* echo_service -- a service with no subject: answers what it is asked.
 *
 * "slow": after 300 ms; "keep": never, so that it is never idle; "time": what
 * its clocks say. With ECHO_USES_STORE in the environment it waits for Redis
 * and needs it to be ready; ECHO_FORMAT is the format of what it stores. For
 * the tests of common/service. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/service/service.h"

struct late {
    struct bus_request *request;
    struct timer *timer;
};

static struct service service;
static struct bus_request *kept;

static void
reply_late(void *arg)
{
    struct late *late = arg;
    bus_reply(late->request, ERR_NONE, NULL, "slow", 4);
    timer_free(&late->timer);
    free(late);
}

static void
serve(void *arg, struct bus_request *request)
{
    size_t len;
    const char *body = bus_request_body(request, &len);
    (void)arg;
    if (len == 4 && memcmp(body, "slow", 4) == 0) {
        struct late *late = mem_new(sizeof(*late));
        late->request = request;
        late->timer = timer_new(service.loop, reply_late, late);
        timer_start(late->timer, 300);
    } else if (len == 4 && memcmp(body, "keep", 4) == 0) {
        kept = request;
    } else if (len == 4 && memcmp(body, "time", 4) == 0) {
        int64_t now_ms[2] = {clock_wall_ms(), clock_boot_ms()};
        bus_reply(request, ERR_NONE, NULL, now_ms, sizeof(now_ms));
    } else {
        bus_reply(request, ERR_NONE, NULL, body, len);
    }
}

int
main(int argc, char **argv)
{
    struct service_spec spec = {.name = "echo",
                                .about = "answers what it is asked",
                                .uses_store = getenv("ECHO_USES_STORE") != NULL,
                                .serve = serve};
    const char *format = getenv("ECHO_FORMAT");
    if (format != NULL) {
        spec.owner = "ec";
        spec.format = (unsigned)strtoul(format, NULL, 10);
    }
    service_open(&service, &spec, argc, argv);
    service_run(&service);
    service_close(&service);
    if (kept != NULL) {
        bus_reply(kept, ERR_UNAVAILABLE, NULL, NULL, 0); /* to nobody */
    }
    return 0;
}
