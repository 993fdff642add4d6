/* api -- calls to Muster's HTTP API, as one staff member or as nobody. */
#include "services/cli/api/api.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/fetch/fetch.h"
#include "common/loop/loop.h"
#include "common/text/text.h"
#include "services/cli/api/say.h"

#define TIMEOUT_MS 15000
#define TRY_MS 15000 /* a gateway that is just starting */
#define PAUSE_MS 200
#define JSON_TYPE "Content-Type: application/json"
#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded"
#define ANSWER_BYTES_MAX ((size_t)16 * 1024 * 1024)

struct api {
    struct loop *loop;
    char *url, *token;
    struct fetch_target *get, *post, *put, *submit;
    int open;    /* of api_post_later */
    int refusal; /* status of the last answer that was not 2xx */
};

/* ---- targets ---- */

static struct fetch_target *
make_target(struct api *api, const char *method, const char *type,
            const char *key)
{
    char *auth = mem_format("Authorization: Bearer %s", api->token);
    char *once = mem_format("Idempotency-Key: %s", key);
    const char *headers[4] = {type, "Accept: application/json"};
    size_t count = 2;
    if (api->token != NULL) {
        headers[count++] = auth;
    }
    if (key != NULL) {
        headers[count++] = once;
    }
    struct fetch_target_options options = {
        .url = api->url,
        .method = method,
        .headers = headers,
        .header_count = count,
        .timeout_ms = TIMEOUT_MS,
        .connections_max = API_CONNECTIONS_MAX,
        .answer_bytes_max = ANSWER_BYTES_MAX};
    const char *why;
    struct fetch_target *target = fetch_target_new(api->loop, &options, &why);
    if (target == NULL) {
        say_error("%s: %s", api->url, why);
    }
    free(auth);
    free(once);
    return target;
}

struct api *
api_new(struct loop *loop, const char *url, const char *token)
{
    struct api *api = mem_new(sizeof(*api));
    api->loop = loop;
    api->refusal = 200;
    api->url = mem_copy_string(url);
    api->token = mem_copy_string(token);
    api->get = make_target(api, "GET", JSON_TYPE, NULL);
    if (api->get == NULL) {
        api_free(&api);
        return NULL;
    }
    api->post = make_target(api, "POST", JSON_TYPE, NULL);
    api->put = make_target(api, "PUT", JSON_TYPE, NULL);
    api->submit = make_target(api, "POST", FORM_TYPE, NULL);
    return api;
}

void
api_free(struct api **api)
{
    if (*api == NULL) {
        return;
    }
    fetch_target_free(&(*api)->get);
    fetch_target_free(&(*api)->post);
    fetch_target_free(&(*api)->put);
    fetch_target_free(&(*api)->submit);
    free((*api)->url);
    free((*api)->token);
    free(*api);
    *api = NULL;
}

const char *
api_url(const struct api *api)
{
    return api->url;
}

/* ---- answers ---- */

/* What a problem (RFC 9457) says, with the fields it names. */
static void
write_problem(const json_t *body, char why[512])
{
    struct buf text;
    buf_init(&text, 500);
    const char *detail = json_string_value(json_object_get(body, "detail"));
    const char *title = json_string_value(json_object_get(body, "title"));
    const json_t *errors = json_object_get(body, "errors");
    buf_add_string(&text, detail ? detail : title ? title : "no reason given");
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *error = json_array_get(errors, i);
        const char *field = json_string_value(json_object_get(error, "field"));
        const char *what = json_string_value(json_object_get(error, "detail"));
        buf_printf(&text, "; %s %s", field ? field : "", what ? what : "");
    }
    (void)snprintf(why, 512, "%s", buf_string(&text));
    buf_fini(&text);
}

static struct api_answer
read_answer(const struct fetch_answer *from)
{
    struct api_answer answer = {0};
    char why[JSON_WHY_SIZE];
    if (from->outcome != FETCH_ANSWERED) {
        (void)snprintf(answer.why, sizeof(answer.why),
                       "Muster does not answer: %s", from->why);
        return answer;
    }
    answer.status = from->status;
    answer.body = json_read(from->body, from->len, why);
    if (!api_is_ok(&answer)) {
        write_problem(answer.body, answer.why);
    }
    return answer;
}

