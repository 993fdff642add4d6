/* records -- what is stored, as records: each knows its format.
 *
 * A record of format 1 (that of 0.1, which said none) is read as it is. One of
 * a newer format than this program's is not: it would be misread. */
#ifndef GATEWAY_KEEP_RECORDS_H
#define GATEWAY_KEEP_RECORDS_H

#include "common/store/store.h"
#include "gateway.pb-c.h"

/* What is said when a record is newer. */
#define RECORD_NEWER                                                           \
    "this was written by a newer Muster than this gateway: bring the gateway " \
    "up to it"

/* Each: ERR_NOT_FOUND when there is none or it cannot be read, ERR_UNAVAILABLE
 * when it is newer. What is given is freed with wire_free. */
MUST_CHECK enum err record_read_staff(const struct store_reply *reply,
                                      Gateway__StaffRecord **out);
MUST_CHECK enum err record_read_token(const struct store_reply *reply,
                                      Gateway__TokenRecord **out);
MUST_CHECK enum err record_read_audit(const struct store_reply *reply,
                                      Gateway__AuditRecord **out);

/* Begins one of this program's format. */
void record_init_staff(Gateway__StaffRecord *record);
void record_init_token(Gateway__TokenRecord *record);
void record_init_audit(Gateway__AuditRecord *record);

#endif
