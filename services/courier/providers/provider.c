/* provider -- the table of those who take messages off our hands. */
#include "services/courier/providers/provider.h"

#include <string.h>

static const struct provider *const providers[] = {
    &provider_outbox,
    &provider_http,
    &provider_smtp,
};

const struct provider *
provider_find(const char *name)
{
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        if (strcmp(providers[i]->name, name) == 0) {
            return providers[i];
        }
    }
    return NULL;
}
