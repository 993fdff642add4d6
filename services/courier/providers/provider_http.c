/* provider_http -- any provider that takes one JSON or form request for each
 * message, described by configuration.
 *
 *   [route.x]
 *   url           = http://host/send   (fields in it are percent-encoded)
 *   body          = json | form
 *   body_template = {"to":"{{to}}","text":"{{text}}","ref":"{{ref}}"}
 *   headers       = Authorization: Bearer k|X-Other: v
 *   accepted      = 200,201,202
 *   retry         = 429,500,502,503    (refused for now: deferred)
 *
 * Fields: to from text ref subject html valid_s (seconds until the broadcast
 * expires). Another 4xx or 3xx is a failure for good; another 5xx says that
 * something behind the provider broke, so nobody knows: in doubt. */
#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/fetch/fetch.h"
#include "common/text/text.h"
#include "services/courier/message/reason.h"
#include "services/courier/providers/provider.h"

#define BODY_DEFAULT                                                           \
    "{\"to\":\"{{to}}\",\"text\":\"{{text}}\",\"ref\":\"{{ref}}\"}"
enum { BODY_JSON, BODY_FORM }; /* as its row has them */
#define FORM_DEFAULT "to={{to}}&text={{text}}&ref={{ref}}"
#define STATUSES_MAX 32
#define VALID_S_DEFAULT 86400

struct statuses {
    int items[STATUSES_MAX];
    size_t count;
};

struct http {
    struct fetch_target *target;
    char *url, *body;
    bool is_url_template;
    enum template_context context;
    struct statuses accepted, retry;
    struct buf url_buf, body_buf;
    struct handover *free;
};

/* One request on its way. */
struct handover {
    struct http *http;
    handed_cb *cb;
    void *arg;
    struct handover *next; /* of the free ones */
};

/* ---- configuration ---- */

static bool
read_statuses(const char *list, struct statuses *out)
{
    out->count = 0;
    while (*list != '\0') {
        char *end;
        long status = strtol(list, &end, 10);
        if (end == list || status < 100 || status > 599 ||
            out->count == STATUSES_MAX) {
            return false;
        }
        out->items[out->count++] = (int)status;
        list = end + strspn(end, ", ");
    }
    return true;
}

static bool
has_status(const struct statuses *statuses, int status)
{
    for (size_t i = 0; i < statuses->count; i++) {
        if (statuses->items[i] == status) {
            return true;
        }
    }
    return false;
}

struct headers {
    char *copy;
    const char *items[FETCH_HEADERS_MAX];
    size_t count;
};

/* "A: b|C: d", behind the type of the body. */
static bool
read_headers(const char *list, bool is_json, struct headers *out)
{
    out->copy = mem_copy_string(list);
    out->count = 0;
    out->items[out->count++] =
        is_json ? "Content-Type: application/json"
                : "Content-Type: application/x-www-form-urlencoded";
    char *rest = out->copy, *item;
    while ((item = strsep(&rest, "|")) != NULL) {
        if (out->count == FETCH_HEADERS_MAX) {
            return false;
        }
        if (*item != '\0') {
            out->items[out->count++] = item;
        }
    }
    return true;
}

static const char *
find_fault(struct http *h)
{
    static const char *const names[] = {"to",   "from",    "text",   "ref",
                                        "html", "subject", "valid_s"};
    const size_t count = sizeof(names) / sizeof(names[0]);
    char *why = NULL;
    bool is_good = template_check(h->url, names, count, &why) == ERR_NONE &&
                   template_check(h->body, names, count, &why) == ERR_NONE;
    free(why);
    return is_good ? NULL : "url or body_template has an unknown {{field}}";
}

static const char *
configure(struct http *h, const struct provider_setup *setup)
{
    const struct conf *conf = setup->conf;
    const char *section = setup->section, *why = NULL;
    bool is_json = conf_word_of(conf, SET_ROUTE_BODY, section) == BODY_JSON;
    const char *url = conf_text_of(conf, SET_ROUTE_URL, section);
    const char *body = conf_text_of(conf, SET_ROUTE_BODY_TEMPLATE, section);
    h->context = is_json ? TEMPLATE_JSON : TEMPLATE_URL;
    h->url = mem_copy_string(url == NULL ? "" : url);
    h->is_url_template = strstr(h->url, "{{") != NULL;
    h->body = mem_copy_string(body != NULL ? body
                              : is_json    ? BODY_DEFAULT
                                           : FORM_DEFAULT);
    if (!read_statuses(conf_text_of(conf, SET_ROUTE_ACCEPTED, section),
                       &h->accepted) ||
        !read_statuses(conf_text_of(conf, SET_ROUTE_RETRY, section),
                       &h->retry)) {
        return "accepted and retry are lists of HTTP statuses";
    }
    struct headers headers;
    if (!read_headers(conf_text_of(conf, SET_ROUTE_HEADERS, section), is_json,
                      &headers)) {
        why = "too many headers";
    } else {
        h->target = fetch_target_new(
            setup->loop,
            &(struct fetch_target_options){
                .url = h->url,
                .method = conf_text_of(conf, SET_ROUTE_METHOD, section),
                .headers = headers.items,
                .header_count = headers.count,
                .timeout_ms = setup->timeout_ms,
                .connections_max = setup->concurrency},
            &why);
    }
    free(headers.copy);
    return why != NULL ? why : find_fault(h);
}

