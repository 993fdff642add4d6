/* twins_job -- entries of the same contact and name count once.
 *
 *   people: who is looked for, hashed -> members: of those contacts, whoever
 *   is proved, opened -> those of the same name -> twins.lua
 *
 * The entries of a contact are found by the script itself, by their names'
 * hashes. It shows nothing to anybody. */
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/feed.h"
#include "services/signup/people/address.h"
#include "services/signup/people/likeness.h"
#include "services/signup/people/rules.h"
#include "services/signup/tend/round.h"

#define CONTACTS 2
#define MEMBERS_MAX 255

/* One that is looked for. */
struct looked_for {
    uint32_t number;
    struct round_hashes hashes;
    char name[NAME_BYTES_MAX + 1]; /* normalised */
    struct buf actions;            /* signup_action rows */
    uint16_t action_count;
    bool is_there;
};

struct looking {
    struct tended *tended;
    size_t count;
    struct looked_for list[SU_TEND_MAX];
};

static void people_done(void *arg, enum err err,
                        const struct store_reply *reply);
static void members_done(void *arg, enum err err,
                         const struct store_reply *reply);
static void folded(void *arg, enum err err, const struct store_reply *reply);

static void
finish(struct tended *tended, enum err err)
{
    tended->twins.count = 0;
    round_go_on(tended, err);
}

static void
free_looking(struct looking *looking)
{
    for (size_t i = 0; i < looking->count; i++) {
        buf_fini(&looking->list[i].actions);
    }
    free(looking);
}

void
twins_job(struct tended *tended)
{
    round_read_people(tended, &tended->twins, people_done);
}

/* One that waits for its proof beside another that has it is nobody's yet. */
static void
forget_unproved(const struct round_person *person, struct round_hashes *hashes)
{
    if (rules_is_unproved(person->flags, 0) &&
        !rules_is_unproved(person->flags, 1)) {
        hashes->phone_len = 0;
    } else if (rules_is_unproved(person->flags, 1) &&
               !rules_is_unproved(person->flags, 0)) {
        hashes->email_len = 0;
    }
}

static void
read_one(const struct tended *tended, const struct store_reply *reply, size_t i,
         struct looked_for *to)
{
    struct round_person person;
    to->number = tended->twins.list[i];
    buf_init(&to->actions, 0);
    to->is_there = round_person(tended, reply, &tended->twins, i, &person);
    if (!to->is_there) {
        return;
    }
    round_hash(tended, &person.record, &to->hashes);
    forget_unproved(&person, &to->hashes);
    (void)likeness_normalise(person.record.name, to->name);
    for (size_t a = 0; a < tended->action_count; a++) {
        if (person.states[a] != WORDS__PLACE_STATE__PLACE_NONE) {
            to->action_count++;
            signup_action_row_append(
                &to->actions, &(struct signup_action_row){tended->actions[a]});
        }
    }
}

static void
people_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err != ERR_NONE || reply->count != tended->twins.count * 2) {
        finish(tended, err == ERR_NONE ? ERR_INTERNAL : err);
        return;
    }
    struct looking *looking = mem_new(sizeof(*looking));
    looking->tended = tended;
    looking->count = tended->twins.count;
    struct bytes hashes[SU_TEND_MAX * CONTACTS];
    for (size_t i = 0; i < looking->count; i++) {
        struct looked_for *one = &looking->list[i];
        read_one(tended, reply, i, one);
        hashes[i * CONTACTS] =
            bytes_of(one->hashes.phone, one->hashes.phone_len);
        hashes[i * CONTACTS + 1] =
            bytes_of(one->hashes.email, one->hashes.email_len);
    }
    su_read_members(tended->signup->su, tended->campaign->id,
                    (struct su_args){hashes, looking->count * CONTACTS},
                    members_done, looking);
}

/* ---- of those contacts ---- */

/* Appends those of the same name; found: a list of number and record. */
static unsigned
add_members(const struct looking *looking, const struct looked_for *one,
            const struct store_reply *found, struct buf *to)
{
    const struct tended *tended = looking->tended;
    unsigned count = 0;
    for (size_t i = 0; i + 1 < found->count && count < MEMBERS_MAX / 2;
         i += 2) {
        struct record record;
        char name[NAME_BYTES_MAX + 1];
        struct bytes sealed =
            bytes_of(found->items[i + 1].string, found->items[i + 1].len);
        if (!record_unseal(&tended->signup->keys->record, tended->campaign->id,
                           sealed, &record)) {
            continue;
        }
        (void)likeness_normalise(record.name, name);
        if (strcmp(name, one->name) == 0) {
            count++;
            signup_number_row_append(
                to,
                &(struct signup_number_row){(uint32_t)found->items[i].integer});
        }
    }
    return count;
}

static void
add_item(const struct looking *looking, size_t i,
         const struct store_reply *reply, struct buf *to)
{
    const struct looked_for *one = &looking->list[i];
    struct buf members;
    buf_init(&members, 0);
    unsigned count = 0;
    for (size_t c = 0; one->is_there && c < CONTACTS; c++) {
        count += add_members(looking, one, &reply->items[i * CONTACTS + c],
                             &members);
    }
    struct twin_item_row row = {
        .number = one->number,
        .phone = bytes_of(one->hashes.phone, one->hashes.phone_len),
        .email = bytes_of(one->hashes.email, one->hashes.email_len),
        .members = (uint8_t)count,
        .actions = one->action_count};
    memcpy(row.name, one->hashes.name, sizeof(row.name));
    twin_item_row_append(to, &row);
    buf_add(to, members.data, members.len);
    buf_add(to, one->actions.data, one->actions.len);
    buf_fini(&members);
}

static void
members_done(void *arg, enum err err, const struct store_reply *reply)
{
    struct looking *looking = arg;
    struct tended *tended = looking->tended;
    if (err == ERR_NONE && reply->count != looking->count * CONTACTS) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        free_looking(looking);
        finish(tended, err);
        return;
    }
    struct round_args args;
    round_args_init(&args, TWINS_ARG_ITEMS);
    args.args[TWINS_ARG_EVENT_TAIL] = bytes_of(args.tail.data, args.tail.len);
    args.args[TWINS_ARG_NOW] = bytes_of_string(args.now);
    args.args[TWINS_ARG_SLUGS] =
        bytes_of(buf_string(&tended->slugs), tended->slugs.len);
    for (size_t i = 0; i < looking->count; i++) {
        add_item(looking, i, reply, round_args_item(&args));
    }
    su_fold_twins(tended->signup->su, tended->campaign->id,
                  round_args_all(&args), folded, tended);
    round_args_fini(&args);
    free_looking(looking);
}

static void
folded(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err == ERR_NONE) {
        feed_flow_announce(tended->signup, tended->campaign->id,
                           (uint64_t)reply->integer);
    }
    finish(tended, err);
}
