/* trace -- which request all this is done for: one number, from the door
 * through every ask, script and answer, into each log line.
 *
 * The bus and the store carry it: what is asked or run while a trace is
 * entered has it, and its callback is called with it entered again, in this
 * process or the one that answers. What is batched for several, or done by a
 * timer, has none. */
#ifndef COMMON_BASE_TRACE_H
#define COMMON_BASE_TRACE_H

#include <stdint.h>

#define TRACE_TEXT_SIZE sizeof("0123456789abcdef")

uint64_t trace_new(void); /* never 0 */
uint64_t trace_now(void); /* 0: none is entered */
/* Returns the one before, to be entered again afterwards. */
uint64_t trace_enter(uint64_t trace);
/* Sixteen hexadecimal digits. Returns text. */
const char *trace_format(uint64_t trace, char text[TRACE_TEXT_SIZE]);

#endif
