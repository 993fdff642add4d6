/* metric -- a number out of Prometheus text. */
#include <stdlib.h>
#include <string.h>

#include "services/cli/machine/machine.h"

/* Whether the line is of that metric, with those labels somewhere in it. */
static bool
is_line_of(const char *line, size_t len, const char *name, const char *labels)
{
    size_t name_len = strlen(name);
    if (len <= name_len || strncmp(line, name, name_len) != 0 ||
        strchr(" {", line[name_len]) == NULL) {
        return false;
    }
    return labels == NULL || memmem(line, len, labels, strlen(labels)) != NULL;
}

int64_t
metric_sum(const char *text, const char *name, const char *labels)
{
    int64_t sum = 0;
    for (const char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        if (is_line_of(line, len, name, labels)) {
            const char *space = memrchr(line, ' ', len);
            sum += space == NULL ? 0 : strtoll(space + 1, NULL, 10);
        }
        line += len + (line[len] == '\n');
    }
    return sum;
}
