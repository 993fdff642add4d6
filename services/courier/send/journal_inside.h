/* journal_inside -- the journal's first page; for journal*.c alone. */
#ifndef COURIER_JOURNAL_INSIDE_H
#define COURIER_JOURNAL_INSIDE_H

#include "services/courier/send/journal.h"

#define JOURNAL_MACHINE_BOOT_SIZE 40

struct journal_header {
    char magic[8];
    uint32_t version, slot_count;
    uint64_t slot_bytes;
    uint64_t boot;                                /* not under the checksum */
    char machine_boot[JOURNAL_MACHINE_BOOT_SIZE]; /* nor this */
    uint64_t checksum;                            /* of what is above boot */
};

/* Against damage, not against anyone: the key is no secret. */
uint64_t journal_checksum(const void *bytes, size_t len);
/* All of it but boot and machine_boot. */
void journal_write_header(struct journal_header *header);

#endif
