/* round -- one round of tending for a campaign.
 *
 *   look -> definitions, if there is anything to do -> the jobs, one after
 *   the other -> the end */
#include "services/signup/tend/round.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "services/signup/keep/feed.h"
#include "services/signup/keep/store_notes.h"
#include "services/signup/people/address.h"

#define FORGET_EVERY_MS 60000
/* People times actions of one read: a byte each comes back. */
#define STATES_MAX (1U << 18)

static void looked(void *arg, enum err err, const struct store_reply *reply);
static void campaign_done(void *arg, enum err err, const char *detail,
                          void *value);
static void forgotten(void *arg, enum err err, const struct store_reply *reply);

/* ---- what there is to do ---- */

static void
end_round(struct tended *tended, enum err err)
{
    free(tended->actions);
    tended->actions = NULL;
    buf_fini(&tended->slugs);
    tended_done(tended, err == ERR_NONE);
}

static void
look(struct tended *tended)
{
    su_tend_look(
        tended->signup->su, tended->campaign->id,
        &(struct su_look){tended->signup->service.name, clock_wall_ms()},
        looked, tended);
}

void
round_start(struct tended *tended)
{
    tended->is_full = false;
    if (clock_boot_ms() < tended->forget_at_ms) {
        look(tended);
        return;
    }
    su_forget_notes(tended->signup->su, tended->campaign->id, clock_wall_ms(),
                    forgotten, tended);
}

static void
forgotten(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err != ERR_NONE) {
        end_round(tended, err);
        return;
    }
    bool is_more = reply->integer >= SU_FORGET_MAX;
    tended->forget_at_ms = clock_boot_ms() + (is_more ? 0 : FORGET_EVERY_MS);
    look(tended);
}

static void
take(struct round_numbers *to, const struct store_reply *from)
{
    to->count = from->count < SU_TEND_MAX ? from->count : SU_TEND_MAX;
    for (size_t i = 0; i < to->count; i++) {
        to->list[i] = (uint32_t)from->items[i].integer;
    }
}

static void
take_freed(struct tended *tended, const struct store_reply *from)
{
    struct round_numbers *to = &tended->freed;
    to->count = 0;
    for (size_t i = 0; i < from->count && to->count < SU_TEND_MAX; i++) {
        struct freed_row *row = &tended->freed_rows[to->count];
        struct bytes packed =
            bytes_of(from->items[i].string, from->items[i].len);
        if (freed_row_read(&packed, row)) {
            to->list[to->count++] = row->number;
        }
    }
}

static void
looked(void *arg, enum err err, const struct store_reply *reply)
{
    struct tended *tended = arg;
    if (err == ERR_NONE && (reply->type != STORE_ARRAY || reply->count != 4)) {
        err = ERR_INTERNAL;
    }
    if (err != ERR_NONE) {
        end_round(tended, err);
        return;
    }
    take(&tended->twins, &reply->items[0]);
    take(&tended->due, &reply->items[1]);
    take(&tended->holds, &reply->items[2]);
    take_freed(tended, &reply->items[3]);
    if (tended->twins.count + tended->due.count + tended->holds.count +
            tended->freed.count ==
        0) {
        end_round(tended, ERR_NONE);
        return;
    }
    /* Read, not taken from the cache: it says which actions have places. */
    campaigns_read(tended->signup->campaigns, tended->campaign->id,
                   campaign_done, tended);
}

/* With many actions, fewer people at once: the rest comes next time. */
static void
keep_bounded(struct tended *tended, struct round_numbers *numbers)
{
    size_t max = STATES_MAX / (tended->action_count + 1);
    max = max == 0 ? 1 : max;
    if (numbers->count > max) {
        numbers->count = max;
    }
    tended->is_full |= numbers->count == max || numbers->count == SU_TEND_MAX;
}

