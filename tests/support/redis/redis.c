/* redis -- a private, durable redis-server for one test. */
#include "tests/support/redis/redis.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/base.h"

static int
connect_to(const struct redis *redis)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(redis->socket) < sizeof(address.sun_path));
    strcpy(address.sun_path, redis->socket);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        return fd;
    }
    (void)close(fd);
    return -1;
}

/* Up, and past loading its data. */
static bool
answers(void *arg)
{
    struct redis *redis = arg;
    int fd = connect_to(redis);
    if (fd < 0) {
        return false;
    }
    char reply[64] = "";
    bool is_up =
        write(fd, "PING\r\n", 6) == 6 &&
        read(fd, reply, sizeof(reply) - 1) > 0 &&
        (strncmp(reply, "+PONG", 5) == 0 || strncmp(reply, "-NOAUTH", 7) == 0 ||
         strncmp(reply, "-NOPERM", 7) == 0);
    (void)close(fd);
    return is_up;
}

static void
start_server(struct redis *redis)
{
    bool is_durable = !redis->options.is_volatile;
    char *acl = temp_path(redis->dir, "users.acl");
    const char *argv[PROCESS_ARGS_MAX] = {"redis-server",
                                          "--port",
                                          "0",
                                          "--unixsocket",
                                          redis->socket,
                                          "--dir",
                                          redis->dir,
                                          "--save",
                                          "",
                                          "--daemonize",
                                          "no",
                                          "--maxmemory-policy",
                                          "noeviction",
                                          "--appendfsync",
                                          is_durable ? "always" : "no",
                                          "--appendonly",
                                          is_durable ? "yes" : "no"};
    int count = 17;
    if (redis->options.acl != NULL) {
        argv[count++] = "--aclfile";
        argv[count++] = acl;
    }
    const char *const *extra = redis->options.extra;
    while (extra != NULL && *extra != NULL && count < PROCESS_ARGS_MAX - 1) {
        argv[count++] = *extra++;
    }
    process_start(&redis->process, redis->output, argv);
    free(acl);
    if (!wait_until(answers, redis, PROCESS_WAIT_MS)) {
        fail_msg("redis-server does not answer, see %s", redis->output);
    }
}

struct redis *
redis_start(const struct redis_options *options)
{
    struct redis *redis = mem_new(sizeof(*redis));
    redis->dir = temp_dir_new();
    redis->socket = temp_path(redis->dir, "redis.sock");
    redis->output = temp_path(redis->dir, "redis.log");
    redis->endpoint = mem_format("unix:%s", redis->socket);
    if (options != NULL) {
        redis->options = *options;
    }
    if (redis->options.acl != NULL) {
        char *path = temp_path(redis->dir, "users.acl");
        file_write(path, redis->options.acl);
        free(path);
    }
    start_server(redis);
    return redis;
}

void
redis_kill(struct redis *redis)
{
    process_kill(&redis->process);
}

void
redis_stop(struct redis *redis)
{
    assert_int_equal(process_terminate(&redis->process), 0);
}

void
redis_restart(struct redis *redis)
{
    assert_int_equal(redis->process.pid, 0);
    (void)unlink(redis->socket);
    start_server(redis);
}

void
redis_freeze(struct redis *redis)
{
    process_signal(&redis->process, SIGSTOP);
}

void
redis_thaw(struct redis *redis)
{
    process_signal(&redis->process, SIGCONT);
}

void
redis_free(struct redis **redis)
{
    if (*redis == NULL) {
        return;
    }
    process_kill(&(*redis)->process);
    temp_dir_remove(&(*redis)->dir);
    free((*redis)->socket);
    free((*redis)->output);
    free((*redis)->endpoint);
    free(*redis);
    *redis = NULL;
}

/* redis-cli knows how to quote; it is there where redis-server is. */
char *
redis_do(struct redis *redis, const char *command)
{
    char *line = mem_format("redis-cli -s '%s' --no-auth-warning %s 2>&1",
                            redis->socket, command);
    FILE *pipe = popen(line, "re"); // NOLINT(cert-env33-c): our own words
    free(line);
    assert_non_null(pipe);
    struct buf text;
    buf_init(&text, 0);
    char part[4096];
    size_t len = 0;
    while ((len = fread(part, 1, sizeof(part), pipe)) > 0) {
        buf_add(&text, part, len);
    }
    (void)pclose(pipe);
    while (text.len > 0 && text.data[text.len - 1] == '\n') {
        text.data[--text.len] = '\0';
    }
    return buf_take(&text, NULL);
}
