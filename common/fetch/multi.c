/* multi -- curl's multi interface on the loop. */
#include "common/fetch/multi.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/base.h"

struct socket {
    int fd;
    short what; /* as on the loop: EV_READ, EV_WRITE; 0: not on it */
    bool is_idle;
    CURL *easy; /* that used it last; perhaps gone */
    struct event *event;
    struct fetch_multi *multi;
};

struct fetch_multi {
    CURLM *curl;
    struct event_base *base;
    struct event *time;
    int connections_max;
    fetch_done_cb *done;
    struct socket **sockets; /* by descriptor; NULL: none */
    size_t socket_count;
};

/* These fail only by a bug of ours or for want of memory. */
static void
must(CURLMcode code)
{
    if (code != CURLM_OK) {
        log_error("fetch.multi", log_str("why", curl_multi_strerror(code)));
    }
}

/* At most connections_max: a bound on one turn. */
static void
collect(struct fetch_multi *m)
{
    int left;
    for (int i = 0; i < m->connections_max; i++) {
        CURLMsg *message = curl_multi_info_read(m->curl, &left);
        if (message == NULL) {
            return;
        }
        m->done(message->easy_handle, (int)message->data.result);
    }
    event_active(m->time, EV_TIMEOUT, 0);
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
    struct fetch_multi *m = arg;
    int running;
    (void)fd;
    (void)what;
    must(curl_multi_socket_action(m->curl, CURL_SOCKET_TIMEOUT, 0, &running));
    collect(m);
}

static int
on_timer_wish(CURLM *multi, long ms, void *arg)
{
    struct fetch_multi *m = arg;
    (void)multi;
    if (ms < 0) {
        return evtimer_del(m->time);
    }
    if (ms == 0) {
        event_active(m->time, EV_TIMEOUT, 0); /* once a turn, however often */
        return 0;
    }
    struct timeval after = {ms / 1000, ms % 1000 * 1000};
    return evtimer_add(m->time, &after);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
    struct socket *s = arg;
    int running;
    if (s->is_idle) { /* hung up while idle: curl will see for itself */
        (void)event_del(s->event);
        s->what = 0;
        return;
    }
    int action = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
                 ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
    struct fetch_multi *m = s->multi;
    must(curl_multi_socket_action(m->curl, fd, action, &running));
    collect(m);
}

static struct socket *
get_socket(struct fetch_multi *m, int fd)
{
    size_t at = (size_t)fd;
    if (at >= m->socket_count) {
        size_t count = at + 64;
        m->sockets = mem_resize(m->sockets, count * sizeof(m->sockets[0]));
        memset(m->sockets + m->socket_count, 0,
               (count - m->socket_count) * sizeof(m->sockets[0]));
        m->socket_count = count;
    }
    if (m->sockets[at] == NULL) {
        struct socket *s = mem_new(sizeof(*s));
        s->fd = fd;
        s->multi = m;
        s->event = event_new(m->base, fd, 0, on_ready, s);
        m->sockets[at] = s;
    }
    return m->sockets[at];
}

static int
on_socket_wish(CURL *easy, curl_socket_t fd, int wish, void *arg, void *mine)
{
    struct socket *s = get_socket(arg, fd);
    (void)mine;
    s->easy = easy;
    s->is_idle = wish == CURL_POLL_REMOVE;
    if (s->is_idle) {
        return 0;
    }
    short what = (short)(((wish & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                         ((wish & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
    if (what != s->what) {
        (void)event_del(s->event);
        (void)event_assign(s->event, s->multi->base, fd,
                           (short)(what | EV_PERSIST), on_ready, s);
        (void)event_add(s->event, NULL);
        s->what = what;
    }
    return 0;
}

static void
forget_socket(struct fetch_multi *m, int fd)
{
    if ((size_t)fd < m->socket_count && m->sockets[fd] != NULL) {
        event_free(m->sockets[fd]->event);
        free(m->sockets[fd]);
        m->sockets[fd] = NULL;
    }
}

static int
on_close(void *arg, curl_socket_t fd)
{
    forget_socket(arg, fd);
    return close(fd);
}

struct fetch_multi *
fetch_multi_new(struct loop *loop, int connections_max, fetch_done_cb *done)
{
    static bool is_initialised;
    if (!is_initialised && curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        log_fatal("libcurl cannot start");
    }
    is_initialised = true;
    struct fetch_multi *m = mem_new(sizeof(*m));
    m->base = loop_base(loop);
    m->connections_max = connections_max;
    m->done = done;
    m->time = evtimer_new(m->base, on_time, m);
    m->curl = curl_multi_init();
    if (m->curl == NULL) {
        abort(); /* out of memory */
    }
    long max = connections_max;
    must(curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, on_socket_wish));
    must(curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m));
    must(curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, on_timer_wish));
    must(curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m));
    must(curl_multi_setopt(m->curl, CURLMOPT_MAXCONNECTS, max));
    must(curl_multi_setopt(m->curl, CURLMOPT_MAX_TOTAL_CONNECTIONS, max));
    return m;
}

void
fetch_multi_free(struct fetch_multi **multi)
{
    struct fetch_multi *m = *multi;
    if (m == NULL) {
        return;
    }
    fetch_multi_deafen(m, NULL);
    must(curl_multi_cleanup(m->curl)); /* closes: see on_close */
    event_free(m->time);
    for (size_t i = 0; i < m->socket_count; i++) {
        forget_socket(m, (int)i);
    }
    free(m->sockets);
    free(m);
    *multi = NULL;
}

void
fetch_multi_adopt(struct fetch_multi *multi, void *easy)
{
    (void)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    (void)curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, multi);
}

void
fetch_multi_add(struct fetch_multi *multi, void *easy)
{
    must(curl_multi_add_handle(multi->curl, easy));
}

void
fetch_multi_remove(struct fetch_multi *multi, void *easy)
{
    must(curl_multi_remove_handle(multi->curl, easy));
}

void
fetch_multi_deafen(struct fetch_multi *multi, const void *easy)
{
    for (size_t i = 0; i < multi->socket_count; i++) {
        struct socket *s = multi->sockets[i];
        if (s != NULL && (easy == NULL || s->easy == easy)) {
            (void)shutdown(s->fd, SHUT_RD);
        }
    }
}