static void
campaign_done(void *arg, enum err err, const char *detail, void *value)
{
    struct tended *tended = arg;
    (void)detail;
    if (err != ERR_NONE) {
        end_round(tended, err);
        return;
    }
    const struct campaign *campaign = value;
    tended->action_count = 0;
    tended->actions =
        mem_new_array(campaign->action_count + 1, sizeof(tended->actions[0]));
    for (size_t i = 0; i < campaign->action_count; i++) {
        const struct campaign_action *action = campaign->actions[i];
        if (action->has_places) {
            tended->actions[tended->action_count++] = action->number;
            signup_slug_row_append(
                &tended->slugs, &(struct signup_slug_row){
                                    .number = action->number,
                                    .slug = bytes_of(action->slug_field.data,
                                                     action->slug_field.len)});
        }
    }
    keep_bounded(tended, &tended->twins);
    keep_bounded(tended, &tended->due);
    keep_bounded(tended, &tended->holds);
    keep_bounded(tended, &tended->freed);
    round_go_on(tended, ERR_NONE);
}

void
round_go_on(struct tended *tended, enum err err)
{
    static void (*const jobs[])(struct tended *) = {twins_job, drop_job,
                                                    holds_job, freed_job};
    struct round_numbers *numbers[] = {&tended->twins, &tended->due,
                                       &tended->holds, &tended->freed};
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]) && err == ERR_NONE;
         i++) {
        if (numbers[i]->count > 0) {
            jobs[i](tended);
            return;
        }
    }
    end_round(tended, err);
}

/* ---- for the jobs ---- */

void
round_read_people(struct tended *tended, const struct round_numbers *numbers,
                  store_reply_cb *cb)
{
    su_read_people(tended->signup->su, tended->campaign->id,
                   &(struct su_people){.actions = tended->actions,
                                       .action_count = tended->action_count,
                                       .numbers = numbers->list,
                                       .number_count = numbers->count},
                   cb, tended);
}

bool
round_person(const struct tended *tended, const struct store_reply *reply,
             const struct round_numbers *numbers, size_t i,
             struct round_person *out)
{
    struct signup_facts_row facts;
    struct bytes sealed = bytes_of(reply->items[i * 2].string,
                                   reply->items[i * 2].len),
                 packed = bytes_of(reply->items[i * 2 + 1].string,
                                   reply->items[i * 2 + 1].len);
    size_t said_bytes = ATTRIBUTE_COUNT * SIGNUP_VALUE_ROW_BYTES;
    if (sealed.len < RECORD_VERSION_BYTES ||
        !signup_facts_row_read(&packed, &facts) ||
        packed.len != said_bytes + tended->action_count) {
        return false;
    }
    out->number = numbers->list[i];
    out->flags = facts.flags;
    out->states = (const uint8_t *)packed.data + said_bytes;
    memcpy(out->version, sealed.data, RECORD_VERSION_BYTES);
    if (!record_unseal(&tended->signup->keys->record, tended->campaign->id,
                       sealed, &out->record)) {
        log_error("record.unreadable",
                  log_str("campaign", tended->campaign->id),
                  log_int("number", out->number));
        return false;
    }
    return true;
}

void
round_hash(const struct tended *tended, const struct record *record,
           struct round_hashes *out)
{
    const struct address_keys *keys = tended->signup->keys;
    const char *campaign = tended->campaign->id;
    memset(out, 0, sizeof(*out));
    address_hash_name(keys, campaign, record->name, out->name);
    if (record->phone != 0) {
        address_hash_phone(keys, campaign, record->phone, out->phone);
        out->phone_len = sizeof(out->phone);
    }
    if (record->email[0] != '\0') {
        address_hash_email(keys, campaign, record->email, out->email);
        out->email_len = sizeof(out->email);
    }
}

void
round_args_init(struct round_args *args, size_t head)
{
    memset(args, 0, sizeof(*args));
    args->head = head;
    buf_init(&args->tail, 0);
    feed_flow_add_tail(&args->tail);
    (void)snprintf(args->now, sizeof(args->now), "%" PRId64, clock_wall_ms());
    for (size_t i = 0; i < head; i++) {
        args->args[i] = bytes_of("", 0);
    }
}

struct buf *
round_args_item(struct round_args *args)
{
    struct buf *item = &args->items[args->count++];
    buf_init(item, 0);
    return item;
}

struct su_args
round_args_all(struct round_args *args)
{
    for (size_t i = 0; i < args->count; i++) {
        args->args[args->head + i] =
            bytes_of(args->items[i].data, args->items[i].len);
    }
    return (struct su_args){args->args, args->head + args->count};
}

void
round_args_fini(struct round_args *args)
{
    for (size_t i = 0; i < args->count; i++) {
        buf_fini(&args->items[i]);
    }
    buf_fini(&args->tail);
}
