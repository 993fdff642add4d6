/* follow -- answers that say "not here" or "not now".
 *
 * Each of them means that nothing happened, so the command may be sent again;
 * a cut connection means that nobody knows, so it never is.
 *
 *   NOSCRIPT     the script is loaded there, and the call sent again
 *   MOVED        the slot has another node: so it has for all that follow
 *   ASK          this once, at the node that is taking the slot over
 *   TRYAGAIN     keys are between two nodes: in a moment
 *   CLUSTERDOWN  in a moment: a failover may be under way
 *   READONLY     it was demoted: where is the master now?
 *
 * All within STORE_FOLLOW_MS of the first sending; then Redis' own words are
 * the answer: ERR_UNAVAILABLE. */
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"
#include "common/store/reply.h"

#define MOMENT_MS 25
#define TRIES_AT_ONCE 5 /* nodes that point at each other are not hammered */

static void
send_again(struct store_command *command)
{
    if (command->tries >= TRIES_AT_ONCE) {
        store_wait_a_moment(command);
    } else {
        store_dispatch(command);
    }
}

/* ---- waiting ---- */

void
store_wait_a_moment(struct store_command *command)
{
    struct store *store = command->store;
    store_queue_add(&store->waiting, command);
    if (!timer_is_running(store->waiting_timer)) {
        timer_start(store->waiting_timer, MOMENT_MS);
    }
}

void
store_on_waiting(void *arg)
{
    struct store *store = arg;
    struct store_command *command = store_queue_take(&store->waiting);
    while (command != NULL) {
        struct store_command *next = command->next;
        store_dispatch(command);
        command = next;
    }
}

/* ---- the words ---- */

static bool
load_and_send_again(struct store_command *command, const char *text)
{
    (void)text;
    if (command->script == NULL || command->node->link == NULL) {
        return false;
    }
    store_script_load(command->node, command->script);
    send_again(command);
    return true;
}

/* "MOVED 3999 host:port"; no host means the one that says so. False: not
 * understood. */
static bool
read_target(const struct store_command *command, const char *text,
            struct store_place *place_out)
{
    const char *target = strrchr(text, ' ');
    if (target == NULL || !store_place_read(target + 1, place_out)) {
        return false;
    }
    if (place_out->host[0] == '\0') {
        memcpy(place_out->host, command->node->place.host, STORE_HOST_SIZE);
    }
    return true;
}

static bool
follow_moved(struct store_command *command, const char *text)
{
    struct store *store = command->store;
    struct store_place place;
    if (store->route->moved == NULL || !read_target(command, text, &place)) {
        return false;
    }
    int slot = (int)strtol(strchr(text, ' '), NULL, 10);
    store->route->moved(store, slot, store_node_at(store, &place));
    send_again(command);
    return true;
}

static bool
follow_ask(struct store_command *command, const char *text)
{
    struct store_place place;
    if (command->store->route->moved == NULL ||
        !read_target(command, text, &place)) {
        return false;
    }
    command->asked = store_node_at(command->store, &place);
    send_again(command);
    return true;
}

static bool
try_later(struct store_command *command, const char *text)
{
    (void)text;
    store_wait_a_moment(command);
    return true;
}

static bool
look_for_the_master(struct store_command *command, const char *text)
{
    (void)text;
    store_note_replica(command->node);
    if (command->store->route == &store_route_fixed) {
        return false;
    }
    store_wait_a_moment(command);
    return true;
}

static const struct {
    const char *word;
    bool (*follow)(struct store_command *command, const char *text);
} rows[] = {{"NOSCRIPT", load_and_send_again},
            {"MOVED", follow_moved},
            {"ASK", follow_ask},
            {"TRYAGAIN", try_later},
            {"CLUSTERDOWN", try_later},
            {"READONLY", look_for_the_master}};

bool
store_follow(struct store_command *command, const struct redisReply *reply)
{
    if (reply == NULL || reply->type != REDIS_REPLY_ERROR || command->is_ours ||
        clock_boot_ms() >= command->until_ms) {
        return false;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (store_reply_is_error(reply, rows[i].word)) {
            return rows[i].follow(command, reply->str);
        }
    }
    return false;
}
