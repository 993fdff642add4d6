/* command -- a command from its formatting to its one answer. */
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/store/inside.h"
#include "common/store/reply.h"

/* ---- queues ---- */

void
store_queue_init(struct store_queue *queue)
{
    *queue = (struct store_queue){.last = &queue->first};
}

void
store_queue_add(struct store_queue *queue, struct store_command *command)
{
    command->next = NULL;
    *queue->last = command;
    queue->last = &command->next;
    queue->count++;
}

struct store_command *
store_queue_take(struct store_queue *queue)
{
    struct store_command *first = queue->first;
    store_queue_init(queue);
    return first;
}

/* ---- answering ---- */

static void
free_command(struct store_command *command)
{
    redisFreeCommand(command->formatted);
    free(command);
}

void
store_answer(struct store_command *command, struct redisReply *reply)
{
    uint64_t before = trace_enter(command->trace);
    store_reply_deliver(reply, command->cb, command->arg);
    (void)trace_enter(before);
    freeReplyObject(reply);
    free_command(command);
}

static void
answer_with(struct store_command *command, enum err err, const char *sentence)
{
    uint64_t before = trace_enter(command->trace);
    store_reply_refuse(err, sentence, command->cb, command->arg);
    (void)trace_enter(before);
    free_command(command);
}

void
store_answer_unknown(struct store_command *command, const char *sentence)
{
    answer_with(command, ERR_UNKNOWN, sentence);
}

static void
on_answer(struct store_link_call *call, struct redisReply *reply)
{
    struct store_command *command = (struct store_command *)call;
    command->node->in_flight--;
    if (!command->is_ours) {
        command->store->in_flight--;
    }
    if (store_follow(command, reply)) {
        freeReplyObject(reply);
    } else if (!store_acks_hold(command, reply)) {
        store_answer(command, reply);
    }
}

/* ---- sending ---- */

static void
send_to(struct store_node *node, struct store_command *command)
{
    int64_t now_ms = clock_boot_ms();
    command->node = node;
    command->call.done = on_answer;
    command->call.deadline_ms = now_ms + STORE_DEADLINE_MS;
    if (command->until_ms == 0) {
        command->until_ms = now_ms + STORE_FOLLOW_MS;
    }
    command->tries++;
    node->in_flight++;
    if (!command->is_ours) {
        command->store->in_flight++;
    }
    store_acks_join(node, command);
    store_link_send(node->link, &command->call, command->formatted,
                    command->formatted_len);
}

/* The connection to node that is for this command. */
static struct store_node *
lane_of(struct store_node *node, const struct store_command *command)
{
    bool is_split = node != NULL && command->is_read && node->reads != NULL;
    return is_split ? node->reads : node;
}

static void
ignore(void *arg, enum err err, const struct store_reply *reply)
{
    (void)arg;
    (void)err;
    (void)reply; /* refused: so will be what follows, with MOVED */
}

void
store_dispatch(struct store_command *command)
{
    struct store *store = command->store;
    struct store_node *node = command->asked;
    if (node == NULL) {
        node = store->route->find(store, command->slot);
    }
    node = lane_of(node, command);
    if (node == NULL || !store_node_takes(node, command)) {
        command->node = node;
        if (command->tries > 0 && clock_boot_ms() < command->until_ms) {
            store_wait_a_moment(command);
        } else {
            store_refuse(command, ERR_UNAVAILABLE);
        }
        return;
    }
    if (command->asked != NULL) {
        const char *const asking[] = {"ASKING"};
        command->asked = NULL;
        store_send_own(node, asking, 1, ignore, NULL);
    }
    send_to(node, command);
}

void
store_send_own(struct store_node *node, const char *const *words, int count,
               store_reply_cb *cb, void *arg)
{
    struct store *store = node->store;
    struct store_command *command = mem_new(sizeof(*command));
    command->store = store;
    command->cb = cb;
    command->arg = arg;
    command->is_ours = true;
    const char **argv = store->words;
    for (int i = 0; i < count; i++) {
        argv[i] = words[i];
        store->word_lens[i] = strlen(words[i]);
    }
    command->formatted_len = (size_t)redisFormatCommandArgv(
        &command->formatted, count, argv, store->word_lens);
    send_to(node, command);
}

/* ---- refusing ---- */

void
store_refuse(struct store_command *command, enum err err)
{
    command->refused_with = err;
    store_queue_add(&command->store->refused, command);
    timer_start(command->store->refused_timer, 0);
}

static const char *
refusal_sentence(const struct store_command *command)
{
    const struct store *store = command->store;
    if (command->refused_with == ERR_LIMIT) {
        return "too many commands are waiting for the store";
    }
    const struct store_node *node = command->node;
    if (node != NULL && node->why_not[0] != '\0') {
        return node->why_not;
    }
    return !store->is_placed && store->why_not[0] != '\0'
               ? store->why_not
               : "the store is not ready";
}

/* Those refused before this call; what they send and is refused waits. */
void
store_on_refused(void *arg)
{
    struct store *store = arg;
    struct store_command *command = store_queue_take(&store->refused);
    while (command != NULL) {
        struct store_command *next = command->next;
        answer_with(command, command->refused_with, refusal_sentence(command));
        command = next;
    }
}
