/* redis_acl -- a service's user in Redis, as docker/users.acl has it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "tests/support/redis/redis.h"

#define ACL_SIZE 1024

static const char *
owner_of(const char *service)
{
    static const struct {
        const char *name, *owner;
    } rows[] = {
#define SERVICE(name, owner, ...) {#name, owner},
#include "service_rows.def"
#undef SERVICE
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, service) == 0) {
            return rows[i].owner;
        }
    }
    assert(false && "a row of services/services.txt");
    return NULL;
}

/* Adds text up to word, then by; returns what follows word. */
static const char *
fill(struct buf *to, const char *text, const char *word, const char *by)
{
    const char *at = strstr(text, word);
    assert(at != NULL);
    buf_printf(to, "%.*s%s", (int)(at - text), text, by);
    return at + strlen(word);
}

const char *
redis_acl(const char *first, const char *service, const char *password)
{
    static char text[ACL_SIZE];
    const char *top = getenv("MUSTER_SOURCE");
    char *path = mem_format("%s/docker/users.acl", top == NULL ? "." : top);
    char *secret = mem_format(">%s", password);
    char *all = file_read(path, NULL);
    assert(all != NULL);
    char *line = strstr(all, "user NAME");
    assert(line != NULL);
    struct buf user;
    buf_init(&user, 0);
    buf_printf(&user, "%s\n", first);
    const char *rest = fill(&user, line, "NAME", service);
    rest = fill(&user, rest, "PASSWORD", secret);
    rest = fill(&user, rest, "OWNER", owner_of(service));
    buf_printf(&user, "%.*s\n", (int)strcspn(rest, "\n"), rest);
    assert(user.len < sizeof(text));
    memcpy(text, user.data, user.len);
    text[user.len] = '\0';
    buf_fini(&user);
    free(path);
    free(secret);
    free(all);
    return text;
}