bool
api_is_ok(const struct api_answer *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

void
api_answer_clear(struct api_answer *answer)
{
    json_decref(answer->body);
    answer->body = NULL;
}

const char *
field_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

long long
field_whole(const json_t *object, const char *name)
{
    return (long long)json_integer_value(json_object_get(object, name));
}

/* ---- one at a time ---- */

struct wait {
    bool is_done;
    struct api_answer answer;
};

static void
on_answer(void *arg, const struct fetch_answer *answer)
{
    struct wait *wait = arg;
    wait->answer = read_answer(answer);
    wait->is_done = true;
}

static void
on_paused(void *arg)
{
    *(bool *)arg = true;
}

static void
pause_for(struct loop *loop, int64_t ms)
{
    bool is_over = false;
    struct timer *timer = timer_new(loop, on_paused, &is_over);
    timer_start(timer, ms);
    while (!is_over) {
        loop_turn(loop, ms);
    }
    timer_free(&timer);
}

static struct api_answer
call(struct api *api, struct fetch_target *target, const char *path,
     struct bytes body)
{
    char *url = mem_format("%s%s", api->url, path);
    int64_t until_ms = clock_boot_ms() + TRY_MS;
    struct wait wait = {0};
    for (;;) {
        wait = (struct wait){0};
        fetch_http(target, url, body, on_answer, &wait);
        while (!wait.is_done) {
            loop_turn(api->loop, PAUSE_MS);
        }
        bool is_for_now = wait.answer.status == 0 ||
                          wait.answer.status == 503 ||
                          wait.answer.status == 429;
        if (!is_for_now || clock_boot_ms() > until_ms) {
            break;
        }
        api_answer_clear(&wait.answer);
        pause_for(api->loop, PAUSE_MS);
    }
    free(url);
    if (!api_is_ok(&wait.answer)) {
        api->refusal = wait.answer.status;
    }
    return wait.answer;
}

int
api_last_refusal(const struct api *api)
{
    return api->refusal;
}

static struct api_answer
call_json(struct api *api, struct fetch_target *target, const char *path,
          const json_t *body)
{
    struct buf text;
    buf_init(&text, 0);
    json_write(body, &text);
    struct api_answer answer =
        call(api, target, path, bytes_of(buf_string(&text), text.len));
    buf_fini(&text);
    return answer;
}

__attribute__((format(printf, 1, 0))) static char *
format_path(const char *format, va_list list)
{
    char path[512];
    (void)vsnprintf(path, sizeof(path), format, list);
    return mem_copy_string(path);
}

struct api_answer
api_get(struct api *api, const char *path_format, ...)
{
    va_list list;
    va_start(list, path_format);
    char *path = format_path(path_format, list);
    va_end(list);
    struct api_answer answer = call(api, api->get, path, bytes_of("", 0));
    free(path);
    return answer;
}

struct api_answer
api_send(struct api *api, const char *method, const json_t *body,
         const char *path_format, ...)
{
    va_list list;
    va_start(list, path_format);
    char *path = format_path(path_format, list);
    va_end(list);
    json_t *empty = json_object();
    struct api_answer answer =
        call_json(api, strcmp(method, "PUT") == 0 ? api->put : api->post, path,
                  body == NULL ? empty : body);
    json_decref(empty);
    free(path);
    return answer;
}

struct api_answer
api_post_once(struct api *api, const char *key, const json_t *body,
              const char *path_format, ...)
{
    va_list list;
    va_start(list, path_format);
    char *path = format_path(path_format, list);
    va_end(list);
    struct fetch_target *target = make_target(api, "POST", JSON_TYPE, key);
    struct api_answer answer = {.why = "the key cannot stand in a header"};
    if (target != NULL) {
        answer = call_json(api, target, path, body);
    }
    fetch_target_free(&target);
    free(path);
    return answer;
}

struct api_answer
api_submit(struct api *api, const char *form, const char *path_format, ...)
{
    va_list list;
    va_start(list, path_format);
    char *path = format_path(path_format, list);
    va_end(list);
    struct api_answer answer =
        call(api, api->submit, path, bytes_of_string(form));
    free(path);
    return answer;
}

struct api *
api_sign_in(struct api *nobody, const json_t *login, char why[512])
{
    struct api_answer answer = api_send(nobody, "POST", login, "/v1/session");
    const char *token =
        json_string_value(json_object_get(answer.body, "token"));
    struct api *api =
        token == NULL ? NULL : api_new(nobody->loop, nobody->url, token);
    (void)snprintf(why, 512, "%s", answer.why);
    api_answer_clear(&answer);
    return api;
}

/* ---- many at once ---- */

struct later {
    struct api *api;
    api_cb *cb;
    void *arg;
};

static void
on_later(void *arg, const struct fetch_answer *from)
{
    struct later *later = arg;
    struct api_answer answer = read_answer(from);
    later->api->open--;
    later->cb(later->arg, &answer);
    api_answer_clear(&answer);
    free(later);
}

bool
api_post_later(struct api *api, const char *path, const json_t *body,
               api_cb *cb, void *arg)
{
    if (api->open >= API_CONNECTIONS_MAX) {
        return false;
    }
    struct buf text;
    struct later *later = mem_new(sizeof(*later));
    char *url = mem_format("%s%s", api->url, path);
    *later = (struct later){api, cb, arg};
    buf_init(&text, 0);
    json_write(body, &text);
    api->open++;
    fetch_http(api->post, url, bytes_of(text.data, text.len), on_later, later);
    buf_fini(&text);
    free(url);
    return true;
}

int
api_open(const struct api *api)
{
    return api->open;
}
