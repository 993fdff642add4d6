/* trace -- which request all this is done for. */
#include "common/base/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local uint64_t entered;

/* Steps through all numbers from a random one, scattered so that two are never
 * alike at sight (the finaliser of SplitMix64); asks the system once. */
uint64_t
trace_new(void)
{
    static uint64_t last;
    if (last == 0) {
        arc4random_buf(&last, sizeof(last));
    }
    last += 0x9e3779b97f4a7c15;
    uint64_t trace = last;
    trace = (trace ^ (trace >> 30)) * 0xbf58476d1ce4e5b9;
    trace = (trace ^ (trace >> 27)) * 0x94d049bb133111eb;
    trace ^= trace >> 31;
    return trace == 0 ? 1 : trace;
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
