/* greet -- what is said on a new connection before anyone may use it.
 *
 *   1. AUTH, CLIENT ID, INFO, CONFIG GET: who are we, which server is it,
 *      a master, durable, and did it read back all of its log
 *   2. CLIENT KILL of the connection lost before, if it is still the same
 *      server: what was sent there and not answered has happened by now or
 *      never will, so an unknown outcome can be found out by looking
 *   3. SCRIPT LOAD of every script; then the probe, and the node is up. Each
 *      probe asks INFO for the role again: a demoted master is noticed also
 *      when nothing is written to it
 *
 * The ACL user needs, beyond its own keys and commands: eval, evalsha, eval_ro,
 * evalsha_ro, script|load, info, config|get, client|id, client|kill, wait; in
 * a Cluster cluster|slots and asking. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"

static void
refuse_server(struct store_node *node, const char *what,
              const struct store_reply *reply)
{
    store_node_say(node, "%s: %s", what, reply->string);
    store_link_break(node->link, node->why_not);
}

/* The value after "name:" in INFO's lines; 0 bytes when it is not there. */
static struct bytes
find_fact(const struct store_reply *reply, const char *name)
{
    const char *at = strstr(reply->string, name);
    at = at == NULL ? "" : at + strlen(name);
    return bytes_of(at, strcspn(at, "\r\n"));
}

static bool
is_fact(const struct store_reply *reply, const char *name, const char *value)
{
    struct bytes fact = find_fact(reply, name);
    return fact.len == strlen(value) && memcmp(fact.data, value, fact.len) == 0;
}

/* ---- 3. scripts and probe ---- */

void
store_note_replica(struct store_node *node)
{
    if (!node->is_replica) {
        log_warn("store.demoted", log_str("node", node->name));
        node->is_replica = true;
        node->store->breaks++;
        node->unready_since_ms = clock_boot_ms();
        node->store->route->doubt(node->store, node);
    }
    store_node_say(node, "it is a replica, which cannot be written to");
}

/* Before each probe: a replica may be one that can be written to. */
static void
role_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_node *node = arg;
    node->says_replica = err == ERR_NONE && is_fact(reply, "\nrole:", "slave");
    if (node->says_replica) {
        store_note_replica(node);
    }
}

static void
come_up(struct store_node *node)
{
    for (struct store_script *s = node->store->scripts; s != NULL;
         s = s->next) {
        store_script_load(node, s);
    }
    store_probe(node);
}

static void
probe_refused(struct store_node *node, const struct store_reply *reply)
{
    store_node_say(node, "Redis refuses: %s", reply->string);
    if (strncmp(reply->string, "NOAUTH", 6) == 0 || node->state != STORE_UP) {
        store_link_break(node->link, node->why_not);
    } else if (strncmp(reply->string, "READONLY", 8) == 0) {
        store_note_replica(node);
    }
}

static void
probe_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_node *node = arg;
    node->probe_sent_ms = 0;
    node->is_probe_good = err == ERR_NONE;
    if (err == ERR_UNKNOWN) {
        return;
    }
    if (err != ERR_NONE) {
        probe_refused(node, reply);
        return;
    }
    node->is_replica = node->says_replica;
    if (!node->is_replica && !node->is_short) {
        node->why_not[0] = '\0';
    }
    if (node->state == STORE_GREETING) {
        node->state = STORE_UP;
        backoff_reset(&node->backoff);
        log_info("store.ready", log_str("node", node->name));
    }
}

void
store_probe(void *arg)
{
    struct store_node *node = arg;
    timer_start(node->probe_timer, STORE_PROBE_EVERY_MS);
    if (node->probe_sent_ms != 0) {
        return;
    }
    node->probe_sent_ms = clock_boot_ms();
    const char *role[] = {"INFO", "replication"};
    store_send_own(node, role, 2, role_done, node);
    const char *words[] = {"EVALSHA", node->store->probe->sha, "0"};
    if (node->store->probe->sha[0] == '\0') {
        words[0] = "EVAL";
        words[1] = node->store->probe->source;
    }
    store_send_own(node, words, 3, probe_done, node);
    store_acks_probe(node);
}

/* ---- 2. the connection lost before ---- */

static void
kill_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_node *node = arg;
    (void)reply; /* "No such client" is the usual answer */
    if (err != ERR_UNKNOWN) {
        node->lost_id = 0;
    }
}

static void
kill_lost_connection(struct store_node *node)
{
    if (node->lost_id == 0 || strcmp(node->run_id, node->lost_run_id) != 0) {
        return;
    }
    char id[24];
    (void)snprintf(id, sizeof(id), "%lld", (long long)node->lost_id);
    const char *words[] = {"CLIENT", "KILL", "ID", id};
    store_send_own(node, words, 4, kill_done, node);
}

void
store_forget_link(struct store_node *node)
{
    if (node->state == STORE_UP) {
        node->lost_id = node->own_id;
        memcpy(node->lost_run_id, node->run_id, STORE_ID_SIZE);
    }
    timer_stop(node->probe_timer);
    node->is_probe_good = false;
}

/* ---- 1. who are we, who are you ---- */

