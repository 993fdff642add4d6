/* records -- what is stored, as records: each knows its format. */
#include "services/gateway/keep/records.h"

#include "common/base/base.h"
#include "gateway_rows.h"

static void *
unpack(const ProtobufCMessageDescriptor *type, const struct store_reply *reply)
{
    return reply->type != STORE_STRING
               ? NULL
               : wire_unpack(type, reply->string, reply->len,
                             WIRE_OUTSIDE_BYTES_MAX);
}

/* Frees what is newer. */
static enum err
judge(void *record, uint32_t format)
{
    if (record == NULL) {
        return ERR_NOT_FOUND;
    }
    if (format <= GATEWAY_FORMAT) {
        return ERR_NONE;
    }
    log_error("records.newer_format", log_int("format", format));
    wire_free(record);
    return ERR_UNAVAILABLE;
}

enum err
record_read_staff(const struct store_reply *reply, Gateway__StaffRecord **out)
{
    Gateway__StaffRecord *record =
        unpack(&gateway__staff_record__descriptor, reply);
    enum err err = judge(record, record == NULL ? 0 : record->format);
    *out = err == ERR_NONE ? record : NULL;
    return err;
}

enum err
record_read_token(const struct store_reply *reply, Gateway__TokenRecord **out)
{
    Gateway__TokenRecord *record =
        unpack(&gateway__token_record__descriptor, reply);
    enum err err = judge(record, record == NULL ? 0 : record->format);
    *out = err == ERR_NONE ? record : NULL;
    return err;
}

enum err
record_read_audit(const struct store_reply *reply, Gateway__AuditRecord **out)
{
    Gateway__AuditRecord *record =
        unpack(&gateway__audit_record__descriptor, reply);
    enum err err = judge(record, record == NULL ? 0 : record->format);
    *out = err == ERR_NONE ? record : NULL;
    return err;
}

void
record_init_staff(Gateway__StaffRecord *record)
{
    gateway__staff_record__init(record);
    record->has_format = true;
    record->format = GATEWAY_FORMAT;
}

void
record_init_token(Gateway__TokenRecord *record)
{
    gateway__token_record__init(record);
    record->has_format = true;
    record->format = GATEWAY_FORMAT;
}

void
record_init_audit(Gateway__AuditRecord *record)
{
    gateway__audit_record__init(record);
    record->has_format = true;
    record->format = GATEWAY_FORMAT;
}
