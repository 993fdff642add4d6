/* provider -- the table of those who take messages off our hands. */
#include "services/courier/providers/provider.h"

#include <string.h>

#define PROVIDER_ROW(name, channels) {#name, channels, &provider_##name},
static const struct provider providers[] = {PROVIDERS(PROVIDER_ROW)};

const struct provider *
provider_find(const char *name)
{
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        if (strcmp(providers[i].name, name) == 0) {
            return &providers[i];
        }
    }
    return NULL;
}

#define PROVIDER_NAME(name, channels) ", " #name

const char *
provider_names(void)
{
    static const char names[] = PROVIDERS(PROVIDER_NAME);
    return names + 2;
}
