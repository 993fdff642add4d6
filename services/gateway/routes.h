/* routes -- the one table of who may ask what.
 *
 * A row without roles does not build; a path without a row is 404. */
#ifndef GATEWAY_ROUTES_H
#define GATEWAY_ROUTES_H

#include "services/gateway/gateway.h"

struct route {
    enum http_method method;
    const char *path; /* "/v1/campaigns/{c}"; "{file*}" takes the rest */
    unsigned roles;   /* bits of enum role; ROLE_NOBODY: public */
    const char *act;  /* what the audit log calls it; NULL: not an act */
    bool is_page;     /* who is not signed in is sent to /login */
    void (*handle)(struct exchange *x);
};

#define PUBLIC ROLE_NOBODY
#define ADMINS ROLE_ADMIN
#define ORGANISERS (ADMINS | ROLE_ORGANISER)
#define APPROVERS (ORGANISERS | ROLE_APPROVER)
#define WATCHERS (APPROVERS | ROLE_COORDINATOR)
#define ALL_STAFF (WATCHERS | ROLE_STEWARD)

/* Roles of 0, or none at all, are an array of negative size. */
#define ROUTE_(method, path, roles, act, is_page, handle)                      \
    {                                                                          \
        method, path,                                                          \
            (unsigned)(roles) + 0 * sizeof(char[(roles) != 0 ? 1 : -1]), act,  \
            is_page, handle                                                    \
    }
#define ROUTE(method, path, roles, act, handle)                                \
    ROUTE_(method, path, roles, act, false, handle)
#define PAGE(method, path, roles, act, handle)                                 \
    ROUTE_(method, path, roles, act, true, handle)

const struct route *routes_all(size_t *count_out);
/* NULL: nothing there (*allowed_out 0), or not by this method (then the
 * methods that are). Fills params. HEAD finds GET. */
const struct route *routes_find(enum http_method method, const char *path,
                                char params[PARAMS_MAX][PARAM_SIZE],
                                unsigned *allowed_out);
/* One line a route: method, path, roles, act. */
void routes_print(struct buf *to);

/* For http_open; arg is the gateway. */
void gateway_on_request(void *arg, struct http_request *request);
void gateway_on_refused(void *arg, struct http_request *request, int status,
                        const char *why);

#endif
