/* http_address -- any X-Forwarded-For and any list of proxies is read or is
 * not; whoever is found is no proxy, but where all are. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/http/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *text = mem_new(len + 1);
    struct http_prefixes proxies;
    struct http_address found, again;
    if (len > 0) {
        memcpy(text, bytes, len);
    }
    /* The first line is the list of proxies, the rest the header. */
    char *header = strchr(text, '\n');
    if (header != NULL) {
        *header++ = '\0';
    }
    if (!http_prefixes_read(text, &proxies)) {
        proxies.count = 0;
    }
    assert(proxies.count <= HTTP_PREFIXES_MAX);
    if (header != NULL && http_address_forwarded(header, &proxies, &found)) {
        size_t first = strcspn(header, ",");
        bool is_first = http_address_read(header, first, &again) &&
                        memcmp(&again, &found, sizeof(found)) == 0;
        assert(is_first || !http_prefixes_hold(&proxies, &found));
        size_t count = http_address_caller_bytes(&found);
        assert(count == 8 || count == 16);
    }
    free(text);
    return 0;
}
