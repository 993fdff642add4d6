/* acks -- yes means on the disks of so many replicas.
 *
 * With replicas_required = n, what one turn of the loop sends by a connection
 * is a batch, and a WAIT n follows it on that same connection: Redis counts
 * from what that client did last, so a WAIT elsewhere waits for nothing, and
 * a call that wrote nothing (a repeat) waits for what was written before it.
 * Answers are kept until WAIT's: fewer than n, and they are ERR_UNKNOWN. An
 * error passes at once: it promised nothing. (A replica with appendfsync
 * always acknowledges after its own fsync.)
 *
 * A node short of replicas takes no writes (ERR_UNAVAILABLE, nothing
 * happened) until a WAIT behind the probe counts enough: that one counts what
 * was unknown, too. */
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/base.h"
#include "common/store/inside.h"
#include "common/store/reply.h"

#define NUMBER_SIZE 12
#define SENTENCE_SIZE 160

struct store_batch {
    struct store_node *node;
    struct store_queue answered; /* those whose answers are kept */
};

static bool
is_needed(const struct store_node *node)
{
    return node->store->replicas_required > 0 && !node->is_for_reads;
}

void
store_acks_begin(struct store_node *node)
{
    node->is_short = is_needed(node);
}

void
store_acks_join(struct store_node *node, struct store_command *command)
{
    command->batch = NULL;
    if (!is_needed(node) || command->is_ours) {
        return;
    }
    if (node->batch == NULL) {
        node->batch = mem_new(sizeof(*node->batch));
        node->batch->node = node;
        store_queue_init(&node->batch->answered);
        timer_start(node->batch_timer, 0);
    }
    command->batch = node->batch;
}

bool
store_acks_hold(struct store_command *command, struct redisReply *reply)
{
    if (command->batch == NULL || reply == NULL ||
        reply->type == REDIS_REPLY_ERROR) {
        return false;
    }
    command->held = reply;
    store_queue_add(&command->batch->answered, command);
    command->store->in_flight++; /* again, until it is delivered */
    return true;
}

static void
deliver(struct store_batch *batch, const char *unknown)
{
    struct store_command *command = store_queue_take(&batch->answered);
    while (command != NULL) {
        struct store_command *next = command->next;
        command->store->in_flight--;
        if (unknown == NULL) {
            store_answer(command, command->held);
        } else {
            freeReplyObject(command->held);
            store_answer_unknown(command, unknown);
        }
        command = next;
    }
    free(batch);
}

/* Whether enough replicas have it all; else the node is short, in words. */
static bool
note_count(struct store_node *node, enum err err,
           const struct store_reply *reply)
{
    int needed = node->store->replicas_required;
    node->is_short = err != ERR_NONE || reply->integer < needed;
    if (err == ERR_NONE && node->is_short) {
        store_node_say(node,
                       "%lld of %d replicas have confirmed: nothing is "
                       "written until they do",
                       (long long)reply->integer, needed);
    } else if (err != ERR_NONE && err != ERR_UNKNOWN && !node->is_replica) {
        store_node_say(node, "Redis refuses WAIT (allow +wait): %s",
                       reply->string);
    }
    return !node->is_short;
}

static void
wait_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct store_batch *batch = arg;
    if (note_count(batch->node, err, reply)) {
        deliver(batch, NULL);
        return;
    }
    char sentence[SENTENCE_SIZE];
    (void)snprintf(sentence, sizeof(sentence),
                   "written, but not confirmed by the %d replicas that are "
                   "required: outcome unknown",
                   batch->node->store->replicas_required);
    deliver(batch, sentence);
}

static void
send_wait(struct store_node *node, store_reply_cb *cb, void *arg)
{
    char count[NUMBER_SIZE], ms[NUMBER_SIZE];
    (void)snprintf(count, sizeof(count), "%d", node->store->replicas_required);
    (void)snprintf(ms, sizeof(ms), "%d", STORE_ACK_MS);
    const char *const words[] = {"WAIT", count, ms};
    store_send_own(node, words, 3, cb, arg);
}

void
store_acks_send(void *arg)
{
    struct store_node *node = arg;
    struct store_batch *batch = node->batch;
    node->batch = NULL;
    send_wait(node, wait_done, batch);
}

static void
probe_done(void *arg, enum err err, const struct store_reply *reply)
{
    (void)note_count(arg, err, reply);
}

void
store_acks_probe(struct store_node *node)
{
    if (is_needed(node)) {
        send_wait(node, probe_done, node);
    }
}

void
store_acks_close(struct store_node *node)
{
    struct store_batch *batch = node->batch;
    node->batch = NULL;
    timer_stop(node->batch_timer);
    if (batch != NULL) { /* no WAIT was sent */
        deliver(batch, "the store did not answer: outcome unknown");
    }
}
