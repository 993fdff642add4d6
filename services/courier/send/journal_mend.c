/* journal_mend -- the journal's bytes, which may be anything: what version they
 * are of, and what can be made of them. Pure. */
#include <string.h>

#include "common/crypto/crypto.h"
#include "services/courier/send/journal_inside.h"

#define MAGIC "MUSTERJ" /* and its NUL */
#define MAGIC_1 "MUSTERJ1"

_Static_assert(sizeof(struct journal_header) <= JOURNAL_HEADER_BYTES, "header");
_Static_assert(sizeof(struct journal_slot) % 8 == 0, "slots are aligned");

/* Against damage, not against anyone: the key is no secret. */
uint64_t
journal_checksum(const void *bytes, size_t len)
{
    static const struct crypto_key key = {{'j'}};
    return crypto_mac64(&key, bytes, len);
}

static uint64_t
header_checksum(const struct journal_header *header)
{
    return journal_checksum(header, offsetof(struct journal_header, boot));
}

void
journal_write_header(struct journal_header *header)
{
    memcpy(header->magic, MAGIC, sizeof(header->magic));
    header->version = JOURNAL_VERSION;
    header->slot_count = JOURNAL_SLOTS;
    header->slot_bytes = sizeof(struct journal_slot);
    header->checksum = header_checksum(header);
}

/* ---- versions ---- */

unsigned
journal_version(const void *bytes, size_t len)
{
    const struct journal_header *header = bytes;
    if (len < sizeof(*header)) {
        return 0;
    }
    if (memcmp(header->magic, MAGIC_1, sizeof(header->magic)) == 0) {
        return 1;
    }
    return memcmp(header->magic, MAGIC, sizeof(header->magic)) == 0
               ? header->version
               : 0;
}

/* 0.1 had its version in the magic and a slot count of eight bytes; all else
 * is where it was. */
static bool
upgrade_from_1(struct journal_header *header)
{
    uint64_t slot_count = (uint64_t)header->slot_count << 32 | header->version;
    if (slot_count != JOURNAL_SLOTS ||
        header->slot_bytes != sizeof(struct journal_slot) ||
        header->checksum != header_checksum(header)) {
        return false;
    }
    journal_write_header(header);
    return true;
}

bool
journal_upgrade(void *bytes, size_t len)
{
    return len == JOURNAL_BYTES && journal_version(bytes, len) == 1 &&
           upgrade_from_1(bytes);
}

/* ---- mending ---- */

static bool
is_id(const char id[REFERENCE_ID_SIZE])
{
    return id[0] != '\0' && memchr(id, '\0', REFERENCE_ID_SIZE) != NULL;
}

static bool
is_whole(const struct journal_slot *slot)
{
    const struct journal_lease *lease = &slot->lease;
    return slot->is_used == 1 &&
           slot->checksum == journal_checksum(lease, sizeof(*lease)) &&
           lease->count <= JOURNAL_NUMBERS_MAX && is_id(lease->campaign) &&
           is_id(lease->broadcast) &&
           (lease->channel == WORDS__CHANNEL__CHANNEL_SMS ||
            lease->channel == WORDS__CHANNEL__CHANNEL_EMAIL);
}

static bool
is_answer(uint8_t mark)
{
    switch (mark - JOURNAL_ANSWERED) {
    case WORDS__RECIPIENT_STATE__PENDING:
    case WORDS__RECIPIENT_STATE__DEFERRED:
    case WORDS__RECIPIENT_STATE__ACCEPTED:
    case WORDS__RECIPIENT_STATE__FAILED:
    case WORDS__RECIPIENT_STATE__WITHHELD:
    case WORDS__RECIPIENT_STATE__IN_DOUBT:
        return true;
    default:
        return false;
    }
}

/* A mark that nobody writes means that nobody knows: begun. */
static void
mend_marks(struct journal_slot *slot, bool is_other_machine_boot)
{
    for (uint32_t i = 0; i < slot->lease.count; i++) {
        bool is_never = slot->marks[i] == JOURNAL_NEVER_BEGUN;
        if (!is_answer(slot->marks[i]) &&
            (!is_never || is_other_machine_boot)) {
            slot->marks[i] = JOURNAL_BEGUN;
        }
    }
}

static enum journal_health
mend_slot(struct journal_slot *slot, bool is_other_machine_boot)
{
    if (slot->is_used == 0) {
        return JOURNAL_GOOD;
    }
    if (is_whole(slot)) {
        mend_marks(slot, is_other_machine_boot);
        return JOURNAL_GOOD;
    }
    if (!is_other_machine_boot) {
        return JOURNAL_DAMAGED; /* the page cache does not tear */
    }
    slot->is_used = 0;
    return JOURNAL_GOOD;
}

static bool
is_all_zero(const uint8_t *bytes, size_t len)
{
    return len == 0 ||
           (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

enum journal_health
journal_mend(void *bytes, size_t len, bool is_other_machine_boot)
{
    struct journal_header *header = bytes;
    if (len == 0 ||
        (len == JOURNAL_BYTES && is_all_zero(bytes, JOURNAL_HEADER_BYTES))) {
        return JOURNAL_EMPTY;
    }
    if (len != JOURNAL_BYTES ||
        memcmp(header->magic, MAGIC, sizeof(MAGIC)) != 0 ||
        header->version != JOURNAL_VERSION ||
        header->slot_count != JOURNAL_SLOTS ||
        header->slot_bytes != sizeof(struct journal_slot) ||
        header->checksum != header_checksum(header)) {
        return JOURNAL_DAMAGED;
    }
    struct journal_slot *slots =
        (void *)((uint8_t *)bytes + JOURNAL_HEADER_BYTES);
    for (int i = 0; i < JOURNAL_SLOTS; i++) {
        if (mend_slot(&slots[i], is_other_machine_boot) != JOURNAL_GOOD) {
            return JOURNAL_DAMAGED;
        }
    }
    return JOURNAL_GOOD;
}

Words__RecipientState
journal_state(const struct journal_slot *slot, uint32_t index)
{
    uint8_t mark = slot->marks[index];
    if (mark == JOURNAL_NEVER_BEGUN) {
        return WORDS__RECIPIENT_STATE__PENDING;
    }
    if (is_answer(mark)) {
        return (Words__RecipientState)(mark - JOURNAL_ANSWERED);
    }
    return slot->lease.is_idempotent ? WORDS__RECIPIENT_STATE__DEFERRED
                                     : WORDS__RECIPIENT_STATE__IN_DOUBT;
}
