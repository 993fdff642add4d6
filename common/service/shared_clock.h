/* shared_clock -- a process whose days are moved by a test.
 *
 * With MUSTER_TEST_CLOCK=FILE in its environment a process adds to its clock
 * what FILE says (struct clock_page), and logs so. It then refuses every
 * route that could reach anybody: messages that leave at a made-up time
 * cannot be taken back. */
#ifndef COMMON_SERVICE_SHARED_CLOCK_H
#define COMMON_SERVICE_SHARED_CLOCK_H

struct conf;

/* Exits with a sentence when the file is not one or a route is real; nothing
 * without the variable. Start-up only. */
void shared_clock_open(const struct conf *conf);

#endif
