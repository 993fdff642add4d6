/* outbox -- the messages that the outbox providers kept, for organisers.
 *
 * GET …/outbox?after=: {messages: […], next}. next is a place in the file:
 * give it as after to go on, now or later. 404 when no route uses the outbox
 * on this machine.
 *
 * The courier appends whole lines to <[outbox] dir>/<campaign>/
 * messages.jsonl; a page of that file is read from where the last ended. */
#include "services/gateway/api/api.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

#define PAGE_BYTES (128 * 1024)

/* Adds the whole lines of text; returns how many bytes they are. */
static size_t
read_lines(const char *text, size_t len, json_t *list)
{
    size_t at = 0;
    const char *end;
    while ((end = memchr(text + at, '\n', len - at)) != NULL) {
        char why[JSON_WHY_SIZE];
        size_t line_len = (size_t)(end - text) - at;
        json_t *message = json_read(text + at, line_len, why);
        if (json_is_object(message)) {
            (void)json_array_append(list, message);
        }
        json_decref(message);
        at += line_len + 1;
    }
    return at;
}

static ssize_t
read_page(const struct exchange *x, const char *campaign, int64_t after,
          char *page)
{
    char *path =
        mem_format("%s/%s/messages.jsonl", x->gateway->outbox_dir, campaign);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    free(path);
    if (fd < 0) {
        return errno == ENOENT ? 0 : -1;
    }
    ssize_t n = pread(fd, page, PAGE_BYTES, (off_t)after);
    (void)close(fd);
    return n;
}

void
list_outbox(struct exchange *x)
{
    int64_t after = (int64_t)exchange_query_whole(x, "after", 0, INT64_MAX);
    if (x->errors.count > 0) {
        reply_errors(x);
        return;
    }
    if (x->gateway->outbox_dir == NULL) {
        reply_problem(x, 404, "no route keeps its messages on this machine");
        return;
    }
    char *page = mem_new(PAGE_BYTES);
    ssize_t n = read_page(x, exchange_campaign(x), after, page);
    if (n < 0) {
        free(page);
        reply_problem(x, 503, "the outbox cannot be read just now");
        return;
    }
    json_t *messages = json_array(), *body = json_object();
    after += (int64_t)read_lines(page, (size_t)n, messages);
    free(page);
    json_set(body, "messages", messages);
    json_set(body, "next", json_sprintf("%lld", (long long)after));
    reply_json(x, 200, body);
}
