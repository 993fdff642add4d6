/* fetch -- HTTP requests and SMTP mails to others, over libcurl on the loop.
 *
 *   fetch_http, fetch_mail -> take -> begin -> fetch_multi -> on_done
 *   -> finish -> cb */
#include "common/fetch/fetch.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/fetch/multi.h"

#define IDLE_S_MAX 3L /* below the 5 s after which common servers hang up */
#define SMTP_START_MAIL_INPUT 354
#define RETRY_AFTER_S_MAX (6 * 3600) /* no answer can put us off longer */

/* Some calls of curl's have nothing to say that we could act upon. */
#define CURL_MUST(call)                                                        \
    do {                                                                       \
        int code_ = (int)(call);                                               \
        if (code_ != 0) {                                                      \
            log_error("fetch.curl", log_int("code", code_),                    \
                      log_int("line", __LINE__));                              \
        }                                                                      \
    } while (0)

struct exchange {
    struct fetch_target *target;
    int index; /* in target->exchanges */
    CURL *easy;
    struct buf body, answer;
    size_t body_read; /* SMTP: what curl has taken of the body */
    struct curl_slist *recipients;
    bool has_begun; /* connected, and curl is about to send or has sent */
    fetch_cb *cb;
    void *arg;
};

struct fetch_target {
    struct fetch_multi *multi;
    struct loop *loop;
    struct curl_slist *headers;
    char *url, *user, *password, *method;
    size_t answer_bytes_max;
    int64_t timeout_ms;
    bool is_smtp;
    /* connections_max of them (NULL: not made yet); the first open_count are
     * open. */
    struct exchange **exchanges;
    int connections_max, open_count;
};

/* ---- endings ---- */

/* How an exchange ended that curl calls failed. */
static enum fetch_outcome
outcome_of_failure(const struct exchange *x, long status)
{
    if (!x->has_begun) {
        return FETCH_NEVER_BEGAN;
    }
    if (!x->target->is_smtp) {
        return FETCH_UNKNOWN;
    }
    if (status >= 400) {
        return FETCH_ANSWERED;
    }
    return status < SMTP_START_MAIL_INPUT && x->body_read == 0
               ? FETCH_NEVER_BEGAN
               : FETCH_UNKNOWN;
}

/* Takes x out of the open ones; it may be used again at once. */
static void
put_back(struct exchange *x)
{
    struct fetch_target *t = x->target;
    struct exchange *last = t->exchanges[t->open_count - 1];
    fetch_multi_remove(t->multi, x->easy);
    t->exchanges[x->index] = last;
    t->exchanges[t->open_count - 1] = x;
    last->index = x->index;
    x->index = t->open_count - 1;
    t->open_count--;
    curl_slist_free_all(x->recipients);
    x->recipients = NULL;
}

static void
finish(struct exchange *x, int code)
{
    long status = 0;
    (void)curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
    struct fetch_answer answer = {
        .outcome =
            code == CURLE_OK ? FETCH_ANSWERED : outcome_of_failure(x, status),
        .why = code == CURLE_OK ? "" : curl_easy_strerror((CURLcode)code),
    };
    fetch_cb *cb = x->cb;
    void *arg = x->arg;
    struct buf body = x->answer; /* kept: cb may use x again */
    buf_init(&x->answer, x->target->answer_bytes_max);
    if (answer.outcome == FETCH_ANSWERED) {
        curl_off_t after_s = 0;
        answer.status = (int)status;
        (void)curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &after_s);
        answer.retry_after_ms = after_s > RETRY_AFTER_S_MAX
                                    ? RETRY_AFTER_S_MAX * 1000
                                    : (int64_t)after_s * 1000;
    }
    answer.body = buf_string(&body);
    answer.len = body.len;
    put_back(x);
    cb(arg, &answer);
    if (x->answer.data == NULL) { /* give the memory back for the next */
        buf_reset(&body);
        x->answer = body;
    } else {
        buf_fini(&body);
    }
}

static void
on_done(void *easy, int code)
{
    char *private = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
    finish((struct exchange *)(void *)private, code);
}

/* ---- what curl asks of an exchange ---- */

/* Called before anything is sent on a connection that stands; a second time
 * when curl wants to send again what may have been read. */
static int
on_begin(void *arg, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
    struct exchange *x = arg;
    (void)peer_ip;
    (void)own_ip;
    (void)peer_port;
    (void)own_port;
    if (x->has_begun) {
        return CURL_PREREQFUNC_ABORT;
    }
    x->has_begun = true;
    return CURL_PREREQFUNC_OK;
}

static size_t
on_answer(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *x = arg;
    size_t room = x->target->answer_bytes_max - x->answer.len;
    size_t len = size * count;
    buf_add(&x->answer, bytes, len < room ? len : room);
    return len;
}

static size_t
on_read(char *to, size_t size, size_t count, void *arg)
{
    struct exchange *x = arg;
    size_t room = size * count, left = x->body.len - x->body_read;
    size_t len = left < room ? left : room;
    if (len > 0) {
        memcpy(to, x->body.data + x->body_read, len);
    }
    x->body_read += len;
    return len;
}

