/* trace -- which request all this is done for. */
#include "common/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local uint64_t entered;

uint64_t
trace_new(void)
{
    uint64_t trace = 0;
    while (trace == 0) {
        arc4random_buf(&trace, sizeof(trace));
    }
    return trace;
}

uint64_t
trace_now(void)
{
    return entered;
}

uint64_t
trace_enter(uint64_t trace)
{
    uint64_t before = entered;
    entered = trace;
    return before;
}

const char *
trace_format(uint64_t trace, char text[TRACE_TEXT_SIZE])
{
    (void)snprintf(text, TRACE_TEXT_SIZE, "%016" PRIx64, trace);
    return text;
}
