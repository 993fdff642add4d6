/* checkin_ticket -- any text as a typed code and as a scanned ticket. What is
 * read must be what its own texts say again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/checkin/tickets/ticket.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct ticket_keys keys;

static void
start(void)
{
    static const struct crypto_key key = {{42}};
    static int is_started;
    if (!is_started) {
        crypto_init();
        ticket_keys_derive(&key, &keys);
        is_started = 1;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct ticket ticket, again;
    char code[TICKET_CODE_SIZE];
    start();
    char *text = mem_new(len + 1);
    memcpy(text, bytes, len);
    if (ticket_read_code(&keys, text, &ticket) ||
        ticket_read_scanned(&keys, text, &ticket)) {
        assert(ticket.number <= TICKET_NUMBER_MAX || ticket.is_full);
        ticket_write_code(&keys, &ticket, code);
        assert(ticket_read_code(&keys, code, &again));
    }
    free(text);
    return 0;
}