/* After QUIT curl waits for the answer, and the loop with it, for as long as
 * the server likes. We say QUIT and do not listen any more. */
static int
on_trace(CURL *easy, curl_infotype type, char *bytes, size_t len, void *arg)
{
    const struct exchange *x = arg;
    if (type == CURLINFO_HEADER_OUT && len >= 4 &&
        memcmp(bytes, "QUIT", 4) == 0) {
        fetch_multi_deafen(x->target->multi, easy);
    }
    return 0;
}

/* ---- making ---- */

static void
set_http(const struct fetch_target *t, CURL *easy)
{
    bool is_get = strcmp(t->method, "GET") == 0;
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                               (long)CURL_HTTP_VERSION_1_1));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers));
    CURL_MUST(
        curl_easy_setopt(easy, is_get ? CURLOPT_HTTPGET : CURLOPT_POST, 1L));
    if (!is_get && strcmp(t->method, "POST") != 0) {
        CURL_MUST(curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, t->method));
    }
}

static void
set_smtp(const struct fetch_target *t, CURL *easy, struct exchange *x)
{
    /* A password is never sent in the clear. */
    long tls = t->user != NULL ? CURLUSESSL_ALL : CURLUSESSL_TRY;
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps"));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_USE_SSL, tls));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_READDATA, x));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_trace));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_DEBUGDATA, x));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L));
}

static struct exchange *
new_exchange(struct fetch_target *t)
{
    struct exchange *x = mem_new(sizeof(*x));
    CURL *easy = curl_easy_init();
    if (easy == NULL) {
        abort(); /* out of memory */
    }
    *x = (struct exchange){.target = t, .easy = easy};
    buf_init(&x->body, FETCH_BODY_BYTES_MAX);
    buf_init(&x->answer, x->target->answer_bytes_max);
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_PRIVATE, x));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_PROXY, ""));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)t->timeout_ms));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_S_MAX));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_WRITEDATA, x));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_begin));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_PREREQDATA, x));
    fetch_multi_adopt(t->multi, easy);
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_USERNAME, t->user));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_PASSWORD, t->password));
    CURL_MUST(curl_easy_setopt(easy, CURLOPT_URL, t->url));
    if (t->is_smtp) {
        set_smtp(t, easy, x);
    } else {
        set_http(t, easy);
    }
    return x;
}

static void
free_exchange(struct exchange *x)
{
    curl_easy_cleanup(x->easy);
    buf_fini(&x->body);
    buf_fini(&x->answer);
    free(x);
}

static const char *
find_fault(const struct fetch_target_options *options)
{
    if (strncmp(options->url, "http", 4) != 0 &&
        strncmp(options->url, "smtp", 4) != 0) {
        return "the url begins with http, https, smtp or smtps";
    }
    if (options->header_count > FETCH_HEADERS_MAX) {
        return "too many headers";
    }
    for (size_t i = 0; i < options->header_count; i++) {
        const char *c = options->headers[i];
        while ((unsigned char)*c >= 0x20 && *c != 0x7f) {
            c++;
        }
        if (*c != '\0' || strchr(options->headers[i], ':') == NULL) {
            return "a header is one line, Name: value";
        }
    }
    if (options->connections_max < 1 ||
        options->connections_max > FETCH_CONNECTIONS_MAX) {
        return "concurrency is 1 to 1024";
    }
    return options->timeout_ms < 1 ? "the time-out is above 0" : NULL;
}

static void
add_headers(struct fetch_target *t, const struct fetch_target_options *options)
{
    /* Never wait for a 100 Continue before the body. */
    t->headers = curl_slist_append(NULL, "Expect:");
    t->headers =
        curl_slist_append(t->headers, "User-Agent: muster/" MUSTER_VERSION);
    for (size_t i = 0; i < options->header_count; i++) {
        t->headers = curl_slist_append(t->headers, options->headers[i]);
    }
}

struct fetch_target *
fetch_target_new(struct loop *loop, const struct fetch_target_options *options,
                 const char **why_out)
{
    *why_out = find_fault(options);
    if (*why_out != NULL) {
        return NULL;
    }
    struct fetch_target *t = mem_new(sizeof(*t));
    t->loop = loop;
    t->url = mem_copy_string(options->url);
    t->user = mem_copy_string(options->user);
    t->password = mem_copy_string(options->password);
    t->method =
        mem_copy_string(options->method == NULL ? "POST" : options->method);
    t->timeout_ms = options->timeout_ms;
    t->is_smtp = strncmp(options->url, "smtp", 4) == 0;
    t->connections_max = options->connections_max;
    t->answer_bytes_max = options->answer_bytes_max > 0
                              ? options->answer_bytes_max
                              : FETCH_ANSWER_BYTES_MAX;
    t->exchanges =
        mem_new_array((size_t)t->connections_max, sizeof(struct exchange *));
    add_headers(t, options);
    t->multi = fetch_multi_new(loop, t->connections_max, on_done);
    return t;
}

