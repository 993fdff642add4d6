/* audit -- every privileged act is one record, written before it is done.
 *
 * Each record holds the keyed hash of the one before: whoever changes or
 * drops one later breaks the chain, and cannot mend it without the key.
 * Written before: nothing privileged happens unrecorded, and a record may
 * stand for an act that was then refused. */
#ifndef GATEWAY_AUDIT_H
#define GATEWAY_AUDIT_H

#include "services/gateway/door/exchange.h"

#define AUDIT_WAITING_MAX 1024 /* per process; beyond: 503 */
#define AUDIT_SUBJECT_SIZE 128

struct audit;

struct audit *audit_new(struct gateway *g);
void audit_free(struct audit **audit);
/* Records route->act by x->staff on subject (ids alone), then calls next,
 * later; or replies 503 and nothing was done. */
void audit_act(struct exchange *x, const char *subject,
               void (*next)(struct exchange *x));
/* The same for what the row is not always: act is a literal. */
void audit_act_as(struct exchange *x, const char *act, const char *subject,
                  void (*next)(struct exchange *x));
/* GET …/audit: the records, and whether their chain is whole. */
void audit_list(struct exchange *x);

#endif