static void
step_done(struct store_node *node)
{
    node->greetings_open--;
    if (node->greetings_open == 0) {
        kill_lost_connection(node);
        come_up(node);
    }
}

static void
auth_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_node *node = arg;
    if (err == ERR_NONE) {
        step_done(node);
    } else if (err != ERR_UNKNOWN) {
        refuse_server(node, "Redis does not let us in", reply);
    }
}

static void
id_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_node *node = arg;
    if (err == ERR_NONE) {
        node->own_id = reply->integer;
        step_done(node);
    } else if (err != ERR_UNKNOWN) {
        refuse_server(node, "Redis refuses CLIENT ID", reply);
    }
}

static void
note_run_id(struct store_node *node, const struct store_reply *reply)
{
    struct bytes id = find_fact(reply, "run_id:");
    size_t len = id.len < STORE_ID_SIZE ? id.len : STORE_ID_SIZE - 1;
    memset(node->run_id, 0, STORE_ID_SIZE);
    memcpy(node->run_id, id.data, len);
}

/* Redis skips, with no more than a line in its log, what it may not do when
 * it reads its append-only file; it counts that as unexpected errors. */
static bool
has_read_all(const struct store_reply *reply)
{
    struct bytes errors = find_fact(reply, "unexpected_error_replies:");
    return errors.len == 0 || strtoll(errors.data, NULL, 10) == 0;
}

/* Redis lets in whoever comes while it is still at the beginning of its files,
 * when it cannot have skipped anything yet. */
static bool
is_still_reading(const struct store_reply *reply)
{
    return is_fact(reply, "\nloading:", "1");
}

/* What stands against this server; NULL: nothing. */
static const char *
find_fault(struct store_node *node, const struct store_reply *reply)
{
    enum store_kind kind = node->store->endpoint.kind;
    if (is_still_reading(reply)) {
        return "Redis is still reading its files";
    }
    if (!has_read_all(reply)) {
        node->is_never_durable = true;
        return "Redis skipped part of its own append-only file when it "
               "started, so data is missing: see its log, mend the cause "
               "(the default user without rights, or a log that was cut "
               "within a transaction: muster log-check), restart it";
    }
    if (is_fact(reply, "\nredis_mode:", "cluster") && kind != STORE_CLUSTER) {
        return "it is a node of a Cluster: set endpoint = cluster:…";
    }
    if (is_fact(reply, "\nrole:", "slave")) {
        return "it is a replica, which cannot be written to";
    }
    return NULL;
}

static void
info_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_node *node = arg;
    if (err == ERR_UNKNOWN) {
        return;
    }
    if (err != ERR_NONE) {
        refuse_server(node, "Redis refuses INFO", reply);
        return;
    }
    const char *fault = find_fault(node, reply);
    if (fault != NULL) {
        store_node_say(node, "%s", fault);
        store_link_break(node->link, fault);
        return;
    }
    note_run_id(node, reply);
    step_done(node);
}

/* The value after name in CONFIG GET's list of pairs, or "". */
static const char *
find_setting(const struct store_reply *reply, const char *name)
{
    for (size_t i = 0; i + 1 < reply->count; i += 2) {
        if (strcmp(reply->items[i].string, name) == 0) {
            return reply->items[i + 1].string;
        }
    }
    return "";
}

static const char *const durable[][2] = {{"appendonly", "yes"},
                                         {"appendfsync", "always"},
                                         {"maxmemory-policy", "noeviction"}};

static void
config_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_node *node = arg;
    if (err == ERR_UNKNOWN) {
        return;
    }
    if (err != ERR_NONE) {
        refuse_server(node,
                      "cannot see whether Redis is durable (allow "
                      "+config|get)",
                      reply);
        return;
    }
    for (size_t i = 0; i < sizeof(durable) / sizeof(durable[0]); i++) {
        const char *value = find_setting(reply, durable[i][0]);
        if (strcmp(value, durable[i][1]) != 0) {
            store_node_say(node,
                           "Redis would lose what it acknowledged: set %s "
                           "%s (it is \"%s\")",
                           durable[i][0], durable[i][1], value);
            node->is_never_durable = true;
            store_link_break(node->link, node->why_not);
            return;
        }
    }
    node->is_never_durable = false;
    step_done(node);
}

void
store_greet(struct store_node *node)
{
    const char *auth[] = {
        "AUTH", node->store->user == NULL ? "default" : node->store->user,
        node->store->password};
    const char *id[] = {"CLIENT", "ID"};
    const char *info[] = {"INFO", "server", "stats", "persistence",
                          "replication"};
    const char *config[] = {"CONFIG", "GET", durable[0][0], durable[1][0],
                            durable[2][0]};
    node->greetings_open = 2;
    if (node->store->password != NULL) {
        node->greetings_open++;
        store_send_own(node, auth, 3, auth_done, node);
    }
    node->is_replica = node->says_replica = false;
    store_acks_begin(node);
    store_send_own(node, id, 2, id_done, node);
    store_send_own(node, info, 5, info_done, node);
    if (!node->store->allows_volatile) {
        node->greetings_open++;
        store_send_own(node, config, 5, config_done, node);
    }
}
