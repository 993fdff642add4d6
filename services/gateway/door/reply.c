/* reply -- the ways in which an exchange ends.
 *
 * Every answer carries the security headers: scripts, styles and pictures
 * from our own files alone, nothing inline, no framing, no sniffing, no
 * address in a Referer. */
#include "services/gateway/door/reply.h"

#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "services/gateway/door/problem.h"
#include "services/gateway/gateway.h"

#define HEADERS_MAX 12

static const struct http_header security_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; "
     "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
     "media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; "
     "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Permissions-Policy", "camera=(self), geolocation=(), microphone=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
};
#define SECURITY_COUNT (sizeof(security_headers) / sizeof(security_headers[0]))

/* A JSON answer needs less: nothing in it is ever shown as a page. */
static const struct http_header data_headers[] = {
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Cache-Control", "no-store"},
};
#define DATA_COUNT (sizeof(data_headers) / sizeof(data_headers[0]))

static size_t
copy_headers(struct http_header to[HEADERS_MAX], const struct http_header *from,
             size_t count)
{
    memcpy(to, from, count * sizeof(from[0]));
    return count;
}

void
reply_bytes(struct exchange *x, const struct http_answer *answer)
{
    struct http_header headers[HEADERS_MAX];
    struct http_answer whole = *answer;
    size_t count = copy_headers(headers, security_headers, SECURITY_COUNT);
    for (size_t i = 0; i < answer->header_count && count < HEADERS_MAX; i++) {
        headers[count++] = answer->headers[i];
    }
    whole.headers = headers;
    whole.header_count = count;
    http_reply(x->request, &whole);
    exchange_end(x, whole.status);
}

void
reply_html(struct exchange *x, int status, const struct buf *html)
{
    const struct http_header cache = {"Cache-Control", "no-store"};
    reply_bytes(x, &(struct http_answer){
                       .status = status,
                       .content_type = "text/html; charset=utf-8",
                       .body = buf_string(html),
                       .len = html->len,
                       .headers = &cache,
                       .header_count = 1,
                   });
}

static void
send_json(struct exchange *x, struct http_answer answer, json_t *body)
{
    struct buf text;
    buf_init(&text, 0);
    json_write(body, &text);
    json_decref(body);
    struct http_header headers[HEADERS_MAX];
    size_t count = copy_headers(headers, data_headers, DATA_COUNT);
    for (size_t i = 0; i < answer.header_count && count < HEADERS_MAX; i++) {
        headers[count++] = answer.headers[i];
    }
    answer.headers = headers;
    answer.header_count = count;
    answer.body = buf_string(&text);
    answer.len = text.len;
    http_reply(x->request, &answer);
    exchange_end(x, answer.status);
    buf_fini(&text);
}

void
reply_json_with(struct exchange *x, int status, json_t *body,
                struct http_header header)
{
    send_json(x,
              (struct http_answer){.status = status,
                                   .content_type = "application/json",
                                   .headers = &header,
                                   .header_count = header.name != NULL},
              body);
}

void
reply_json(struct exchange *x, int status, json_t *body)
{
    reply_json_with(x, status, body, (struct http_header){NULL, NULL});
}

void
reply_empty(struct exchange *x)
{
    http_reply(x->request, &(struct http_answer){.status = 204});
    exchange_end(x, 204);
}

void
reply_html_kept(struct exchange *x, const struct buf *html)
{
    const struct http_header cache = {"Cache-Control", "private, no-cache"};
    reply_bytes(x, &(struct http_answer){
                       .status = 200,
                       .content_type = "text/html; charset=utf-8",
                       .body = buf_string(html),
                       .len = html->len,
                       .headers = &cache,
                       .header_count = 1,
                   });
}

void
reply_redirect_with(struct exchange *x, const char *location,
                    struct http_header header)
{
    const struct http_header headers[] = {
        {"Location", location}, {"Cache-Control", "no-store"}, header};
    reply_bytes(
        x, &(struct http_answer){.status = 303,
                                 .headers = headers,
                                 .header_count = header.name == NULL ? 2 : 3});
}

void
reply_redirect_cookies(struct exchange *x, const char *location,
                       const char *const *cookies, size_t count)
{
    struct http_header headers[2 + REPLY_COOKIES_MAX] = {
        {"Location", location}, {"Cache-Control", "no-store"}};
    size_t len = 2;
    for (size_t i = 0; i < count && i < REPLY_COOKIES_MAX; i++) {
        headers[len++] = (struct http_header){"Set-Cookie", cookies[i]};
    }
    reply_bytes(x, &(struct http_answer){
                       .status = 303, .headers = headers, .header_count = len});
}

void
reply_redirect(struct exchange *x, const char *location)
{
    reply_redirect_with(x, location, (struct http_header){NULL, NULL});
}

/* ---- problems (RFC 9457) ---- */

/* Who is refused is told when to come again, or how to say who they are:
 * also on a page. None, or one. */
