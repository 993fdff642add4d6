/* budgets -- how much those are written to whom nobody proved or vouched for.
 *
 * Anybody can type anybody's number into a public form. Signing up is never
 * refused for it; what is limited is what we then send, so that no form is a
 * way to trouble somebody, or to spend a campaign's money on numbers that pay
 * whoever typed them. Kept in Redis, so that all gateways and couriers share
 * them. A message over a limit is withheld as RULE_BUDGET, and staff see an
 * alarm; class safety is counted and never withheld.
 *
 *   entry_max       messages to one entry, of whatever broadcast
 *   contact_hour_max, contact_day_max
 *                   confirmations to one contact; and of one broadcast about
 *                   an action, no more than contact_day_max
 *   country         texts go to mobile numbers of the campaign's own country:
 *                   not Jersey, Guernsey or Man, no pager, 070 or premium
 *   block           texts to a thousand numbers that follow each other, when
 *                   of the newest too few were confirmed
 *   texts_day_pounds
 *                   all texts of a day, reckoned at text_cost_micros
 *
 * Their values are the settings of [budgets]. */
#ifndef SIGNUP_SUPPORTER_BUDGETS_H
#define SIGNUP_SUPPORTER_BUDGETS_H

#include "services/signup/keep/store.h"
#include "services/signup/signup.h"
#include "services/signup/supporter/resolving.h"

/* The settings of [budgets]. */
struct allow_limits_row budgets_limits(const struct conf *conf);

/* Asks for what is still to be asked of r's targets, and sets RULE_BUDGET on
 * those that may not be written to. Exactly one call of done, always later,
 * also on failure and shutdown. False: there is nothing to ask, and done is
 * not called. */
typedef void budgets_cb(void *arg, enum err err);
bool budgets_ask(struct resolving *r, budgets_cb *done);

#endif
