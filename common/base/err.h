/* err -- the one small list of ways in which something can fail.
 *
 * The numbers travel in wire.Answer: never reuse one. The distinction that
 * matters most: after ERR_UNAVAILABLE nothing happened; after ERR_UNKNOWN
 * nobody can say whether it happened. */
#ifndef COMMON_BASE_ERR_H
#define COMMON_BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
    ERR_NONE = 0,
    ERR_BAD_REQUEST = 1,     /* the asker's words are wrong: 400 */
    ERR_UNAUTHENTICATED = 2, /* 401 */
    ERR_FORBIDDEN = 3,       /* 403 */
    ERR_NOT_FOUND = 4,       /* 404 */
    ERR_CONFLICT = 5,        /* other content under the same key, or not in
                                this state: 409 */
    ERR_TOO_LARGE = 6,       /* 413 */
    ERR_LIMIT = 7,           /* a stated limit is reached: 429 */
    ERR_INTERNAL = 8,        /* our own bug: 500 */
    ERR_UNAVAILABLE = 9,     /* not now, and nothing happened: 503 */
    ERR_TIMEOUT = 10,        /* no answer in time, outcome unknown: 504 */
    ERR_UNKNOWN = 11,        /* outcome unknown: 503 */
    ERR_GONE = 12,           /* was here, is no more: 410 */
    ERR_COUNT
};

/* "not-found"; never NULL. */
const char *err_name(enum err err);
/* 404; ERR_NONE is 200. */
int err_http_status(enum err err);
/* From a wire.Answer's code; an unknown number is ERR_INTERNAL. */
enum err err_from_code(unsigned code);

#endif