static size_t
add_advice(int status, struct http_header *header)
{
    if (status == 429 || status == 503 || status == 504) {
        *header = (struct http_header){"Retry-After", "5"};
        return 1;
    }
    if (status == 401) {
        *header = (struct http_header){"WWW-Authenticate", "Bearer"};
        return 1;
    }
    return 0;
}

static void
send_problem(struct exchange *x, int status, json_t *problem)
{
    struct http_header advice = {NULL, NULL};
    size_t count = add_advice(status, &advice);
    send_json(x,
              (struct http_answer){.status = status,
                                   .content_type = "application/problem+json",
                                   .headers = &advice,
                                   .header_count = count},
              problem);
}

void
reply_problem_page(struct exchange *x, int status, const char *title,
                   const char *detail)
{
    struct buf html;
    struct http_header headers[2] = {{"Cache-Control", "no-store"}};
    size_t count = 1 + add_advice(status, &headers[1]);
    buf_init(&html, 0);
    x->gateway->draw_problem(&html, title, detail);
    reply_bytes(x, &(struct http_answer){
                       .status = status,
                       .content_type = "text/html; charset=utf-8",
                       .body = buf_string(&html),
                       .len = html.len,
                       .headers = headers,
                       .header_count = count,
                   });
    buf_fini(&html);
}

/* A person before a browser: a page, or a form posted without JavaScript. */
static bool
is_plain_form(struct exchange *x)
{
    return exchange_wants_html(x) && exchange_form(x) != NULL;
}

static bool
is_for_a_person(struct exchange *x)
{
    return x->route != NULL && exchange_wants_html(x) &&
           (x->route->is_page || is_plain_form(x));
}

static void
say_problem(struct exchange *x, const struct problem *problem,
            const char *detail, const char *field)
{
    if (is_for_a_person(x)) {
        reply_problem_page(x, problem->status, problem->title, detail);
        return;
    }
    send_problem(x, problem->status,
                 problem_to_json(problem, detail, field, x->trace));
}

/* A status that nobody planned keeps its number. */
void
reply_problem(struct exchange *x, int status, const char *detail)
{
    struct problem problem = *problem_of_status(status);
    problem.status = status;
    say_problem(x, &problem, detail == NULL ? "" : detail, "");
}

void
reply_nothing_here(struct exchange *x)
{
    const struct problem *problem = problem_of_status(404);
    const char *what = "there is nothing at this address";
    if (exchange_wants_html(x)) {
        reply_problem_page(x, 404, problem->title, what);
    } else {
        send_problem(x, 404, problem_to_json(problem, what, "", x->trace));
    }
}

/* What a service says of a field of the request is said as the gateway's own
 * mistakes are: beside the field. */
void
reply_err(struct exchange *x, enum err err, const char *detail)
{
    const struct bus_fault *fault = bus_answer_fault();
    bool is_said = fault->err == err;
    const char *field = is_said ? fault->field : "";
    if (err == ERR_BAD_REQUEST && *field != '\0') {
        json_errors_add_sentence(&x->errors, field, detail);
        reply_errors(x);
        return;
    }
    detail = detail == NULL ? "" : detail;
    say_problem(x, problem_of_err(err, is_said ? fault->type : ""),
                err == ERR_INTERNAL ? "it has been written to the log" : detail,
                field);
}

static json_t *
errors_to_json(const struct json_errors *errors)
{
    json_t *list = json_array();
    for (size_t i = 0; i < errors->count && i < JSON_ERRORS_MAX; i++) {
        json_t *item = json_object();
        json_set_text(item, "field", errors->items[i].field);
        json_set_text(item, "detail", errors->items[i].detail);
        if (errors->items[i].is_sentence) {
            json_set_bool(item, "is_sentence", true);
        }
        (void)json_array_append_new(list, item);
    }
    return list;
}

void
reply_errors(struct exchange *x)
{
    if (x->route->draw_again != NULL && is_plain_form(x)) {
        x->route->draw_again(x);
        return;
    }
    const char *field = x->errors.count == 1 ? x->errors.items[0].field : "";
    json_t *problem =
        problem_to_json(problem_of_fields(),
                        "some fields are wrong: see errors", field, x->trace);
    json_set(problem, "errors", errors_to_json(&x->errors));
    send_problem(x, 400, problem);
}

void
reply_allowed(struct exchange *x, const char *methods)
{
    const struct http_header allow = {"Allow", methods};
    bool is_question = http_method(x->request) == HTTP_OPTIONS;
    struct http_answer answer = {.status = is_question ? 204 : 405,
                                 .headers = &allow,
                                 .header_count = 1};
    if (is_question) {
        reply_bytes(x, &answer);
        return;
    }
    answer.content_type = "application/problem+json";
    send_json(x, answer,
              problem_to_json(problem_of_status(405),
                              "not by this method: see Allow", "", x->trace));
}
