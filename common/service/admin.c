/* admin -- what operators and probes ask of a process, on its own port. */
#include "common/service/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/http/http.h"

#define CONNECTIONS_MAX 64

struct admin {
    struct http_server *server;
    struct admin_options options;
    char *port_file;
};

static void
reply(struct http_request *request, int status, const char *content_type,
      const char *body)
{
    http_reply(request, &(struct http_answer){.status = status,
                                              .content_type = content_type,
                                              .body = body,
                                              .len = strlen(body)});
}

static void
reply_health(struct admin *admin, struct http_request *request)
{
    (void)admin;
    reply(request, 200, "text/plain; charset=utf-8", "ok\n");
}

static void
reply_ready(struct admin *admin, struct http_request *request)
{
    const struct admin_options *o = &admin->options;
    const char *why =
        o->not_ready_why == NULL ? NULL : o->not_ready_why(o->arg);
    if (why != NULL) {
        reply(request, 503, "text/plain; charset=utf-8", why);
        return;
    }
    const char *warning = o->warning == NULL ? NULL : o->warning(o->arg);
    char *text = warning == NULL ? mem_copy_string("ready\n")
                                 : mem_format("ready\nwarning: %s\n", warning);
    reply(request, 200, "text/plain; charset=utf-8", text);
    free(text);
}

static void
reply_metrics(struct admin *admin, struct http_request *request)
{
    struct buf text;
    buf_init(&text, 0);
    if (admin->options.metrics != NULL) {
        metrics_write(admin->options.metrics, &text);
    }
    reply(request, 200, "text/plain; version=0.0.4; charset=utf-8",
          buf_string(&text));
    buf_fini(&text);
}

static const struct {
    const char *path;
    void (*reply)(struct admin *admin, struct http_request *request);
} routes[] = {
    {"/healthz", reply_health},
    {"/readyz", reply_ready},
    {"/metrics", reply_metrics},
};

static void
on_request(void *arg, struct http_request *request)
{
    struct admin *admin = arg;
    if ((http_method(request) & (HTTP_GET | HTTP_HEAD)) == 0) {
        reply(request, 405, "text/plain", "only GET and HEAD\n");
        return;
    }
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (strcmp(http_path(request), routes[i].path) == 0) {
            routes[i].reply(admin, request);
            return;
        }
    }
    reply(request, 404, "text/plain", "/healthz, /readyz or /metrics\n");
}

/* Renamed into place, so that a reader never sees half a number. */
static void
write_port_file(const struct admin *admin)
{
    char *temporary = mem_format("%s.new", admin->port_file);
    FILE *file = fopen(temporary, "w");
    if (file == NULL || fprintf(file, "%d\n", admin_port(admin)) < 0 ||
        fclose(file) != 0 || rename(temporary, admin->port_file) != 0) {
        log_fatal("cannot write the admin port to %s", admin->port_file);
    }
    free(temporary);
}

struct admin *
admin_open(struct loop *loop, const struct admin_options *options)
{
    struct admin *admin = mem_new(sizeof(*admin));
    admin->options = *options;
    admin->port_file = mem_copy_string(options->port_file);
    admin->server = http_open(loop, &(struct http_options){
                                        .host = options->host,
                                        .port = options->port,
                                        .connections_max = CONNECTIONS_MAX,
                                        .on_request = on_request,
                                        .arg = admin,
                                    });
    if (admin->port_file != NULL) {
        write_port_file(admin);
    }
    return admin;
}

void
admin_close(struct admin **admin)
{
    if (*admin == NULL) {
        return;
    }
    http_close(&(*admin)->server);
    if ((*admin)->port_file != NULL) {
        (void)unlink((*admin)->port_file);
    }
    free((*admin)->port_file);
    free(*admin);
    *admin = NULL;
}

int
admin_port(const struct admin *admin)
{
    return http_port(admin->server);
}