static void
http_close(void *self)
{
    struct http *h = self;
    fetch_target_free(&h->target); /* ends what is open */
    while (h->free != NULL) {
        struct handover *next = h->free->next;
        free(h->free);
        h->free = next;
    }
    buf_fini(&h->url_buf);
    buf_fini(&h->body_buf);
    free(h->url);
    free(h->body);
    free(h);
}

static void *
http_open(const struct provider_setup *setup, const char **why_out)
{
    struct http *h = mem_new(sizeof(*h));
    buf_init(&h->url_buf, FETCH_BODY_BYTES_MAX);
    buf_init(&h->body_buf, FETCH_BODY_BYTES_MAX);
    *why_out = configure(h, setup);
    if (*why_out != NULL) {
        http_close(h);
        return NULL;
    }
    return h;
}

/* ---- handing over ---- */

static struct handed
read_status(const struct http *h, const struct fetch_answer *answer)
{
    int status = answer->status;
    if (has_status(&h->accepted, status)) {
        return handed_as(WORDS__RECIPIENT_STATE__ACCEPTED, 0);
    }
    if (has_status(&h->retry, status)) {
        return (struct handed){.state = WORDS__RECIPIENT_STATE__DEFERRED,
                               .detail = (uint16_t)status,
                               .retry_after_ms =
                                   (uint32_t)answer->retry_after_ms};
    }
    return handed_as(status >= 500 ? WORDS__RECIPIENT_STATE__IN_DOUBT
                                   : WORDS__RECIPIENT_STATE__FAILED,
                     (uint16_t)status);
}

static struct handed
read_answer(const struct http *h, const struct fetch_answer *answer)
{
    switch (answer->outcome) {
    case FETCH_ANSWERED:
        return read_status(h, answer);
    case FETCH_NEVER_BEGAN:
        return handed_as(WORDS__RECIPIENT_STATE__DEFERRED, REASON_UNREACHABLE);
    case FETCH_REFUSED:
        return handed_as(WORDS__RECIPIENT_STATE__FAILED, REASON_BAD_ADDRESS);
    case FETCH_UNKNOWN:
    default:
        return handed_as(WORDS__RECIPIENT_STATE__IN_DOUBT, REASON_NO_ANSWER);
    }
}

static void
on_answer(void *arg, const struct fetch_answer *answer)
{
    struct handover *handover = arg;
    struct http *h = handover->http;
    struct handed handed = read_answer(h, answer);
    handed_cb *cb = handover->cb;
    void *cb_arg = handover->arg;
    handover->next = h->free;
    h->free = handover;
    cb(cb_arg, &handed);
}

static struct handover *
new_handover(struct http *h)
{
    struct handover *handover = h->free;
    if (handover == NULL) {
        handover = mem_new(sizeof(*handover));
        handover->http = h;
    } else {
        h->free = handover->next;
    }
    return handover;
}

/* Checked when the route was opened: it cannot fail but by its size. */
static void
merge(const char *text, enum template_context context,
      const struct template_fields *fields, struct buf *to)
{
    char *why = NULL;
    buf_reset(to);
    enum err err = template_merge(text, context, fields, to, &why);
    assert(err == ERR_NONE);
}

static const char *
or_empty(const char *s)
{
    return s == NULL ? "" : s;
}

static void
http_hand_over(void *self, const struct message *m, handed_cb *cb, void *arg)
{
    struct http *h = self;
    char valid[24];
    int64_t valid_s = (m->expires_at_ms - clock_wall_ms()) / 1000;
    (void)snprintf(valid, sizeof(valid), "%lld",
                   (long long)(m->expires_at_ms == 0 ? VALID_S_DEFAULT
                               : valid_s < 1         ? 1
                                                     : valid_s));
    const struct template_field items[] = {
        {"to", m->to},
        {"from", m->from},
        {"text", m->text},
        {"ref", m->ref},
        {"valid_s", valid},
        {"subject", or_empty(m->subject)},
        {"html", or_empty(m->html)},
    };
    const struct template_fields fields = {items,
                                           sizeof(items) / sizeof(items[0])};
    merge(h->body, h->context, &fields, &h->body_buf);
    if (h->is_url_template) {
        merge(h->url, TEMPLATE_URL, &fields, &h->url_buf);
    }
    struct handover *handover = new_handover(h);
    handover->cb = cb;
    handover->arg = arg;
    fetch_http(h->target, h->is_url_template ? buf_string(&h->url_buf) : NULL,
               bytes_of(buf_string(&h->body_buf), h->body_buf.len), on_answer,
               handover);
}

const struct provider_acts provider_http = {
    .open = http_open,
    .hand_over = http_hand_over,
    .close = http_close,
};
