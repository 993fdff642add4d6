/* route -- a row of the table of who may ask what; the table is routes.c.
 *
 * A row names its roles and its scope, or does not build: roles say who, the
 * scope says of what. Who is signed in for a campaign is let in to what
 * belongs to that campaign alone, whatever the role. */
#ifndef GATEWAY_DOOR_ROUTE_H
#define GATEWAY_DOOR_ROUTE_H

#include <stdbool.h>

#include "common/http/http.h"
#include "common/text/text.h"

/* A bit each, so that a row can name several. Who holds a wider role may do
 * what the narrower may: rows say so, nothing is implied. */
enum role {
    ROLE_NOBODY = 1, /* public */
    ROLE_STEWARD = 2,
    ROLE_COORDINATOR = 4,
    ROLE_APPROVER = 8,
    ROLE_ORGANISER = 16,
    ROLE_ADMIN = 32,
    ROLE_SIGNUPS = 64, /* of tokens alone: signs people up, vouches for them */
};

#define PUBLIC ROLE_NOBODY
#define ADMINS ROLE_ADMIN
#define ORGANISERS (ADMINS | ROLE_ORGANISER)
#define APPROVERS (ORGANISERS | ROLE_APPROVER)
#define WATCHERS (APPROVERS | ROLE_COORDINATOR)
#define ALL_STAFF (WATCHERS | ROLE_STEWARD)
/* A public row where these are known when they say who they are: who sends a
 * token is then let in by it, or refused; a session that does not fit, or
 * fits another campaign, is nobody's. */
#define KNOWN(roles) ((unsigned)(roles) << 16)
#define VOUCHERS KNOWN(ALL_STAFF | ROLE_SIGNUPS)

/* What a request is about, and so whose it is. */
enum scope {
    SCOPE_OPEN = 1, /* nobody's: the same for everyone */
    SCOPE_SELF,     /* the asker's own: a session, or what a ticket or a
                       signed link in the path opens */
    SCOPE_CAMPAIGN, /* {c}; for a page without it the query's c, else the
                       asker's own campaign */
    SCOPE_ACTION,   /* {c} and {a} */
    SCOPE_GATE,     /* {c}, {a} and {gate} */
};

struct exchange;

struct route {
    enum http_method method;
    const char *path; /* "/v1/campaigns/{c}"; "{file*}" takes the rest */
    unsigned roles;   /* bits of enum role; ROLE_NOBODY: public, and KNOWN */
    enum scope scope;
    const char *act; /* what the audit log calls it; NULL: not an act */
    bool is_page;    /* who is not signed in is sent to /login */
    void (*handle)(struct exchange *x);
    /* The page of a plain form, drawn again with x->errors; or NULL. */
    void (*draw_again)(struct exchange *x);
};

/* 0 is no role and no scope: an array of negative size, which is an error. */
#define ROUTE_NAMED(value) (0 * sizeof(char[(value) != 0 ? 1 : -1]))

#define ROUTE_OF(method_, path_, roles_, scope_, handle_, ...)                 \
    {                                                                          \
        .method = method_, .path = path_,                                      \
        .roles = (roles_) + ROUTE_NAMED(roles_),                               \
        .scope = (scope_) + ROUTE_NAMED(scope_), .handle = handle_,            \
        __VA_ARGS__                                                            \
    }
#define ROUTE(method_, path_, roles_, scope_, act_, handle_)                   \
    ROUTE_OF(method_, path_, roles_, scope_, handle_, .act = (act_))
#define FORM(method_, path_, roles_, scope_, handle_, again_)                  \
    ROUTE_OF(method_, path_, roles_, scope_, handle_, .draw_again = (again_))
#define PAGE(method_, path_, roles_, scope_, handle_)                          \
    ROUTE_OF(method_, path_, roles_, scope_, handle_, .is_page = true),

/* The same at run time, and that the path names what the scope is of. */
bool route_is_sound(const struct route *route);
/* Bits of those whom a public row knows. */
unsigned route_known(const struct route *route);
/* Has the path this {name}? */
bool route_has_param(const struct route *route, const char *name);

extern const struct json_word role_words[];  /* of staff */
extern const struct json_word token_words[]; /* of tokens: those and more */
const char *role_name(enum role role);       /* "nobody" for none */
const char *scope_name(enum scope scope);

#endif
