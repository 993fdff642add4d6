/* err -- names and HTTP statuses of the ways to fail. */
#include "common/base/err.h"

static const struct {
    const char *name;
    int http_status;
} errs[ERR_COUNT] = {
    [ERR_NONE] = {"none", 200},
    [ERR_BAD_REQUEST] = {"bad-request", 400},
    [ERR_UNAUTHENTICATED] = {"unauthenticated", 401},
    [ERR_FORBIDDEN] = {"forbidden", 403},
    [ERR_NOT_FOUND] = {"not-found", 404},
    [ERR_CONFLICT] = {"conflict", 409},
    [ERR_TOO_LARGE] = {"too-large", 413},
    [ERR_LIMIT] = {"limit", 429},
    [ERR_INTERNAL] = {"internal", 500},
    [ERR_UNAVAILABLE] = {"unavailable", 503},
    [ERR_TIMEOUT] = {"timeout", 504},
    [ERR_UNKNOWN] = {"outcome-unknown", 503},
    [ERR_GONE] = {"gone", 410},
};

const char *
err_name(enum err err)
{
    return err < ERR_COUNT ? errs[err].name : "internal";
}

int
err_http_status(enum err err)
{
    return err < ERR_COUNT ? errs[err].http_status : 500;
}

enum err
err_from_code(unsigned code)
{
    return code < ERR_COUNT ? (enum err)code : ERR_INTERNAL;
}
