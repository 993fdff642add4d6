/* greet -- what is said on a new connection before anyone may use it.
 *
 *   1. AUTH, CLIENT ID, INFO, CONFIG GET: who are we, which server is it,
 *      is it durable, and did it read back all of its log
 *   2. CLIENT KILL of the connection lost before, if it is still the same
 *      server: what was sent there and not answered has happened by now or
 *      never will, so an unknown outcome can be found out by looking
 *   3. SCRIPT LOAD of every script; then the probe, and the store is up
 *
 * The ACL user needs, beyond its own keys and commands: eval, evalsha,
 * script|load, info, config|get, client|id, client|kill. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"

static void
refuse_server(struct store *store, const char *what,
              const struct store_reply *reply)
{
    store_say_why_not(store, "%s: %s", what, reply->string);
    store_link_break(store->link, store->why_not);
}

/* ---- 3. scripts and probe ---- */

static void
come_up(struct store *store)
{
    for (struct store_script *s = store->scripts; s != NULL; s = s->next) {
        store_script_load(s);
    }
    store_probe(store);
}

static void
probe_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store *store = arg;
    store->probe_sent_ms = 0;
    store->is_probe_good = err == ERR_NONE;
    if (err == ERR_UNKNOWN) {
        return;
    }
    if (err != ERR_NONE) {
        store_say_why_not(store, "Redis refuses: %s", reply->string);
        if (strncmp(reply->string, "NOAUTH", 6) == 0 ||
            store->state != STORE_UP) {
            store_link_break(store->link, store->why_not);
        }
        return;
    }
    store->why_not[0] = '\0';
    if (store->state == STORE_GREETING) {
        store->state = STORE_UP;
        backoff_reset(&store->backoff);
        log_info("store.ready", log_str("endpoint", store->endpoint));
    }
}

void
store_probe(void *arg)
{
    struct store *store = arg;
    timer_start(store->probe_timer, STORE_PROBE_EVERY_MS);
    if (store->probe_sent_ms != 0) {
        return;
    }
    store->probe_sent_ms = clock_boot_ms();
    const char *words[] = {"EVALSHA", store->probe->sha, "0"};
    if (store->probe->sha[0] == '\0') {
        words[0] = "EVAL";
        words[1] = store->probe->source;
    }
    store_send_own(store, words, 3, probe_done, store);
}

/* ---- 2. the connection lost before ---- */

static void
kill_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store *store = arg;
    (void)reply; /* "No such client" is the usual answer */
    if (err != ERR_UNKNOWN) {
        store->lost_id = 0;
    }
}

static void
kill_lost_connection(struct store *store)
{
    if (store->lost_id == 0 || strcmp(store->run_id, store->lost_run_id) != 0) {
        return;
    }
    char id[24];
    (void)snprintf(id, sizeof(id), "%lld", (long long)store->lost_id);
    const char *words[] = {"CLIENT", "KILL", "ID", id};
    store_send_own(store, words, 4, kill_done, store);
}

void
store_forget_link(struct store *store)
{
    if (store->state == STORE_UP) {
        store->lost_id = store->own_id;
        memcpy(store->lost_run_id, store->run_id, STORE_ID_SIZE);
    }
    timer_stop(store->probe_timer);
    store->is_probe_good = false;
}

/* ---- 1. who are we, who are you ---- */

static void
step_done(struct store *store)
{
    store->greetings_open--;
    if (store->greetings_open == 0) {
        kill_lost_connection(store);
        come_up(store);
    }
}

static void
auth_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store *store = arg;
    if (err == ERR_NONE) {
        step_done(store);
    } else if (err != ERR_UNKNOWN) {
        refuse_server(store, "Redis does not let us in", reply);
    }
}

static void
id_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store *store = arg;
    if (err == ERR_NONE) {
        store->own_id = reply->integer;
        step_done(store);
    } else if (err != ERR_UNKNOWN) {
        refuse_server(store, "Redis refuses CLIENT ID", reply);
    }
}

/* The value after "name:" in INFO's lines; 0 bytes when it is not there. */
static struct bytes
find_fact(const struct store_reply *reply, const char *name)
{
    const char *at = strstr(reply->string, name);
    at = at == NULL ? "" : at + strlen(name);
    return bytes_of(at, strcspn(at, "\r\n"));
}

static void
note_run_id(struct store *store, const struct store_reply *reply)
{
    struct bytes id = find_fact(reply, "run_id:");
    size_t len = id.len < STORE_ID_SIZE ? id.len : STORE_ID_SIZE - 1;
    memset(store->run_id, 0, STORE_ID_SIZE);
    memcpy(store->run_id, id.data, len);
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
    struct bytes loading = find_fact(reply, "\nloading:");
    return loading.len == 1 && memcmp(loading.data, "1", 1) == 0;
}

static void
info_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store *store = arg;
    if (err == ERR_UNKNOWN) {
        return;
    }
    if (err != ERR_NONE) {
        refuse_server(store, "Redis refuses INFO", reply);
    } else if (is_still_reading(reply)) {
        store_say_why_not(store, "Redis is still reading its files");
        store_link_break(store->link, store->why_not);
    } else if (!has_read_all(reply)) {
        store_say_why_not(store, "Redis skipped part of its own append-only "
                                 "file when it started, so data is missing: "
                                 "see its log, mend the cause (often: the "
                                 "default user without rights), restart it");
        store->is_never_durable = true;
        store_link_break(store->link, store->why_not);
    } else {
        note_run_id(store, reply);
        step_done(store);
    }
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
    struct store *store = arg;
    if (err == ERR_UNKNOWN) {
        return;
    }
    if (err != ERR_NONE) {
        refuse_server(store,
                      "cannot see whether Redis is durable (allow "
                      "+config|get)",
                      reply);
        return;
    }
    for (size_t i = 0; i < sizeof(durable) / sizeof(durable[0]); i++) {
        const char *value = find_setting(reply, durable[i][0]);
        if (strcmp(value, durable[i][1]) != 0) {
            store_say_why_not(store,
                              "Redis would lose what it acknowledged: set %s "
                              "%s (it is \"%s\")",
                              durable[i][0], durable[i][1], value);
            store->is_never_durable = true;
            store_link_break(store->link, store->why_not);
            return;
        }
    }
    store->is_never_durable = false;
    step_done(store);
}

void
store_greet(struct store *store)
{
    const char *auth[] = {"AUTH", store->user == NULL ? "default" : store->user,
                          store->password};
    const char *id[] = {"CLIENT", "ID"};
    const char *info[] = {"INFO", "server", "stats", "persistence"};
    const char *config[] = {"CONFIG", "GET", durable[0][0], durable[1][0],
                            durable[2][0]};
    store->greetings_open = 2;
    if (store->password != NULL) {
        store->greetings_open++;
        store_send_own(store, auth, 3, auth_done, store);
    }
    store_send_own(store, id, 2, id_done, store);
    store_send_own(store, info, 4, info_done, store);
    if (!store->allows_volatile) {
        store->greetings_open++;
        store_send_own(store, config, 5, config_done, store);
    }
}
