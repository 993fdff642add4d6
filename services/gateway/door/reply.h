/* reply -- the ways in which an exchange ends; each ends it. */
#ifndef GATEWAY_DOOR_REPLY_H
#define GATEWAY_DOOR_REPLY_H

#include "common/base/base.h"
#include "services/gateway/door/exchange.h"

void reply_json(struct exchange *x, int status, json_t *body); /* takes body */
/* The same with one more header, such as a cookie. */
void reply_json_with(struct exchange *x, int status, json_t *body,
                     struct http_header header);
void reply_html(struct exchange *x, int status, const struct buf *html);
void reply_bytes(struct exchange *x, const struct http_answer *answer);
void reply_empty(struct exchange *x);                          /* 204 */
void reply_redirect(struct exchange *x, const char *location); /* 303 */
void reply_redirect_with(struct exchange *x, const char *location,
                         struct http_header header);
/* As reply_html, 200; Back finds the page as it was, without asking again. */
void reply_html_kept(struct exchange *x, const struct buf *html);
/* The same with cookies: values of Set-Cookie, at most REPLY_COOKIES_MAX. */
#define REPLY_COOKIES_MAX 2
void reply_redirect_cookies(struct exchange *x, const char *location,
                            const char *const *cookies, size_t count);

/* ---- what went wrong: a problem document, or a page for a person ---- */

void reply_problem(struct exchange *x, int status, const char *detail);
/* As a page, whoever asks. */
void reply_problem_page(struct exchange *x, int status, const char *title,
                        const char *detail);
void reply_err(struct exchange *x, enum err err, const char *detail);
/* 400 with x->errors; a plain form is drawn again with them. */
void reply_errors(struct exchange *x);
void reply_nothing_here(struct exchange *x); /* 404: no such address */
/* 405, or 204 to OPTIONS; methods: "GET, HEAD". */
void reply_allowed(struct exchange *x, const char *methods);

#endif
