/* holds_job -- seats of unproved entries end. */
#include "common/base/base.h"
#include "services/signup/keep/feed.h"
#include "services/signup/tend/round.h"

static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void ended(void *arg, enum err err, const struct store_reply *reply);

static void
finish(struct tended *tended, enum err err)
{
    tended->holds.count = 0;
    round_go_on(tended, err);
}

void
holds_job(struct tended *tended)
{
    round_read_people(tended, &tended->holds, people_done);
}

static bool
may_hold(uint8_t state)
{
    return state == WORDS__PLACE_STATE__PLACE_HELD ||
           state == WORDS__PLACE_STATE__PLACE_TWIN;
}

/* Who has gone meanwhile holds nothing: an item all the same, so that the list
 * forgets it. */
static void
add_item(const struct tended *tended, uint32_t number, const uint8_t *states,
         struct buf *to)
{
    struct buf actions;
    buf_init(&actions, 0);
    uint16_t count = 0;
    for (size_t i = 0; states != NULL && i < tended->action_count; i++) {
        if (may_hold(states[i])) {
            count++;
            signup_action_row_append(
                &actions, &(struct signup_action_row){tended->actions[i]});
        }
    }
    hold_item_row_append(
        to, &(struct hold_item_row){.number = number, .actions = count});
    buf_add(to, actions.data, actions.len);
    buf_fini(&actions);
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err != ERR_NONE || reply->count != tended->holds.count * 2) {
        finish(tended, err == ERR_NONE ? ERR_INTERNAL : err);
        return;
    }
    struct round_args args;
    round_args_init(&args, END_HOLDS_ARG_ITEMS);
    args.args[END_HOLDS_ARG_EVENT_TAIL] =
        bytes_of(args.tail.data, args.tail.len);
    args.args[END_HOLDS_ARG_NOW] = bytes_of_string(args.now);
    args.args[END_HOLDS_ARG_SLUGS] =
        bytes_of(buf_string(&tended->slugs), tended->slugs.len);
    for (size_t i = 0; i < tended->holds.count; i++) {
        struct round_person person = {.states = NULL};
        (void)round_person(tended, reply, &tended->holds, i, &person);
        add_item(tended, tended->holds.list[i], person.states,
                 round_args_item(&args));
    }
    su_end_holds(tended->signup->su, tended->campaign->id,
                 round_args_all(&args), ended, tended);
    round_args_fini(&args);
}

static void
ended(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err == ERR_NONE) {
        feed_flow_announce(tended->signup, tended->campaign->id,
                           (uint64_t)reply->integer);
    }
    finish(tended, err);
}
