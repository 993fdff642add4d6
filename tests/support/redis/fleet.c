/* fleet -- see fleet.h. */
#include "tests/support/redis/fleet.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/base.h"

#define BUS_OFFSET 10000 /* of a Cluster's own port */
#define PORT_FIRST 10400 /* both below those of who connects */
#define PORT_RANGE 11000

/* ---- ports ---- */

static bool
is_free(int port)
{
    struct sockaddr_in any = {.sin_family = AF_INET,
                              .sin_addr = {htonl(INADDR_LOOPBACK)},
                              .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_so = bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0;
    (void)close(fd);
    return is_so;
}

/* Begins at a place of this process' own, so that tests side by side do not
 * find the same. */
static int
find_port(void)
{
    static int next;
    if (next == 0) {
        next = (int)(getpid() * 37 % PORT_RANGE);
    }
    for (int tries = 0; tries < PORT_RANGE; tries++) {
        next = (next + 1) % PORT_RANGE;
        int port = PORT_FIRST + next;
        if (is_free(port) && is_free(port + BUS_OFFSET)) {
            return port;
        }
    }
    fail_msg("no free port");
    return 0;
}

/* ---- servers ---- */

char *
fleet_do(struct fleet *fleet, int server, const char *command)
{
    return redis_do(fleet->servers[server], command);
}

static void
must(struct fleet *fleet, int server, const char *command)
{
    char *answer = fleet_do(fleet, server, command);
    if (strcmp(answer, "OK") != 0) {
        fail_msg("server %d: %s: %s", server, command, answer);
    }
    free(answer);
}

static struct fleet *
make_fleet(void)
{
    struct fleet *fleet = mem_new(sizeof(*fleet));
    fleet->dir = temp_dir_new();
    return fleet;
}

static void
start_server(struct fleet *fleet, const char *const *more, const char *acl)
{
    int server = fleet->count;
    fleet->ports[server] = find_port();
    (void)snprintf(fleet->port_texts[server], sizeof(fleet->port_texts[0]),
                   "%d", fleet->ports[server]);
    const char *first[] = {
        "--port", fleet->port_texts[server],    "--repl-diskless-sync-delay",
        "0",      "--repl-ping-replica-period", "1"};
    const char **extra = fleet->extra[server];
    memcpy(extra, first, sizeof(first));
    for (size_t i = sizeof(first) / sizeof(first[0]); *more != NULL; i++) {
        extra[i] = *more++;
    }
    struct redis_options options = {.extra = extra, .acl = acl};
    fleet->servers[server] = redis_start(&options);
    fleet->count++;
}

void
fleet_free(struct fleet **fleet)
{
    struct fleet *f = *fleet;
    for (int i = 0; i < f->sentinel_count; i++) {
        process_kill(&f->sentinels[i]);
    }
    for (int i = 0; i < f->count; i++) {
        redis_free(&f->servers[i]);
    }
    temp_dir_remove(&f->dir);
    free(f->endpoint);
    free(f);
    *fleet = NULL;
}

/* ---- master and replica ---- */

struct sync_wait {
    struct fleet *fleet;
    int master, replicas;
};

static long long
fact_of(const char *info, const char *name)
{
    const char *at = strstr(info, name);
    return at == NULL ? -1 : strtoll(at + strlen(name), NULL, 10);
}

/* It follows that master and has all that it had at the offset. */
static bool
has_all(struct fleet *fleet, int server, int port, long long offset)
{
    if (fleet->servers[server]->process.pid == 0) {
        return false;
    }
    char *info = fleet_do(fleet, server, "INFO replication");
    bool is_so = strstr(info, "master_link_status:up") != NULL &&
                 fact_of(info, "master_port:") == port &&
                 fact_of(info, "slave_repl_offset:") >= offset;
    free(info);
    return is_so;
}

static bool
is_in_sync(void *arg)
{
    const struct sync_wait *wait = arg;
    struct fleet *fleet = wait->fleet;
    char *info = fleet_do(fleet, wait->master, "INFO replication");
    long long offset = fact_of(info, "master_repl_offset:");
    int count = 0;
    for (int i = 0; i < fleet->count; i++) {
        count += has_all(fleet, i, fleet->ports[wait->master], offset);
    }
    free(info);
    return count >= wait->replicas;
}

void
fleet_wait_in_sync(struct fleet *fleet, int master, int replicas)
{
    struct sync_wait wait = {fleet, master, replicas};
    assert_true(wait_until(is_in_sync, &wait, PROCESS_WAIT_MS));
}

void
fleet_follow(struct fleet *fleet, int server, int master)
{
    char *follow = mem_format("REPLICAOF 127.0.0.1 %d", fleet->ports[master]);
    must(fleet, server, follow);
    free(follow);
}

struct fleet *
fleet_start_pair(const char *acl)
{
    struct fleet *fleet = make_fleet();
    const char *none[] = {NULL};
    start_server(fleet, none, acl);
    start_server(fleet, none, acl);
    fleet_follow(fleet, 1, 0);
    fleet_wait_in_sync(fleet, 0, 1);
    fleet->endpoint = mem_format("tcp:127.0.0.1:%d", fleet->ports[0]);
    return fleet;
}

struct role_wait {
    struct fleet *fleet;
    int server;
    const char *role;
};

static bool
has_role(void *arg)
{
    const struct role_wait *wait = arg;
    char *role = fleet_do(wait->fleet, wait->server, "ROLE");
    bool is_so = strncmp(role, wait->role, strlen(wait->role)) == 0;
    free(role);
    return is_so;
}

void
fleet_wait_for_role(struct fleet *fleet, int server, const char *role)
{
    struct role_wait wait = {fleet, server, role};
    assert_true(wait_until(has_role, &wait, PROCESS_WAIT_MS));
}

/* ---- Sentinels ---- */

/* What they would tell each other within some seconds they are told. */
static char *
write_sentinel_conf(const struct fleet *fleet, int sentinel)
{
    struct buf text;
    buf_init(&text, 0);
    buf_printf(&text,
               "port %d\nbind 127.0.0.1\ndir %s\nsentinel myid %040d\n"
               "sentinel monitor m 127.0.0.1 %d 2\n"
               "sentinel down-after-milliseconds m 500\n"
               "sentinel failover-timeout m 3000\n"
               "sentinel known-replica m 127.0.0.1 %d\n",
               fleet->sentinel_ports[sentinel], fleet->dir, sentinel + 1,
               fleet->ports[0], fleet->ports[1]);
    for (int i = 0; i < FLEET_SENTINELS; i++) {
        if (i != sentinel) {
            buf_printf(&text, "sentinel known-sentinel m 127.0.0.1 %d %040d\n",
                       fleet->sentinel_ports[i], i + 1);
        }
    }
    char *path = mem_format("%s/sentinel-%d.conf", fleet->dir, sentinel);
    char *all = buf_take(&text, NULL);
    file_write(path, all);
    free(all);
    return path;
}

static bool
sentinel_answers(void *arg)
{
    char *line = mem_format("redis-cli -p %d SENTINEL CKQUORUM m 2>&1",
                            *(const int *)arg);
    char answer[256] = "";
    FILE *pipe = popen(line, "re"); // NOLINT(cert-env33-c): our own words
    assert_non_null(pipe);
    bool is_good = fgets(answer, sizeof(answer), pipe) != NULL &&
                   strncmp(answer, "OK 3", 4) == 0;
    (void)pclose(pipe);
    free(line);
    return is_good;
}

struct fleet *
fleet_start_sentinels(void)
{
    struct fleet *fleet = fleet_start_pair(NULL);
    for (int i = 0; i < FLEET_SENTINELS; i++) {
        fleet->sentinel_ports[i] = find_port();
    }
    for (int i = 0; i < FLEET_SENTINELS; i++) {
        char *conf = write_sentinel_conf(fleet, i);
        char *output = mem_format("%s/sentinel-%d.log", fleet->dir, i);
        const char *argv[] = {"redis-server", conf, "--sentinel", NULL};
        process_start(&fleet->sentinels[i], output, argv);
        fleet->sentinel_count++;
        free(conf);
        free(output);
    }
    for (int i = 0; i < FLEET_SENTINELS; i++) {
        assert_true(wait_until(sentinel_answers, &fleet->sentinel_ports[i],
                               PROCESS_WAIT_MS));
    }
    free(fleet->endpoint);
    fleet->endpoint =
        mem_format("sentinel:m@127.0.0.1:%d,127.0.0.1:%d,localhost:%d",
                   fleet->sentinel_ports[0], fleet->sentinel_ports[1],
                   fleet->sentinel_ports[2]);
    return fleet;
}

void
fleet_freeze_sentinel(struct fleet *fleet, int sentinel)
{
    process_signal(&fleet->sentinels[sentinel], SIGSTOP);
}

/* ---- a Cluster ---- */

static bool
is_cluster_up(void *arg)
{
    struct fleet *fleet = arg;
    for (int i = 0; i < fleet->count; i++) {
        char *info = fleet_do(fleet, i, "CLUSTER INFO");
        bool is_up = strstr(info, "cluster_state:ok") != NULL &&
                     strstr(info, "cluster_known_nodes:6") != NULL;
        free(info);
        if (!is_up) {
            return false;
        }
    }
    return true;
}

static bool
know_each_other(void *arg)
{
    struct fleet *fleet = arg;
    for (int i = 0; i < fleet->count; i++) {
        char *nodes = fleet_do(fleet, i, "CLUSTER NODES");
        int count = 0;
        for (const char *at = nodes; (at = strstr(at, " connected")) != NULL;) {
            count++;
            at++;
        }
        bool is_shaking = strstr(nodes, "handshake") != NULL;
        free(nodes);
        if (count < fleet->count || is_shaking) {
            return false;
        }
    }
    return true;
}

static char *
id_of(struct fleet *fleet, int server)
{
    return fleet_do(fleet, server, "CLUSTER MYID");
}

static void
give_slots(struct fleet *fleet, int master)
{
    static const int first[FLEET_MASTERS + 1] = {0, 5461, 10923, 16384};
    char *slots = mem_format("CLUSTER ADDSLOTSRANGE %d %d", first[master],
                             first[master + 1] - 1);
    must(fleet, master, slots);
    free(slots);
}

static void
introduce(struct fleet *fleet)
{
    for (int i = 0; i < fleet->count; i++) {
        char *epoch = mem_format("CLUSTER SET-CONFIG-EPOCH %d", i + 1);
        must(fleet, i, epoch);
        free(epoch);
        for (int k = 0; k < i; k++) {
            char *meet =
                mem_format("CLUSTER MEET 127.0.0.1 %d", fleet->ports[k]);
            must(fleet, i, meet);
            free(meet);
        }
    }
    assert_true(wait_until(know_each_other, fleet, PROCESS_WAIT_MS));
}

struct fleet *
fleet_start_cluster(const char *acl)
{
    struct fleet *fleet = make_fleet();
    const char *more[] = {"--cluster-enabled", "yes", "--cluster-node-timeout",
                          "1500", NULL};
    for (int i = 0; i < FLEET_SERVERS_MAX; i++) {
        start_server(fleet, more, acl);
    }
    introduce(fleet);
    for (int i = 0; i < FLEET_MASTERS; i++) {
        give_slots(fleet, i);
        char *id = id_of(fleet, i);
        char *replicate = mem_format("CLUSTER REPLICATE %s", id);
        must(fleet, i + FLEET_MASTERS, replicate);
        free(replicate);
        free(id);
    }
    assert_true(wait_until(is_cluster_up, fleet, PROCESS_WAIT_MS));
    for (int i = 0; i < FLEET_MASTERS; i++) {
        fleet_wait_in_sync(fleet, i, 1);
    }
    fleet->endpoint = mem_format("cluster:127.0.0.1:%d,127.0.0.1:%d",
                                 fleet->ports[4], fleet->ports[0]);
    return fleet;
}

/* ---- moving a slot ---- */

static void
set_slot(struct fleet *fleet, int server, const char *what, int slot)
{
    char *command = mem_format("CLUSTER SETSLOT %d %s", slot, what);
    must(fleet, server, command);
    free(command);
}

void
fleet_begin_move(struct fleet *fleet, int slot, int from, int to)
{
    char *from_id = id_of(fleet, from), *to_id = id_of(fleet, to);
    char *importing = mem_format("IMPORTING %s", from_id);
    char *migrating = mem_format("MIGRATING %s", to_id);
    set_slot(fleet, to, importing, slot);
    set_slot(fleet, from, migrating, slot);
    free(importing);
    free(migrating);
    free(from_id);
    free(to_id);
}

void
fleet_move_key(struct fleet *fleet, const char *key, int from, int to)
{
    char *migrate =
        mem_format("MIGRATE 127.0.0.1 %d '%s' 0 5000", fleet->ports[to], key);
    must(fleet, from, migrate);
    free(migrate);
}

void
fleet_move_keys(struct fleet *fleet, int slot, int from, int to)
{
    char *get = mem_format("CLUSTER GETKEYSINSLOT %d 1000", slot);
    char *keys = fleet_do(fleet, from, get);
    char *rest = keys;
    for (char *key; (key = strtok_r(rest, "\n", &rest)) != NULL;) {
        fleet_move_key(fleet, key, from, to);
    }
    free(keys);
    free(get);
}

void
fleet_finish_move(struct fleet *fleet, int slot, int from, int to)
{
    char *id = id_of(fleet, to);
    char *node = mem_format("NODE %s", id);
    set_slot(fleet, to, node, slot);
    set_slot(fleet, from, node, slot);
    free(node);
    free(id);
}
