/* guesses -- wrong ticket codes from outside are counted, and soon refused.
 *
 * What is answered to a code tells its sender whether it is one, so there
 * must not be many such answers. Wrong ones are counted, right ones are free:
 *
 *   a caller (IPv4 address, IPv6 /64)   4 a second, 20 at once
 *   a campaign, from all callers       30 a second: 25, and 5 that are kept
 *                                      for callers who gave fewer than
 *                                      three wrong within the hour
 *
 * A code names its campaign and its ticket; 50 bits of 100 are secret. So a
 * year of wrong codes at the limit finds one with a probability of
 *
 *   30 a second * 31,557,600 s / 2^50 = 0.84 * 10^-6
 *
 * whatever tickets there are. (Codes that 0.1 gave out have 26 secret bits;
 * they end a day after their action, tickets/ticket.h of checkin.)
 *
 * Who is over a limit is told 429, whether the code is right or not. More may
 * be under way at once than a limit allows; what was too much is paid off
 * before the next is let in, so that the sum holds. Others' guessing turns a
 * right code away only while it comes from two new addresses each second;
 * who is signed in as staff (a gate) is not counted and never turned away.
 * With n gateways each has the nth part of a campaign's limit. */
#ifndef GATEWAY_DOOR_GUESSES_H
#define GATEWAY_DOOR_GUESSES_H

#include "services/gateway/door/exchange.h"

#define GUESSES_DETAIL                                                         \
    "too many codes were tried that are not ours: wait a few seconds, then "   \
    "try again"

void guesses_open(struct gateway *g); /* its metrics */
/* May the exchange ask about this code? Takes nothing. */
MUST_CHECK bool guesses_admit(const struct exchange *x, const char *code);
/* The same; false: it has replied 429. */
MUST_CHECK bool guesses_admit_or_reply(struct exchange *x, const char *code);
/* Called while checkin's answer about the code is handed over. */
void guesses_learn(const struct exchange *x, const char *code, enum err err);

#endif
