/* budgets -- how much those are written to whom nobody proved or vouched for.
 */
#include "services/signup/supporter/budgets.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"
#include "services/signup/keep/store_consent.h"

#define NUMBER_SIZE 24
#define MICROS_A_POUND INT64_C(1000000)

struct allow_limits_row
budgets_limits(const struct conf *conf)
{
    return (struct allow_limits_row){
        .entry_max = (uint32_t)conf_number(conf, SET_BUDGETS_ENTRY_MAX),
        .hour_max = (uint32_t)conf_number(conf, SET_BUDGETS_CONTACT_HOUR_MAX),
        .day_max = (uint32_t)conf_number(conf, SET_BUDGETS_CONTACT_DAY_MAX),
        .block_tries = (uint32_t)conf_number(conf, SET_BUDGETS_BLOCK_TRIES),
        .block_percent = (uint32_t)conf_number(conf, SET_BUDGETS_BLOCK_PERCENT),
        .text_micros =
            (uint32_t)conf_number(conf, SET_BUDGETS_TEXT_COST_MICROS),
        .day_micros =
            (uint64_t)(conf_number(conf, SET_BUDGETS_TEXTS_DAY_POUNDS) *
                       MICROS_A_POUND)};
}

/* ---- asking ---- */

struct budgets_asked {
    struct resolving *r;
    budgets_cb *done;
    size_t count;
    struct target *targets[];
};

/* Class campaign goes to nobody unproved, so it is not asked about. */
static bool
is_limited(const struct resolving *r, const struct target *target)
{
    return resolving_ask(r)->class_ != WORDS__CLASS__CLASS_CAMPAIGN &&
           target->rule == WORDS__RULE__RULE_NONE && target->is_unproved;
}

static void
add_item(const struct resolving *r, const struct target *target, struct buf *to)
{
    const struct address_keys *keys = signup_of(r->asked)->keys;
    struct allow_item_row item = {.number = target->message.number,
                                  .is_text = r->channel_index == 0};
    memcpy(item.contact, target->hash, sizeof(item.contact));
    if (r->channel_index == 0) {
        address_hash_block(keys, r->campaign->id, target->phone, item.block);
        item.is_home = contact_is_home_mobile(target->address);
        item.has_block = !contact_is_drama(target->address);
    }
    allow_item_row_append(to, &item);
}

/* A test's resolve may say of which broadcast it is not: then it is the one
 * about its action. */
static void
digest_broadcast(const struct resolving *r, uint8_t out[ALLOW_DIGEST_BYTES])
{
    const Signup__Resolve *ask = resolving_ask(r);
    uint8_t digest[8];
    struct buf text;
    buf_init(&text, 0);
    buf_printf(&text, "%d/%s/%s", (int)ask->class_,
               ask->action == NULL ? "" : ask->action,
               ask->broadcast == NULL ? "" : ask->broadcast);
    crypto_digest(&signup_of(r->asked)->keys->check, text.data, text.len,
                  digest, sizeof(digest));
    memcpy(out, digest, ALLOW_DIGEST_BYTES);
    buf_fini(&text);
}

static void
take_verdicts(struct budgets_asked *asked, const struct store_reply *reply)
{
    for (size_t i = 0; i < asked->count; i++) {
        if (reply->string[i] != ALLOW_YES) {
            struct target *target = asked->targets[i];
            uint32_t number = target->message.number;
            target->rule = WORDS__RULE__RULE_BUDGET;
            signup__contact__init(&target->message);
            target->message.number = number;
            metric_add(signup_of(asked->r->asked)->metrics.over_budget, 1);
        }
    }
}

static void
allowed(void *arg, enum err err, const struct store_reply *reply)
{
    struct budgets_asked *asked = arg;
    struct resolving *r = asked->r;
    if (err == ERR_NONE &&
        (reply->type != STORE_STRING || reply->len != asked->count)) {
        err = ERR_INTERNAL;
    }
    if (err == ERR_NONE) {
        take_verdicts(asked, reply);
    }
    budgets_cb *done = asked->done;
    free(asked);
    done(r, err);
}

static void
run_allow(struct budgets_asked *asked)
{
    struct resolving *r = asked->r;
    struct signup *signup = signup_of(r->asked);
    char now[NUMBER_SIZE], class_[NUMBER_SIZE];
    uint8_t digest[ALLOW_DIGEST_BYTES];
    (void)snprintf(now, sizeof(now), "%" PRId64, clock_wall_ms());
    (void)snprintf(class_, sizeof(class_), "%d", (int)resolving_ask(r)->class_);
    digest_broadcast(r, digest);
    struct buf limits, items;
    buf_init(&limits, 0);
    buf_init(&items, 0);
    const struct allow_limits_row row = budgets_limits(signup->service.conf);
    allow_limits_row_append(&limits, &row);
    for (size_t i = 0; i < asked->count; i++) {
        add_item(r, asked->targets[i], &items);
    }
    size_t each = items.len / asked->count;
    struct bytes *args =
        mem_new_array(asked->count + ALLOW_ARG_ITEMS, sizeof(args[0]));
    args[ALLOW_ARG_NOW] = bytes_of_string(now);
    args[ALLOW_ARG_BROADCAST] = bytes_of(digest, sizeof(digest));
    args[ALLOW_ARG_CLASS] = bytes_of_string(class_);
    args[ALLOW_ARG_LIMITS] = bytes_of(limits.data, limits.len);
    for (size_t i = 0; i < asked->count; i++) {
        args[ALLOW_ARG_ITEMS + i] = bytes_of(items.data + i * each, each);
    }
    su_allow(signup->su, r->campaign->id,
             (struct su_args){args, asked->count + ALLOW_ARG_ITEMS}, allowed,
             asked);
    free(args);
    buf_fini(&items);
    buf_fini(&limits);
}

bool
budgets_ask(struct resolving *r, budgets_cb *done)
{
    struct budgets_asked *asked =
        mem_new(sizeof(*asked) + r->count * sizeof(asked->targets[0]));
    asked->r = r;
    asked->done = done;
    for (size_t i = 0; i < r->count; i++) {
        if (is_limited(r, &r->targets[i])) {
            asked->targets[asked->count++] = &r->targets[i];
        }
    }
    if (asked->count == 0) {
        free(asked);
        return false;
    }
    run_allow(asked);
    return true;
}