void
fetch_target_free(struct fetch_target **target)
{
    struct fetch_target *t = *target;
    if (t == NULL) {
        return;
    }
    while (t->open_count > 0) {
        finish(t->exchanges[t->open_count - 1], CURLE_ABORTED_BY_CALLBACK);
    }
    for (int i = 0; i < t->connections_max; i++) {
        if (t->exchanges[i] != NULL) {
            free_exchange(t->exchanges[i]);
        }
    }
    fetch_multi_free(&t->multi);
    curl_slist_free_all(t->headers);
    free(t->exchanges);
    free(t->url);
    free(t->user);
    free(t->password);
    free(t->method);
    free(t);
    *target = NULL;
}

int
fetch_open_count(const struct fetch_target *target)
{
    return target->open_count;
}

/* ---- beginning ---- */

struct refusal {
    struct fetch_answer answer;
    fetch_cb *cb;
    void *arg;
};

static void
on_refusal(void *arg)
{
    struct refusal *refusal = arg;
    refusal->cb(refusal->arg, &refusal->answer);
    free(refusal);
}

static void
refuse_later(struct fetch_target *t, struct fetch_answer answer, fetch_cb *cb,
             void *arg)
{
    struct refusal *refusal = mem_new(sizeof(*refusal));
    answer.body = "";
    *refusal = (struct refusal){answer, cb, arg};
    loop_defer(t->loop, on_refusal, refusal);
}

/* NULL: cb will be called later. */
static struct exchange *
take(struct fetch_target *t, size_t len, fetch_cb *cb, void *arg)
{
    if (len > FETCH_BODY_BYTES_MAX) {
        refuse_later(t,
                     (struct fetch_answer){FETCH_REFUSED, .why = "too large"},
                     cb, arg);
        return NULL;
    }
    if (t->open_count == t->connections_max) {
        refuse_later(t,
                     (struct fetch_answer){FETCH_NEVER_BEGAN,
                                           .why = "all connections are busy"},
                     cb, arg);
        return NULL;
    }
    if (t->exchanges[t->open_count] == NULL) {
        t->exchanges[t->open_count] = new_exchange(t);
    }
    struct exchange *x = t->exchanges[t->open_count];
    x->index = t->open_count;
    x->cb = cb;
    x->arg = arg;
    x->has_begun = false;
    x->body_read = 0;
    buf_reset(&x->body);
    buf_reset(&x->answer);
    return x;
}

static void
begin(struct exchange *x)
{
    struct fetch_target *t = x->target;
    t->open_count++;
    fetch_multi_add(t->multi, x->easy);
}

static bool
has_only(const char *s, unsigned char min, unsigned char max)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < min || c > max) {
            return false;
        }
    }
    return true;
}

void
fetch_http(struct fetch_target *target, const char *url, struct bytes body,
           fetch_cb *cb, void *arg)
{
    assert(!target->is_smtp);
    if (url != NULL && !has_only(url, 0x21, 0x7e)) {
        refuse_later(target,
                     (struct fetch_answer){FETCH_REFUSED, .why = "bad URL"}, cb,
                     arg);
        return;
    }
    struct exchange *x = take(target, body.len, cb, arg);
    if (x == NULL) {
        return;
    }
    buf_add(&x->body, body.data, body.len);
    if (url != NULL) {
        CURL_MUST(curl_easy_setopt(x->easy, CURLOPT_URL, url));
    }
    if (strcmp(target->method, "GET") != 0) {
        CURL_MUST(curl_easy_setopt(x->easy, CURLOPT_POSTFIELDS,
                                   buf_string(&x->body)));
        CURL_MUST(
            curl_easy_setopt(x->easy, CURLOPT_POSTFIELDSIZE, (long)body.len));
    }
    begin(x);
}

/* libcurl passes CR LF through into the SMTP dialogue. */
static bool
is_envelope_address(const char *s)
{
    return s[0] != '\0' && has_only(s, 0x21, 0x7e) && strpbrk(s, "<>") == NULL;
}

void
fetch_mail(struct fetch_target *target, const struct fetch_mail *mail,
           fetch_cb *cb, void *arg)
{
    assert(target->is_smtp);
    if (!is_envelope_address(mail->from) || !is_envelope_address(mail->to)) {
        refuse_later(target,
                     (struct fetch_answer){FETCH_REFUSED,
                                           .why = "not an address to mail to"},
                     cb, arg);
        return;
    }
    struct exchange *x = take(target, mail->len, cb, arg);
    if (x == NULL) {
        return;
    }
    buf_add(&x->body, mail->message, mail->len);
    x->recipients = curl_slist_append(NULL, mail->to);
    CURL_MUST(curl_easy_setopt(x->easy, CURLOPT_MAIL_FROM, mail->from));
    CURL_MUST(curl_easy_setopt(x->easy, CURLOPT_MAIL_RCPT, x->recipients));
    begin(x);
}
