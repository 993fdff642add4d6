/* route -- a row of the table of who may ask what. */
#include "services/gateway/door/route.h"

#include <string.h>

const struct json_word role_words[] = {
    {"admin", ROLE_ADMIN},       {"organiser", ROLE_ORGANISER},
    {"approver", ROLE_APPROVER}, {"coordinator", ROLE_COORDINATOR},
    {"steward", ROLE_STEWARD},   {NULL, 0},
};

const struct json_word token_words[] = {
    {"admin", ROLE_ADMIN},
    {"organiser", ROLE_ORGANISER},
    {"approver", ROLE_APPROVER},
    {"coordinator", ROLE_COORDINATOR},
    {"steward", ROLE_STEWARD},
    {"signups", ROLE_SIGNUPS},
    {NULL, 0},
};

static const struct json_word scope_words[] = {
    {"open", SCOPE_OPEN},         {"self", SCOPE_SELF},
    {"campaign", SCOPE_CAMPAIGN}, {"action", SCOPE_ACTION},
    {"gate", SCOPE_GATE},         {NULL, 0},
};

const char *
role_name(enum role role)
{
    const char *word = json_word_of(token_words, (int)role);
    return word == NULL ? "nobody" : word;
}

const char *
scope_name(enum scope scope)
{
    const char *word = json_word_of(scope_words, (int)scope);
    return word == NULL ? "none" : word;
}

unsigned
route_known(const struct route *route)
{
    return route->roles >> 16;
}

bool
route_has_param(const struct route *route, const char *name)
{
    size_t len = strlen(name);
    const char *open = route->path;
    while ((open = strchr(open, '{')) != NULL) {
        open++;
        if (strncmp(open, name, len) == 0 &&
            (open[len] == '}' || open[len] == '*')) {
            return true;
        }
    }
    return false;
}

/* A page may take its campaign from the query. */
static bool
names_its_scope(const struct route *route)
{
    bool has_c = route_has_param(route, "c");
    bool has_a = route_has_param(route, "a");
    bool has_gate = route_has_param(route, "gate");
    switch (route->scope) {
    case SCOPE_OPEN:
    case SCOPE_SELF:
        return !has_c && !has_a && !has_gate;
    case SCOPE_CAMPAIGN:
        return (has_c || route->is_page) && !has_a && !has_gate;
    case SCOPE_ACTION:
        return has_c && has_a && !has_gate;
    case SCOPE_GATE:
        return has_c && has_a && has_gate;
    default:
        return false;
    }
}

bool
route_is_sound(const struct route *route)
{
    return route->roles != 0 && route->handle != NULL && names_its_scope(route);
}
