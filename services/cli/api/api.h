/* api -- calls to Muster's HTTP API, as one staff member or as nobody.
 *
 * A call that was never begun is tried again for a few seconds; one whose
 * outcome is unknown is tried again only where the API is safe to repeat,
 * and here everything is: PUTs, sign-ups, check-ins by scan_id, broadcasts
 * by their Idempotency-Key, and the acts on them. */
#ifndef CLI_API_H
#define CLI_API_H

#include <stdbool.h>

#include "common/base/base.h"
#include "common/loop/loop.h"
#include "common/text/text.h"

#define API_CONNECTIONS_MAX 128

struct api;

struct api_answer {
    int status;    /* 0: no answer */
    json_t *body;  /* owned: api_answer_clear; NULL: none, or not JSON */
    char why[512]; /* a sentence, unless status is 2xx */
};

/* token NULL: as nobody. Both are copied. NULL: said why. */
struct api *api_new(struct loop *loop, const char *url, const char *token);
void api_free(struct api **api);
const char *api_url(const struct api *api);
/* The campaign's actions and so on: "/v1/campaigns/%s/actions". */
struct api_answer api_get(struct api *api, const char *path_format, ...)
    __attribute__((format(printf, 2, 3)));
/* method "POST" or "PUT"; body is borrowed; NULL: empty object. Turns the
 * loop until it is answered. */
struct api_answer api_send(struct api *api, const char *method,
                           const json_t *body, const char *path_format, ...)
    __attribute__((format(printf, 4, 5)));
/* A POST with an Idempotency-Key. */
struct api_answer api_post_once(struct api *api, const char *key,
                                const json_t *body, const char *path_format,
                                ...) __attribute__((format(printf, 4, 5)));
/* A form of one of the pages, urlencoded; its answer is a page, or the way to
 * one (303). */
struct api_answer api_submit(struct api *api, const char *form,
                             const char *path_format, ...)
    __attribute__((format(printf, 3, 4)));
bool api_is_ok(const struct api_answer *answer);
/* The status of the last call (not one of many at once) that was not answered
 * with 2xx: 0 if it was not answered; 200: there was none. */
int api_last_refusal(const struct api *api);
void api_answer_clear(struct api_answer *answer);

/* A member's value; "" or 0 when it is not there. */
const char *field_text(const json_t *object, const char *name);
long long field_whole(const json_t *object, const char *name);

/* Signs in. NULL: *why says why. */
struct api *api_sign_in(struct api *nobody, const json_t *login, char why[512]);

/* ---- many at once ---- */

typedef void api_cb(void *arg, const struct api_answer *answer);
/* Exactly one call of cb, always later. At most API_CONNECTIONS_MAX are open
 * at once: false, and nothing was begun. */
MUST_CHECK bool api_post_later(struct api *api, const char *path,
                               const json_t *body, api_cb *cb, void *arg);
int api_open(const struct api *api);

#endif
