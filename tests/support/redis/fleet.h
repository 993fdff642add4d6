/* fleet -- several private, durable Redis servers for one test: a master with
 * a replica and three Sentinels, or a Cluster of three masters and three
 * replicas. On free ports of 127.0.0.1; they die with the test. */
#ifndef TESTS_SUPPORT_FLEET_H
#define TESTS_SUPPORT_FLEET_H

#include <stdbool.h>

#include "tests/support/redis/redis.h"

#define FLEET_SERVERS_MAX 6
#define FLEET_SENTINELS 3
#define FLEET_MASTERS 3 /* of a Cluster: servers 0, 1, 2 */
#define FLEET_EXTRA_MAX 14

struct fleet {
    struct redis *servers[FLEET_SERVERS_MAX];
    int ports[FLEET_SERVERS_MAX];
    char port_texts[FLEET_SERVERS_MAX][8];
    const char *extra[FLEET_SERVERS_MAX][FLEET_EXTRA_MAX];
    int count;
    struct process sentinels[FLEET_SENTINELS];
    int sentinel_ports[FLEET_SENTINELS];
    int sentinel_count;
    char *dir;      /* of the Sentinels */
    char *endpoint; /* sentinel:… or cluster:… or tcp: of server 0 */
};

/* Server 0 is the master, server 1 follows it. acl may be NULL. */
struct fleet *fleet_start_pair(const char *acl);
/* The same under three Sentinels, which know each other. */
struct fleet *fleet_start_sentinels(void);
/* Servers 0, 1, 2 have a third of the slots each; i + 3 follows i. */
struct fleet *fleet_start_cluster(const char *acl);
void fleet_free(struct fleet **fleet);

/* One command as the default user; owned by the caller. */
char *fleet_do(struct fleet *fleet, int server, const char *command);
/* Waits until the server says so itself. */
void fleet_wait_for_role(struct fleet *fleet, int server, const char *role);
/* server becomes a replica of master. */
void fleet_follow(struct fleet *fleet, int server, int master);
void fleet_wait_in_sync(struct fleet *fleet, int master, int replicas);
void fleet_freeze_sentinel(struct fleet *fleet, int sentinel);

/* Steps of moving a slot from one master to the other. */
void fleet_begin_move(struct fleet *fleet, int slot, int from, int to);
/* One key, or all that are left there. */
void fleet_move_key(struct fleet *fleet, const char *key, int from, int to);
void fleet_move_keys(struct fleet *fleet, int slot, int from, int to);
void fleet_finish_move(struct fleet *fleet, int slot, int from, int to);

#endif
