/* exchange -- one HTTP request, from its arrival to its reply. */
#include "services/gateway/door/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/base.h"
#include "services/gateway/door/reply.h"
#include "services/gateway/gateway.h"

#define QUERY_VALUE_SIZE 512

struct exchange *
exchange_new(struct gateway *g, struct http_request *request)
{
    struct exchange *x = mem_new(sizeof(*x));
    x->gateway = g;
    x->request = request;
    x->staff.role = ROLE_NOBODY;
    x->started_us = clock_boot_us();
    x->trace = trace_now() != 0 ? trace_now() : trace_new();
    g->open_exchanges++;
    return x;
}

/* So that who was told "a mistake of ours" can be found in the logs. */
static void
log_failure(const struct exchange *x, int status)
{
    uint64_t before = trace_enter(x->trace);
    log_warn("request.failed",
             log_str("route", x->route == NULL ? "" : x->route->path),
             log_int("status", status));
    (void)trace_enter(before);
}

static void
free_state(struct exchange *x)
{
    if (x->fini_state != NULL) {
        x->fini_state(x->state);
    }
    free(x->state);
    x->fini_state = NULL;
}

void
exchange_end(struct exchange *x, int status)
{
    struct gateway *g = x->gateway;
    g->open_exchanges--;
    if (status >= 500) {
        log_failure(x, status);
    }
    metric_add(
        g->requests[status >= 200 && status < 600 ? status / 100 - 2 : 3], 1);
    metric_observe_ms(g->request_ms,
                      (double)(clock_boot_us() - x->started_us) / 1000.0);
    json_decref(x->body);
    free_state(x);
    for (int i = 0; i < x->query_count; i++) {
        free(x->queries[i]);
    }
    free(x);
}

/* The number of {name} among the pattern's parameters; -1: not there. */
static int
param_index(const char *pattern, const char *name)
{
    size_t len = strlen(name);
    int index = 0;
    for (const char *open = strchr(pattern, '{'); open != NULL;
         open = strchr(open + 1, '{'), index++) {
        if (strncmp(open + 1, name, len) == 0 &&
            (open[len + 1] == '}' || open[len + 1] == '*')) {
            return index;
        }
    }
    return -1;
}

const char *
exchange_param(const struct exchange *x, const char *name)
{
    int index = x->route == NULL ? -1 : param_index(x->route->path, name);
    return index < 0 ? "" : x->params[index];
}

const char *
exchange_query(struct exchange *x, const char *name)
{
    char value[QUERY_VALUE_SIZE];
    if (x->query_count == QUERIES_MAX ||
        !http_form_value(http_query(x->request), name, 0, value,
                         sizeof(value))) {
        return NULL;
    }
    return x->queries[x->query_count++] = mem_copy_string(value);
}

uint64_t
exchange_query_whole(struct exchange *x, const char *name, uint64_t fallback,
                     uint64_t max)
{
    const char *text = exchange_query(x, name);
    if (text == NULL) {
        return fallback;
    }
    char *end;
    errno = 0;
    uint64_t number = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
        number > max) {
        json_errors_add(&x->errors, name, "is not a whole number");
        return fallback;
    }
    return number;
}

/* Only a page of a campaign is told by its query which one: any other row
 * would be checked for one campaign and act in another. */
static const char *
find_campaign(struct exchange *x)
{
    const struct route *route = x->route;
    const char *campaign = exchange_param(x, "c");
    if (*campaign == '\0' && route != NULL && route->scope == SCOPE_CAMPAIGN) {
        campaign = exchange_query(x, "c");
    }
    return campaign == NULL ? "" : campaign;
}

const char *
exchange_campaign(struct exchange *x)
{
    if (x->campaign == NULL) {
        x->campaign = find_campaign(x);
    }
    return x->campaign;
}

void *
exchange_state(struct exchange *x, size_t size)
{
    free_state(x);
    x->state = mem_new(size);
    return x->state;
}

void *
exchange_state_owning(struct exchange *x, size_t size,
                      void (*fini)(void *state))
{
    (void)exchange_state(x, size);
    x->fini_state = fini;
    return x->state;
}

static bool
is_content_type(const struct exchange *x, const char *want)
{
    const char *type = http_header(x->request, "Content-Type");
    size_t len = strlen(want);
    return type != NULL && strncasecmp(type, want, len) == 0 &&
           (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

bool
exchange_read_json(struct exchange *x)
{
    char why[JSON_WHY_SIZE];
    size_t len;
    if (!is_content_type(x, "application/json")) {
        reply_problem(x, 415, "the body must be application/json");
        return false;
    }
    const char *body = http_body(x->request, &len);
    x->body = json_read(body, len, why);
    if (x->body == NULL) {
        reply_problem(x, 400, why);
        return false;
    }
    return true;
}

const char *
exchange_form(struct exchange *x)
{
    size_t len;
    if (!is_content_type(x, "application/x-www-form-urlencoded")) {
        return NULL;
    }
    const char *form = http_body(x->request, &len);
    return strlen(form) == len ? form : "";
}

/* A browser names text/html before anything else; a program does not. */
bool
exchange_wants_html(const struct exchange *x)
{
    const char *accept = http_header(x->request, "Accept");
    return accept != NULL && strstr(accept, "text/html") != NULL;
}

bool
exchange_answered(struct exchange *x, enum err err, const char *detail)
{
    if (err == ERR_NONE) {
        return true;
    }
    reply_err(x, err, detail);
    return false;
}
