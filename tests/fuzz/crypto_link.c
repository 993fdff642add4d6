/* crypto_link -- any text is a token of ours or is not; what one says is
 * what its link reads back as; and any link that is written. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/crypto/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct crypto_key key = {{9}};

static void
check_reads_back(const struct link *link)
{
    char token[LINK_TOKEN_SIZE];
    struct link got;
    link_write(&key, link, token);
    assert(link_read(&key, token, &got) == ERR_NONE);
    assert(got.purpose == link->purpose && got.number == link->number &&
           got.campaign_number == link->campaign_number &&
           got.salt == link->salt && got.channel == link->channel);
}

/* Of any bytes: nothing that can be written is refused, or read wrong. */
static void
check_written(const uint8_t bytes[8])
{
    check_reads_back(&(struct link){
        .purpose = (enum link_purpose)(LINK_PREFERENCES + bytes[0] % 5),
        .campaign_number = (uint32_t)(bytes[1] << 8 | bytes[2]),
        .number = (uint32_t)(bytes[3] << 16 | bytes[4] << 8 | bytes[5]),
        .channel = 1 + bytes[6] / 128,
        .salt = (uint16_t)((bytes[6] % 128) << 8 | bytes[7]),
    });
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *text = mem_new(len + 1);
    struct link link;
    if (len > 0) {
        memcpy(text, bytes, len);
    }
    if (link_read(&key, text, &link) == ERR_NONE) {
        check_reads_back(&link);
    }
    if (len >= 8) {
        check_written(bytes);
    }
    free(text);
    return 0;
}
