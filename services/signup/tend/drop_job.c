/* drop_job -- entries that nobody has proved in time go.
 *
 * Places at actions that are over stay counted; held and asked ones, and those
 * still to come, are given up. A record that cannot be opened stays, and is
 * named in the log: nobody could say which indexes know it. */
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/feed.h"
#include "services/signup/tend/round.h"

static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void dropped(void *arg, enum err err, const struct store_reply *reply);

static void
finish(struct tended *tended, enum err err)
{
    tended->due.count = 0;
    round_go_on(tended, err);
}

void
drop_job(struct tended *tended)
{
    round_read_people(tended, &tended->due, people_done);
}

static bool
gives_up(const struct tended *tended, size_t i, uint8_t state)
{
    const struct campaign_action *action =
        tended->campaign->actions[tended->actions[i] - 1];
    bool is_over = action->definition->ends_at_ms < clock_wall_ms();
    return state == WORDS__PLACE_STATE__PLACE_HELD ||
           state == WORDS__PLACE_STATE__PLACE_ASKED ||
           (!is_over && state != WORDS__PLACE_STATE__PLACE_NONE &&
            state != WORDS__PLACE_STATE__PLACE_CANCELLED);
}

static void
add_item(struct tended *tended, const struct round_person *person,
         struct buf *to)
{
    struct round_hashes hashes;
    round_hash(tended, &person->record, &hashes);
    struct buf actions;
    buf_init(&actions, 0);
    uint16_t count = 0;
    for (size_t i = 0; i < tended->action_count; i++) {
        if (gives_up(tended, i, person->states[i])) {
            count++;
            signup_action_row_append(
                &actions, &(struct signup_action_row){tended->actions[i]});
        }
    }
    struct drop_item_row row = {
        .number = person->number,
        .version = bytes_of(person->version, sizeof(person->version)),
        .phone = bytes_of(hashes.phone, hashes.phone_len),
        .email = bytes_of(hashes.email, hashes.email_len),
        .actions = count};
    memcpy(row.name, hashes.name, sizeof(row.name));
    drop_item_row_append(to, &row);
    buf_add(to, actions.data, actions.len);
    buf_fini(&actions);
}

/* Gone already, or not to be opened. */
static void
add_unreadable(uint32_t number, struct buf *to)
{
    drop_item_row_append(to, &(struct drop_item_row){.number = number});
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err != ERR_NONE || reply->count != tended->due.count * 2) {
        finish(tended, err == ERR_NONE ? ERR_INTERNAL : err);
        return;
    }
    struct round_args args;
    round_args_init(&args, DROP_ARG_ITEMS);
    args.args[DROP_ARG_EVENT_TAIL] = bytes_of(args.tail.data, args.tail.len);
    args.args[DROP_ARG_NOW] = bytes_of_string(args.now);
    args.args[DROP_ARG_SLUGS] =
        bytes_of(buf_string(&tended->slugs), tended->slugs.len);
    for (size_t i = 0; i < tended->due.count; i++) {
        struct round_person person;
        struct buf *item = round_args_item(&args);
        if (round_person(tended, reply, &tended->due, i, &person)) {
            add_item(tended, &person, item);
        } else {
            add_unreadable(tended->due.list[i], item);
        }
    }
    su_drop(tended->signup->su, tended->campaign->id, round_args_all(&args),
            dropped, tended);
    round_args_fini(&args);
}

static void
dropped(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err == ERR_NONE && reply->type == STORE_ARRAY && reply->count == 2) {
        feed_flow_announce(tended->signup, tended->campaign->id,
                           (uint64_t)reply->items[0].integer);
        metric_add(tended->signup->metrics.dropped, reply->items[1].integer);
    }
    finish(tended, err);
}
